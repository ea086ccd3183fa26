"""`tocsin similar`: past incidents that are like one by their words, from the database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.opening import settings
from bot.cli.shown import show
from bot.cli.timeline import Format

if TYPE_CHECKING:
    from bot.domain.markup import Names
    from bot.settings import Settings
    from storage.likening import Similar
    from storage.tables import Incident


def similar(
    number: Annotated[str, typer.Argument(help="The incident: 3 or INC-3.")],
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="How many at the most.")] = 5,
    format: Annotated[Format, typer.Option(help="Text, or a JSON object a line (schema 1).")] = Format.TEXT,
) -> None:
    """List the past incidents that are most like one by their words, and the words that they share.

    Those are the most telling first; the score is Okapi BM25. Drills are left out. Private incidents are compared too,
    and the log says so. A running bot is not disturbed. Ends with 1 if there is no such incident, with 3 if the
    database cannot be read.
    """
    import asyncio
    import json

    from bot.cli.private import note_read
    from bot.cli.reading import numbered

    chosen = settings()
    about, found, known = asyncio.run(_similar(chosen, numbered(number, chosen.incident_prefix), most))
    read = [about, *(one.incident for one in found)]
    note_read(chosen, "similar", [_label(chosen, one) for one in read if one.visibility == "private"])
    for one in found:
        told = structured(chosen, one, known)
        if format is Format.JSON:
            show(json.dumps(told, ensure_ascii=False), exact=True)
        else:
            show("\n".join(_lines(chosen, one, told)))
    if not found and format is Format.TEXT:
        typer.echo(f"no past incident shares telling words with {_label(chosen, about)}")


async def _similar(settings: Settings, number: int, most: int) -> tuple[Incident, list[Similar], Names]:
    """The incident of a number and those like it. Raises Stop where there is none."""
    from bot.cli.outcome import DIFFERENT, Stop
    from bot.cli.reading import looking
    from storage.incidents import every_incident
    from storage.likening import similar_past
    from storage.people import names

    async with looking(settings) as session:
        about = next((one for one in await every_incident(session) if one.number == number), None)
        if about is None:
            raise Stop(DIFFERENT, f"there is no {settings.incident_prefix}-{number}; `tocsin list` shows what there is")
        return about, await similar_past(session, about, None, most), await names(session, about.workspace_id)


def structured(settings: Settings, one: Similar, known: Names) -> dict[str, Any]:
    """One of them as JSON: the incident in short, then why it is there. `ended_by` None: nobody recorded it."""
    from bot.cli.printed import SCHEMA, summary
    from bot.domain.markup import plain
    from bot.domain.masking import mask

    incident, ending = one.incident, one.ending
    about = summary(_label(settings, incident), mask(plain(incident.title, known)).text, incident)
    why: dict[str, Any] = {"score": round(one.likeness.score, 3), "shared": list(one.likeness.shared), "ended_by": None}
    if ending is not None:
        text = " ".join(mask(plain(ending.text, known)).text.split())
        why["ended_by"] = {"entry": ending.number, "text": text, "permalink": ending.permalink}
    return {"schema": SCHEMA} | about | why


def _lines(settings: Settings, one: Similar, told: dict[str, Any]) -> list[str]:
    from bot.drafting.escape import one_line
    from bot.slack.instants import spoken

    begun = one.incident.started_at or one.incident.declared_at
    when = spoken(begun, one.incident.zone, label=settings.timezone_label) if begun else "time not recorded"
    sorts = [word for word in (one.incident.sort, one.incident.visibility) if word not in ("real", "public")]
    marks = ", ".join(word for word in (when, one.incident.severity, one.incident.status, *sorts) if word)
    ended = told["ended_by"]
    lines = [
        f"{told['incident']} {one_line(told['title'])} ({marks})",
        f"  shares {', '.join(told['shared'][:10])}",
        f"  ended by #{ended['entry']} {ended['text']}" if ended else "  how it was resolved is not recorded",
    ]
    return [*lines, f"  {ended['permalink']}"] if ended and ended["permalink"] else lines


def _label(settings: Settings, incident: Incident) -> str:
    return f"{settings.incident_prefix}-{incident.number}"
