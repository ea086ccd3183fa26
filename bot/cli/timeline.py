"""`tocsin timeline`: everything recorded of an incident in the order of time, with Slack away."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opening import settings
from bot.cli.shown import show

if TYPE_CHECKING:
    from bot.domain.record import Record


class Format(StrEnum):
    """How a timeline or a list is printed."""

    TEXT = "text"
    JSON = "json"


def timeline(
    number: Annotated[str, typer.Argument(help="The incident: 3 or INC-3.")],
    format: Annotated[Format, typer.Option(help="Text, or one JSON object (schema 1).")] = Format.TEXT,
) -> None:
    """Print what was recorded of an incident, in the order of time.

    The text shows what stands, in the incident's zone; the JSON also what was taken back. Tokens and passwords are
    masked, as everywhere. A running bot is not disturbed, and Slack need not answer. Private incidents can be read too,
    and the log says so. Ends with 1 if there is no such incident, with 3 if the database cannot be read.
    """
    import asyncio
    import json

    from bot.cli.private import note_read
    from bot.cli.reading import numbered, record_of

    chosen = settings()
    record = asyncio.run(record_of(chosen, numbered(number, chosen.incident_prefix)))
    note_read(chosen, "timeline", [record.label] if record.state.visibility == "private" else [])
    if format is Format.JSON:
        show(json.dumps(structured(record), indent=2, ensure_ascii=False), exact=True)
        return
    for line in lines(record):
        show(line)


def structured(record: Record) -> dict[str, object]:
    """The timeline as JSON, entries in the order of time, those that were taken back with `standing` false."""
    from bot.cli.printed import SCHEMA, Printed, summary

    printed, state = Printed(record), record.state
    about = summary(record.label, printed.words(state.title), state) | {"timezone": record.zone}
    about["commander"] = printed.person(state.commander_id) if state.commander_id else None
    ordered = sorted(record.entries, key=lambda entry: entry.order)
    return {"schema": SCHEMA, "incident": about, "entries": [printed.entry(entry) for entry in ordered]}


def lines(record: Record) -> Iterator[str]:
    """The timeline as text: a head, then a line an entry that stands."""
    from bot.cli.printed import Printed
    from bot.drafting.escape import one_line
    from bot.slack.instants import spoken

    printed, state = Printed(record), record.state
    marks = [state.severity, state.status, *([state.visibility] if state.visibility == "private" else [])]
    yield f"{record.label} {one_line(printed.words(state.title))} ({', '.join(mark for mark in marks if mark)})"
    rows = []
    for entry in sorted(record.standing, key=lambda entry: entry.order):
        when = spoken(entry.occurred_at, record.zone, label=record.zone_label)
        when = f"~{when}" if entry.precision == "approximate" else when
        who = one_line(record.names.person(entry.author_id))
        found = " (recovered)" if entry.source == "recovered" else ""
        rows.append((f"#{entry.number}", when, str(entry.kind), who, f"{printed.told(entry)}{found}"))
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:4]] if rows else []
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
