"""Who somebody is, from what Slack tells of them. Knows no command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import Names
from bot.jobs import Retry
from bot.slack.api import SlackRefused, SlackUnwell
from bot.slack.bot import Bot, Identity
from bot.slack.gate import Who
from storage.people import find_person, learn_person, names, person_of, workspace_of
from storage.queue import Job, enqueue
from storage.tables import Person

log = logging.getLogger(__name__)

#: A person's profile is asked for again after a day; `user_change` refreshes it sooner.
KEPT = timedelta(days=1)
#: Whoever was looked up in the database is not looked up again for so long: somebody who types a few commands in a row.
LOOKED_UP = timedelta(minutes=10)
#: Names that only advise are read again after so long.
NAMES_KEPT = timedelta(minutes=1)
#: The one look-up that a listener may wait for.
INLINE_TIMEOUT = 1.0


def facts(user: Mapping[str, Any], home: Identity) -> dict[str, Any]:
    """What we keep of Slack's user object. `display_name` may be empty; then the real name is what people see."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name")
    return {
        "name": name,
        "handle": user.get("name"),
        "team_id": user.get("team_id"),
        "tz": user.get("tz"),
        "standing": str(_standing(user, home)),
        "is_deactivated": bool(user.get("deleted")),
    }


def _standing(user: Mapping[str, Any], home: Identity) -> Who:
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return Who.BOT
    elsewhere = user.get("team_id") and user["team_id"] != home.team_id and not _same_org(user, home)
    if user.get("is_stranger") or elsewhere:
        return Who.OUTSIDER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Who.GUEST
    return Who.MEMBER


def _same_org(user: Mapping[str, Any], home: Identity) -> bool:
    """In an Enterprise Grid somebody's own team may differ while they belong to the organisation. People of another's
    Grid, met through Slack Connect, have an organisation too."""
    theirs = (user.get("enterprise_user") or {}).get("enterprise_id")
    return bool(home.enterprise_id) and theirs == home.enterprise_id


def who(person: Person) -> Who:
    """What a person is, as far as we know."""
    return Who.DEACTIVATED if person.is_deactivated else Who(person.standing)


async def get_to_know(bot: Bot, team_id: str, user_id: str) -> None:
    """Ask Slack once who a person is before a transaction begins, where we don't know; give up after a second.

    Whoever stays unknown may record but not change status or read private incidents.
    """
    if not user_id or user_id == bot.identity.user_id:
        return
    now = bot.clock.now()
    if now < bot.met.get(user_id, now):
        return
    async with bot.db.read() as session:
        person = await find_person(session, team_id, user_id)
    # Whom Slack would not tell of when they were mentioned is asked about again.
    told_at = person.fetched_at if person is not None and person.standing != Who.UNKNOWN else None
    if told_at is not None and now - told_at < KEPT:
        bot.met[user_id] = min(now + LOOKED_UP, told_at + KEPT)
        return
    hidden = False
    try:
        answer = await asyncio.wait_for(bot.api.call("users.info", query={"user": user_id}), INLINE_TIMEOUT)
    except (TimeoutError, Retry, SlackRefused, SlackUnwell) as fault:
        log.info("users.info gave no answer", extra={"user": user_id, "fault": str(fault)})
        answer = {}
        # Slack knows them and will not show them to us: nobody of our own workspace.
        hidden = isinstance(fault, SlackRefused) and fault.error == "user_not_visible"
    async with bot.db.write() as session:
        workspace = await workspace_of(session, team_id)
        if answer:
            await learn_person(session, workspace.id, user_id, at=now, **facts(answer.get("user") or {}, bot.identity))
        elif hidden:
            await learn_person(session, workspace.id, user_id, at=now, standing=str(Who.OUTSIDER))
        else:
            await person_of(session, workspace.id, user_id)
    if answer:
        bot.met[user_id] = now + LOOKED_UP


async def refresh(bot: Bot, user: Mapping[str, Any]) -> None:
    """`user_change`: only people whom we know are of interest. Somebody deactivated hands on what is open."""
    user_id = str(user.get("id") or "")
    async with bot.db.read() as session:
        known = await find_person(session, bot.identity.team_id, user_id)
    if known is None:
        return
    now = bot.clock.now()
    async with bot.db.write() as session:
        workspace = await workspace_of(session, bot.identity.team_id)
        was_active = not (await person_of(session, workspace.id, user_id)).is_deactivated
        facts_now = facts(user, bot.identity)
        await learn_person(session, workspace.id, user_id, at=now, **facts_now)
        if was_active and facts_now["is_deactivated"]:
            await enqueue(
                session,
                Job(
                    id=f"hand-on:{workspace.id}:{user_id}:{int(now.timestamp())}",
                    kind="hand_on",
                    payload={"workspace": workspace.id, "slack_id": user_id},
                    run_at=now,
                ),
            )


async def names_lately(bot: Bot, session: AsyncSession, workspace_id: int) -> Names:
    """The display names of a workspace as they were at most a minute ago: for what only advises.

    Read for each command that wanted advice, they were one more wait for the server, and 9 ms where 5,000 are known.
    """
    now = bot.clock.now()
    at, known = bot.named.get(workspace_id, (now, None))
    if known is None or not timedelta() <= now - at < NAMES_KEPT:
        known = await names(session, workspace_id)
        bot.named[workspace_id] = (now, known)
    return known
