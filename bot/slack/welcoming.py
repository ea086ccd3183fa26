"""Telling whoever comes in what they must know: the jobs behind a late joiner's catch-up and a role's briefing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.timeline import Entry, Kind
from bot.jobs import JobContext
from bot.slack.answer import Answer
from bot.slack.bot import Bot
from bot.slack.briefing import briefing, caught_up
from bot.slack.escalating import asked_by
from bot.slack.faces import read_face
from bot.slack.learning import learn_person
from bot.slack.places import invite_people
from bot.slack.telling import tell_of
from bot.wording import Wire
from storage.artifacts import artifact, keep_artifact
from storage.entries import entries_of
from storage.incidents import channel_of_incident
from storage.people import find_person


async def catch_up(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `catch_up`: for somebody who joined late, once a person."""
    incident_id, user_id = int(payload["incident"]), str(payload["user"])
    name = f"caught_up:{user_id}"
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        before = await artifact(session, incident_id, name)
        whom = await asked_by(session, incident_id, await entries_of(session, incident_id, kinds=[Kind.ESCALATED]))
    if channel is None or before is not None or await _is_bot(bot, ctx, channel.workspace_id, user_id):
        return
    _, record, _ = await read_face(bot, incident_id)
    if record.state.sort == "past":
        return  # it is over, and asks nothing of anybody
    answer = caught_up(bot, record, user_id, whom)

    async def save(session: AsyncSession, told: bool) -> None:
        if told:  # whoever was gone again before hears it when they come back
            await keep_artifact(session, incident_id, name, at=bot.clock.now())

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, user_id, answer)

    await ctx.step("tell", tell, save)


async def brief_role(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `brief_role`: bring in whoever takes a role, and tell them what it is and what stands now."""
    incident_id, number = int(payload["incident"]), int(payload["number"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        whom = await asked_by(session, incident_id, await entries_of(session, incident_id, kinds=[Kind.ESCALATED]))
    _, record, _ = await read_face(bot, incident_id)
    entry = next((one for one in record.standing if one.number == number), None)
    if channel is None or entry is None or not record.state.is_open or record.state.sort == "past":
        return
    role, user_id = str(entry.data.get("role")), str(entry.data.get("person_id") or "")
    if not user_id or record.state.roles.get(role) != user_id:
        return  # somebody else has it by now
    answer = briefing(bot, record, entry, role, caught_up(bot, record, user_id, whom))

    async def invite(_: int) -> list[str]:
        return await invite_people(bot, channel.slack_id, [user_id])

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, user_id, answer)

    async def save(session: AsyncSession, told: bool) -> None:
        if told:  # Slack may not let them in yet
            await keep_artifact(session, incident_id, f"caught_up:{user_id}", at=bot.clock.now())

    faults: list[str] = await ctx.step("invite", invite) if user_id != entry.recorded_by_id else []
    await ctx.step("tell", tell, save)
    if faults:
        why = faults[0].rpartition(": ")[2]
        await ctx.step("tell_fault", partial(_not_let_in, bot, incident_id, entry, why))


async def _not_let_in(bot: Bot, incident_id: int, entry: Entry, why: str, _: int) -> bool:
    """Tell who gave a role that Slack would not let its holder into the channel."""
    role = str(entry.data.get("role"))
    known = bot.settings.role_named(role)
    words = bot.wording.say(
        "lines.role_not_let_in",
        who=Wire(f"<@{entry.data.get('person_id')}>"),
        title=known.title if known else role,
        role=role,
        why=why,
        command=bot.settings.command,
    )
    return await tell_of(bot, incident_id, entry.recorded_by_id, Answer(words))


async def _is_bot(bot: Bot, ctx: JobContext, workspace_id: int, user_id: str) -> bool:
    """Whether somebody is no person; Slack is asked where we have not met them."""
    for asked in (False, True):
        async with bot.db.read() as session:
            person = await find_person(session, bot.identity.team_id, user_id)
        if asked or (person is not None and person.fetched_at is not None):
            return person is not None and person.standing == "bot"
        await learn_person(bot, ctx, {"workspace": workspace_id, "slack_id": user_id})
    return False
