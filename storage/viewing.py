"""Reading incidents as somebody: each read that answers a person takes its viewer, so that nothing private leaks.

Jobs and the command line read without one, through `storage.incidents`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, bindparam, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.incident import CLOSED
from bot.domain.tasks import TASK_KINDS
from bot.domain.timeline import Entry as Recorded
from storage.declaring import declaring
from storage.entry_rows import as_entry, select_entries
from storage.tables import Entry, Incident, Person


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads, and from where. `within` is the incident in whose channel they stand (they are a member of it there).

    `sees_others` is False for guests and outsiders, who see no incident but the one they are in. `also`: the keys of
    incidents in whose channels Slack has just said that they are.
    """

    workspace_id: int
    within: int | None = None
    sees_others: bool = True
    also: frozenset[int] = frozenset()


#: Of every declaration; put together once.
_OPEN_SINCE = (
    select(Incident)
    .where(col(Incident.workspace_id) == bindparam("workspace"), col(Incident.declared_at) >= bindparam("since"))
    .where(col(Incident.visibility) == "public", col(Incident.sort) == bindparam("sort"))
    .where(col(Incident.id) != bindparam("but"), col(Incident.status).not_in(sorted(CLOSED)))
    .order_by(col(Incident.number).desc())
    .limit(bindparam("most"))
)


async def incidents_seen(session: AsyncSession, viewer: Viewer) -> list[Incident]:
    """The incidents that a viewer may know of, the newest first: public ones, and the one they stand in."""
    query = select(Incident).where(seen_by(viewer)).order_by(col(Incident.number).desc())
    return list((await session.execute(query)).scalars())


async def open_since(
    session: AsyncSession, viewer: Viewer, like: Incident, since: datetime, most: int
) -> list[Incident]:
    """Up to `most` of the public ones that are open, of the same sort as `like`, and declared since then."""
    if not viewer.sees_others:
        return []
    here = declaring(session)
    if here is not None and like.sort in here.recent:
        known = (one for one in here.recent[like.sort] if one.id != like.id)
        lately = (one for one in known if one.declared_at is not None and one.declared_at >= since)
        return list(islice(lately, most))
    asked = {"workspace": viewer.workspace_id, "since": since, "but": like.id, "sort": like.sort, "most": most}
    found = list((await session.execute(_OPEN_SINCE, asked)).scalars())
    if here is not None and like.visibility == "public":
        here.recent[like.sort] = [like, *found]
    return found


async def incident_seen(session: AsyncSession, viewer: Viewer, number: int) -> Incident | None:
    """The incident of a number, if the viewer may know of it; one that they may not is the same as none."""
    query = select(Incident).where(seen_by(viewer), col(Incident.number) == number)
    return (await session.execute(query)).scalar_one_or_none()


async def tasks_seen(session: AsyncSession, viewer: Viewer) -> list[tuple[Incident, list[Recorded]]]:
    """All that says anything about tasks, of each incident that a viewer may know of, the newest incident first."""
    kinds = [str(kind) for kind in TASK_KINDS]
    about = select_entries(col(Entry.incident_id)).where(col(Entry.kind).in_(kinds), col(Entry.latest))
    about = about.join(Incident, col(Incident.id) == col(Entry.incident_id)).where(seen_by(viewer))
    told: dict[int, list[Recorded]] = defaultdict(list)
    for row in await session.execute(about.order_by(col(Entry.number))):
        told[row[-1]].append(as_entry(row))
    seen = select(Incident).where(col(Incident.id).in_(list(told))).order_by(col(Incident.number).desc())
    return [(incident, told[incident.id]) for incident in (await session.execute(seen)).scalars()]


async def incident_declared_by(session: AsyncSession, workspace_id: int, number: int, user_id: str) -> Incident | None:
    """The incident of a number, for who declared it: a private one may have no channel to stand in yet."""
    query = (
        select(Incident)
        .join(Entry, (col(Entry.incident_id) == col(Incident.id)) & (col(Entry.number) == 1))
        .join(Person, col(Person.id) == col(Entry.author_id))
        .where(col(Incident.workspace_id) == workspace_id, col(Incident.number) == number)
        .where(col(Entry.version) == 1, col(Person.user_id) == user_id)
    )
    return (await session.execute(query)).scalar_one_or_none()


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that an incident is one that a viewer may know of."""
    own = col(Incident.id) == viewer.within if viewer.within is not None else ~true()
    public = col(Incident.visibility) == "public" if viewer.sees_others else ~true()
    return (col(Incident.workspace_id) == viewer.workspace_id) & or_(public, own, col(Incident.id).in_(viewer.also))
