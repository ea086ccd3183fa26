"""The home tab of who opened it: made by a job, sent only where it changed, followed for a while. Knows no block."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.escalation import waiting
from bot.domain.incident import CLOSED, RESOLVED, fold
from bot.domain.tasks import OPEN, tasks_in
from bot.domain.timeline import STATE_KINDS, Kind
from bot.jobs import JobContext
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.escalating import asked_by
from bot.slack.gate import MEMBERS, Who, may
from bot.slack.home_page import HomePage, Looked, Shown, Sight
from bot.slack.known_as import known_as
from bot.slack.people import get_to_know, who
from bot.slack.places import pages
from bot.slack.task_lines import task_acts
from storage.artifacts import artifact
from storage.drafts import review_of
from storage.entries import entries_of
from storage.homes import home_of, keep_home, rooms_of
from storage.incidents import channel_of_incident
from storage.people import names, person_of, workspace_of
from storage.queue import Job, rearm
from storage.tables import Incident, Person
from storage.viewing import Viewer, incidents_seen, tasks_seen

#: Slack does not say when somebody leaves the tab: for so long after it was opened it is looked at again, so often.
FOLLOWED, EACH = timedelta(minutes=15), timedelta(minutes=1)
_NOON = time(12)
ENDED_MOST = 30  # ended incidents that are looked at for drafts


def publishing(workspace_id: int, user_id: str, at: datetime) -> Job:
    """The one job that brings somebody's home tab up to date."""
    payload = {"workspace": workspace_id, "user": user_id}
    return Job(f"again:home:{workspace_id}:{user_id}", "publish_home", at, f"home:{workspace_id}:{user_id}", payload)


async def on_home_opened(bot: Bot, event: Mapping[str, Any]) -> None:
    """`app_home_opened`; its other tab is none of ours. Without a `view` nothing was ever published there."""
    user_id, view = str(event.get("user") or ""), event.get("view") or {}
    if event.get("tab") != "home" or not user_id:
        return
    await get_to_know(bot, bot.identity.team_id, user_id)
    stands: dict[str, str | None] = {"view_hash": view.get("hash")} if view else {"view_hash": None, "digest": None}
    async with bot.db.write() as session:
        workspace, now = await workspace_of(session, bot.identity.team_id), bot.clock.now()
        await keep_home(session, workspace.id, user_id, opened_at=now, **stands)
        await rearm(session, publishing(workspace.id, user_id, now))


async def refresh_home(bot: Bot, user_id: str) -> None:
    """What somebody did may show on their home tab, where they have one."""
    async with bot.db.write() as session:
        workspace = await workspace_of(session, bot.identity.team_id)
        if await home_of(session, workspace.id, user_id) is not None:
            await rearm(session, publishing(workspace.id, user_id, bot.clock.now()))


