"""`tocsin list`: the incidents there are, from the database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.opening import settings
from bot.cli.shown import show
from bot.cli.timeline import Format

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.tables import Incident


def listing(
    format: Annotated[Format, typer.Option(help="Text, or a JSON object a line (schema 1).")] = Format.TEXT,
) -> None:
    """List incidents, open ones first, then the newest.

    Private incidents are among them, and the log says so. A running bot is not disturbed, and Slack need not answer.
    Ends with 3 if the database cannot be read.
    """
    import asyncio
    import json

    from bot.cli.printed import SCHEMA, summary
    from bot.cli.private import note_read
    from bot.domain.incident import CLOSED

    chosen = settings()
    found = sorted(asyncio.run(_incidents(chosen)), key=lambda pair: pair[0].status in CLOSED)
    label = {incident.id: f"{chosen.incident_prefix}-{incident.number}" for incident, _ in found}
    note_read(chosen, "list", [label[incident.id] for incident, _ in found if incident.visibility == "private"])
    for incident, title in found:
        if format is Format.JSON:
            about = {"schema": SCHEMA} | summary(label[incident.id], title, incident)
            show(json.dumps(about, ensure_ascii=False), exact=True)
        else:
            show(_row(chosen, incident, title))
    if not found and format is Format.TEXT:
        typer.echo("there are no incidents yet")


async def _incidents(settings: Settings) -> list[tuple[Incident, str]]:
    """Every incident with its title as people read it, masked."""
    from bot.cli.reading import looking
    from bot.domain.markup import plain
    from bot.domain.masking import mask
    from storage.incidents import every_incident
    from storage.people import names

    async with looking(settings) as session:
        found = await every_incident(session)
        known = {workspace: await names(session, workspace) for workspace in {one.workspace_id for one in found}}
        return [(one, mask(plain(one.title, known[one.workspace_id])).text) for one in found]


def _row(settings: Settings, incident: Incident, title: str) -> str:
    from bot.drafting.escape import one_line
    from bot.slack.instants import span, spoken

    begun, ended = incident.started_at or incident.declared_at, incident.resolved_at
    cells: list[tuple[Any, int]] = [
        (f"{settings.incident_prefix}-{incident.number}", 8),
        (incident.severity or "-", 5),
        (incident.status, 13),
        (spoken(begun, incident.zone, label=settings.timezone_label) if begun else "-", 26),
        (span(ended - begun) if begun and ended else "-", 12),
    ]
    sorts = [word for word in (incident.sort, incident.visibility) if word not in ("real", "public")]
    return " ".join(
        [*(str(cell).ljust(width) for cell, width in cells), one_line(title), *(f"({word})" for word in sorts)]
    )
