"""Bolt's few catch-all listeners and our own tables of handlers; each listener is one short transaction.

A listener that raises makes Bolt answer 500 (or not acknowledge), so that Slack sends the event again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.timeline import Source
from bot.jobs import Retry
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bang import is_typed
from bot.slack.bot import Bot
from bot.slack.channels import CHANNEL_EVENTS
from bot.slack.dispatch import Request, handle
from bot.slack.intake import on_message
from bot.slack.marks import kind_of
from bot.slack.modals import SHORTCUTS, open_modal, submit
from bot.slack.people import get_to_know, refresh
from bot.slack.reactions import on_pin, on_reaction
from bot.slack.replying import Replies
from bot.slack.scene import Scene, scene
from storage.batching import GroupCommit

log = logging.getLogger(__name__)

EventHandler = Callable[[Scene, Mapping[str, Any]], Awaitable[None]]

#: Events in one of our channels, by type.
IN_CHANNEL: Mapping[str, EventHandler] = {
    "message": on_message,
    "reaction_added": on_reaction,
    "reaction_removed": on_reaction,
    "pin_added": on_pin,
    "pin_removed": on_pin,
}
ANYTHING = re.compile(".*")


def register(app: AsyncApp, bot: Bot, replies: Replies) -> None:
    """Connect Bolt to the handlers. Called once, by the composition root."""

    intake = GroupCommit(bot.db)

    @app.event(ANYTHING)
    async def event(event: dict[str, Any]) -> None:
        await on_event(bot, intake, event)

    @app.command(ANYTHING)
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        answer = await handle(bot, _typed(body))
        await ack(**answer.payload())

    @app.action(ANYTHING)
    async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await on_click(bot, replies, body)
        await ack()

    @app.shortcut(ANYTHING)
    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        opener = SHORTCUTS.get(str(body.get("callback_id")))
        if opener is not None:
            await _opened(bot, replies, body, await opener(bot, body))
        await ack()

    @app.view(ANYTHING)
    async def view(ack: AsyncAck, body: dict[str, Any]) -> None:
        outcome = await submit(bot, body)
        if outcome.said is not None:
            replies.tell(str(body["user"]["id"]), outcome.channel_id, outcome.said)
        await ack(**outcome.ack)

    @app.view_closed(ANYTHING)
    async def closed(ack: AsyncAck) -> None:
        await ack()

    @app.options(ANYTHING)
    async def options(ack: AsyncAck) -> None:
        await ack(options=[])


def _typed(body: Mapping[str, Any]) -> Request:
    return Request(
        user_id=str(body["user_id"]),
        channel_id=str(body["channel_id"]),
        text=str(body.get("text") or ""),
        key=str(body["trigger_id"]),
        source=Source.COMMAND,
    )


async def on_event(bot: Bot, intake: GroupCommit, event: Mapping[str, Any]) -> None:
    """One event, whichever; those that concern us are durable when this returns."""
    kind = str(event.get("type"))
    if (in_channel := IN_CHANNEL.get(kind)) is not None:
        await _in_channel(bot, intake, in_channel, event)
    elif (of_channel := CHANNEL_EVENTS.get(kind)) is not None:
        async with bot.db.write() as session:
            await of_channel(bot, session, event)
    elif kind == "user_change":
        await refresh(bot, event.get("user") or {})


async def _in_channel(bot: Bot, intake: GroupCommit, handler: EventHandler, event: Mapping[str, Any]) -> None:
    """Most channels we hear of are none of ours: a look tells, so that they never wait for the one writer.

    What is said in a channel before its row is written is read back once it is (`opening`).
    """
    async with bot.db.read() as session:
        here = await scene(bot, session, _channel_id(event))
        actor_id = acting(here, event) if here is not None else ""
    if here is None:
        return
    if actor_id:
        # Who records or marks must be known first: a member may do more than somebody unknown, a bot nothing.
        await get_to_know(bot, bot.identity.team_id, actor_id)

    async def take_in(session: AsyncSession) -> None:
        here = await scene(bot, session, _channel_id(event))
        if here is not None:
            await handler(here, event)

    await intake.run(take_in)


def acting(here: Scene, event: Mapping[str, Any]) -> str:
    """Who does more than talk by an event: records with `!verb`, or marks; empty where nobody does."""
    kind, message = event.get("type"), event.get("message") or event
    if kind == "message":
        typed = not message.get("bot_id") and is_typed(str(message.get("text") or ""))
        return str(message.get("user") or "") if typed else ""
    marks = kind in ("pin_added", "pin_removed") or kind_of(here, str(event.get("reaction") or "")) is not None
    return str(event.get("user") or "") if marks else ""


def _channel_id(event: Mapping[str, Any]) -> str:
    channel = event.get("channel") or event.get("channel_id") or (event.get("item") or {}).get("channel")
    return str(channel or "")


async def on_click(bot: Bot, replies: Replies, body: Mapping[str, Any]) -> None:
    """A button runs a command as if typed there, or opens a modal; other elements only want an acknowledgement."""
    action = (body.get("actions") or [{}])[0]
    family = str(action.get("action_id") or "").partition(":")[0]
    if family not in ("run", "open"):
        return
    about, _, value = str(action.get("value") or "").partition("|")
    number = int(about) if about.isdigit() else None
    channel_id = str((body.get("channel") or body.get("container") or {}).get("id") or _container_channel(body))
    if family == "open":
        await _opened(bot, replies, body, await open_modal(bot, body, value, channel_id, number))
        return
    request = Request(
        user_id=str(body["user"]["id"]),
        channel_id=channel_id,
        text=value,
        key=str(body.get("trigger_id") or action.get("action_ts")),
        source=Source.BUTTON,
        incident_number=number,
        offer=_offer(body.get("container") or {}),
    )
    replies.respond(body.get("response_url"), request.user_id, channel_id, await handle(bot, request))


def _offer(container: Mapping[str, Any]) -> str | None:
    """The private answer that a clicked button stands in; None for the card and other posts, whose buttons stay."""
    return f"{container.get('channel_id')}:{container.get('message_ts')}" if container.get("is_ephemeral") else None


def _container_channel(body: Mapping[str, Any]) -> str:
    return str((body.get("container") or {}).get("channel_id") or "")


async def _opened(bot: Bot, replies: Replies, body: Mapping[str, Any], answer: Answer) -> None:
    """Open the modal at once: its trigger lives three seconds. Where Slack won't, the answer says so in words."""
    channel_id = str((body.get("channel") or {}).get("id") or _container_channel(body))
    if answer.view is not None:
        try:
            opening = bot.api.call("views.open", json={"trigger_id": body["trigger_id"], "view": answer.view})
            await asyncio.wait_for(opening, 2.0)
            return
        except (Retry, SlackRefused, SlackUnwell, TimeoutError) as fault:
            log.warning("a modal could not be opened", extra={"fault": type(fault).__name__})
            answer = Answer(bot.wording.say("errors.modal_expired", command=bot.settings.command))
    replies.respond(body.get("response_url"), str(body["user"]["id"]), channel_id, answer)
