"""The way in for what happens in the incidents' channels: durable when `take` returns. Knows no transport."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.slack.answering import heard_from
from bot.slack.arriving import on_join
from bot.slack.bang import is_typed
from bot.slack.bot import Bot
from bot.slack.chatter import Chatter
from bot.slack.intake import on_message
from bot.slack.people import get_to_know
from bot.slack.reactions import on_pin, on_reaction
from bot.slack.scene import Scene, scene
from storage.batching import GroupCommit
from storage.incidents import is_ours

EventHandler = Callable[[Scene, Mapping[str, Any]], Awaitable[None]]

#: Events in one of our channels, by type.
IN_CHANNEL: Mapping[str, EventHandler] = {
    "message": on_message,
    "reaction_added": on_reaction,
    "reaction_removed": on_reaction,
    "pin_added": on_pin,
    "pin_removed": on_pin,
    "member_joined_channel": on_join,
}


class Inlet:
    """One of them in each process. What comes together is committed together."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._chatter = Chatter(bot)
        self._commit = GroupCommit(bot.db, at_once=self._chatter.take)
        self._ours: set[str] = set()

    async def take(self, event: Mapping[str, Any]) -> None:
        """One event of a type in IN_CHANNEL. Raises what the database raises, and Overloaded: then it is not kept."""
        channel_id = _channel_id(event)
        if not await self._is_ours(channel_id):
            return
        if actor_id := acting(self._bot, event):
            # Who records or marks must be known first: a member may do more than somebody unknown, a bot nothing.
            await get_to_know(self._bot, self._bot.identity.team_id, actor_id)

        async def alone(session: AsyncSession) -> None:
            here = await scene(self._bot, session, channel_id)
            if here is not None:
                await IN_CHANNEL[str(event["type"])](here, event)
                await heard_from(here, event)

        if self._chatter.may_be(event):
            await self._commit.take(event, alone)
        else:
            await self._commit.run(alone)

    async def _is_ours(self, channel_id: str) -> bool:
        """Most channels we hear of are none of ours: a look tells, so that they never wait for the one writer.

        Only a yes is remembered, since another replica may be opening the channel now; whether it still holds is read
        again by whoever writes. What is said before a channel's row is written is read back once it is (`opening`).
        """
        if channel_id in self._ours:
            return True
        async with self._bot.db.read() as session:
            ours = await is_ours(session, self._bot.identity.team_id, channel_id)
        if ours:
            self._ours.add(channel_id)
        return ours


def acting(bot: Bot, event: Mapping[str, Any]) -> str:
    """Who does more than talk by an event: records with `!verb`, or marks; empty where nobody does."""
    kind, message = event.get("type"), event.get("message") or event
    if kind == "message":
        typed = not message.get("bot_id") and is_typed(str(message.get("text") or ""))
        return str(message.get("user") or "") if typed else ""
    emoji = str(event.get("reaction") or "").partition("::")[0]
    marks = kind in ("pin_added", "pin_removed") or emoji in bot.settings.marks
    return str(event.get("user") or "") if marks else ""


def _channel_id(event: Mapping[str, Any]) -> str:
    channel = event.get("channel") or event.get("channel_id") or (event.get("item") or {}).get("channel")
    return str(channel or "")
