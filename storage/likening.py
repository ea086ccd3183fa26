"""The past incidents that are most like one, as somebody may know of them. Knows no formula."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from bot.domain.incident import CLOSED, DUPLICATE
from bot.domain.likeness import Likeness, most_like
from bot.domain.timeline import Entry, Kind, Standing
from storage.entries import entries_of
from storage.tables import Incident
from storage.viewing import Viewer, seen_by

_KEPT = SQLModel.metadata.tables["finding"]
#: Of these the last that stands says how an incident ended; the first kind with words is taken.
_ENDINGS = (Kind.FIX, Kind.RESOLVED, Kind.FIX_DETAIL, Kind.MITIGATED)


@dataclass(frozen=True, slots=True)
class Similar:
    """A past incident, how like it is, and the entry that says how it ended (None where none has words)."""

    incident: Incident
    likeness: Likeness
    ending: Entry | None


async def similar_past(session: AsyncSession, incident: Incident, viewer: Viewer | None, most: int) -> list[Similar]:
    """Up to `most` incidents that are over, the most like first. `viewer` None is an operator, who sees all.

    Compared is what `find` finds: the masked words of standing entries. Drills and duplicates are left out.
    """
    said = await _said(session, [incident.id, *await _past(session, incident, viewer)])
    found = most_like(said.pop(incident.id, []), said, most)
    return [Similar(await session.get_one(Incident, one.key), one, await _ending(session, one.key)) for one in found]


async def _past(session: AsyncSession, incident: Incident, viewer: Viewer | None) -> Sequence[int]:
    query = (
        select(col(Incident.id))
        .where(col(Incident.workspace_id) == incident.workspace_id, col(Incident.id) != incident.id)
        .where(or_(col(Incident.status).in_(sorted(CLOSED - {DUPLICATE})), col(Incident.sort) == "past"))
        .where(col(Incident.sort) != "drill", col(Incident.status) != DUPLICATE)
    )
    if viewer is not None:
        query = query.where(seen_by(viewer))
    return (await session.execute(query)).scalars().all()


async def _said(session: AsyncSession, incidents: Collection[int]) -> dict[int, list[str]]:
    """All the words that can be found of each of them."""
    said = select(_KEPT.c.incident_id, func.aggregate_strings(_KEPT.c.words, " ")).group_by(_KEPT.c.incident_id)
    wanted = frozenset(incidents)  # thousands of keys in the statement would be slower than reading all
    return {key: words.split() for key, words in await session.execute(said) if key in wanted}


async def _ending(session: AsyncSession, incident_id: int) -> Entry | None:
    told = await entries_of(session, incident_id, kinds=_ENDINGS)
    with_words = [one for one in told if one.standing is Standing.STANDING and one.text.strip()]
    return min(with_words, key=lambda one: (_ENDINGS.index(one.kind), -one.number), default=None)
