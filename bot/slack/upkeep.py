"""Keeping what is shown true: the card and the channel's name, each edited when its facts change; and archiving.

Each is one re-armed job, so that however many changes come, one edit goes out, with the newest state.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import CLOSED
from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.card import digest
from bot.slack.card_keeping import AGAIN, make_again
from bot.slack.faces import read_face
from bot.slack.opening import NAMES_TRIED, channel_name
from bot.slack.places import quietly
from bot.slack.posting import LEFT_ALONE
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_of_incident, remember_channel
from storage.tables import Artifact, Channel

log = logging.getLogger(__name__)


async def _known(bot: Bot, incident_id: int, name: str) -> tuple[Channel | None, Artifact | None]:
    async with bot.db.read() as session:
        return await channel_of_incident(session, incident_id), await artifact(session, incident_id, name)


async def refresh_card(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_card`. A card that somebody deleted is made again, once; then its absence is wanted."""
    incident_id = int(payload["incident"])
    channel, card = await _known(bot, incident_id, "card")
    if channel is None or card is None or card.ts is None:
        return  # the opening posts it with whatever stands then
    _, _, face = await read_face(bot, incident_id)
    blocks, text = face.blocks(), face.fallback()
    shown, ts = digest(blocks), card.ts
    if shown == card.digest:
        return

    async def update(_: int) -> str:
        try:
            body = {"channel": channel.slack_id, "ts": ts, "text": text, "blocks": blocks}
            await bot.api.call("chat.update", json=body)
        except SlackRefused as refused:
            if refused.error not in LEFT_ALONE | {"message_not_found"}:
                raise
            log.warning("the card stays as it is", extra={"incident": incident_id, "error": refused.error})
            return refused.error
        return ""

    async def save(session: AsyncSession, error: str) -> None:
        # With the card gone for good there is nothing left to bring up to date.
        if not error or (error == "message_not_found" and card.ref == AGAIN):
            at, ref = bot.clock.now(), card.ref
            await keep_artifact(
                session, incident_id, "card", at=at, channel=channel.slack_id, ts=ts, ref=ref, digest=shown
            )

    error = await ctx.step("update", update, save)
    if error == "message_not_found" and card.ref != AGAIN:
        await make_again(bot, ctx, channel, incident_id)


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
    wanted = channel_name(record.label, mask(plain(record.state.title, record.names)).text)

    async def call(attempt: int) -> str | None:
        candidates = [wanted, *(f"{wanted}-{number}" for number in range(2, NAMES_TRIED))]
        try:
            if attempt > 1:
                found = await bot.api.call("conversations.info", query={"channel": channel.slack_id})
                if (name := str(found["channel"].get("name"))) in candidates:
                    return name
            return await _first_free(bot, channel.slack_id, candidates)
        except SlackRefused as refused:
            log.warning("the channel keeps its name", extra={"incident": incident_id, "error": refused.error})
            return None

    async def save(session: AsyncSession, name: str | None) -> None:
        if name is not None:
            await remember_channel(session, incident.workspace_id, channel.slack_id, name=name)

    if channel.name != wanted:
        await ctx.step("rename", call, save)


async def _first_free(bot: Bot, channel_id: str, candidates: Sequence[str]) -> str | None:
    for name in candidates:
        try:
            answer = await bot.api.call("conversations.rename", query={"channel": channel_id, "name": name})
            return str((answer.get("channel") or {}).get("name") or name)
        except SlackRefused as refused:
            if refused.error != "name_taken":
                raise
    return None
