"""Updates outside of the incident's channel: in each announcement's thread, and where the incident was declared.

Never a word of a private incident, nor where people of another organisation would read it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.timeline import Entry
from bot.jobs import JobContext
from bot.slack.announcing import NAME, announce_in, artifact_name, is_public
from bot.slack.answer import section
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.card import digest
from bot.slack.faces import read_face
from bot.slack.lines import LINE_MOST
from bot.slack.posting import LEFT_ALONE, post_once
from bot.wording import Wire
from storage.artifacts import artifacts_named, keep_artifact
from storage.incidents import channel_of, channel_of_incident
from storage.tables import Artifact, Incident

log = logging.getLogger(__name__)


async def announce_update(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `announce_update`: a reply under each announcement, edited when the entry is; where there is none yet, an
    announcement, which holds the update."""
    incident_id, number = int(payload["incident"]), int(payload["number"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        parents = {one.name: one for one in await artifacts_named(session, incident_id, NAME)}
        told = {one.name: one for one in await artifacts_named(session, incident_id, f"update:{number}:")}
    incident, record, face = await read_face(bot, incident_id)
    entry = next((one for one in record.entries if one.number == number), None)
    if channel is None or entry is None or not is_public(record):
        return
    for target in await _targets(bot, ctx, incident):
        name = artifact_name(bot, target)
        parent, reply = parents.get(name), told.get(f"update:{number}:{name}")
        if parent is not None and parent.ts is not None:
            await _reply(bot, ctx, record, entry, parent, reply)
        elif entry.stands and reply is None:
            await announce_in(bot, ctx, incident, face, channel.slack_id, entry.recorded_at, target, entry.number)


async def _targets(bot: Bot, ctx: JobContext, incident: Incident) -> list[str]:
    """Where updates go: what the settings name, and the channel of the declaration, where it is fit for them."""
    targets = list(bot.settings.announce_channels)
    origin = incident.origin_slack_id or ""
    if origin.startswith("D") or not origin or origin in targets:
        return targets
    async with bot.db.read() as session:
        known = await channel_of(session, incident.workspace_id, origin)
    ours = known is not None and known.incident_id is not None  # another incident has that channel to itself
    named = known is not None and f"#{known.name}" in targets
    if not ours and not named and await ctx.step("look_at_origin", partial(_fit, bot, origin, targets)):
        targets.append(origin)
    return targets


async def _fit(bot: Bot, channel_id: str, targets: list[str], _: int) -> bool:
    """Whether a channel is one we are in and only people of our own organisation read."""
    try:
        found = (await bot.api.call("conversations.info", query={"channel": channel_id}))["channel"]
    except SlackRefused:
        return False
    unfit = ("is_im", "is_mpim", "is_archived", "is_ext_shared", "is_pending_ext_shared")
    listed = f"#{found.get('name')}" in targets
    return bool(found.get("is_member")) and not listed and not any(found.get(name) for name in unfit)


async def _reply(
    bot: Bot, ctx: JobContext, record: Record, entry: Entry, parent: Artifact, reply: Artifact | None
) -> None:
    words = _words(bot, record, entry)
    blocks = [section(words)]
    name = f"update:{entry.number}:{parent.name}"
    place, shown = str(parent.channel_slack_id), digest(blocks)
    if reply is None and (not entry.stands or _is_in(parent, entry)):
        return
    if reply is not None and (reply.digest == shown or reply.ts is None):
        return

    async def call(attempt: int) -> str | None:
        try:
            if reply is not None:
                body = {"channel": place, "ts": reply.ts, "text": words, "blocks": blocks}
                await bot.api.call("chat.update", json=body)
                return reply.ts
            key, since = f"{name}:{parent.incident_id}", entry.recorded_at
            post = partial(post_once, bot.api, attempt, key, channel=place, text=words, blocks=blocks)
            return await post(since=since, thread_ts=parent.ts)
        except SlackRefused as refused:
            if refused.error not in LEFT_ALONE | {"message_not_found", "thread_not_found", "cannot_reply_to_message"}:
                raise
            log.warning("an update was not announced", extra={"channel": place, "error": refused.error})
            return None

    async def save(session: AsyncSession, ts: str | None) -> None:
        at = bot.clock.now()
        await keep_artifact(session, parent.incident_id, name, at=at, channel=place, ts=ts, digest=shown)

    await ctx.step(name, call, save)


def _is_in(parent: Artifact, entry: Entry) -> bool:
    """Whether an announcement was first posted with this very update in it."""
    return parent.ref == str(entry.number)


def _words(bot: Bot, record: Record, entry: Entry) -> Wire:
    text = mask(plain(entry.text, record.names)).text
    return bot.wording.say(
        "lines.update_elsewhere",
        label=record.label,
        number=entry.number,
        who=record.names.person(entry.recorded_by_id),
        text=text if len(text) <= LINE_MOST else text[:LINE_MOST] + "…",
        stands=entry.stands,
    )
