"""When gaps are healed (at start, after a reconnect or lost events, before a draft) and who is told. Reads nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about
from bot.domain.incident import CLOSED
from bot.domain.timeline import Kind
from bot.jobs import JobContext, Retry
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.reading_back import Found, OutOfTime, ReadingBack, at_once
from bot.slack.telling import tell_of
from storage.artifacts import artifact
from storage.incidents import channel_of_incident, every_incident
from storage.queue import Job, enqueue, rearm
from storage.tables import Channel

log = logging.getLogger(__name__)

#: How long a draft waits for the history to be read.
PATIENCE = timedelta(seconds=15)
#: What is remembered of a draft that was made before the history was read to its end.
PARTIAL = "partial"


async def heal(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `heal`, for one incident. A draft that did not wait for it is made again if anything was missing."""
    incident_id = int(payload["incident"])
    channel = await _channel(bot, incident_id)
    if channel is None:
        return
    reading = ReadingBack(bot, channel, ctx.step)
    try:
        await reading.run()
    except SlackRefused as refused:
        log.warning("history cannot be read", extra={"incident": incident_id, "error": refused.error})
        return
    bot.metrics.recovered(reading.found.messages)

    async def pass_on(session: AsyncSession) -> None:
        if reading.found.anything:
            await enqueue(session, _telling(bot, incident_id, reading.found))
        posted = await artifact(session, incident_id, "draft")
        if reading.found.changes and posted is not None and posted.digest == PARTIAL:
            again = job_about(incident_id, "post_draft", bot.clock.now())
            await rearm(session, replace(again, payload={**again.payload, "asked": "heal"}))

    await ctx.finish(pass_on)


async def read_back_now(bot: Bot, incident_id: int) -> bool:
    """Heal before a draft, as far as that goes at once: False where the history could not be read to its end.

    Then the job `heal` goes on with it. Never raises what Slack's faults raise: the draft is made all the same.
    """
    channel = await _channel(bot, incident_id)
    if channel is None:
        return False
    reading = ReadingBack(bot, channel, at_once, until=bot.clock.now() + PATIENCE)
    fault: Exception | None = None
    try:
        await reading.run()
    except (Retry, SlackRefused, SlackUnwell, OutOfTime) as unread:
        fault = unread
        log.warning("the history was not read before a draft", extra={"incident": incident_id, "fault": str(unread)})
    bot.metrics.recovered(reading.found.messages)
    now = bot.clock.now()
    async with bot.db.write() as session:
        if reading.found.anything:
            await enqueue(session, _telling(bot, incident_id, reading.found))
        if fault is not None and not isinstance(fault, SlackRefused):
            after = fault.after if isinstance(fault, Retry) else PATIENCE
            await rearm(session, heal_job(incident_id, now + after))
    return fault is None


async def heal_all(bot: Bot, *, at: datetime | None = None) -> None:
    """Have every open incident healed: at once, or at an instant when what is missing by now can be read."""
    now = bot.clock.now()
    async with bot.db.write() as session:
        for incident in await every_incident(session):
            if incident.status in CLOSED:
                continue
            if at is None or at <= now:
                await rearm(session, heal_job(incident.id, now))
            else:
                # One of its own for each instant: one that is due earlier must not take this one's place.
                waiting = heal_job(incident.id, at)
                await enqueue(session, replace(waiting, id=f"{waiting.id}:{int(at.timestamp())}"))


async def tell_recovered(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `tell_recovered`: privately, to who leads the incident, or who declared it."""
    incident_id = int(payload["incident"])
    _, record, _ = await read_face(bot, incident_id)
    declared = next(entry for entry in record.entries if entry.kind is Kind.DECLARED)
    words = bot.wording.say("lines.recovered", **payload["found"])

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, record.state.commander_id or declared.author_id, Answer(words))

    await ctx.step("tell", tell)


def heal_job(incident_id: int, at: datetime) -> Job:
    """The job that heals an incident, in a lane of its own: history that Slack makes us wait for holds nothing up."""
    return Job(f"again:heal:{incident_id}", "heal", at, f"heal:{incident_id}", {"incident": incident_id})


def _telling(bot: Bot, incident_id: int, found: Found) -> Job:
    now = bot.clock.now()
    payload = {"incident": incident_id, "found": asdict(found)}
    return Job(f"recovered:{incident_id}:{now.timestamp()}", "tell_recovered", now, None, payload)


async def _channel(bot: Bot, incident_id: int) -> Channel | None:
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
    return None if channel is None or channel.is_deleted else channel
