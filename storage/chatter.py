"""Messages that nothing depends on, many at a time in two statements. Knows no event, nor which messages those are.

Each statement is built once, and on tables, not on their classes: building them is most of what they cost. A database
keeps what it has made of a statement under its text, so lists are filled up, for there to be few texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Table, bindparam, insert, literal_column, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from storage import tables
from storage.ahead import filled
from storage.transcript import Said

V = TypeVar("V")


def _table(of: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(of.__tablename__)]


def _one_of(column: Column[Any], name: str) -> ColumnElement[bool]:
    return column.in_(bindparam(name, expanding=True))


_WORKSPACE, _CHANNEL, _INCIDENT = _table(tables.Workspace), _table(tables.Channel), _table(tables.Incident)
_PERSON, _MESSAGE, _REACTION = _table(tables.Person), _table(tables.Message), _table(tables.Reaction)

_PEOPLE = (
    select(_PERSON.c.user_id, _PERSON.c.id, _PERSON.c.fetched_at.is_not(None), _PERSON.c.name.is_not(None))
    .join(_WORKSPACE, _WORKSPACE.c.id == _PERSON.c.workspace_id)
    .where(_WORKSPACE.c.team_id == bindparam("team_id"), _one_of(_PERSON.c.user_id, "user_ids"))
)
_HERE = (
    select(_CHANNEL.c.id)
    .join(_WORKSPACE, _WORKSPACE.c.id == _CHANNEL.c.workspace_id)
    .where(_WORKSPACE.c.team_id == bindparam("team_id"), _one_of(_CHANNEL.c.slack_id, "slack_ids"))
)
# The first column says what a row tells of.
_PLACE: ColumnElement[int] = literal_column("0")
_MET: ColumnElement[int] = literal_column("1")
_TWIN: ColumnElement[int] = literal_column("2")
_STANDING = union_all(
    select(_PLACE, _CHANNEL.c.slack_id, _CHANNEL.c.id, _INCIDENT.c.awaited)
    .join(_INCIDENT, _INCIDENT.c.id == _CHANNEL.c.incident_id)
    .where(_CHANNEL.c.id.in_(_HERE)),
    select(_MET, _MESSAGE.c.ts, _MESSAGE.c.channel_id, null()).where(
        _MESSAGE.c.channel_id.in_(_HERE), _one_of(_MESSAGE.c.ts, "times")
    ),
    select(_MET, _REACTION.c.ts, _REACTION.c.channel_id, null()).where(
        _REACTION.c.channel_id.in_(_HERE), _one_of(_REACTION.c.ts, "times")
    ),
    select(_TWIN, _MESSAGE.c.client_msg_id, _MESSAGE.c.channel_id, null()).where(
        _MESSAGE.c.channel_id.in_(_HERE), _one_of(_MESSAGE.c.client_msg_id, "clients")
    ),
)
_ADD = insert(_MESSAGE)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as intake needs to know them. `asked`: Slack has told us of them; `named`: we have a name."""

    id: int
    asked: bool
    named: bool


@dataclass(frozen=True, slots=True)
class Place:
    """An incident's channel: its key, and whom an escalation waits for there: what they say is more than chatter."""

    id: int
    awaited: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands already where messages come in, as one statement reads it in their own transaction."""

    places: dict[str, Place] = field(default_factory=dict)
    """Those of the channels that belong to an incident, by Slack's id."""
    messages: set[tuple[int, str]] = field(default_factory=set)
    """(channel, ts) of the messages that have a row, or a reaction."""
    clients: set[tuple[int, str]] = field(default_factory=set)
    """(channel, client_msg_id) of those that came before, under whichever ts."""


async def known_people(session: AsyncSession, team_id: str, user_ids: Collection[str]) -> dict[str, Known]:
    """Those of these people that have a row, by Slack's id."""
    found = await session.execute(_PEOPLE, {"team_id": team_id, "user_ids": filled(user_ids)})
    return {user_id: Known(key, bool(asked), bool(named)) for user_id, key, asked, named in found}


async def standing_at(
    session: AsyncSession,
    team_id: str,
    slack_ids: Collection[str],
    times: Collection[str],
    clients: Collection[str],
) -> Standing:
    """What stands in these channels (Slack's ids) of messages with these ts and these client_msg_ids."""
    asked = {
        "team_id": team_id,
        "slack_ids": filled(slack_ids),
        "times": filled(times),
        "clients": filled(clients),
    }
    standing = Standing()
    for sort, name, key, awaited in await session.execute(_STANDING, asked):
        if sort == 0:
            standing.places[name] = Place(key, frozenset(awaited or ()))
        else:
            (standing.messages if sort == 1 else standing.clients).add((key, name))
    return standing


async def add_said(session: AsyncSession, said: Iterable[tuple[int, Said]]) -> None:
    """Add messages that have no row, each with its channel's key. Raises IntegrityError where one has a row after all.

    Whatever else tells of a message (its edit, its mark, its deletion) makes its row in the same transaction; so one
    that another replica heard of since `standing_at` looked is found out here, and nothing is overlooked.
    """
    rows = [
        {
            "channel_id": channel,
            "ts": one.ts,
            "thread_ts": one.thread_ts,
            "person_id": one.person_id,
            "bot_id": one.bot_id,
            "subtype": one.subtype,
            "text": one.text,
            "files": one.files,
            "client_msg_id": one.client_msg_id,
            "event_ts": one.event_ts,
            "edited_ts": one.edited_ts,
        }
        # In one order, so that two replicas never wait for each other crosswise.
        for channel, one in sorted(said, key=lambda pair: (pair[0], pair[1].ts))
    ]
    if rows:
        await session.execute(_ADD, rows)