async def publish_home(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `publish_home`."""
    workspace_id, user_id = int(payload["workspace"]), str(payload["user"])
    member_of = await _rooms(bot, workspace_id, user_id)
    async with bot.db.write() as session:
        home = await home_of(session, workspace_id, user_id)
        person = await person_of(session, workspace_id, user_id)
    if home is None or home.opened_at is None or who(person) in (Who.BOT, Who.DEACTIVATED):
        return
    async with bot.db.read() as session:
        viewer = Viewer(workspace_id, None, sees_others=who(person) is Who.MEMBER, also=member_of)
        view = HomePage(bot, await _sight(bot, session, viewer, person), home.shows).view()
    digest = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:32]
    if digest != home.digest:
        view_hash = await _publish(bot, user_id, view, home.view_hash)

    async def save(session: AsyncSession) -> None:
        if digest != home.digest:
            await keep_home(session, workspace_id, user_id, digest=digest, view_hash=view_hash)
        now = bot.clock.now()
        if home.opened_at is not None and now + EACH <= home.opened_at + FOLLOWED:
            await rearm(session, publishing(workspace_id, user_id, now + EACH))

    await ctx.finish(save)


async def _publish(bot: Bot, user_id: str, view: Mapping[str, Any], known: str | None) -> str | None:
    """Slack's hash of what stands there then. Sent again, it does no harm, so it is no step of its own."""
    try:
        answer = await bot.api.call("views.publish", json={"user_id": user_id, "view": view, "hash": known})
    except SlackRefused as refused:
        if refused.error != "hash_conflict":
            raise
        # Something else was published in between; ours is the newest, read after it.
        answer = await bot.api.call("views.publish", json={"user_id": user_id, "view": view})
    return (answer.get("view") or {}).get("hash")


async def _rooms(bot: Bot, workspace_id: int, user_id: str) -> frozenset[int]:
    """The incidents in whose channels Slack says that somebody is: asked each time, since people leave channels."""
    async with bot.db.write() as session:
        member = who(await person_of(session, workspace_id, user_id)) is Who.MEMBER
        rooms = await rooms_of(session, workspace_id, private=member)
    if not rooms:
        return frozenset()
    query = {"user": user_id, "types": "private_channel" if member else "public_channel,private_channel", "limit": 999}
    try:
        found = [one.get("id") async for one in pages(bot, "users.conversations", "channels", query)]
    except SlackRefused:
        return frozenset()
    return frozenset(rooms[one] for one in found if one in rooms)


async def _sight(bot: Bot, session: AsyncSession, viewer: Viewer, person: Person) -> Sight:
    seen = await incidents_seen(session, viewer)
    opened = [one for one in seen if one.status not in CLOSED]
    ended = [one for one in seen if one.status in CLOSED][:ENDED_MOST]
    shown = {one.id: await _shown(session, one) for one in (*opened, *ended)}
    tasks = []
    for incident, entries in await tasks_seen(session, viewer):
        mine = [task for task in tasks_in(entries) if task.state == OPEN and person.user_id in task.people]
        room = shown.get(incident.id) or await _shown(session, incident) if mine else None
        can = await task_acts(session, bot.settings, person, incident) if mine else frozenset()
        tasks += [(room, task, can) for task in mine if room is not None]
    also = await known_as(session, bot.settings, person, None)
    drafts = [one for one in ended if one.status == RESOLVED and one.published_at is None]
    return Sight(
        opened=[shown[one.id] for one in opened],
        ended=[shown[one.id] for one in ended],
        drafts=[
            (shown[one.id], await _looked(session, one))
            for one in drafts
            if await artifact(session, one.id, "draft") is not None
        ],
        roles=await _roles(session, opened, shown, person.user_id),
        calls=await _calls(session, opened, shown, person.user_id),
        tasks=tasks,
        names=await names(session, viewer.workspace_id),
        declares=may(who(person), "declare", MEMBERS, bot.settings.permissions, also),
    )


async def _looked(session: AsyncSession, incident: Incident) -> Looked:
    review = await review_of(session, incident.id)
    owner = await session.get(Person, review.owner_id) if review else None
    if review is None or owner is None:
        return Looked()
    noon = datetime.combine(date.fromisoformat(review.due), _NOON, ZoneInfo(incident.zone)) if review.due else None
    return Looked(owner.user_id, review.due, noon)


async def _shown(session: AsyncSession, incident: Incident) -> Shown:
    channel = await channel_of_incident(session, incident.id)
    return Shown(incident, channel.slack_id if channel is not None and not channel.is_deleted else None)


async def _roles(
    session: AsyncSession, opened: Sequence[Incident], shown: Mapping[int, Shown], user_id: str
) -> list[tuple[Shown, str]]:
    found = []
    for incident in opened:
        state = fold(await entries_of(session, incident.id, kinds=STATE_KINDS))
        found += [(shown[incident.id], role) for role, holder in state.roles.items() if holder == user_id]
    return found


async def _calls(
    session: AsyncSession, opened: Sequence[Incident], shown: Mapping[int, Shown], user_id: str
) -> list[tuple[Shown, int, str]]:
    """The escalations that wait for somebody; which incidents have any, their rows tell."""
    found = []
    for incident in (one for one in opened if user_id in (one.awaited or ())):
        entries = await entries_of(session, incident.id, kinds=[Kind.ESCALATED, Kind.ANSWERED])
        asked = await asked_by(session, incident.id, entries)
        wait = [one for one in waiting([one for one in entries if one.stands]) if user_id in asked.get(one.number, ())]
        found += [(shown[incident.id], one.number, one.text) for one in wait]
    return found
