"""A copy of the draft in the channel's canvas, where the settings want one and the workspace's plan has them.

Falls back without noise: whatever Slack refuses here is a line in the log, and the file in the channel stands anyway.
What people changed there is read right before it is written over, and what it shows is read right after.
"""

from __future__ import annotations

import logging
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from bot.drafting.merging import copy_of
from bot.jobs import JobContext
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bot import Bot
from bot.slack.canvas_edits import (
    CANVAS,
    GONE,
    LOOKS,
    as_it_stands,
    content_of,
    draft_once_more,
    head_of,
    take_canvas_edits,
)
from storage.artifacts import artifact, forget_artifact, keep_artifact
from storage.canvases import begin_canvas, canvas_of, forget_canvas, keep_canvas, promise_canvas
from storage.drafts import newest_version

log = logging.getLogger(__name__)


class _Wrote(TypedDict):
    """`read`: its head says that edits there are read; `left`: somebody edited it between two attempts to write."""

    id: str | None
    read: bool
    left: bool


async def write_canvas(bot: Bot, ctx: JobContext, incident_id: int, channel: str) -> None:
    """The draft that stands in the channel's canvas: ours is written anew, one that somebody else made is left alone.

    So is ours where its head says that edits are read, and they cannot be.
    """
    if bot.settings.draft_canvas == "off":
        return
    if not await take_canvas_edits(bot, ctx, incident_id, "read_canvas_again", late=True):
        return
    async with bot.db.read() as session:
        known = await artifact(session, incident_id, CANVAS)
    known_id = known.ref if known else None

    async def write(attempt: int) -> _Wrote:
        try:
            return await _written(bot, incident_id, channel, known_id, attempt)
        except SlackRefused as refused:
            log.info("no canvas for the draft", extra={"incident": incident_id, "error": refused.error})
            return _Wrote(id=None, read=False, left=False)

    async def save(session: AsyncSession, wrote: _Wrote) -> None:
        at = bot.clock.now()
        if wrote["id"] is None or wrote["left"]:
            await begin_canvas(session, incident_id, None, at=at)
        else:
            await keep_artifact(session, incident_id, CANVAS, at=at, channel=channel, ref=wrote["id"])
        if wrote["read"]:
            await promise_canvas(session, incident_id)
        if wrote["left"]:
            await draft_once_more(bot, session, ctx, incident_id)

    wrote = await ctx.step("canvas", write, save)
    if wrote["id"] is not None and not wrote["left"]:
        await _look_after(bot, ctx, incident_id, wrote["id"])


async def take_canvas_away(bot: Bot, ctx: JobContext, incident_id: int) -> None:
    """Our canvas goes with a resolve that was taken back; what people changed in it stays with the draft."""
    if not await take_canvas_edits(bot, ctx, incident_id):
        return
    async with bot.db.read() as session:
        known = await artifact(session, incident_id, CANVAS)
    canvas_id = known.ref if known else None

    async def delete(_: int) -> bool:
        if canvas_id is None:
            return False
        try:
            await bot.api.call("canvases.delete", json={"canvas_id": canvas_id})
        except SlackRefused as refused:
            if refused.error not in GONE:
                log.info("the draft's canvas stays", extra={"incident": incident_id, "error": refused.error})
        return True

    async def save(session: AsyncSession, _: bool) -> None:
        await forget_artifact(session, incident_id, CANVAS)
        await forget_canvas(session, incident_id)

    await ctx.step("delete_canvas", delete, save)


async def _written(bot: Bot, incident_id: int, channel: str, canvas_id: str | None, attempt: int) -> _Wrote:
    """Write what stands. A second attempt looks first whether the first one did it, or somebody edited it since."""
    async with bot.db.read() as session:
        copy = await canvas_of(session, incident_id)
    promised = copy is not None and copy.shown is not None
    if canvas_id and attempt > 1 and copy is not None and copy.shown and copy.writing is not None:
        content = await content_of(bot, canvas_id)
        standing = as_it_stands(bot, copy, content)
        landed = standing.written == copy.writing
        if standing.edited(content) is not None and (copy.writing == copy.written or not landed):
            return _Wrote(id=canvas_id, read=True, left=True)
        if landed:
            return _Wrote(id=canvas_id, read=True, left=False)  # only the answer was lost
    async with bot.db.write() as session:
        version = await newest_version(session, incident_id)
        assert version is not None, "the draft was made before"
        await begin_canvas(session, incident_id, version.text, at=bot.clock.now())
    readable = promised or canvas_id is None or await _is_readable(bot, canvas_id)
    new = _content(bot, version.text, read=readable)
    if canvas_id is None or not await _edited(bot, canvas_id, new):
        canvas_id = await _made(bot, channel, new)
    return _Wrote(id=canvas_id, read=readable and canvas_id is not None, left=False)


async def _look_after(bot: Bot, ctx: JobContext, incident_id: int, canvas_id: str) -> None:
    """What the canvas shows now, against which an edit is told later; where that cannot be read, its head says so."""
    content = ""

    async def look(attempt: int) -> str:
        nonlocal content
        try:
            content = await content_of(bot, canvas_id)
        except SlackRefused as refused:
            log.warning("the canvas cannot be read", extra={"incident": incident_id, "error": refused.error})
            await _take_promise_back(bot, incident_id, canvas_id)
            return "refused"
        except SlackUnwell:
            if attempt < LOOKS:
                raise
            return "unseen"
        return "seen"

    async def save(session: AsyncSession, how: str) -> None:
        copy = await canvas_of(session, incident_id)
        if copy is None or how == "unseen":
            return  # then what went into it is what it should show
        written, shown = copy.written if copy.writing is None else copy.writing, None
        if how == "seen":
            shown = [list(one) for one in copy_of(head_of(bot, read=True), written, content).shown]
        await keep_canvas(session, incident_id, written=written, shown=shown, at=bot.clock.now())

    await ctx.step("canvas_shown", look, save)


async def _take_promise_back(bot: Bot, incident_id: int, canvas_id: str) -> None:
    async with bot.db.read() as session:
        copy = await canvas_of(session, incident_id)
    if copy is not None and copy.writing is not None:
        try:
            await _edited(bot, canvas_id, _content(bot, copy.writing, read=False))
        except SlackRefused as refused:
            log.warning("the canvas's head is wrong", extra={"incident": incident_id, "error": refused.error})


async def _is_readable(bot: Bot, canvas_id: str) -> bool:
    try:
        await content_of(bot, canvas_id)
    except SlackRefused as refused:
        return refused.error in GONE
    return True


def _content(bot: Bot, text: str, *, read: bool) -> dict[str, str]:
    return {"type": "markdown", "markdown": f"{head_of(bot, read=read)}\n\n{text}"}


async def _edited(bot: Bot, canvas_id: str, content: dict[str, str]) -> bool:
    """Whether it was there to be written anew, as a whole."""
    changes = [{"operation": "replace", "document_content": content}]
    try:
        await bot.api.call("canvases.edit", json={"canvas_id": canvas_id, "changes": changes})
    except SlackRefused as refused:
        if refused.error in GONE:
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
