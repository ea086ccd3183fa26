"""A copy of the draft in the channel's canvas, where the settings want one and the workspace's plan has them.

Falls back without noise: whatever Slack refuses here is a line in the log, and the file in the channel stands anyway.
"""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from storage.artifacts import artifact, forget_artifact, keep_artifact

log = logging.getLogger(__name__)

#: The name under which the canvas is remembered.
CANVAS = "draft_canvas"
_GONE = frozenset({"canvas_not_found", "canvas_deleted"})


async def write_canvas(bot: Bot, ctx: JobContext, incident_id: int, channel: str, text: str) -> None:
    """The draft in the channel's canvas: ours is written anew; one that somebody else made there is left alone."""
    if bot.settings.draft_canvas == "off":
        return
    async with bot.db.read() as session:
        known = await artifact(session, incident_id, CANVAS)
    note = bot.wording.plain("document.canvas_note", command=bot.settings.command)
    content = {"type": "markdown", "markdown": f"{note}\n\n{text}"}

    async def write(_: int) -> str | None:
        try:
            if known is not None and known.ref and await _edited(bot, known.ref, content):
                return known.ref
            return await _made(bot, channel, content)
        except SlackRefused as refused:
            log.info("no canvas for the draft", extra={"incident": incident_id, "error": refused.error})
            return None

    async def save(session: AsyncSession, canvas_id: str | None) -> None:
        if canvas_id is not None:
            await keep_artifact(session, incident_id, CANVAS, at=bot.clock.now(), channel=channel, ref=canvas_id)

    await ctx.step("canvas", write, save)


async def take_canvas_away(bot: Bot, ctx: JobContext, incident_id: int) -> None:
    """Our canvas goes with a resolve that was taken back."""
    async with bot.db.read() as session:
        known = await artifact(session, incident_id, CANVAS)
    canvas_id = known.ref if known else None

    async def delete(_: int) -> bool:
        if canvas_id is None:
            return False
        try:
            await bot.api.call("canvases.delete", json={"canvas_id": canvas_id})
        except SlackRefused as refused:
            if refused.error not in _GONE:
                log.info("the draft's canvas stays", extra={"incident": incident_id, "error": refused.error})
        return True

    async def save(session: AsyncSession, _: bool) -> None:
        await forget_artifact(session, incident_id, CANVAS)

    await ctx.step("delete_canvas", delete, save)


async def _edited(bot: Bot, canvas_id: str, content: dict[str, str]) -> bool:
    """Whether it was there to be written anew, as a whole."""
    changes = [{"operation": "replace", "document_content": content}]
    try:
        await bot.api.call("canvases.edit", json={"canvas_id": canvas_id, "changes": changes})
    except SlackRefused as refused:
        if refused.error in _GONE:
            return False
        raise
    return True


async def _made(bot: Bot, channel: str, content: dict[str, str]) -> str | None:
    """A new one; where the channel has one that is ours (an answer that was lost), that is written anew."""
    try:
        answer = await bot.api.call(
            "conversations.canvases.create", json={"channel_id": channel, "document_content": content}
        )
        return str(answer["canvas_id"])
    except SlackRefused as refused:
        if refused.error != "channel_canvas_already_exists":
            raise
        canvas_id = await _ours(bot, channel)
        if canvas_id is None:
            raise
    return canvas_id if await _edited(bot, canvas_id, content) else None


async def _ours(bot: Bot, channel: str) -> str | None:
    """The channel's canvas, if the bot made it: a canvas is a file with an owner."""
    answer = await bot.api.call("conversations.info", query={"channel": channel})
    canvas = ((answer.get("channel") or {}).get("properties") or {}).get("canvas") or {}
    if not (canvas_id := canvas.get("file_id")):
        return None
    about = await bot.api.call("files.info", query={"file": str(canvas_id)})
    return str(canvas_id) if (about.get("file") or {}).get("user") == bot.identity.user_id else None
