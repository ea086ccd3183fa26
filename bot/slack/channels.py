"""What happens to our channels themselves: renamed, archived, deleted, given another id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about
from bot.slack.bot import Bot
from bot.slack.recovery import heal_job
from storage.incidents import channel_of
from storage.people import workspace_of
from storage.queue import rearm
from storage.tables import Channel

ChannelHandler = Callable[[Bot, AsyncSession, Mapping[str, Any]], Awaitable[None]]


async def _ours(bot: Bot, session: AsyncSession, slack_id: Any) -> Channel | None:
    workspace = await workspace_of(session, bot.identity.team_id)
    return await channel_of(session, workspace.id, str(slack_id))


async def _renamed(bot: Bot, session: AsyncSession, event: Mapping[str, Any]) -> None:
    about = event.get("channel") or {}
    channel = await _ours(bot, session, about.get("id"))
    if channel is not None:
        channel.name = about.get("name")
        session.add(channel)


def _archived(archived: bool) -> ChannelHandler:
    async def handler(bot: Bot, session: AsyncSession, event: Mapping[str, Any]) -> None:
        channel = await _ours(bot, session, event.get("channel"))
        if channel is not None:
            channel.is_archived = archived
            session.add(channel)
            if not archived and channel.incident_id is not None:
                for kind in ("refresh_card", "refresh_topic"):  # what changed while nothing could be edited
                    await rearm(session, job_about(channel.incident_id, kind, bot.clock.now()))

    return handler


async def _deleted(bot: Bot, session: AsyncSession, event: Mapping[str, Any]) -> None:
    channel = await _ours(bot, session, event.get("channel"))
    if channel is not None:
        channel.is_deleted = True
        session.add(channel)


async def _id_changed(bot: Bot, session: AsyncSession, event: Mapping[str, Any]) -> None:
    """Sharing a channel with an organisation gives it another id; the row stays, so nothing else has to change."""
    channel = await _ours(bot, session, event.get("old_channel_id"))
    if channel is not None:
        channel.slack_id = str(event["new_channel_id"])
        session.add(channel)
        if channel.incident_id is not None:
            # What was said under the new id before we heard of it was taken for none of ours.
            await rearm(session, heal_job(channel.incident_id, bot.clock.now()))


CHANNEL_EVENTS: Mapping[str, ChannelHandler] = {
    "channel_rename": _renamed,
    "group_rename": _renamed,
    "channel_archive": _archived(True),
    "group_archive": _archived(True),
    "channel_unarchive": _archived(False),
    "group_unarchive": _archived(False),
    "channel_deleted": _deleted,
    "group_deleted": _deleted,
    "channel_id_changed": _id_changed,
}
