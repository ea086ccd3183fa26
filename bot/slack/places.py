"""Small calls about channels: their address, who is invited, where one is found. Knows no incident."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.posting import CLOSED_TO_US

log = logging.getLogger(__name__)


def permalink(bot: Bot, channel_id: str, ts: str) -> str:
    """The address of a message, as `chat.getPermalink` gives it, without asking."""
    return f"{bot.identity.url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"


async def invite_people(bot: Bot, channel_id: str, people: list[str]) -> list[str]:
    """Invite people; those whom Slack would not take, with its reason (`U1: user_not_found`)."""
    try:
        answer = await bot.api.call(
            "conversations.invite", query={"channel": channel_id, "users": people, "force": True}
        )
    except SlackRefused as refused:
        answer = dict(refused.answer)
        if refused.error in CLOSED_TO_US:
            return [f"{one}: {refused.error}" for one in people]
        if len(people) == 1 or not answer.get("errors"):
            return [] if refused.error == "already_in_channel" else [f"{one}: {refused.error}" for one in people]
    faults = [f"{one.get('user')}: {one.get('error')}" for one in answer.get("errors") or []]
    return [fault for fault in faults if not fault.endswith(("already_in_channel", "cant_invite_self"))]


async def quietly(bot: Bot, method: str, query: Mapping[str, Any]) -> bool:
    """A call whose refusal spoils nothing: it is done already, or cannot be done here; logged, never raised."""
    try:
        await bot.api.call(method, query=query)
        return True
    except SlackRefused as refused:
        if not refused.error.startswith("already_"):
            log.warning("refused by Slack", extra={"method": method, "error": refused.error})
        return False


async def find_channel(bot: Bot, name: str) -> str | None:
    """The id of a channel that the settings name by id or `#name`."""
    if re.fullmatch(r"[CG][A-Z0-9]{6,}", name):
        return name
    query = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 999}
    async for channel in pages(bot, "conversations.list", "channels", query):
        if channel.get("name") == name.lstrip("#"):
            return str(channel["id"])
    return None


async def pages(bot: Bot, method: str, of: str, query: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Everything that a method lists under `of`, page by page: a page may be short, or empty, before the last."""
    cursor = ""
    while True:
        page = await bot.api.call(method, query={**query, "cursor": cursor or None})
        for one in page.get(of) or []:
            yield one
        cursor = next_cursor(page)
        if not cursor:
            return


def next_cursor(page: Mapping[str, Any]) -> str:
    """Where a list goes on; empty at its end."""
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")
