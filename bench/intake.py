"""What it costs to keep each message of an incident's channel before it is acknowledged.

Every table ends with a proof: each message that was acknowledged is in the database, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench.apps import Under, bare, stored, tocsin
from bench.databases import DURABLE, SLOW, SLOW_DISK, databases
from bench.slack import Outcome
from bench.table import percentile, show

WARM_UP, MEASURED, RATE, SECONDS = 1_000, 8_000, 100, 30
SMALL, LARGE, WINDOW = 1_000, 100_000, 4_000
HEADS = ("", "msg/s", "of bare", "p50 ms", "p99 ms", "most ms", "CPU µs", "acknowledged", "stored", "lost", "doubled")


def run() -> None:
    """Measure and print the three tables."""
    _fastest()
    _slow_disk()
    _long_channel()


def _fastest() -> None:
    """As fast as this machine can, everything kept with full durability; the bare app before and after."""

    async def load(app: Under) -> Outcome:
        return await app.slack.as_fast_as_it_can(MEASURED)

    with databases(DURABLE) as both:
        before = asyncio.run(_bare(load))
        ours = {name: asyncio.run(_ours(load, *where)) for name, where in both.items()}
        after = asyncio.run(_bare(load))
    pace = (before.rate + after.rate) / 2
    rows = [before.row("bare Bolt app", pace), *(one.row(name, pace) for name, one in ours.items())]
    show(
        "Messages as fast as this machine can, 100 unacknowledged at a time, on the disk before the acknowledgement",
        HEADS,
        [*rows, after.row("bare Bolt app, again", pace)],
        "The load comes from a process of its own. Promised: at least 0.5 of the bare app, which keeps nothing.",
    )


def _slow_disk() -> None:
    async def load(app: Under) -> Outcome:
        return await app.slack.at_a_rate(RATE, SECONDS)

    rows = []
    with databases(SLOW) as both:
        bare_one = asyncio.run(_bare(load))
        rows.append(bare_one.row("bare Bolt app", bare_one.rate))
        for name, where in both.items():
            one = asyncio.run(_ours(load, *where, fsync=SLOW_DISK if name == "SQLite" else 0.0))
            rows.append(one.row(name, bare_one.rate))
    show(
        f"{RATE} messages a second for {SECONDS} s, each commit {SLOW_DISK * 1000:.0f} ms slower",
        HEADS,
        rows,
        "Promised: p99 under 100 ms, none over 3,000 (Slack sends an app 8 a second at most).",
    )


def _long_channel() -> None:
    """The same channel when it has few messages and when it has many."""
    rows = []
    with databases(DURABLE) as both:
        for name, where in both.items():
            few, many = asyncio.run(_growing(*where))
            rows += [few.row(f"{name}, of {SMALL:,}", few.rate), many.row(f"{name}, of {LARGE:,}", few.rate)]
    heads = [*HEADS[:2], "of few", *HEADS[3:]]
    show("A channel of few messages and of many", heads, rows, f"Over {WINDOW:,} messages each. Promised: no slower.")


@dataclass(frozen=True, slots=True)
class _Measured:
    """A load's outcome beside what the app's processor time and database say; `kept` is None for an app without one."""

    outcome: Outcome
    cpu_seconds: float
    kept: list[str] | None = None

    @property
    def rate(self) -> float:
        return len(self.outcome.acknowledged) / self.outcome.seconds

    def row(self, name: str, pace: float) -> list[object]:
        one = self.outcome
        of_latencies = [percentile(one.latencies, share) * 1000 for share in (0.5, 0.99, 1.0)]
        proof: list[object] = ["", "", ""]
        if self.kept is not None:
            proof = [len(self.kept), len(one.acknowledged - set(self.kept)), len(self.kept) - len(set(self.kept))]
        each = self.cpu_seconds / one.sent * 1_000_000
        return [name, self.rate, self.rate / pace, *of_latencies, each, len(one.acknowledged), *proof]


Load = Callable[[Under], Awaitable[Outcome]]


async def _bare(load: Load) -> _Measured:
    async with bare() as app:
        return await _loaded(app, load)


async def _ours(load: Load, url: str, folder: Path, fsync: float = 0.0) -> _Measured:
    async with tocsin(url, folder, fsync=fsync) as app:
        found = await _loaded(app, load)
    return replace(found, kept=await stored(url))


async def _growing(url: str, folder: Path) -> tuple[_Measured, _Measured]:
    async with tocsin(url, folder) as app:
        await app.slack.as_fast_as_it_can(SMALL)
        few = await _measured(app, app.slack.as_fast_as_it_can(WINDOW))
        await app.slack.as_fast_as_it_can(LARGE - SMALL - 2 * WINDOW)
        many = await _measured(app, app.slack.as_fast_as_it_can(WINDOW))
    kept = await stored(url)
    return replace(few, kept=kept), replace(many, kept=kept)


async def _loaded(app: Under, load: Load) -> _Measured:
    """Once with what is measured by nobody, so that caches are as warm as they are in use."""
    await app.slack.as_fast_as_it_can(WARM_UP)
    return await _measured(app, load(app))


async def _measured(app: Under, load: Awaitable[Outcome]) -> _Measured:
    before = app.cpu_seconds()
    outcome = await load
    return _Measured(outcome, app.cpu_seconds() - before)
