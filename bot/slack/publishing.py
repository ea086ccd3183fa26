"""The draft made the postmortem: at once, or by a job that reads the channel's canvas first. Knows no command."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import lane_of
from bot.domain.errors import IncidentError, PublishedAlready, UndecidedDraft
from bot.drafting.press import press
from bot.incidents import read_record
from bot.jobs import JobContext
from bot.postmortems import PublishedError, Standing, draft_again, publish, targets
from bot.slack.answer import Answer, refusal
from bot.slack.bot import Bot
from bot.slack.canvas_edits import take_canvas_edits
from bot.slack.telling import tell_of
from storage.canvases import canvas_of
from storage.incidents import incident_by_id
from storage.queue import Job, enqueue
from storage.tables import DraftVersion, Incident


async def draft_of(bot: Bot, session: AsyncSession, incident: Incident, *, at: datetime) -> Standing:
    """The draft as it stands, with the newest facts, kept as a version."""
    label, prefix = bot.settings.timezone_label, bot.settings.incident_prefix
    record = await read_record(session, incident, zone_label=label, prefix=prefix)
    made = (await asyncio.to_thread(press, record, bot.settings, bot.wording)).document.text
    return await draft_again(session, incident, made, bot.wording, at=at)


async def make_final(
    bot: Bot, session: AsyncSession, incident: Incident, *, at: datetime, by: str
) -> tuple[DraftVersion, tuple[str, ...]]:
    """Freeze what stands, and send it where the settings say: the version, and the jobs beyond the channel's.

    Raises UndecidedDraft and PublishedAlready.
    """
    standing = await draft_of(bot, session, incident, at=at)
    if standing.asks:
        raise UndecidedDraft(count=standing.asks)
    try:
        version = await publish(session, incident, at=at, actor=by)
    except PublishedError:
        raise PublishedAlready(number=standing.version.number if standing.version else 0) from None
    about = {"incident": incident.id, "version": version.number, "by": by}
    kinds = () if incident.visibility == "private" else targets(bot.settings)
    # Outside of the chat one at a time, in order, so that no earlier version is written over a later one.
    for kind, lane in (("post_published", lane_of(incident.id)), *((kind, kind) for kind in kinds)):
        await enqueue(session, Job(f"{kind}:{incident.id}:{version.number}", kind, at, lane, about))
    return version, kinds


async def is_read_first(bot: Bot, session: AsyncSession, incident_id: int) -> bool:
    """Whether the incident has a canvas in which somebody may have changed something."""
    copy = await canvas_of(session, incident_id)
    return bot.settings.draft_canvas == "on" and copy is not None and copy.shown is not None


def publish_later(incident_id: int, key: str, by: str, at: datetime) -> Job:
    """The job that reads the canvas and publishes."""
    about = {"incident": incident_id, "by": by}
    return Job(f"publish:{incident_id}:{key}", "publish_draft", at, lane_of(incident_id), about)


async def publish_draft(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `publish_draft`: what cannot be published, and why, is told privately to who asked for it."""
    incident_id, by = int(payload["incident"]), str(payload["by"])
    seen = await take_canvas_edits(bot, ctx, incident_id)

    async def nothing(_: int) -> None:
        return None

    async def save(session: AsyncSession, _: None) -> None:
        incident = await incident_by_id(session, incident_id)
        await make_final(bot, session, incident, at=bot.clock.now(), by=by)

    answer: Answer | None = None
    try:
        await ctx.step("publish", nothing, save)
        if not seen:
            answer = Answer(bot.wording.say("answers.published_unread"))
    except IncidentError as refused:
        answer = refusal(bot.wording, refused, command=bot.settings.command)
    if answer is not None:
        await _tell(bot, ctx, incident_id, by, answer)


async def _tell(bot: Bot, ctx: JobContext, incident_id: int, whom: str, answer: Answer) -> None:
    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, whom, answer)

    await ctx.step("tell", tell)
