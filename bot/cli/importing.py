"""`tocsin import`: postmortems that were written before, as incidents told afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import settings
from bot.cli.shown import show

if TYPE_CHECKING:
    from bot.drafting.written.told import Fact, Told, Unplaced

WHY = {
    "unknown_section": "stands in a section that the format does not have",
    "lead_in": "only leads in to a list",
    "no_time": "stands in the timeline without a label or a time in figures",
    "not_taken_over": "needs the workspace that it came from",
    "before_the_sections": "stands before the first section",
}


def import_files(
    files: Annotated[list[Path], typer.Argument(help="Postmortems in the standard format: Markdown or plain text.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be recorded, and record nothing.")
    ] = False,
    zone: Annotated[str, typer.Option("--zone", help="IANA zone for documents that name none.")] = "",
) -> None:
    """Read written postmortems in the standard format into incidents of the kind *past*.

    Prints what found no place, with its line. The same file is imported once. It writes, so on SQLite the bot must not
    be running (then it ends with 3 and says who has the file). Ends with 1 if a file could not be read as a
    postmortem; the others are imported all the same.
    """
    import asyncio

    from bot.cli.outcome import DIFFERENT

    chosen = settings()
    zone = _zone(zone) or chosen.timezone
    read = {path: _read(path, zone) for path in files}
    known = {path: told for path, told in read.items() if told is not None}
    if dry_run:
        for path, told in known.items():
            show("\n".join(_planned(path, told)))
    elif known:
        numbers = asyncio.run(_record(chosen.database_url, known, zone, allowed=chosen.migrate == "on"))
        known = {path: told for path, told in known.items() if path in numbers}
        for path, told in known.items():
            number, is_new = numbers[path]
            label = f"{chosen.incident_prefix}-{number}"
            typer.echo(f"{path}: {label}, {len(told.facts)} facts" if is_new else f"{path}: is {label} already")
            show("".join(f"{line}\n" for line in _left(told)), nl=False)
    if len(known) < len(files):
        raise typer.Exit(DIFFERENT)


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from bot.cli.outcome import WRONG, Stop

    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, ValueError):
        raise Stop(WRONG, f"{name!r} is no zone; write one like Europe/Berlin") from None


def _read(path: Path, zone: str) -> Told | None:
    """The document, or None after saying what is wrong with it."""
    from bot.drafting.written.facts import LONGEST, read_written

    try:
        if path.stat().st_size > 4 * LONGEST:
            raise ValueError("it is longer than any postmortem")
        told = read_written(path.read_text(encoding="utf-8-sig"), zone=zone)
        if told.second_line is not None:
            raise ValueError(f"a second postmortem begins in line {told.second_line}; give each a file of its own")
        if told.start and told.end and told.end <= told.start:
            raise ValueError("its end is not behind its start")
    except UnicodeDecodeError:
        fault = "it is no text in UTF-8"
    except (OSError, ValueError) as error:
        fault = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    else:
        if told.facts and any(fact.at is not None for fact in told.facts):
            return told
        fault = "no date and time stands in it" if told.facts else "no section of the standard format was found in it"
    typer.echo(f"{path}: not imported: {fault}", err=True)
    return None


async def _record(url: str, read: dict[Path, Told], zone: str, *, allowed: bool) -> dict[Path, tuple[int, bool]]:
    """Each file in a transaction of its own: its number, and whether it is new. One that is refused is told of."""
    import hashlib
    from datetime import UTC, datetime

    from bot.domain.errors import IncidentError
    from bot.integrations.documents import import_told
    from storage.database import Database
    from storage.migrate import migrate
    from storage.people import home_workspace

    await migrate(url, allowed=allowed)
    db = await Database.open(url)
    done: dict[Path, tuple[int, bool]] = {}
    try:
        for path, told in read.items():
            key = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
            now = datetime.now(UTC).replace(microsecond=0)
            try:
                async with db.write() as session:
                    workspace = await home_workspace(session)
                    made = await import_told(session, workspace, told, key=key, title=path.stem, zone=zone, at=now)
            except IncidentError as refused:
                typer.echo(
                    f"{path}: not imported: what it tells contradicts itself ({refused.name.replace('_', ' ')})",
                    err=True,
                )
            else:
                done[path] = made.incident.number, made.is_new
    finally:
        await db.close()
    return done


def _planned(path: Path, told: Told) -> list[str]:
    head = f"{path}: {told.title or '(no title)'}, zone {told.zone or '(none said)'}"
    return [head, *(_line(fact) for fact in told.facts), *_left(told)]


def _line(fact: Fact) -> str:
    when = f"{fact.at:%Y-%m-%d %H:%M} UTC" if fact.at else "no time said"
    keys = ", ".join(f"{name}: {value}" for name, value in fact.data.items() if value not in (None, "", []))
    return f"  line {fact.line}: {fact.kind}, {when}: {fact.text}{f' ({keys})' if keys else ''}"


def _left(told: Told) -> list[str]:
    odd = [f"  {label} is not in force on that date; its zone's own time was taken" for label in told.odd_labels]
    odd += [
        f"  {label} is no zone that is known; its clocks were read in {zone}" for label, zone in told.unknown_labels
    ]
    return [*odd, *(_unplaced(each) for each in told.unplaced)]


def _unplaced(each: Unplaced) -> str:
    return f"  line {each.line} not placed, it {WHY.get(each.why, each.why)}: {each.text}"
