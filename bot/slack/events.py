"""Bolt's few catch-all listeners and our own tables of handlers; each listener is one short transaction.

A listener that raises makes Bolt answer 500 (or not acknowledge), so that Slack sends the event again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.timeline import Source
from bot.jobs import Retry
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bot import Bot
from bot.slack.channels import CHANNEL_EVENTS
from bot.slack.dispatch import Request, handle
from bot.slack.inlet import IN_CHANNEL, Inlet
from bot.slack.modals import SHORTCUTS, open_modal, submit
from bot.slack.people import refresh
from bot.slack.replying import Replies

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*")


def register(app: AsyncApp, bot: Bot, replies: Replies) -> None:
    """Connect Bolt to the handlers. Called once, by the composition root."""

    inlet = Inlet(bot)

    @app.event(ANYTHING)
    async def event(event: dict[str, Any]) -> None:
        await on_event(bot, inlet, event)

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


async def on_event(bot: Bot, inlet: Inlet, event: Mapping[str, Any]) -> None:
    """One event, whichever; those that concern us are durable when this returns."""
    kind = str(event.get("type"))
    if kind in IN_CHANNEL:
        await inlet.take(event)
    elif (of_channel := CHANNEL_EVENTS.get(kind)) is not None:
        async with bot.db.write() as session:
            await of_channel(bot, session, event)
    elif kind == "user_change":
        await refresh(bot, event.get("user") or {})


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
