"""Workspaces, people and user groups as they are remembered. Knows no Slack client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.markup import Names
from storage.prepared import read
from storage.tables import Channel, Person, UserGroup, Workspace
from storage.upsert import insert_once

#: The team id of a workspace that the bot has not met yet.
AWAITED = "-"
#: Statements of every command, put together once.
_WORKSPACE = select(Workspace).where(col(Workspace.team_id) == bindparam("team_id"))
_PERSON = select(Person).where(
    col(Person.workspace_id) == bindparam("workspace_id"), col(Person.user_id) == bindparam("user_id")
)
_FIND = (
    select(Person)
    .join(Workspace, col(Workspace.id) == col(Person.workspace_id))
    .where(col(Workspace.team_id) == bindparam("team_id"), col(Person.user_id) == bindparam("user_id"))
)


def _named(sort: int, slack_id: Any, name: Any, workspace_id: Any) -> Select[Any]:
    known = (col(workspace_id) == bindparam("workspace"), col(name).is_not(None))
    return select(literal_column(str(sort)), col(slack_id), col(name)).where(*known)


_NAMES = union_all(
    _named(0, Person.user_id, Person.name, Person.workspace_id),
    # Of a private incident's channel the name tells the title: Slack shows it to nobody who is not in it, nor do we.
    _named(1, Channel.slack_id, Channel.name, Channel.workspace_id).where(col(Channel.is_private).is_(False)),
    _named(2, UserGroup.group_id, UserGroup.handle, UserGroup.workspace_id),
)
#: Where a session keeps whom it has read already: who asks is mostly who records and who is the author.
_MET = "people met"


async def workspace_of(session: AsyncSession, team_id: str, enterprise_id: str | None = None) -> Workspace:
    """The workspace of a team id, made on first sight."""
    found = (await session.execute(_WORKSPACE, {"team_id": team_id})).scalar_one_or_none()
    if found is None and team_id != AWAITED:
        # What was imported before the bot first met its workspace is that workspace's.
        adopt = update(Workspace).where(col(Workspace.team_id) == AWAITED).values(team_id=team_id)
        await session.execute(adopt)
        found = (await session.execute(_WORKSPACE, {"team_id": team_id})).scalar_one_or_none()
    if found is None:
        await insert_once(session, Workspace, team_id=team_id, enterprise_id=enterprise_id, incident_counter=0)
        found = (await session.execute(_WORKSPACE, {"team_id": team_id})).scalar_one()
    return found


async def home_workspace(session: AsyncSession) -> Workspace:
    """The workspace that a command line without Slack works for: the first that the bot met, else the one to come."""
    found = (await session.execute(select(Workspace).order_by(col(Workspace.id)).limit(1))).scalar_one_or_none()
    return found or await workspace_of(session, AWAITED)


async def person_of(session: AsyncSession, workspace_id: int, user_id: str) -> Person:
    """The person of a Slack user id, made on first sight (then `standing` is unknown until somebody looks)."""
    met: dict[tuple[int, str], Person] = session.info.setdefault(_MET, {})
    if (known := met.get((workspace_id, user_id))) is not None:
        return known
    whom = {"workspace_id": workspace_id, "user_id": user_id}
    found = (await session.execute(_PERSON, whom)).scalar_one_or_none()
    if found is None:
        await insert_once(
            session,
            Person,
            workspace_id=workspace_id,
            user_id=user_id,
            standing="bot" if user_id.startswith("B") else "unknown",
            is_deactivated=False,
        )
        found = (await session.execute(_PERSON, whom)).scalar_one()
    meet(session, found)
    return found


def meet(session: AsyncSession, person: Person) -> None:
    """Have `person_of` know somebody whom this session has read."""
    session.info.setdefault(_MET, {})[person.workspace_id, person.user_id] = person


async def learn_person(session: AsyncSession, workspace_id: int, user_id: str, *, at: datetime, **facts: Any) -> Person:
    """Remember what Slack told of a person (name, handle, tz, team_id, standing, is_deactivated)."""
    person = await person_of(session, workspace_id, user_id)
    for name, value in facts.items():
        setattr(person, name, value)
    person.fetched_at = at
    session.add(person)
    return person


async def unknown_people(session: AsyncSession, workspace_id: int, user_ids: list[str]) -> list[str]:
    """Those of the ids whose names nobody has told us yet."""
    if not user_ids:
        return []
    query = select(col(Person.user_id)).where(
        col(Person.workspace_id) == workspace_id,
        col(Person.user_id).in_(user_ids),
        col(Person.fetched_at).is_not(None),
    )
    known = set((await session.execute(query)).scalars())
    return [user_id for user_id in user_ids if user_id not in known]


async def learn_group(session: AsyncSession, workspace_id: int, group_id: str, handle: str, *, at: datetime) -> None:
    """Remember a user group's handle."""
    await insert_once(session, UserGroup, workspace_id=workspace_id, group_id=group_id, handle=handle, fetched_at=at)
    await session.execute(
        update(UserGroup)
        .where(col(UserGroup.workspace_id) == workspace_id, col(UserGroup.group_id) == group_id)
        .values(handle=handle, fetched_at=at)
    )


