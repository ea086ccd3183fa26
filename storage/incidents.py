"""Incidents and channels as they are remembered, and the cache of each incident's state. Knows no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import SQLModel, col

from bot.domain.incident import IncidentState
from storage.ahead import held
from storage.behind import add_behind, guard_by
from storage.declaring import declaring
from storage.people import meet, person_of, workspace_of
from storage.tables import Channel, Incident, Person, Workspace
from storage.upsert import insert_once

#: The fields of the incident's row that are a cache of the fold.
CACHED = (
    "title",
    "severity",
    "status",
    "visibility",
    "sort",
    "commander_id",
    "duplicate_of",
    "declared_at",
    "started_at",
    "start_assumed",
    "detected_at",
    "mitigated_at",
    "resolved_at",
)

#: Statements of every command and message, put together once.
_LOCKED = (
    select(Incident)
    .where(col(Incident.id) == bindparam("id"))
    # A number stays what it is, so that jobs may note down what belongs to it meanwhile (a foreign key asks to share
    # it): each waiting for the other, they ended in deadlocks.
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_COUNTED = SQLModel.metadata.tables["workspace"]
_TAKE_NUMBER = (
    update(_COUNTED)
    .where(_COUNTED.c.id == bindparam("workspace"))
    .values(incident_counter=_COUNTED.c.incident_counter + 1)
    .returning(_COUNTED.c.incident_counter)
)
_COUNT = update(_COUNTED).where(_COUNTED.c.id == bindparam("counted")).values(incident_counter=bindparam("number"))
_OPENED = SQLModel.metadata.tables["incident"]
_KEEP_COUNTERS = (
    update(_OPENED)
    .where(_OPENED.c.id == bindparam("counted"))
    .values(entry_counter=bindparam("entries"), version=bindparam("changes"))
)
#: As that, where the incident is as it was seen and nobody else has it: this one waits for none.
_SEEN = _OPENED.alias("seen")
_FREE = (
    select(_SEEN.c.id)
    .where(_SEEN.c.id == bindparam("counted"), _SEEN.c.version == bindparam("as_seen"))
    .with_for_update(key_share=True, skip_locked=True)
)
_KEEP_COUNTERS_AS_SEEN = (
    update(_OPENED)
    .where(_OPENED.c.id.in_(_FREE))
    .values(entry_counter=bindparam("entries"), version=bindparam("changes"))
    .returning(_OPENED.c.id)
)
_BY_ID = select(Incident).where(col(Incident.id) == bindparam("id"))
_CHANNEL = select(Channel).where(
    col(Channel.workspace_id) == bindparam("workspace"), col(Channel.slack_id) == bindparam("slack_id")
)
_CHANNEL_NAMED = select(Channel).where(
    col(Channel.workspace_id) == bindparam("workspace"),
    col(Channel.name) == bindparam("name"),
    col(Channel.is_archived).is_(False),
    col(Channel.is_deleted).is_(False),
)
_CHANNEL_OF = select(Channel).where(col(Channel.incident_id) == bindparam("incident")).order_by(col(Channel.id).desc())
_CHANNELS = (
    select(Channel)
    .where(col(Channel.incident_id).in_(bindparam("incidents", expanding=True)))
    .order_by(col(Channel.id))
)
_ROOM = SQLModel.metadata.tables["channel"]
_IS_OURS = (
    select(_ROOM.c.id)
    .join(_COUNTED, _COUNTED.c.id == _ROOM.c.workspace_id)
    .where(_COUNTED.c.team_id == bindparam("team_id"), _ROOM.c.slack_id == bindparam("slack_id"))
    .where(_ROOM.c.incident_id.is_not(None))
)
_PLACE = (
    select(Workspace, Channel, Incident)
    .join(Channel, col(Channel.workspace_id) == col(Workspace.id))
    .join(Incident, col(Incident.id) == col(Channel.incident_id))
    .where(col(Workspace.team_id) == bindparam("team_id"), col(Channel.slack_id) == bindparam("slack_id"))
)
_WHEREABOUTS = (
    select(Workspace, Person, Channel, Incident)
    .select_from(Workspace)
    .outerjoin(Person, and_(col(Person.workspace_id) == col(Workspace.id), col(Person.user_id) == bindparam("user_id")))
    .outerjoin(
        Channel, and_(col(Channel.workspace_id) == col(Workspace.id), col(Channel.slack_id) == bindparam("slack_id"))
    )
    .outerjoin(Incident, col(Incident.id) == col(Channel.incident_id))
    .where(col(Workspace.team_id) == bindparam("team_id"))
)


def cached_fields(state: IncidentState) -> dict[str, object]:
    """What the row must hold for a state."""
    return {name: getattr(state, name) for name in CACHED}


async def take_incident_number(session: AsyncSession, workspace_id: int) -> int:
    """The next INC number, taken in this transaction."""
    here = declaring(session)
    if here is not None and here.number is not None:
        here.number += 1
        add_behind(session, _COUNT, {"counted": workspace_id, "number": here.number}, once=workspace_id)
        return here.number
    with session.no_autoflush:  # what waits to be written has no part in it
        number = int((await session.execute(_TAKE_NUMBER, {"workspace": workspace_id})).scalar_one())
    if here is not None:
        here.number = number
    return number


def next_entry(session: AsyncSession, incident: Incident) -> int:
    """The next number of an entry, taken in this transaction. The caller holds the incident (`lock_incident`)."""
    return _count_up(session, incident, "entry_counter")


def next_version(session: AsyncSession, incident: Incident) -> int:
    """The number of a further change, likewise."""
    return _count_up(session, incident, "version")


def _count_up(session: AsyncSession, incident: Incident, counter: str) -> int:
    # Past the ORM, whose looking for what changed costs three times what the statement does.
    number: int = getattr(incident, counter) + 1
    set_committed_value(incident, counter, number)
    counters = {"counted": incident.id, "entries": incident.entry_counter, "changes": incident.version}
    here = held(session)
    if here is None or here.as_seen is None:
        add_behind(session, _KEEP_COUNTERS, counters, once=incident.id)
    else:
        guard_by(session, _KEEP_COUNTERS_AS_SEEN, counters | {"as_seen": here.as_seen})
    return number


async def add_incident(session: AsyncSession, incident: Incident) -> Incident:
    """Add an incident's row; its number must be taken already."""
    session.add(incident)
    await session.flush()
    return incident


