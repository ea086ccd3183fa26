"""What a team's permissions call somebody besides member or guest: a person, a user group, a role. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import fold
from bot.domain.timeline import STATE_KINDS
from bot.jobs import JobContext
from bot.settings import Settings
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.gate import Who
from bot.slack.people import who
from storage.entries import entries_of
from storage.people import groups_with, keep_members
from storage.queue import Job, rearm
from storage.tables import Incident, Person

#: How often user groups' people are asked for: until then, who came or went is not known.
EACH = timedelta(hours=1)


async def known_as(
    session: AsyncSession, settings: Settings, person: Person, incident: Incident | None
) -> frozenset[str]:
    """Those of the permissions' names that are somebody's, here and now. Free where the permissions name nobody."""
    named = settings.permitted
    if not named:
        return frozenset()
    found = {person.user_id}
    if who(person) in (Who.MEMBER, Who.GUEST) and person.handle:  # others may have the same handle elsewhere
        found.add(f"@{person.handle.casefold()}")
    for group_id, handle in await groups_with(session, person.workspace_id, person.user_id):
        found |= {group_id, f"@{handle.casefold()}"}
    if incident is not None and any(one.startswith("role:") for one in named):
        state = fold(await entries_of(session, incident.id, kinds=STATE_KINDS))
        found |= {f"role:{role}" for role, holder in state.roles.items() if holder == person.user_id}
    return frozenset(found & named)


def learning(workspace_id: int, at: datetime) -> Job:
    """The one job that asks who is in the user groups that the permissions name."""
    return Job(f"again:learn_members:{workspace_id}", "learn_members", at, None, {"workspace": workspace_id})


async def learn_members(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `learn_members`: once an hour. On plans without user groups nobody is in any."""
    workspace_id = int(payload["workspace"])
    named = {one.removeprefix("@") for one in bot.settings.permitted}

    async def call(_: int) -> dict[str, Any]:
        try:
            answer = await bot.api.call("usergroups.list", query={"include_users": True})
        except SlackRefused:
            return {}
        return {
            str(one["id"]): [str(one.get("handle")), [str(user) for user in one.get("users") or []]]
            for one in answer.get("usergroups") or []
            if named & {str(one["id"]), str(one.get("handle")).casefold()}
        }

    async def save(session: AsyncSession, groups: dict[str, Any]) -> None:
        await keep_members(session, workspace_id, groups, at=bot.clock.now())

    await ctx.step("usergroups_list", call, save)

    async def again(session: AsyncSession) -> None:
        await rearm(session, learning(workspace_id, bot.clock.now() + EACH))

    await ctx.finish(again)
