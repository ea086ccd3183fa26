"""Messages that nothing depends on, many at a time in two statements. Knows no event, nor which messages those are.

Each statement is built once, and on tables, not on their classes: building them is most of what they cost. A database
keeps what it has made of a statement under its text, so lists are filled up or one parameter: few texts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    CompoundSelect,
    String,
    Table,
    bindparam,
    column,
    insert,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel

from storage import tables
from storage.prepared import filled
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
# The first column says what a row tells of.
_PLACE: ColumnElement[int] = literal_column("0")
_MET: ColumnElement[int] = literal_column("1")
_TWIN: ColumnElement[int] = literal_column("2")


class _Each(FunctionElement[Any]):
    """The elements of a list in JSON, a row each. One parameter, however many they are."""

    inherit_cache = True
    type = JSON()


@compiles(_Each, "sqlite")
def _each_in_sqlite(of: _Each, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(of.clauses, **how)})"


@compiles(_Each, "postgresql")
def _each_in_postgresql(of: _Each, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(of.clauses, **how)} AS JSON))"


def _standing() -> CompoundSelect[tuple[int, str, int, Any]]:
    """Each message is looked up by itself, in its index.

    With lists instead of that, PostgreSQL reads the whole channel for each batch while it has no statistics of it, as
    in every new channel: twenty times what all else costs together.
    """
    each = _Each(bindparam("said", type_=String())).table_valued(column("value", JSON), name="each")
    asked = select(*(each.c.value[n].as_string().label(name) for n, name in enumerate(("slack_id", "ts", "client"))))
    said = asked.cte("said")
    here = (
        select(_CHANNEL.c.id, _CHANNEL.c.slack_id, _INCIDENT.c.awaited)
        .join(_WORKSPACE, _WORKSPACE.c.id == _CHANNEL.c.workspace_id)
        .join(_INCIDENT, _INCIDENT.c.id == _CHANNEL.c.incident_id)
        .where(_WORKSPACE.c.team_id == bindparam("team_id"), _CHANNEL.c.slack_id.in_(select(said.c.slack_id)))
        .cte("here")
    )

    def found(table: Table, by: str, of: ColumnElement[str]) -> ColumnElement[bool]:
        one = select(table.c.id).where(table.c.channel_id == here.c.id, table.c[by] == of).limit(1)
        return one.scalar_subquery().is_not(None)

    both = said.join(here, here.c.slack_id == said.c.slack_id)
    met = or_(found(_MESSAGE, "ts", said.c.ts), found(_REACTION, "ts", said.c.ts))
    twin = found(_MESSAGE, "client_msg_id", said.c.client)
    return union_all(
        select(_PLACE, here.c.slack_id, here.c.id, here.c.awaited),
        select(_MET, said.c.ts, here.c.id, null()).select_from(both).where(met),
        select(_TWIN, said.c.client, here.c.id, null()).select_from(both).where(twin),
    )


_STANDING = _standing()
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


async def standing_at(session: AsyncSession, team_id: str, said: Collection[tuple[str, str, str | None]]) -> Standing:
    """What stands of messages that came in: each by its channel (Slack's id), its ts and its client_msg_id."""
    standing = Standing()
    asked = {"team_id": team_id, "said": json.dumps(list(said))}
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
