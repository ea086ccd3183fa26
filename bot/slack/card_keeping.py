"""The card when somebody deletes or unpins it: there again once, and then its absence is wanted. Knows no command."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import lane_of
from bot.domain.timeline import Kind
from bot.jobs import JobContext
from bot.slack.answer import Answer
from bot.slack.bot import Bot
from bot.slack.card import digest
from bot.slack.faces import read_face
from bot.slack.places import permalink, quietly
from bot.slack.posting import post_once
from bot.slack.scene import Scene
from bot.slack.telling import tell_of
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_of_incident
from storage.queue import Job, enqueue
from storage.tables import Channel

#: Marks a card that was put back; it is not put back twice.
AGAIN = "again"
DELETED, UNPINNED = "deleted", "unpinned"


async def own_post_gone(at: Scene, ts: str, why: str, user_id: str = "") -> None:
    """A post of ours was deleted or unpinned: if it is the card, it is put back."""
    card = await artifact(at.session, at.incident.id, "card")
    if card is None or card.ts != ts or card.ref == AGAIN:
        return
    payload = {"incident": at.incident.id, "ts": ts, "why": why, "user": user_id}
    job_id, lane = f"keep-card:{at.incident.id}:{ts}", lane_of(at.incident.id)
    await enqueue(at.session, Job(job_id, "keep_card", at.now, lane, payload))


async def keep_card(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `keep_card`. Once an incident is over, its card may be put away."""
    incident_id, ts, why = int(payload["incident"]), str(payload["ts"]), str(payload["why"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        card = await artifact(session, incident_id, "card")
    _, record, _ = await read_face(bot, incident_id)
    if channel is None or card is None or card.ts != ts or not record.state.is_open:
        return
    if why == DELETED:
        await make_again(bot, ctx, channel, incident_id)
        return

    async def pin(_: int) -> bool:
        return await quietly(bot, "pins.add", {"channel": channel.slack_id, "timestamp": ts})

    async def save(session: AsyncSession, _: bool) -> None:
        kept = {"channel": channel.slack_id, "ts": ts, "ref": AGAIN, "digest": card.digest}
        await keep_artifact(session, incident_id, "card", at=bot.clock.now(), **kept)

    if card.ref != AGAIN:
        await ctx.step("pin_again", pin, save)
        await _say(bot, ctx, incident_id, UNPINNED, str(payload["user"]))


async def make_again(bot: Bot, ctx: JobContext, channel: Channel, incident_id: int) -> None:
    """Post the card once more as it stands, pin it, lead the bookmark to it, and say so to who leads."""
    _, record, face = await read_face(bot, incident_id)
    blocks, text, since = face.blocks(), face.fallback(), record.entries[0].recorded_at
    key = f"card:{incident_id}:again"
    body: dict[str, Any] = {"channel": channel.slack_id, "text": text, "blocks": blocks, "since": since}

    async def post(attempt: int) -> str:
        return await post_once(bot.api, attempt, key, **body)

    async def save(session: AsyncSession, ts: str) -> None:
        kept = {"channel": channel.slack_id, "ts": ts, "ref": AGAIN, "digest": digest(blocks)}
        await keep_artifact(session, incident_id, "card", at=bot.clock.now(), **kept)

    ts = await ctx.step("post_again", post, save)

    async def pin(_: int) -> bool:
        return await quietly(bot, "pins.add", {"channel": channel.slack_id, "timestamp": ts})

    await ctx.step("pin_again", pin)
    await ctx.step("lead_bookmark", partial(_lead_bookmark, bot, channel, incident_id, ts))
    declared = next(entry for entry in record.entries if entry.kind is Kind.DECLARED)
    await _say(bot, ctx, incident_id, DELETED, record.state.commander_id or declared.author_id)


async def _lead_bookmark(bot: Bot, channel: Channel, incident_id: int, ts: str, _: int) -> bool:
    async with bot.db.read() as session:
        bookmark = await artifact(session, incident_id, "bookmark")
    if bookmark is None or bookmark.ref is None:
        return False
    link = permalink(bot, channel.slack_id, ts)
    query = {"channel_id": channel.slack_id, "bookmark_id": bookmark.ref, "link": link}
    return await quietly(bot, "bookmarks.edit", query)


async def _say(bot: Bot, ctx: JobContext, incident_id: int, why: str, user_id: str) -> None:
    words = bot.wording.say("lines.card_again", why=why)

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, user_id, Answer(words))

    await ctx.step("tell_again", tell)
