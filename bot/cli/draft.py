"""`tocsin draft`: the postmortem of an incident, from stored facts alone, with Slack away."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import settings

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
) -> None:
    """Print the drafted postmortem of an incident.

    It is made from what is stored, so Slack need not answer, and a running bot is not disturbed. The same record gives
    the same bytes every time. Private incidents can be read too, and the log says so. Ends with 1 if there is no such
    incident, with 3 if the database cannot be read.
    """
    import asyncio

    from bot.cli.private import note_read
    from bot.cli.reading import numbered, record_of

    chosen = settings()
    record = asyncio.run(record_of(chosen, numbered(number, chosen.incident_prefix)))
    note_read(chosen, "draft", [record.label] if record.state.visibility == "private" else [])
    markdown, structured = texts(chosen, record)
    typer.echo(structured if format is Format.JSON else markdown, nl=False)


def texts(settings: Settings, record: Record) -> tuple[str, str]:
    """(Markdown, JSON) of a record's draft."""
    import json

    from bot.drafting.document import to_markdown
    from bot.drafting.draft import draft as make
    from bot.drafting.structured import to_json
    from bot.wording import Wording

    made = make(record)
    wording = Wording(settings.locale, settings.template_dir)
    markdown = to_markdown(made, wording.document, style=settings.timeline_style, command=settings.command)
    return markdown, json.dumps(to_json(made), indent=2, ensure_ascii=False) + "\n"
