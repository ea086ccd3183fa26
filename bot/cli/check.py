"""`tocsin check`: a postmortem as drafted or edited, against its incident's entries and the format's checklist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import settings
from bot.cli.outcome import DIFFERENT, WRONG, Stop
from bot.cli.shown import show

if TYPE_CHECKING:
    from bot.domain.record import Record
    from bot.settings import Settings


def check(
    file: Annotated[Path, typer.Argument(help="Markdown, as drafted or edited.")],
    incident: Annotated[str, typer.Option(help="Its incident, 3 or INC-3, where the file does not say it.")] = "",
) -> None:
    """Check a postmortem: what of the format's checklist holds, and what stands in no entry.

    Finds its incident by its label in the database. Without it, only what the text itself tells is decided, and times
    are compared with the text's own evidence list. Each point that fails comes with the command that would mend it.
    Ends with 1 if a point fails or something is unproved, with 2 if the file can't be read.
    """
    import asyncio

    from bot.cli.private import note_read
    from bot.drafting.checked import checked
    from bot.drafting.checking.telling import everything
    from bot.drafting.checking.verdict import State
    from bot.wording import Wording

    text, chosen = _read(file), settings()
    wording = Wording(chosen.locale, chosen.template_dir)
    record = asyncio.run(_record(chosen, text, incident))
    if record is not None:
        note_read(chosen, "check", [record.label] if record.state.visibility == "private" else [])
    report = checked(text, chosen, wording, record)
    for complaint in wording.complaints:
        typer.echo(complaint, err=True)
    for line in everything(report, wording.plain, command=chosen.command):
        show(line)
    if report.of(State.FAILS) or report.unproved:
        raise typer.Exit(DIFFERENT)


def _read(path: Path) -> str:
    from bot.drafting.written.facts import LONGEST

    try:
        if path.stat().st_size > 4 * LONGEST:
            raise Stop(WRONG, f"{path}: it is longer than any postmortem")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Stop(WRONG, f"{path}: it is no text in UTF-8") from None


async def _record(chosen: Settings, text: str, asked: str) -> Record | None:
    """The record of the incident that the text names, None where it names none or there is none here.

    One that was asked for must be there: Stop otherwise.
    """
    from sqlalchemy.exc import OperationalError

    from bot.cli.reading import numbered, record_of
    from storage.refusals import StorageRefusal

    if asked:
        return await record_of(chosen, numbered(asked, chosen.incident_prefix))
    named = re.search(rf"\b{re.escape(chosen.incident_prefix)}-(\d{{1,9}})\b", text)
    if named is None:
        return None
    try:
        return await record_of(chosen, int(named[1]))
    except (Stop, StorageRefusal, OperationalError, OSError) as fault:
        typer.echo(f"{named[0]}: {str(fault).splitlines()[0]}", err=True)
        return None