async def incident_by_id(session: AsyncSession, incident_id: int) -> Incident:
    """The incident of a primary key that we stored ourselves. Raises NoResultFound."""
    return (await session.execute(_BY_ID, {"id": incident_id})).scalar_one()


async def lock_incident(session: AsyncSession, incident_id: int) -> Incident:
    """The incident's row as it is now, held until the transaction ends. Raises NoResultFound.

    In a `Brief` it is as it was seen, and what is recorded is only written where it still is so.
    """
    here = held(session)
    if here is not None and here.incident.id == incident_id:
        return here.incident
    if session.get_bind().dialect.name == "sqlite":
        # Its one writer holds everything from the start, so what this transaction has read is what there is.
        return await session.get_one(Incident, incident_id)
    return (await session.execute(_LOCKED, {"id": incident_id})).scalar_one()


async def incidents_of(session: AsyncSession, workspace_id: int) -> list[Incident]:
    """All incidents of a workspace, the newest first."""
    query = select(Incident).where(col(Incident.workspace_id) == workspace_id).order_by(col(Incident.number).desc())
    return list((await session.execute(query)).scalars())


async def every_incident(session: AsyncSession) -> list[Incident]:
    """All incidents of all workspaces, the newest first: for the command line, which sees everything."""
    query = select(Incident).order_by(col(Incident.workspace_id), col(Incident.number).desc())
    return list((await session.execute(query)).scalars())


