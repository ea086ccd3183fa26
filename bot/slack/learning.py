"""Finding out what we were not told: people's names, groups' handles, a message that was marked before it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.intake import on_said, wording_ts
from bot.slack.people import facts
from bot.slack.scene import scene
from storage.people import learn_group as keep_group
from storage.people import learn_person as keep_person
from storage.tables import Channel, Message


async def learn_person(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `learn_person`. Somebody whom Slack won't tell us about keeps their id as a name."""
    workspace_id, user_id = int(payload["workspace"]), str(payload["slack_id"])

    async def call(_: int) -> dict[str, Any]:
        try:
            return facts((await bot.api.call("users.info", query={"user": user_id}))["user"], bot.identity)
        except SlackRefused:
            return {}

    async def save(session: AsyncSession, known: dict[str, Any]) -> None:
        await keep_person(session, workspace_id, user_id, at=bot.clock.now(), **known)

    await ctx.step("users_info", call, save)


async def learn_group(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `learn_group`; on plans without user groups there is nothing to learn."""
    workspace_id, group_id = int(payload["workspace"]), str(payload["slack_id"])

    async def call(_: int) -> str | None:
        try:
            answer = await bot.api.call("usergroups.list", query={"include_disabled": True})
        except SlackRefused:
            return None
        found = (one for one in answer.get("usergroups") or [] if one.get("id") == group_id)
        return next((str(one.get("handle") or one.get("name")) for one in found), None)

    async def save(session: AsyncSession, handle: str | None) -> None:
        if handle is not None:
            await keep_group(session, workspace_id, group_id, handle, at=bot.clock.now())

    await ctx.step("usergroups_list", call, save)


async def fetch_message(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `fetch_message`: read a marked message whose words we don't have. History leaves replies out."""
    async with bot.db.read() as session:
        row = await session.get(Message, int(payload["message"]))
        channel = await session.get(Channel, row.channel_id) if row else None
    if row is None or channel is None:
        return

    async def call(_: int) -> dict[str, Any] | None:
        try:
            # replies gives a lone message too, and a reply where its own ts is asked for in its thread. The parent
            # always comes along; of the rest of a long thread only this one is wanted.
            query = {"channel": channel.slack_id, "ts": row.thread_ts or row.ts, "limit": 10}
            span = {"oldest": row.ts, "latest": row.ts, "inclusive": True}
            answer = await bot.api.call("conversations.replies", query=query | span)
        except SlackRefused:
            return None
        found = (one for one in answer.get("messages") or [] if one.get("ts") == row.ts)
        return next((dict(one) for one in found), None)

    # The words go straight into the transcript: a step's result is stored, and words have no place there.
    message = await call(1)
    if message is None:
        return
    async with bot.db.write() as session:
        here = await scene(bot, session, channel.slack_id)
        if here is not None:
            here.reading_back = bool(payload.get("read_back"))
            await on_said(here, message, wording_ts(message))
