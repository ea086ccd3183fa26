"""The job that brings somebody into an incident's channel who asked to come in. Knows no command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.consequences import lane_of
from bot.jobs import JobContext
from bot.slack.bot import Bot
from bot.slack.places import invite_people
from storage.incidents import channel_of_incident
from storage.queue import Job


def join_job(incident_id: int, user_id: str, key: str, at: datetime) -> Job:
    """The job; `key` is the sender's own, so that what is asked twice is done once."""
    payload = {"incident": incident_id, "user": user_id}
    return Job(f"join:{incident_id}:{user_id}:{key}", "join_incident", at, lane_of(incident_id), payload)


async def join_incident(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `join_incident`. Where Slack will not have them in, the link that they were given stays."""
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, int(payload["incident"]))
    if channel is not None and not channel.is_deleted:
        await ctx.step("invite", lambda _: invite_people(bot, channel.slack_id, [str(payload["user"])]))
