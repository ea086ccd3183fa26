"""Chatter, the bulk of what is said: new messages that record nothing, taken in many at a time. Decides nothing.

What comes of them is what `on_said` would have made of each. Whatever is more than that (an edit, a `!verb`, a message
that has a row, a mark or a twin, somebody we do not know or an escalation waits for) is left to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import mentioned
from bot.slack.bang import is_typed
from bot.slack.bot import Bot
from bot.slack.intake import SPOKEN, said_in
from storage.chatter import Known, Standing, add_said, known_people, standing_at
from storage.transcript import Said

Event = Mapping[str, Any]


class Chatter:
    """One of them in each process. It remembers who is known: nobody is forgotten again, by whichever replica."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._people: dict[str, Known] = {}

    def may_be(self, event: Event) -> bool:
        """Whether an event's own words say that it is somebody's new message and records nothing."""
        return (
            event.get("type") == "message"
            and event.get("subtype") in SPOKEN
            and bool(event.get("ts"))
            and not event.get("files")  # which are wanted besides the words
            and self._bot.settings.capture == "all"
            and event.get("user") != self._bot.identity.user_id
            and (bool(event.get("bot_id")) or not is_typed(_text(event)))
        )

    async def take(self, session: AsyncSession, events: Sequence[Event]) -> set[int]:
        """Keep those events of a batch that are chatter, in this transaction; their places. The others are untouched.

        Only for events that `may_be`. Raises what the database raises; then nothing of the batch is to be kept.
        """
        await self._meet(session, events)
        standing = await standing_at(
            session,
            self._bot.identity.team_id,
            [(_channel_id(event), str(event["ts"]), str(event.get("client_msg_id") or "") or None) for event in events],
        )
        new: dict[int, tuple[int, Said]] = {}
        for number, event in enumerate(events):
            place, author = standing.places.get(_channel_id(event)), self._author(event)
            if place is None or author is None or _author_id(event) in place.awaited:
                continue
            said = said_in(event, str(event.get("event_ts") or event["ts"]), author.id)
            if _is_new(standing, place.id, said):
                new[number] = (place.id, said)
        await add_said(session, new.values())
        return set(new)

    async def _meet(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Look up those who speak or are spoken of, and whom Slack had not told us of when we last looked."""
        bots = {_author_id(event) for event in events if event.get("bot_id")}
        heard = {_author_id(event) for event in events}.union(*(mentioned(_text(event)) for event in events))
        unmet = {one for one in heard if not ((known := self._people.get(one)) and (known.asked or one in bots))}
        if unmet:
            self._people |= await known_people(session, self._bot.identity.team_id, unmet)

    def _author(self, event: Event) -> Known | None:
        """Who said it; None where anybody's name is still to be asked for. A bot brings its own along."""
        author = self._people.get(_author_id(event))
        if author is None or not (author.named if event.get("bot_id") else author.asked):
            return None
        mentions = (self._people.get(user_id) for user_id in mentioned(_text(event)))
        return author if all(one is not None and one.asked for one in mentions) else None


def _is_new(standing: Standing, channel: int, said: Said) -> bool:
    """Whether it stands nowhere yet; from then on it does, so that of several copies in a batch the first is new."""
    message, twin = (channel, said.ts), (channel, said.client_msg_id or "")
    if message in standing.messages or twin in standing.clients:
        return False
    standing.messages.add(message)
    if said.client_msg_id:
        standing.clients.add(twin)
    return True


def _text(event: Event) -> str:
    return str(event.get("text") or "")


def _author_id(event: Event) -> str:
    return str(event.get("user") or event.get("bot_id") or "unknown")


def _channel_id(event: Event) -> str:
    return str(event.get("channel"))
