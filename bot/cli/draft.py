"""`tocsin draft`: the postmortem of an incident, from stored facts alone, with Slack away."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import settings
from bot.cli.outcome import DIFFERENT, WRONG, Stop
from bot.cli.shown import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.domain.record import Record
    from bot.settings import Settings
    from storage.tables import DraftVersion


class Format(StrEnum):
    """How the draft is printed."""

    MD = "md"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    JSON = "json"
    SVG = "svg"
    PNG = "png"


def draft(
    number: Annotated[str, typer.Argument(help="The incident: 3 or INC-3.")],
    format: Annotated[
        Format, typer.Option(help="Markdown, a page, PDF, Word, the structured form (schema 1), or the picture alone.")
    ] = Format.MD,
    template: Annotated[
        str | None, typer.Option(help="standard, sre, executive or one of your own; else the setting's.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="Write Markdown into this file; your edits there are kept.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead of printing it.")] = None,
) -> None:
    """Print the drafted postmortem of an incident.

    It is made from what is stored, so Slack need not answer, and a running bot is not disturbed. The same record gives
    the same bytes every time. What people edited stands in all but the JSON, unless a template is named; what was
    edited in a file of --into is kept first, by the running bot where it has the SQLite file. Private incidents can be
    read too, and the log says so. Ends with 1 if there is no such incident, with 3 if the database cannot be read.
    """
    import asyncio

    from bot.cli.pictures import pictures_of
    from bot.cli.reading import numbered

    chosen = settings()
    wanted = numbered(number, chosen.incident_prefix)
    record, versions = _read(chosen, wanted)
    if into is not None and format is not Format.MD:
        raise Stop(WRONG, "--into merges Markdown: leave --format out, or write another form with --output")
    if kept := into is not None and template is None and _keep(chosen, wanted, into):
        record, versions = _read(chosen, wanted)
    shown = asyncio.run(pictures_of(chosen, record)) if format is Format.HTML else {}
    content = made(chosen, record, format.value, template, versions, shown)
    if format is Format.MD:
        _tell(chosen, record, content.decode(), template)
    if into is not None:
        _merge(chosen, wanted, into, content, kept)
    else:
        hand_over(format, content, output)


def _read(settings: Settings, number: int) -> tuple[Record, list[DraftVersion]]:
    import asyncio

    from bot.cli.private import note_read
    from bot.cli.reading import drafts_of

    record, versions = asyncio.run(drafts_of(settings, number))
    note_read(settings, "draft", [record.label] if record.state.visibility == "private" else [])
    return record, versions


def _keep(settings: Settings, number: int, path: Path) -> bool:
    """Keep what somebody edited in the file; whether the draft holds it now, or nothing was edited there."""
    import asyncio

    from bot.cli.edited import given_in
    from bot.cli.keeping import Kept, edit_in, keep

    last = given_in(path, number)
    edit = None if last is None else edit_in(path, last["given"], number)
    if edit is None:
        # Where the two differ, what was edited before still waits for the bot, or did when this was last run.
        return last is None or last["record"] == last["given"]
    kept = asyncio.run(keep(settings, edit))
    typer.echo(f"{path}: {kept.value}", err=True)
    return kept is Kept.KEPT


def _merge(settings: Settings, number: int, path: Path, content: bytes, kept: bool) -> None:
    from bot.cli.edited import write_into

    asks = write_into(path, content.decode(), settings, number, kept=kept).asks
    typer.echo(f"{path}: {asks} to decide" if asks else f"{path}: nothing to decide", err=True)


def _tell(settings: Settings, record: Record, markdown: str, template: str | None) -> None:
    """How the draft stands, on stderr: the points that hold, and how long it is."""
    from bot.drafting.checked import checked_draft
    from bot.drafting.checking.telling import counted, summed
    from bot.wording import Wording

    wording = Wording(settings.locale, settings.template_dir)
    report = checked_draft(markdown, settings, wording, record, template)
    typer.echo(summed(report, wording.plain), err=True)
    typer.echo(counted(report, wording.plain), err=True)


def hand_over(form: Format, content: bytes, output: Path | None) -> None:
    """Write it to a file, or print it. Raises Stop where a terminal could not show it."""
    if output is not None:
        output.write_bytes(content)
    elif not sys.stdout.isatty():
        typer.echo(content, nl=False)
    elif form in (Format.PDF, Format.DOCX, Format.PNG):
        raise Stop(WRONG, f"{form.value} is nothing to read in a terminal: name a file with --output")
    else:
        show(content.decode(), nl=False)


def made(
    settings: Settings,
    record: Record,
    form: str,
    template: str | None = None,
    versions: Sequence[DraftVersion] = (),
    shown: Mapping[str, str] | None = None,
) -> bytes:
    """A record's draft in a format; what is wrong with the team's own templates goes to stderr.

    What people edited in `versions` stands in it, unless a template is named, which they have not seen.
    """
    from bot.drafting.press import NoSuchTemplateError, press
    from bot.drafting.printing.formats import printed
    from bot.wording import Wording

    wording = Wording(settings.locale, settings.template_dir)
    try:
        pressed = press(record, settings, wording, template=template)
        text = pressed.document.text
        if template is None and versions:
            from bot.cli.edited import as_edited

            text = as_edited(settings, versions, text)
        content = printed(pressed, settings, wording, form, text, shown or {})
    except NoSuchTemplateError as error:
        raise Stop(WRONG, str(error)) from None
    except ImportError as error:
        raise Stop(
            WRONG, f"{form} needs more than is installed ({error.name}): pip install 'tocsin[documents]'"
        ) from None
    except ValueError as error:
        raise Stop(DIFFERENT, str(error)) from None
    for complaint in wording.complaints:
        typer.echo(complaint, err=True)
    return content


def texts(settings: Settings, record: Record) -> tuple[str, str]:
    """(Markdown, JSON) of a record's draft."""
    return made(settings, record, "md").decode(), made(settings, record, "json").decode()
