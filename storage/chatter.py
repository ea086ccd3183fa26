"""Messages that nothing depends on, many at a time in a few statements. Knows no event, nor which messages those are.

Statements on tables, not on their classes, since the time goes there; and since a database keeps what it has made of
a statement under its text, lists are filled up so that there are few texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Table, insert, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from storage import tables
from storage.transcript import Said

V = TypeVar("V")


def _table(of: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(of.__tablename__)]


_WORKSPACE, _CHANNEL, _PERSON = _table(tables.Workspace), _table(tables.Channel), _table(tables.Person)
_INCIDENT = _table(tables.Incident)
_MESSAGE, _REACTION = _table(tables.Message), _table(tables.Reaction)


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
class Met:
    """What stands already of messages that come in, by the channel's key: none of these is new and on its own."""

    messages: frozenset[tuple[int, str]]
    """(channel, ts) of those that have a row, or a reaction."""
    clients: frozenset[tuple[int, str]]
    """(channel, client_msg_id) of those that came before, under whichever ts."""


async def incident_channels(session: AsyncSession, team_id: str, slack_ids: Collection[str]) -> dict[str, Place]:
    """Those of these channels that belong to an incident, by Slack's id."""
    query = (
        select(_CHANNEL.c.slack_id, _CHANNEL.c.id, _INCIDENT.c.awaited)
        .join(_WORKSPACE, _WORKSPACE.c.id == _CHANNEL.c.workspace_id)
        .join(_INCIDENT, _INCIDENT.c.id == _CHANNEL.c.incident_id)
        .where(_WORKSPACE.c.team_id == team_id, _CHANNEL.c.slack_id.in_(_filled(slack_ids)))
    )
    found = await (await session.connection()).execute(query)
    return {slack_id: Place(key, frozenset(awaited or ())) for slack_id, key, awaited in found}


async def known_people(session: AsyncSession, team_id: str, user_ids: Collection[str]) -> dict[str, Known]:
    """Those of these people that have a row, by Slack's id."""
    query = (
        select(_PERSON.c.user_id, _PERSON.c.id, _PERSON.c.fetched_at.is_not(None), _PERSON.c.name.is_not(None))
        .join(_WORKSPACE, _WORKSPACE.c.id == _PERSON.c.workspace_id)
        .where(_WORKSPACE.c.team_id == team_id, _PERSON.c.user_id.in_(_filled(user_ids)))
    )
    found = await (await session.connection()).execute(query)
    return {user_id: Known(key, bool(asked), bool(named)) for user_id, key, asked, named in found}


async def met(session: AsyncSession, said: Collection[tuple[int, Said]]) -> Met:
    """What stands already of messages, each with its channel's key."""
    channels = _filled({channel for channel, _ in said})
    times = _filled({one.ts for _, one in said})
    clients = _filled({one.client_msg_id for _, one in said if one.client_msg_id})
    rows = select(literal_column("0"), _MESSAGE.c.channel_id, _MESSAGE.c.ts)
    marks = select(literal_column("0"), _REACTION.c.channel_id, _REACTION.c.ts)
    twins = select(literal_column("1"), _MESSAGE.c.channel_id, _MESSAGE.c.client_msg_id)
    query = union_all(
        rows.where(_MESSAGE.c.channel_id.in_(channels), _MESSAGE.c.ts.in_(times)),
        marks.where(_REACTION.c.channel_id.in_(channels), _REACTION.c.ts.in_(times)),
        twins.where(_MESSAGE.c.channel_id.in_(channels), _MESSAGE.c.client_msg_id.in_(clients)),
    )
    found = (await (await session.connection()).execute(query)).all()
    return Met(
        frozenset((channel, what) for twin, channel, what in found if not twin),
        frozenset((channel, what) for twin, channel, what in found if twin),
    )


async def add_said(session: AsyncSession, said: Iterable[tuple[int, Said]]) -> None:
    """Add messages that have no row, each with its channel's key. Raises IntegrityError where one has a row after all.

    Whatever else tells of a message (its edit, its mark, its deletion) makes its row in the same transaction; so one
    that another replica heard of since `met` looked is found out here, and nothing is overlooked.
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
        await (await session.connection()).execute(insert(_MESSAGE), rows)


def _filled(values: Collection[V]) -> Sequence[V]:
    """The values, the last one repeated until their number is a power of two."""
    listed = list(values)
    return listed + listed[-1:] * ((1 << max(0, len(listed) - 1).bit_length()) - len(listed))
