"""Whom an incident's channel opens with: the settings' people and groups as Slack's ids. Knows no incident."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.people import facts
from bot.slack.places import next_cursor
from storage.people import active_handles, learn_person

PERSON_ID = re.compile(r"[UW][A-Z0-9]{5,}")
GROUP_ID = re.compile(r"S[A-Z0-9]{5,}")
PAGE, MOST_PAGES = 1_000, 500


async def people_of(bot: Bot, ctx: JobContext, workspace_id: int, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """(ids of people, names that are nobody's): each name an id or handle of a person or of a user group.

    Groups are asked for each time, since their members change; of people only handles that we have not met yet.
    """
    named = [one.lstrip("@") for one in names]
    people = [one for one in named if PERSON_ID.fullmatch(one)]
    open_names = [one for one in named if not PERSON_ID.fullmatch(one)]
    if not open_names:
        return list(dict.fromkeys(people)), []
    async with bot.db.read() as session:
        known = await active_handles(session, workspace_id, [one.casefold() for one in open_names])
    people += known.values()
    open_names = [one for one in open_names if one.casefold() not in known]
    if open_names:
        groups = await ctx.step("find_groups", partial(_groups, bot, open_names))
        people += (one for members in groups.values() for one in members)
        open_names = [one for one in open_names if one not in groups]
    handles = [one for one in open_names if not GROUP_ID.fullmatch(one)]
    if handles:
        found = await _people_by_handle(bot, ctx, workspace_id, handles)
        people += found.values()
        open_names = [one for one in open_names if one not in found]
    return list(dict.fromkeys(people)), open_names


async def _groups(bot: Bot, names: Sequence[str], _: int) -> dict[str, list[str]]:
    """The members of the user groups among the names; none on a plan without groups."""
    try:
        answer = await bot.api.call("usergroups.list", query={"include_users": True})
    except SlackRefused:
        return {}
    found = {}
    for group in answer.get("usergroups") or []:
        for name in names:
            if name == group.get("id") or name.casefold() == str(group.get("handle")).casefold():
                found[name] = [str(one) for one in group.get("users") or []]
    return found


async def _people_by_handle(bot: Bot, ctx: JobContext, workspace_id: int, handles: Sequence[str]) -> dict[str, str]:
    """Ids by handle, from the workspace's list; who is found is remembered, so that it is read once.

    A page is a step: in a large workspace a rate limit comes before the end, and the next run goes on from there.
    """

    async def call(_: int, cursor: str) -> dict[str, Any]:
        answer = await bot.api.call("users.list", query={"limit": PAGE, "cursor": cursor or None})
        found = {}
        for user in answer.get("members") or []:
            name = wanted.get(str(user.get("name")).casefold())
            if name is not None and not user.get("deleted"):
                found[name] = {"id": str(user["id"]), "facts": facts(user, bot.identity)}
        return {"found": found, "next": next_cursor(answer)}

    async def save(session: AsyncSession, page: Mapping[str, Any]) -> None:
        for one in page["found"].values():
            await learn_person(session, workspace_id, str(one["id"]), at=bot.clock.now(), **one["facts"])

    wanted = {one.casefold(): one for one in handles}
    ids: dict[str, str] = {}
    cursor = ""
    for number in range(MOST_PAGES):
        page = await ctx.step(f"find_people:{number}", partial(call, cursor=cursor), save)
        ids |= {name: str(one["id"]) for name, one in page["found"].items()}
        cursor = page["next"]
        if not cursor or len(ids) == len(handles):
            break
    return ids
