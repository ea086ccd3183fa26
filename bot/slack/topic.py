"""The topic of an incident's channel: ours until a person sets one, and then theirs. Knows no command."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import unescape
from bot.jobs import JobContext
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.telling import tell_of
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_of_incident

log = logging.getLogger(__name__)


async def set_topic(bot: Bot, ctx: JobContext, incident_id: int, channel_id: str, topic: str) -> None:
    """Set the topic once: each setting leaves a line in the channel, also one that changes nothing."""

    async def call(attempt: int) -> bool:
        try:
            if attempt > 1:
                found = (await bot.api.call("conversations.info", query={"channel": channel_id}))["channel"]
                if unescape(str((found.get("topic") or {}).get("value") or "")) == unescape(topic):
                    return True
            await bot.api.call("conversations.setTopic", query={"channel": channel_id, "topic": topic})
            return True
        except SlackRefused as refused:
            log.warning("the topic was not set", extra={"incident": incident_id, "error": refused.error})
            return False

    async def save(session: AsyncSession, done: bool) -> None:
        if done:
            at, shown = bot.clock.now(), _digest(topic)
            await keep_artifact(session, incident_id, "topic", at=at, channel=channel_id, digest=shown)

    await ctx.step("set_topic", call, save)


def _digest(topic: str) -> str:
    return hashlib.sha256(topic.encode()).hexdigest()[:32]


async def refresh_topic(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_topic`. A topic that a person set by hand is left alone."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        last = await artifact(session, incident_id, "topic")
    incident, _, face = await read_face(bot, incident_id)
    topic = face.topic()
    if channel is None or incident.topic_by_hand or (last is not None and last.digest == _digest(topic)):
        return
    await set_topic(bot, ctx, incident_id, channel.slack_id, topic)


async def leave_topic(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `leave_topic`: say once, to the person who set a topic, that it will be left alone."""
    incident_id, user_id = int(payload["incident"]), str(payload["user"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
    if channel is None:
        return
    words = bot.wording.say("lines.topic_by_hand")

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, user_id, Answer(words))

    await ctx.step("tell", tell)
