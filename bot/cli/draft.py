"""`tocsin draft`: the postmortem of an incident, from stored facts alone, with Slack away."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import settings
from bot.cli.outcome import WRONG, Stop

if TYPE_CHECKING:
    from bot.domain.record import Record
    from bot.settings import Settings


class Format(StrEnum):
    """How the draft is printed."""

    MD = "md"
    JSON = "json"


def draft(
    number: Annotated[str, typer.Argument(help="The incident: 3 or INC-3.")],
    format: Annotated[Format, typer.Option(help="Markdown, or the structured form (schema 1).")] = Format.MD,
    template: Annotated[
        str | None, typer.Option(help="standard, sre, executive or one of your own; else the setting's.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="Write the Markdown into this file, merged with what you edited there.")
    ] = None,
) -> None:
    """Print the drafted postmortem of an incident.

    It is made from what is stored, so Slack need not answer, and a running bot is not disturbed. The same record gives
    the same bytes every time. What people edited in Slack stands in the Markdown, unless a template is named. Private
    incidents can be read too, and the log says so. Ends with 1 if there is no such incident, with 3 if the database
    cannot be read.
    """
    import asyncio

    from bot.cli.private import note_read
    from bot.cli.reading import drafts_of, numbered

    chosen = settings()
    record, versions = asyncio.run(drafts_of(chosen, numbered(number, chosen.incident_prefix)))
    note_read(chosen, "draft", [record.label] if record.state.visibility == "private" else [])
    markdown, structured = texts(chosen, record, template)
    if template is None and versions:
        from bot.cli.edited import as_edited

        markdown = as_edited(chosen, versions, markdown)
    if into is not None:
        from bot.cli.edited import write_into

        asks = write_into(into, markdown, chosen).asks
        typer.echo(f"{into}: {asks} to decide" if asks else f"{into}: nothing to decide", err=True)
        return
    typer.echo(structured if format is Format.JSON else markdown, nl=False)


def texts(settings: Settings, record: Record, template: str | None = None) -> tuple[str, str]:
    """(Markdown, JSON) of a record's draft."""
    import json

    from bot.drafting.press import NoSuchTemplateError, press
    from bot.drafting.structured import to_json
    from bot.wording import Wording

    wording = Wording(settings.locale, settings.template_dir)
    try:
        pressed = press(record, settings, wording, template=template)
    except NoSuchTemplateError as error:
        raise Stop(WRONG, str(error)) from None
    for complaint in wording.complaints:
        typer.echo(complaint, err=True)
    return pressed.document.text, json.dumps(to_json(pressed.draft), indent=2, ensure_ascii=False) + "\n"
