"""The announcement of an incident in the channel that the settings name: posted once, edited as facts change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.record import Record
from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.card import Face, digest
from bot.slack.faces import read_face
from bot.slack.places import find_channel, quietly
from bot.slack.posting import LEFT_ALONE, post_once
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_named, channel_of_incident, remember_channel
from storage.tables import Incident

log = logging.getLogger(__name__)


def is_announced(bot: Bot, record: Record) -> bool:
    """Never a private incident, a drill, or one that is told afterwards."""
    state = record.state
    return state.visibility == "public" and state.sort == "real" and bot.settings.announce_channel is not None


async def announce(bot: Bot, ctx: JobContext, incident: Incident, face: Face, channel_id: str, since: datetime) -> bool:
    """Announce once; False where Slack would not have it, which is logged."""
    text, blocks = face.announcement(channel_id)
    incident_id, workspace_id = incident.id, incident.workspace_id
    target, key = str(bot.settings.announce_channel), f"announcement:{incident_id}"

    async def post_to(place: str, attempt: int) -> str:
        return await post_once(bot.api, attempt, key, channel=place, text=text, blocks=blocks, since=since)

    async def post(attempt: int) -> dict[str, str] | None:
        async with bot.db.read() as session:
            known = await channel_named(session, workspace_id, target.lstrip("#"))
        place = known.slack_id if known is not None else await find_channel(bot, target)
        if place is None:
            log.warning("not announced: there is no such channel", extra={"channel": target})
            return None
        try:
            return {"channel": place, "ts": await post_to(place, attempt)}
        except SlackRefused as refused:
            if refused.error != "not_in_channel":
                log.warning("not announced", extra={"channel": target, "error": refused.error})
                return None
        await quietly(bot, "conversations.join", {"channel": place})
        try:
            return {"channel": place, "ts": await post_to(place, attempt)}
        except SlackRefused as refused:
            log.warning("not announced", extra={"channel": target, "error": refused.error})
            return None

    async def save(session: AsyncSession, made: dict[str, str] | None) -> None:
        if made is not None:
            at, shown = bot.clock.now(), digest(blocks)
            if target.startswith("#"):  # found once; from now on its renaming is heard of
                await remember_channel(session, workspace_id, made["channel"], name=target.lstrip("#"))
            await keep_artifact(
                session, incident_id, "announcement", at=at, channel=made["channel"], ts=made["ts"], digest=shown
            )

    return await ctx.step("announce", post, save) is not None


async def refresh_announcement(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_announcement`. One that somebody deleted stays deleted."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        posted = await artifact(session, incident_id, "announcement")
    if channel is None or posted is None or posted.ts is None:
        return
    _, _, face = await read_face(bot, incident_id)
    text, blocks = face.announcement(channel.slack_id)
    shown = digest(blocks)
    if shown == posted.digest:
        return

    async def call(_: int) -> bool:
        try:
            body = {"channel": posted.channel_slack_id, "ts": posted.ts, "text": text, "blocks": blocks}
            await bot.api.call("chat.update", json=body)
            return True
        except SlackRefused as refused:
            if refused.error not in LEFT_ALONE | {"message_not_found"}:
                raise
            log.warning("the announcement stays as it is", extra={"incident": incident_id, "error": refused.error})
            return False

    async def save(session: AsyncSession, done: bool) -> None:
        if done:
            at, place = bot.clock.now(), posted.channel_slack_id
            await keep_artifact(session, incident_id, "announcement", at=at, channel=place, ts=posted.ts, digest=shown)

    await ctx.step("update", call, save)
