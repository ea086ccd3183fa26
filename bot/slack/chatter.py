"""Chatter, the bulk of what is said: new messages that record nothing, taken in many at a time. Decides nothing.

What comes of them is what `on_said` would have made of each. Whatever is more than that (an edit, a `!verb`, a message
that has a row, a mark or a twin, somebody we do not know) is left to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import mentioned
from bot.slack.bang import is_typed
from bot.slack.bot import Bot
from bot.slack.intake import SPOKEN, said_in
from storage.chatter import Known, add_said, incident_channels, known_people, met
from storage.transcript import Said

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Words:
    """A message that may be chatter: its place in the batch, who said it, and whom they must be known with."""

    place: int
    event: Event
    author_id: str
    mentions: Sequence[str]


def may_be_chatter(bot: Bot, event: Event) -> bool:
    """Whether an event's own words say that it is somebody's new message and records nothing."""
    return (
        event.get("type") == "message"
        and event.get("subtype") in SPOKEN
        and bool(event.get("ts"))
        and event.get("user") != bot.identity.user_id
        and (bool(event.get("bot_id")) or not is_typed(str(event.get("text") or "")))
    )


async def take_chatter(bot: Bot, session: AsyncSession, events: Sequence[Event]) -> set[int]:
    """Keep those events of a batch that are chatter, in this transaction; their places. The others are untouched."""
    if bot.settings.capture != "all":
        return set()
    words = [_words(place, event) for place, event in enumerate(events)]
    channels = await incident_channels(session, bot.identity.team_id, {_channel_id(one) for one in words})
    words = [one for one in words if (at := channels.get(_channel_id(one))) and one.author_id not in at.awaited]
    if not words:
        return set()
    asked = {one.author_id for one in words}.union(*(one.mentions for one in words))
    people = await known_people(session, bot.identity.team_id, asked)
    said = {
        one.place: (channels[_channel_id(one)].id, said_in(one.event, _event_ts(one.event), people[one.author_id].id))
        for one in words
        if _all_known(one, people)
    }
    new = await _new(session, said)
    await add_said(session, new.values())
    return set(new)


def _words(place: int, event: Event) -> _Words:
    author_id = str(event.get("user") or event.get("bot_id") or "unknown")
    return _Words(place, event, author_id, mentioned(str(event.get("text") or "")))


def _channel_id(one: _Words) -> str:
    return str(one.event.get("channel"))


def _event_ts(event: Event) -> str:
    return str(event.get("event_ts") or event["ts"])


def _all_known(one: _Words, people: Mapping[str, Known]) -> bool:
    """Whether nobody's name is to be asked for: a bot brings its own along."""
    author = people.get(one.author_id)
    if author is None or not (author.named if one.event.get("bot_id") else author.asked):
        return False
    return all((known := people.get(user_id)) is not None and known.asked for user_id in one.mentions)


async def _new(session: AsyncSession, said: Mapping[int, tuple[int, Said]]) -> dict[int, tuple[int, Said]]:
    """Those that stand nowhere yet; of several copies in one batch, the first."""
    if not said:
        return {}
    before = await met(session, said.values())
    messages, clients, new = set(before.messages), set(before.clients), {}
    for place, (channel, one) in said.items():
        twin = (channel, one.client_msg_id) if one.client_msg_id else None
        if (channel, one.ts) in messages or twin in clients:
            continue
        messages.add((channel, one.ts))
        if twin is not None:
            clients.add((channel, str(one.client_msg_id)))
        new[place] = (channel, one)
    return new
