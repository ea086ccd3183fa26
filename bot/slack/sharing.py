"""A file of ours in a channel: whether it was shared, and how it goes with the message that carries it.

Knows not what is in it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.posting import CLOSED_TO_US

log = logging.getLogger(__name__)


async def share_once(bot: Bot, attempt: int, channel: str, file_id: str, body: Mapping[str, Any]) -> bool:
    """Complete an upload with `body`; False where the channel takes no post. A later attempt looks first."""
    if attempt > 1 and await _is_completed(bot, file_id):
        return True
    try:
        await bot.api.call("files.completeUploadExternal", json={"channel_id": channel, **body})
    except SlackRefused as refused:
        if refused.error not in CLOSED_TO_US | {"posting_to_channel_denied"}:
            raise
        log.warning("the draft was not posted", extra={"channel": channel, "error": refused.error})
        return False
    return True


async def _is_completed(bot: Bot, file_id: str) -> bool:
    """Whether an earlier attempt completed the upload. Slack shares it in its own time, so shares prove nothing."""
    try:
        await bot.api.call("files.info", query={"file": file_id})
    except SlackRefused as refused:
        if refused.error == "file_not_found":
            return False
        raise
    return True


async def take_away(bot: Bot, ctx: JobContext, channel: str, file_id: str, step: str = "") -> bool:
    """Delete a post's message, then its file, which alone would leave the message standing without it.

    False where either stays. `step` tells the steps of several files in one job apart.
    """

    async def find(_: int) -> str | None:
        try:
            answer = await bot.api.call("files.info", query={"file": file_id})
        except SlackRefused:
            return None
        shares = (answer.get("file") or {}).get("shares") or {}
        found = [share for places in shares.values() for share in places.get(channel) or []]
        return str(found[0]["ts"]) if found else None

    async def delete_message(_: int) -> bool:
        return await _gone(bot, "chat.delete", {"channel": channel, "ts": ts}, {"message_not_found"})

    ts = await ctx.step(f"find_old{step}", find)
    if ts is not None:
        # The words are in the file: a message that stays behind without it says none of them.
        await ctx.step(f"delete_post{step}", delete_message)
    return await delete_file(bot, ctx, file_id, f"delete_old{step}")


async def delete_file(bot: Bot, ctx: JobContext, file_id: str, step: str) -> bool:
    """Delete a file; False where it stays."""

    async def delete(_: int) -> bool:
        return await _gone(bot, "files.delete", {"file": file_id}, {"file_not_found", "file_deleted"})

    return await ctx.step(step, delete)


async def _gone(bot: Bot, method: str, query: Mapping[str, Any], already: set[str]) -> bool:
    try:
        await bot.api.call(method, query=query)
    except SlackRefused as refused:
        if refused.error not in already:
            log.warning("an old draft stays", extra={"method": method, "error": refused.error})
            return False
    return True
