"""Looking after an incident's channel: what is missing is made again, and what only a person can do is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about
from bot.jobs import JobContext
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.places import permalink, quietly
from bot.slack.posting import write_to
from bot.slack.telling import tell_of
from storage.artifacts import artifact, keep_artifact
from storage.incidents import channel_of_incident, remember_channel
from storage.queue import failed_jobs, rearm, retry
from storage.tables import Channel

#: More failed jobs than one incident can have.
_MANY = 1_000


async def failed_of(session: AsyncSession, incident_id: int) -> list[str]:
    """The ids of an incident's jobs that were given up."""
    return [one.id for one in await failed_jobs(session, _MANY) if one.payload.get("incident") == incident_id]


async def try_again(session: AsyncSession, job_ids: Iterable[str], *, at: datetime) -> None:
    """Have those of them that are still given up run again, each from the step that failed."""
    for job_id in job_ids:
        await retry(session, job_id, at=at)


async def repair_channel(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `repair_channel`."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
    _, record, _ = await read_face(bot, incident_id)
    if channel is None:
        return

    async def save(session: AsyncSession, state: str) -> None:
        if state in ("open", "archived"):
            await remember_channel(
                session, channel.workspace_id, channel.slack_id, is_archived=state == "archived", is_deleted=False
            )
        # Not before we are in the channel again, without which most of it would only fail once more.
        await try_again(session, await failed_of(session, incident_id), at=bot.clock.now())

    state = await ctx.step("look", partial(_look, bot, channel), save)
    if state == "open":
        await _set_right(bot, ctx, incident_id, channel.slack_id, record.label)
    words = bot.wording.say(
        "lines.repaired",
        label=record.label,
        state=state,
        tried=int(payload["tried"]),
        command=bot.settings.command,
        name=record.names.person(bot.identity.user_id).casefold(),
    )

    async def tell(_: int) -> bool:
        answer, user_id = Answer(words), str(payload["user"])
        if state == "open":
            return await tell_of(bot, incident_id, user_id, answer)
        return await write_to(bot.api, user=user_id, text=words, blocks=answer.blocks())

    await ctx.step("tell", tell)


async def _look(bot: Bot, channel: Channel, _: int) -> str:
    """`open` (and we are in it), `archived`, or `shut` where we cannot get in by ourselves."""
    try:
        found = (await bot.api.call("conversations.info", query={"channel": channel.slack_id}))["channel"]
        if found.get("is_archived"):
            return "archived"
        if not found.get("is_member"):
            await bot.api.call("conversations.join", query={"channel": channel.slack_id})
    except SlackRefused:
        return "shut"
    return "open"


async def _set_right(bot: Bot, ctx: JobContext, incident_id: int, channel_id: str, label: str) -> None:
    """Pin and bookmark now; card, topic and announcement by their own jobs, which compare no more with what was."""
    async with bot.db.read() as session:
        card = await artifact(session, incident_id, "card")

    async def pin(_: int) -> bool:
        ts = card.ts if card else None
        try:
            listed = await bot.api.call("pins.list", query={"channel": channel_id})
        except SlackRefused:
            return False
        if any((one.get("message") or {}).get("ts") == ts for one in listed.get("items") or []):
            return True
        return await quietly(bot, "pins.add", {"channel": channel_id, "timestamp": ts})

    async def bookmark(_: int) -> str | None:
        link = permalink(bot, channel_id, str(card.ts)) if card else ""
        try:
            listed = await bot.api.call("bookmarks.list", query={"channel_id": channel_id})
            for one in listed.get("bookmarks") or []:
                if one.get("link") == link:
                    return str(one["id"])
            title = bot.wording.plain("card.bookmark", label=label)
            query = {"channel_id": channel_id, "title": title, "type": "link", "link": link}
            return str((await bot.api.call("bookmarks.add", query=query))["bookmark"]["id"])
        except SlackRefused:
            return None

    async def save(session: AsyncSession, bookmark_id: str | None) -> None:
        at = bot.clock.now()
        if card is not None:
            await keep_artifact(session, incident_id, "card", at=at, channel=channel_id, ts=card.ts)
        if bookmark_id is not None:
            await keep_artifact(session, incident_id, "bookmark", at=at, channel=channel_id, ref=bookmark_id)
        for kind in ("refresh_card", "refresh_topic", "refresh_announcement", "rename_channel"):
            await rearm(session, job_about(incident_id, kind, at))

    if card is not None and card.ts is not None:
        await ctx.step("pin", pin)
        await ctx.step("bookmark", bookmark, save)
