"""Which incidents and entries hold some words, as a viewer may know of them. Knows no words of anybody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Integer, column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.finding import WORDS_MOST, holding, tokens
from storage.tables import Incident
from storage.viewing import Viewer, seen_by

INCIDENTS_MOST = 8


async def incidents_holding(
    session: AsyncSession, viewer: Viewer, words: str
) -> tuple[Sequence[Incident], Mapping[int, Sequence[int]]]:
    """(incidents that hold each of the words or its beginning, the newest first; numbers of the entries by incident).

    Entries that hold the most of the words come first. Both are empty where the words hold nothing to look for.
    """
    wanted = list(dict.fromkeys(tokens(words)))[:WORDS_MOST]
    if not wanted:
        return [], {}
    query = select(Incident).where(seen_by(viewer))
    matches = [holding(session, f"w{place}", word) for place, word in enumerate(wanted)]
    for match in matches:
        found = match.columns(column("incident_id", Integer), column("number", Integer)).subquery()
        query = query.where(col(Incident.id).in_(select(found.c.incident_id)))
    newest = query.order_by(col(Incident.number).desc()).limit(INCIDENTS_MOST)
    incidents = list((await session.execute(newest)).scalars())
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    ids = [one.id for one in incidents]
    for match in matches if incidents else ():
        found = match.columns(column("incident_id", Integer), column("number", Integer)).subquery()
        for incident_id, number in await session.execute(select(found).where(found.c.incident_id.in_(ids))):
            counts[incident_id][number] += 1
    ranked = {one: sorted(held, key=lambda number: (-held[number], number)) for one, held in counts.items()}
    return incidents, ranked
