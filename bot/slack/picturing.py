"""The timeline's picture beside the draft in the channel: drawn, uploaded, and left out where that cannot be.

Knows no posting: whoever posts the draft shares both files in one message.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncSession

from bot.drafting.picture.drawing import png
from bot.drafting.press import clock_of
from bot.drafting.statements import Draft
from bot.jobs import JobContext
from bot.slack.bot import Bot
from storage.artifacts import forget_artifact, keep_artifact

log = logging.getLogger(__name__)

#: The name under which the picture's file is remembered.
PICTURE = "draft_picture"


async def upload(bot: Bot, content: bytes, name: str, **more: str) -> str:
    """The first two of Slack's three steps; returns the file's id. Nobody sees it before it is shared."""
    query = {"filename": name, "length": len(content), **more}
    answer = await bot.api.call("files.getUploadURLExternal", query=query)
    await bot.api.upload(str(answer["upload_url"]), content)
    return str(answer["file_id"])


async def upload_picture(bot: Bot, ctx: JobContext, incident_id: int, made: Draft) -> dict[str, str] | None:
    """The picture as `files.completeUploadExternal` takes it; None where the settings want none or none can be drawn.

    The step's result is kept, so that a job that goes on later shares the file it uploaded before.
    """
    name = f"{made.label.lower()}-timeline.png"

    async def reserve(_: int) -> str | None:
        drawn = await _drawn(bot, incident_id, made)
        words = bot.wording.plain("document.picture_of", label=made.label)
        return None if drawn is None else await upload(bot, drawn, name, alt_txt=words)

    async def save(session: AsyncSession, file_id: str | None) -> None:
        if file_id is None:
            await forget_artifact(session, incident_id, PICTURE)
        else:
            await keep_artifact(session, incident_id, PICTURE, at=bot.clock.now(), ref=file_id)

    file_id = await ctx.step("upload_picture", reserve, save)
    return None if file_id is None else {"id": file_id, "title": name}


async def _drawn(bot: Bot, incident_id: int, made: Draft) -> bytes | None:
    if bot.settings.draft_picture == "off":
        return None
    try:
        fonts = bot.settings.draft_fonts
        return await asyncio.to_thread(png, made, clock_of(made, bot.settings), bot.wording, fonts=fonts)
    except (ImportError, ValueError):
        # No renderer on this platform, or something that it cannot take: the draft is posted without its ornament.
        log.exception("the timeline's picture could not be drawn", extra={"incident": incident_id})
        return None
