"""Keeping what is shown true: card, topic, announcement and the channel's name, each edited when its facts change.

Each is one re-armed job, so that however many changes come, one edit goes out, with the newest state.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import CLOSED
from bot.domain.markup import plain
from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.card import digest
from bot.slack.faces import read_face
from bot.slack.opening import channel_name
from bot.slack.places import quietly
from bot.slack.posting import CLOSED_TO_US, post_once
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_of_incident, remember_channel
from storage.tables import Artifact, Channel

log = logging.getLogger(__name__)

EDIT_WINDOW_CLOSED = frozenset({"edit_window_closed", "cant_update_message"})


async def _known(bot: Bot, incident_id: int, name: str) -> tuple[Channel | None, Artifact | None]:
    async with bot.db.read() as session:
        return await channel_of_incident(session, incident_id), await artifact(session, incident_id, name)


async def refresh_card(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_card`. A card that somebody deleted is made again, once."""
    incident_id = int(payload["incident"])
    channel, card = await _known(bot, incident_id, "card")
    if channel is None or card is None or card.ts is None:
        return  # the opening posts it with whatever stands then
    _, record, face = await read_face(bot, incident_id)
    blocks, text = face.blocks(), face.fallback()
    shown, ts = digest(blocks), card.ts
    if shown == card.digest:
        return

    async def update(attempt: int) -> str | None:
        try:
            body = {"channel": channel.slack_id, "ts": ts, "text": text, "blocks": blocks}
            await bot.api.call("chat.update", json=body)
            return ts
        except SlackRefused as refused:
            if refused.error != "message_not_found":
                _left_alone("card", refused)
                return None
        since = record.standing[0].recorded_at
        key = f"card:{incident_id}:after:{ts}"
        made = await post_once(bot.api, attempt, key, channel=channel.slack_id, text=text, blocks=blocks, since=since)
        await quietly(bot, "pins.add", {"channel": channel.slack_id, "timestamp": made})
        return made

    async def save(session: AsyncSession, made: str | None) -> None:
        if made is not None:
            at = bot.clock.now()
            await keep_artifact(session, incident_id, "card", at=at, channel=channel.slack_id, ts=made, digest=shown)

    await ctx.step("update", update, save)


def _left_alone(what: str, refused: SlackRefused) -> None:
    """A channel that is archived, or that we were removed from: said in the log, a person must act."""
    if refused.error not in CLOSED_TO_US | EDIT_WINDOW_CLOSED:
        raise refused
    log.warning("could not be edited", extra={"what": what, "error": refused.error})


async def refresh_topic(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_topic`. A topic that a person set by hand is left alone."""
    incident_id = int(payload["incident"])
    channel, _ = await _known(bot, incident_id, "card")
    incident, _, face = await read_face(bot, incident_id)
    if channel is None or incident.topic_by_hand:
        return

    async def call(_: int) -> bool:
        return await quietly(bot, "conversations.setTopic", {"channel": channel.slack_id, "topic": face.topic()})

    await ctx.step("set_topic", call)


async def refresh_announcement(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_announcement`."""
    incident_id = int(payload["incident"])
    channel, posted = await _known(bot, incident_id, "announcement")
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
            if refused.error != "message_not_found":
                _left_alone("announcement", refused)
            return False

    async def save(session: AsyncSession, done: bool) -> None:
        if done:
            await keep_artifact(
                session,
                incident_id,
                "announcement",
                at=bot.clock.now(),
                channel=posted.channel_slack_id,
                ts=posted.ts,
                digest=shown,
            )

    await ctx.step("update", call, save)


async def archive_channel(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `archive_channel`: last in its lane, since nothing can be edited in an archived channel."""
    incident_id = int(payload["incident"])
    channel, _ = await _known(bot, incident_id, "card")
    incident, _, _ = await read_face(bot, incident_id)
    if channel is None or incident.status not in CLOSED:
        return

    async def call(_: int) -> bool:
        return await quietly(bot, "conversations.archive", {"channel": channel.slack_id})

    async def save(session: AsyncSession, done: bool) -> None:
        if done:
            await remember_channel(session, incident.workspace_id, channel.slack_id, is_archived=True)

    await ctx.step("archive", call, save)


async def rename_channel(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `rename_channel`: links stay, since Slack's ids do. Slack may fit the name, so its answer is kept."""
    incident_id = int(payload["incident"])
    channel, _ = await _known(bot, incident_id, "card")
    incident, record, _ = await read_face(bot, incident_id)
    if channel is None:
        return
    wanted = channel_name(record.label, plain(record.state.title, record.names))

    async def call(_: int) -> str | None:
        for suffix in range(1, 10):
            name = wanted if suffix == 1 else f"{wanted}-{suffix}"
            try:
                query = {"channel": channel.slack_id, "name": name}
                answer = await bot.api.call("conversations.rename", query=query)
                return str((answer.get("channel") or {}).get("name") or name)
            except SlackRefused as refused:
                if refused.error != "name_taken":
                    log.warning("not renamed", extra={"error": refused.error})
                    return None
        return None

    async def save(session: AsyncSession, name: str | None) -> None:
        if name is not None:
            await remember_channel(session, incident.workspace_id, channel.slack_id, name=name)

    if channel.name != wanted:
        await ctx.step("rename", call, save)
