"""An escalation's course: whom it asks is invited, and what they do in the channel afterwards answers it.

Groups are resolved to their people once for an escalation. Being invited, or joining, is no answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import lane_of
from bot.domain.escalation import asked, named, waiting
from bot.domain.markup import groups_mentioned
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind, Source
from bot.jobs import JobContext
from bot.slack.answer import Answer, Button
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.call import Call
from bot.slack.faces import read_face
from bot.slack.places import invite_people
from bot.slack.telling import tell_of
from storage.artifacts import artifact, artifacts_named, keep_artifact
from storage.entries import entries_of
from storage.incidents import channel_of_incident, lock_incident
from storage.queue import Job, enqueue
from storage.tables import Channel, Incident
from storage.transcript import first_words

ASKED = "asked:"
#: What Slack says of user groups where the plan has none.
NO_GROUPS = frozenset({"paid_teams_only", "plan_upgrade_required"})


async def invite_escalated(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `invite_escalated`: bring in whom an escalation names, also after its edit; say who could not be asked;
    and know whom the incident waits for now."""
    incident_id, number = int(payload["incident"]), int(payload["number"])
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
        before = await artifact(session, incident_id, f"{ASKED}{number}")
    _, known, _ = await read_face(bot, incident_id)
    entry = next((one for one in known.entries if one.number == number), None)
    if channel is None or entry is None or known.state.sort == "past":
        return  # what is told afterwards asks nobody
    if entry.stands and known.state.is_open:
        await _ask(bot, ctx, channel, known, entry, _people(before.ref if before else None))

    async def save(session: AsyncSession) -> None:
        await await_answers(bot, session, incident_id, channel)

    await ctx.finish(save)


async def _ask(
    bot: Bot, ctx: JobContext, channel: Channel, known: Record, entry: Entry, before: Sequence[str] | None
) -> None:
    """Resolve, invite, and tell whoever escalated what did not go; those added by an edit are told: no mention is
    delivered for an edited post."""
    members: dict[str, list[str]] = {}
    faults: dict[str, str] = {}
    for group_id in groups_mentioned(named(entry)):
        found = await ctx.step(f"group:{group_id}", partial(_members, bot, group_id))
        members[group_id] = found["people"]
        if found["fault"]:
            faults[f"@{known.names.groups.get(group_id, 'group').lstrip('@')}"] = found["fault"]
    people = [one for one in asked(entry, members) if one != bot.identity.user_id]
    new = [one for one in people if one not in (before or ())]

    async def invite(_: int) -> list[str]:
        return await invite_people(bot, channel.slack_id, new) if new else []

    async def save(session: AsyncSession, _: object) -> None:
        name, kept = f"{ASKED}{entry.number}", json.dumps([*(before or ()), *new])
        await keep_artifact(session, channel.incident_id or 0, name, at=bot.clock.now(), ref=kept)

    for fault in await ctx.step("invite", invite, save):
        person_id, _, why = fault.partition(": ")
        faults[known.names.person(person_id)] = why
    if faults and not (before is not None and not new):
        unpaid = [name for name, why in faults.items() if why in NO_GROUPS]
        others = {name: why for name, why in faults.items() if why not in NO_GROUPS}
        words = bot.wording.say("lines.not_asked", number=entry.number, unpaid=unpaid, faults=others)
        await _tell(bot, ctx, "tell_faults", channel, entry.recorded_by_id, Answer(words))
    for person_id in new if before is not None else ():
        await _tell(bot, ctx, f"tell:{person_id}", channel, person_id, _asking(bot, known, entry))


def _asking(bot: Bot, known: Record, entry: Entry) -> Answer:
    words = bot.wording.say(
        "lines.asked_too",
        who=known.names.person(entry.changed_by_id or entry.recorded_by_id),
        label=known.label,
        number=entry.number,
        sort=known.state.sort,
    )
    return Answer(words, (on_it(bot, known, entry.number),))


def on_it(bot: Bot, known: Record, number: int) -> Button:
    """The button that answers an escalation."""
    return Button(bot.wording.plain("labels.on_it"), f"on-it #{number}", incident=known.number, style="primary")


async def _tell(bot: Bot, ctx: JobContext, step: str, channel: Channel, user: str, answer: Answer) -> None:
    async def tell(_: int) -> bool:
        return await tell_of(bot, channel.incident_id or 0, user, answer)

    await ctx.step(step, tell)


async def _members(bot: Bot, group_id: str, _: int) -> dict[str, Any]:
    """The people of a user group; on a plan without groups, or where the group is gone, none and Slack's reason."""
    try:
        answer = await bot.api.call("usergroups.users.list", query={"usergroup": group_id})
    except SlackRefused as refused:
        return {"people": [], "fault": refused.error}
    return {"people": [str(one) for one in answer.get("users") or []], "fault": ""}


def _people(ref: str | None) -> list[str] | None:
    return [str(one) for one in json.loads(ref)] if ref else None


async def asked_by(session: AsyncSession, incident_id: int, entries: Sequence[Entry]) -> dict[int, list[str]]:
    """Number of an escalation -> the people it asks, groups resolved as far as that was done."""
    resolved = {one.name: _people(one.ref) or [] for one in await artifacts_named(session, incident_id, ASKED)}
    return {
        one.number: list(dict.fromkeys([*asked(one, {}), *resolved.get(f"{ASKED}{one.number}", ())]))
        for one in entries
        if one.kind is Kind.ESCALATED
    }


async def await_answers(bot: Bot, session: AsyncSession, incident_id: int, channel: Channel) -> None:
    """Remember on the incident's row whom it waits for, and take what they have said since they were asked."""
    incident = await lock_incident(session, incident_id)
    entries = await entries_of(session, incident_id, kinds=[Kind.ESCALATED, Kind.ANSWERED])
    whom = await asked_by(session, incident_id, entries)
    for escalation in waiting(entries):
        said = await first_words(session, channel.id, whom[escalation.number], escalation.occurred_at)
        if said is not None:
            await enqueue(session, answer_job(bot, incident, said[0], said[1], Source.MESSAGE))
    incident.awaited = sorted({one for escalation in waiting(entries) for one in whom[escalation.number]}) or None
    session.add(incident)


def answers_escalation(call: Call) -> Job | None:
    """The job that takes a command in the incident's own channel for an answer; None where nobody waits for one."""
    incident, user_id = call.incident, call.actor.user_id
    here = incident is not None and call.channel is not None and call.channel.incident_id == incident.id
    if not here or incident is None or user_id not in (incident.awaited or ()):
        return None
    return answer_job(call.bot, incident, user_id, f"{call.now.timestamp():.6f}", Source.COMMAND)


def answer_job(bot: Bot, incident: Incident, user_id: str, ts: str, source: Source) -> Job:
    """The job that takes what somebody did at `ts` as their answer."""
    payload = {"incident": incident.id, "user": user_id, "ts": ts, "source": str(source)}
    job_id = f"answer:{incident.id}:{user_id}:{ts}"
    return Job(job_id, "note_answer", bot.clock.now(), lane_of(incident.id), payload)
