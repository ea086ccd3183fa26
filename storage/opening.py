"""The rows of an incident that is opened: its own, written with those declared beside it, and its channel's."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import SQLModel

from storage.behind import add_behind, add_first
from storage.declaring import declaring
from storage.incidents import add_incident
from storage.tables import Incident
from storage.upsert import replacing

_OPENED = SQLModel.metadata.tables["incident"]
_OPEN = _OPENED.insert().inline()
_ROW = [column.name for column in _OPENED.columns]
#: The key before those that are free, while nobody else can write; and so many that nobody else is given.
_LAST_KEY = select(func.coalesce(func.max(_OPENED.c.id), 0))
_OWN_KEYS = select(func.nextval(func.pg_get_serial_sequence("incident", "id"))).select_from(
    func.generate_series(1, bindparam("most"))
)
_OPEN_ROOM = replacing(
    SQLModel.metadata.tables["channel"],
    ("workspace_id", "slack_id"),
    ("incident_id", "name", "is_private"),
    ("is_archived", "is_deleted"),
)


async def open_incident(session: AsyncSession, incident: Incident) -> None:
    """Write the row of a new incident as it stands, and give it its key; its number must be taken already."""
    here = declaring(session)
    if here is None:
        await add_incident(session, incident)
        return
    if not here.keys:
        here.keys = await _keys(session, here.coming)
    incident.id = here.keys.pop()
    # In one go with those of the incidents declared beside it.
    add_first(session, _OPEN, {name: getattr(incident, name) for name in _ROW})
    make_transient_to_detached(incident)
    session.add(incident)
    here.opened(incident)


async def _keys(session: AsyncSession, most: int) -> list[int]:
    """Keys for so many new incidents at most, the last one first."""
    if session.get_bind().dialect.name == "postgresql":
        return sorted((await session.execute(_OWN_KEYS, {"most": most})).scalars(), reverse=True)
    last = int((await session.execute(_LAST_KEY)).scalar_one())
    return list(range(last + most, last, -1))


def channel_opened(
    session: AsyncSession, workspace_id: int, slack_id: str, *, incident_id: int, name: str, is_private: bool
) -> None:
    """Remember an incident's channel that we made; written with others (`storage.behind`)."""
    facts = {"incident_id": incident_id, "name": name, "is_private": is_private}
    row = {"workspace_id": workspace_id, "slack_id": slack_id, "is_archived": False, "is_deleted": False, **facts}
    add_behind(session, _OPEN_ROOM[session.get_bind().dialect.name], row)
