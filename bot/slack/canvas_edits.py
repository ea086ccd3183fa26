"""What people changed in the channel's canvas, taken into the draft. Knows not how a canvas is written.

Slack tells of a canvas's edits by `file_change`, once for every stroke and for every other file too, so the bot does
not listen for them: it reads the canvas whenever it is about to use the draft, or to write the canvas.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about
from bot.domain.masking import mask
from bot.drafting.merging import Copy, copy_of, distance
from bot.jobs import JobContext
from bot.postmortems import take_edit
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bot import Bot
from storage.artifacts import artifact
from storage.beside import DraftCanvas
from storage.canvases import canvas_of, keep_canvas
from storage.drafts import newest_version
from storage.incidents import incident_by_id, lock_incident
from storage.queue import rearm

log = logging.getLogger(__name__)

#: The name under which the canvas is remembered.
CANVAS = "draft_canvas"
GONE = frozenset({"canvas_not_found", "canvas_deleted"})
#: Looks at a canvas that bring no answer before the draft goes on without.
LOOKS = 3
#: After an edit that came while the draft was made, the channel's file is made again.
_AGAIN = timedelta(minutes=2)


async def take_canvas_edits(
    bot: Bot, ctx: JobContext, incident_id: int, step: str = "read_canvas", *, late: bool = False
) -> bool:
    """Take what people changed in the canvas since it was written into the draft, as a version of their own.

    False where that could not be read: the canvas must then stay as it is. `late`: the draft was made already, so it
    is made once more where something comes in.
    """
    if bot.settings.draft_canvas == "off":
        return True
    async with bot.db.read() as session:
        known = await artifact(session, incident_id, CANVAS)
        copy = await canvas_of(session, incident_id)
    if known is None or not known.ref or copy is None or copy.shown is None:
        return True  # none is there, or its head says that edits are lost
    canvas_id, content = known.ref, ""

    async def read(attempt: int) -> bool:
        nonlocal content
        try:
            content = await content_of(bot, canvas_id)
        except SlackRefused as refused:
            if refused.error not in GONE:
                log.warning("the canvas cannot be read", extra={"incident": incident_id, "error": refused.error})
            return refused.error in GONE
        except SlackUnwell:
            if attempt < LOOKS:
                raise
            log.warning("the canvas cannot be read", extra={"incident": incident_id, "error": "no answer"})
            return False
        return True

    async def save(session: AsyncSession, _: bool) -> None:
        if content and await _taken(bot, session, incident_id, content) and late:
            await draft_once_more(bot, session, ctx, incident_id)

    return await ctx.step(step, read, save)


async def content_of(bot: Bot, canvas_id: str) -> str:
    """All of a canvas as Slack words it. Raises SlackRefused."""
    answer = await bot.api.call("canvases.getContent", json={"canvas_id": canvas_id})
    return str(answer.get("content") or "")


def as_it_stands(bot: Bot, copy: DraftCanvas, content: str) -> Copy:
    """What stands in the canvas but for edits: a write whose end nobody saw may have happened or not."""
    if not copy.shown:
        return copy_of(head_of(bot, read=True), copy.writing or copy.written, content)
    before = Copy(copy.written, tuple((text, at) for text, at in copy.shown))
    if copy.writing in (None, copy.written) or before.edited(content) is None:
        return before
    if distance(content, copy.written) < distance(content, copy.writing):
        return before
    return copy_of(head_of(bot, read=True), copy.writing, content)


def head_of(bot: Bot, *, read: bool) -> str:
    """What stands above the draft in the canvas: whether edits there are read."""
    name = "document.canvas_note_read" if read else "document.canvas_note"
    return bot.wording.plain(name, command=bot.settings.command)


async def draft_once_more(bot: Bot, session: AsyncSession, ctx: JobContext, incident_id: int) -> None:
    """Have the draft made again soon, with what came in too late for this one."""
    job = job_about(incident_id, "post_draft", bot.clock.now() + _AGAIN)
    await rearm(session, replace(job, payload={**job.payload, "asked": ctx.job.id}))


async def _taken(bot: Bot, session: AsyncSession, incident_id: int, content: str) -> bool:
    """Whether the canvas brought something new into the draft."""
    incident = await incident_by_id(session, incident_id)
    await lock_incident(session, incident_id)
    copy = await canvas_of(session, incident_id)
    before = await newest_version(session, incident_id)
    if copy is None or copy.shown is None or before is None:
        return False
    standing = as_it_stands(bot, copy, content)
    edited = standing.edited(content)
    text = mask(edited.written).text if edited else standing.written
    if edited is None or text == standing.written:
        return False
    at, given = bot.clock.now(), standing.written
    after = await take_edit(session, incident, given, text, bot.wording, at=at, person_id=None, origin="canvas")
    shown = edited.shown if text == edited.written else copy_of(head_of(bot, read=True), text, content).shown
    await keep_canvas(session, incident_id, written=text, shown=[list(one) for one in shown], at=at)
    return after.version is not None and after.version.number != before.number