async def keep_members(
    session: AsyncSession, workspace_id: int, groups: Mapping[str, Sequence[Any]], *, at: datetime
) -> None:
    """Remember who is in these user groups: id -> (handle, ids of people); in all others nobody is, as far as told."""
    others = update(UserGroup).where(col(UserGroup.workspace_id) == workspace_id)
    await session.execute(others.where(col(UserGroup.group_id).not_in(list(groups))).values(members=None))
    for group_id, (handle, members) in groups.items():
        await learn_group(session, workspace_id, group_id, str(handle), at=at)
        this = update(UserGroup).where(col(UserGroup.workspace_id) == workspace_id)
        await session.execute(this.where(col(UserGroup.group_id) == group_id).values(members=list(members)))


async def groups_with(session: AsyncSession, workspace_id: int, user_id: str) -> list[tuple[str, str]]:
    """(id, handle) of the user groups that somebody is known to be in."""
    query = select(UserGroup).where(col(UserGroup.workspace_id) == workspace_id, col(UserGroup.members).is_not(None))
    found = (await session.execute(query)).scalars()
    return [(one.group_id, one.handle or "") for one in found if user_id in (one.members or ())]


async def names(session: AsyncSession, workspace_id: int) -> Names:
    """Display names of everybody, every group and every channel that is not private, as we know them in a workspace."""
    found: tuple[dict[str, str], ...] = ({}, {}, {})
    for sort, slack_id, name in await read(session, _NAMES, {"workspace": workspace_id}):
        found[sort][slack_id] = str(name)
    return Names(*found)


async def find_person(session: AsyncSession, team_id: str, user_id: str) -> Person | None:
    """The person of a team's user id, or None; never makes one."""
    return (await session.execute(_FIND, {"team_id": team_id, "user_id": user_id})).scalar_one_or_none()


async def person_of_id(session: AsyncSession, person_id: int | None) -> Person | None:
    """The person of a primary key that we stored ourselves."""
    return await session.get(Person, person_id) if person_id is not None else None


async def active_handles(session: AsyncSession, workspace_id: int, handles: list[str]) -> dict[str, str]:
    """Ids of people by their handle (in small letters), as far as we have met them; nobody who is deactivated."""
    query = select(func.lower(col(Person.handle)), col(Person.user_id)).where(
        col(Person.workspace_id) == workspace_id,
        func.lower(col(Person.handle)).in_(handles),
        col(Person.is_deactivated).is_(False),
        col(Person.fetched_at).is_not(None),
    )
    return {str(handle): str(user_id) for handle, user_id in await session.execute(query)}
