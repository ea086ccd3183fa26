"""The announcements of an incident, in the channels that the settings name: posted once, edited as facts change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import partial
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
from storage.artifacts import artifacts_named, keep_artifact
from storage.incidents import channel_named, channel_of_incident, remember_channel
from storage.tables import Artifact, Incident

log = logging.getLogger(__name__)

#: What an announcement is remembered as: this alone for the first channel, with the channel's name for all others.
NAME = "announcement"


def is_public(record: Record) -> bool:
    """Whether others may hear of it: never of a private incident, a drill, or one that is told afterwards."""
    return record.state.visibility == "public" and record.state.sort == "real"


def is_announced(bot: Bot, record: Record) -> bool:
    """Whether it is announced when it is opened."""
    return is_public(record) and bool(bot.settings.announce_channels)


def artifact_name(bot: Bot, target: str) -> str:
    """What the announcement in a channel is remembered as; `target` as the settings name it, or a channel's id."""
    return NAME if bot.settings.announce_channels[:1] == (target,) else f"{NAME}:{target}"


async def announce(
    bot: Bot, ctx: JobContext, incident: Incident, face: Face, channel_id: str, since: datetime
) -> list[str]:
    """Announce once in each channel that the settings name; those where Slack would not have it."""
    missed = []
    for target in bot.settings.announce_channels:
        if not await announce_in(bot, ctx, incident, face, channel_id, since, target):
            missed.append(target)
    return missed


async def announce_in(
    bot: Bot,
    ctx: JobContext,
    incident: Incident,
    face: Face,
    channel_id: str,
    since: datetime,
    target: str,
    holds: int | None = None,
) -> bool:
    """Announce once in one channel; False where Slack would not have it, which is logged. `holds`: the number of the
    update for whose sake it is posted, which is in it."""
    text, blocks = face.announcement(channel_id)
    name = artifact_name(bot, target)
    body = {"text": text, "blocks": blocks, "since": since}

    async def save(session: AsyncSession, made: dict[str, str] | None) -> None:
        if made is not None:
            if target.startswith("#"):  # found once; from now on its renaming is heard of
                await remember_channel(session, incident.workspace_id, made["channel"], name=target.lstrip("#"))
            at, shown = bot.clock.now(), digest(blocks)
            await keep_artifact(
                session,
                incident.id,
                name,
                at=at,
                channel=made["channel"],
                ts=made["ts"],
                ref=str(holds) if holds else None,
                digest=shown,
            )

    post = partial(_post, bot, incident, target, f"{name}:{incident.id}", body)
    return await ctx.step(name.replace(NAME, "announce", 1), post, save) is not None


async def _post(
    bot: Bot, incident: Incident, target: str, key: str, body: Mapping[str, Any], attempt: int
) -> dict[str, str] | None:
    """Post to a channel that is named or given by its id; a public one is joined where that is what lacks."""
    async with bot.db.read() as session:
        known = await channel_named(session, incident.workspace_id, target.lstrip("#"))
    place = known.slack_id if known is not None else await find_channel(bot, target)
    if place is None:
        log.warning("not announced: there is no such channel", extra={"channel": target})
        return None
    try:
        return {"channel": place, "ts": await post_once(bot.api, attempt, key, channel=place, **body)}
    except SlackRefused as refused:
        if refused.error != "not_in_channel":
            log.warning("not announced", extra={"channel": target, "error": refused.error})
            return None
    await quietly(bot, "conversations.join", {"channel": place})
    try:
        return {"channel": place, "ts": await post_once(bot.api, attempt, key, channel=place, **body)}
    except SlackRefused as refused:
        log.warning("not announced", extra={"channel": target, "error": refused.error})
        return None


async def refresh_announcement(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `refresh_announcement`, for all places. One that somebody deleted stays deleted."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        posted = [one for one in await artifacts_named(session, incident_id, NAME) if one.ts is not None]
    if channel is None or not posted:
        return
    _, _, face = await read_face(bot, incident_id)
    text, blocks = face.announcement(channel.slack_id)
    for one in posted:
        if one.digest != digest(blocks):
            await _edit(bot, ctx, incident_id, one, text, blocks)


async def _edit(
    bot: Bot, ctx: JobContext, incident_id: int, posted: Artifact, text: str, blocks: list[dict[str, Any]]
) -> None:
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
            at, place, shown = bot.clock.now(), posted.channel_slack_id, digest(blocks)
            kept = {"channel": place, "ts": posted.ts, "ref": posted.ref}
            await keep_artifact(session, incident_id, posted.name, at=at, digest=shown, **kept)

    await ctx.step(posted.name.replace(NAME, "update", 1), call, save)