async def channel_of(session: AsyncSession, workspace_id: int, slack_id: str) -> Channel | None:
    """The channel of a Slack id, where we know it."""
    asked = {"workspace": workspace_id, "slack_id": slack_id}
    return (await session.execute(_CHANNEL, asked)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody asks for something: `channel` and `incident` are None where it is none of ours."""

    workspace: Workspace
    person: Person
    channel: Channel | None
    incident: Incident | None


async def whereabouts(session: AsyncSession, team_id: str, slack_id: str, user_id: str) -> Whereabouts:
    """Who asks and where; workspace and person are made on first sight."""
    if (together := declaring(session)) is not None and together.workspace.team_id == team_id:
        person = await person_of(session, together.workspace.id, user_id)
        return Whereabouts(together.workspace, person, *together.places.get(slack_id, (None, None)))
    here = held(session)
    if here is not None and (here.workspace.team_id, here.channel.slack_id) == (team_id, slack_id):
        person = here.people.get(user_id) or await person_of(session, here.workspace.id, user_id)
        meet(session, person)
        return Whereabouts(here.workspace, person, here.channel, here.incident)
    asked = {"team_id": team_id, "slack_id": slack_id, "user_id": user_id}
    found = (await session.execute(_WHEREABOUTS, asked)).one_or_none()
    workspace: Workspace = found[0] if found else await workspace_of(session, team_id)
    person = (found[1] if found else None) or await person_of(session, workspace.id, user_id)
    meet(session, person)
    return Whereabouts(workspace, person, *(found[2:] if found else (None, None)))


async def place_of(session: AsyncSession, team_id: str, slack_id: str) -> tuple[Workspace, Channel, Incident] | None:
    """The workspace, channel and incident of a Slack channel; None where it is none of ours."""
    found = (await session.execute(_PLACE, {"team_id": team_id, "slack_id": slack_id})).one_or_none()
    return (found[0], found[1], found[2]) if found else None


async def is_ours(session: AsyncSession, team_id: str, slack_id: str) -> bool:
    """Whether a Slack channel is an incident's."""
    asked = {"team_id": team_id, "slack_id": slack_id}
    return (await session.execute(_IS_OURS, asked)).scalar_one_or_none() is not None


async def channel_of_incident(session: AsyncSession, incident_id: int) -> Channel | None:
    """The channel of an incident; None until it is opened."""
    return (await session.execute(_CHANNEL_OF, {"incident": incident_id})).scalars().first()


async def channels_of_incidents(session: AsyncSession, incident_ids: Sequence[int]) -> dict[int, Channel]:
    """The channel of each of these incidents that has one, by the incident's key."""
    here = declaring(session)
    if here is None:
        return await _channels_of(session, incident_ids)
    if unknown := [one for one in incident_ids if one not in here.rooms]:
        here.rooms |= dict.fromkeys(unknown) | await _channels_of(session, unknown)
    known = {one: here.rooms[one] for one in incident_ids}
    return {one: channel for one, channel in known.items() if channel is not None}


async def _channels_of(session: AsyncSession, incident_ids: Sequence[int]) -> dict[int, Channel]:
    found = (await session.execute(_CHANNELS, {"incidents": list(incident_ids)})).scalars()
    return {one.incident_id: one for one in found if one.incident_id is not None}


async def channel_named(session: AsyncSession, workspace_id: int, name: str) -> Channel | None:
    """A channel that we know under this name and that can be posted to."""
    asked = {"workspace": workspace_id, "name": name}
    return (await session.execute(_CHANNEL_NAMED, asked)).scalars().first()


async def remember_channel(session: AsyncSession, workspace_id: int, slack_id: str, **facts: object) -> Channel:
    """The channel of a Slack id with these facts, made on first sight."""
    found = await channel_of(session, workspace_id, slack_id)
    if found is None:
        values = {"is_private": False, "is_archived": False, "is_deleted": False} | facts
        await insert_once(session, Channel, workspace_id=workspace_id, slack_id=slack_id, **values)
        found = await channel_of(session, workspace_id, slack_id)
        assert found is not None
    for name, value in facts.items():
        setattr(found, name, value)
    session.add(found)
    return found


async def open_incident_count(session: AsyncSession, workspace_id: int) -> int:
    """How many incidents are open."""
    query = (
        select(func.count())
        .select_from(Incident)
        .where(
            col(Incident.workspace_id) == workspace_id,
            col(Incident.status).not_in(("resolved", "cancelled", "duplicate")),
        )
    )
    return int((await session.execute(query)).scalar_one())
