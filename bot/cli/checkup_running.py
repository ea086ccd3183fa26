"""What `tocsin doctor` finds of bots at work, in their database: who lives, who else connects, what was given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.cli.finding import Finding
from bot.jobs import Pace
from bot.settings import Settings
from storage.database import Database
from storage.incidents import every_incident
from storage.queue import FailedJob, failed_jobs
from storage.replicas import Replica, all_replicas

#: Named one by one; of more, the number.
SHOWN = 10


async def running(db: Database, settings: Settings) -> list[Finding]:
    """Raises what the database raises. Its tables must be of this release or a later one."""
    async with db.read() as session:
        replicas = await all_replicas(session)
        failed = await failed_jobs(session, 1_000)
        numbers: dict[int | None, int] = {one.id: one.number for one in await every_incident(session)}
    since = datetime.now(UTC) - Pace().lease
    # The one bot on an SQLite file signs once, at its start: there nobody asks how lately.
    live = [one for one in replicas if db.dialect == "sqlite" or one.seen_at >= since]
    return [*_live(live), *_strangers(live), *_given_up(failed, numbers, settings)]


def _live(live: Sequence[Replica]) -> Iterator[Finding]:
    releases = sorted({one.release for one in live})
    if live:
        links = sum(one.links for one in live)
        told = f"running: {len(live)} of release {' and '.join(releases)}, {links} connections to Slack"
        todo = "end the older ones when the newer are ready" if len(releases) > 1 else ""
        yield Finding("warn" if todo else "ok", told, todo)


def _strangers(live: Sequence[Replica]) -> Iterator[Finding]:
    counted = [(one.counted_at, one.strangers) for one in live if one.counted_at is not None]
    if counted and (latest := max(counted))[1]:
        yield Finding(
            "warn",
            f"connections: Slack counted {latest[1]} that are not ours, at {latest[0]:%Y-%m-%d %H:%M} UTC",
            "another copy of the bot has this app's token and takes a share of the payloads: end it, or give it an app "
            "of its own; connections that died without a word go by themselves within minutes",
        )


def _given_up(failed: Sequence[FailedJob], numbers: Mapping[int | None, int], settings: Settings) -> Iterator[Finding]:
    for one in failed[:SHOWN]:
        number = numbers.get(one.payload.get("incident"))
        label = f"{settings.incident_prefix}-{number}" if number is not None else None
        todo = f"`{settings.command} repair {label}` in Slack, or" if label else "mend the cause, then"
        told = f"given up: {one.kind}{f' of {label}' if label else ''}, {one.failed_at:%Y-%m-%d %H:%M} UTC: {one.error}"
        yield Finding("warn", told, f"{todo} `tocsin db retry`")
    if len(failed) > SHOWN:
        yield Finding("warn", f"given up: {len(failed) - SHOWN} more", "`tocsin db retry` tries all of them again")
