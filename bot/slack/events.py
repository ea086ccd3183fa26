"""Bolt's few catch-alls and our own tables of handlers; each listener is one short transaction.

A listener that raises makes Bolt answer 500 (or not acknowledge), so that Slack sends the event again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.payload_utils import to_event
from slack_bolt.response import BoltResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.timeline import Source
from bot.jobs import Retry
from bot.slack.answer import Answer, apology
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.asked import Request
from bot.slack.bot import Bot
from bot.slack.channels import CHANNEL_EVENTS
from bot.slack.dispatch import PATIENCE, handle
from bot.slack.homes import on_home_opened, refresh_home
from bot.slack.inlet import IN_CHANNEL, Inlet
from bot.slack.modals.fields import with_way_back
from bot.slack.modals.shortcuts import SHORTCUTS, Shortcut
from bot.slack.modals.submitting import submit
from bot.slack.people import refresh
from bot.slack.replying import Replies

log = logging.getLogger(__name__)

ANYTHING = re.compile(".*")


def register(app: AsyncApp, bot: Bot, replies: Replies) -> None:
    """Connect Bolt to the handlers. Called once, by the composition root."""

    app.use(_Events(bot, Inlet(bot)))

    @app.command(ANYTHING)
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        shown = await _shown(bot, body, await handle(bot, _typed(body)))
        await ack(**(shown.payload() if shown is not None else {}))

    @app.action(ANYTHING)
    async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await on_click(bot, replies, body)
        await ack()

    @app.shortcut(ANYTHING)
    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        shortcut = SHORTCUTS.get(str(body.get("callback_id")))
        if shortcut is not None:
            await _tell(bot, replies, body, await _opened(bot, shortcut, body))
        await ack()

    @app.view(ANYTHING)
    async def view(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(**await _submitted(bot, replies, body))

    @app.view_closed(ANYTHING)
    async def closed(ack: AsyncAck) -> None:
        await ack()

    @app.options(ANYTHING)
    async def options(ack: AsyncAck) -> None:
        await ack(options=[])


class _Events(AsyncMiddleware):
    """Takes the events of Bolt before it looks for a listener, and builds what one could ask for: that costs more than
    a message's place in its batch does (24 of 40 µs, Bolt 1.30), and a loud channel has hundreds a second."""

    def __init__(self, bot: Bot, inlet: Inlet) -> None:
        self._bot = bot
        self._inlet = inlet

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """As Bolt asks for it: 200 once what concerns us is durable; all else goes on to the listeners."""
        event = to_event(req.body)
        if event is None:
            return await next()
        await on_event(self._bot, self._inlet, event)
        return BoltResponse(status=200)


async def _submitted(bot: Bot, replies: Replies, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a form that was sent is acknowledged with; what came of it is said where the form was opened."""
    outcome = await submit(bot, body)
    if outcome.said is not None:
        await _refresh(bot, body, outcome.channel_id)
        replies.respond(outcome.response_url, str(body["user"]["id"]), outcome.channel_id, outcome.said)
    return outcome.ack


async def _opened(bot: Bot, shortcut: Shortcut, body: Mapping[str, Any]) -> Answer:
    """What a shortcut opens; where the database is away, that is said in words as with a command."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await shortcut.opens(bot, body)
    except (SQLAlchemyError, OSError) as fault:
        return apology(bot.wording, fault, doing=str(body.get("callback_id")))


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
    if _our_own(bot, event):
        return
    if kind in IN_CHANNEL:
        await inlet.take(event)
    elif (of_channel := CHANNEL_EVENTS.get(kind)) is not None:
        async with bot.db.write() as session:
            await of_channel(bot, session, event)
    elif kind == "app_home_opened":
        await on_home_opened(bot, event)
    elif kind == "user_change":
        await refresh(bot, event.get("user") or {})


def _our_own(bot: Bot, event: Mapping[str, Any]) -> bool:
    """Whether we did it ourselves, which says nothing new. A post of ours that is deleted may be somebody's doing."""
    message = event.get("message") or {}
    ours = bot.identity.user_id in (event.get("user"), message.get("user"))
    return ours or (bool(bot.identity.bot_id) and bot.identity.bot_id in (event.get("bot_id"), message.get("bot_id")))


async def on_click(bot: Bot, replies: Replies, body: Mapping[str, Any]) -> None:
    """A button, or what is chosen from a list of ours, runs a command as if typed there; a command may open a form.

    Other elements only want an acknowledgement.
    """
    action = (body.get("actions") or [{}])[0]
    if str(action.get("action_id") or "").partition(":")[0] not in ("run", "open"):
        return
    about, _, value = str(action.get("value") or (action.get("selected_option") or {}).get("value") or "").partition(
        "|"
    )
    request = Request(
        user_id=str(body["user"]["id"]),
        channel_id=_place(body),
        text=value,
        key=str(body.get("trigger_id") or action.get("action_ts")),
        source=Source.BUTTON,
        incident_number=int(about) if about.isdecimal() else None,
        offer=_offer(body.get("container") or {}),
    )
    await _tell(bot, replies, body, await handle(bot, request))
    await _refresh(bot, body, request.channel_id)


async def _refresh(bot: Bot, body: Mapping[str, Any], channel_id: str) -> None:
    """What was done on the home tab, or in a form that was opened there, shows there."""
    if body.get("view") and not channel_id:
        await refresh_home(bot, str(body["user"]["id"]))


def _offer(container: Mapping[str, Any]) -> str | None:
    """The private answer that a clicked button stands in; None for the card and other posts, whose buttons stay."""
    return f"{container.get('channel_id')}:{container.get('message_ts')}" if container.get("is_ephemeral") else None


def _place(body: Mapping[str, Any]) -> str:
    """The channel where somebody clicked; empty where it was in none."""
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")


async def _tell(bot: Bot, replies: Replies, body: Mapping[str, Any], answer: Answer) -> None:
    """Open the form that an answer holds, or say it where it was asked for."""
    shown = await _shown(bot, body, answer)
    if shown is not None and shown.words:
        replies.respond(body.get("response_url"), str(body["user"]["id"]), _place(body), shown)


async def _shown(bot: Bot, body: Mapping[str, Any], answer: Answer) -> Answer | None:
    """What is still to be said: nothing where the answer's form opened. Its trigger lives three seconds.

    Where Slack won't open it, that is said in words, and what was to stand in it is given back.
    """
    if answer.view is None:
        return answer
    try:
        view = with_way_back(answer.view, body.get("response_url"))
        opening = bot.api.call("views.open", json={"trigger_id": body["trigger_id"], "view": view})
        await asyncio.wait_for(opening, 2.0)
        return None
    except (Retry, SlackRefused, SlackUnwell, TimeoutError) as fault:
        log.warning("a modal could not be opened", extra={"fault": type(fault).__name__})
        words = bot.wording.say("errors.modal_expired", command=bot.settings.command)
        return Answer(words, given_back=answer.given_back)
