"""What happens without anybody asking: erasing words in time, and handing on what somebody deactivated held."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.consequences import HANDED_ON
from bot.domain.incident import CLOSED, fold
from bot.domain.markup import mentioned
from bot.domain.timeline import STATE_KINDS, Change, Entry, Kind, NewEntry, Source
from bot.incidents import record
from bot.jobs import JobContext
from bot.slack.answer import section
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.posting import CLOSED_TO_US, post_once
from storage.drafts import erase_superseded
from storage.entries import entries_of, entry_of_message
from storage.incidents import channel_of_incident, incident_by_id, incidents_of
from storage.queue import Job, rearm
from storage.redacting import redact_words
from storage.tables import Incident, Message
from storage.transcript import erase, unmarked_messages

log = logging.getLogger(__name__)

ERASED = "[erased]"


async def erase_message(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `erase_message`: a deleted message's words go, unless the incident is on hold (looked at again then)."""
    now = bot.clock.now()
    async with bot.db.write() as session:
        row = await session.get(Message, int(payload["message"]))
        if row is None or row.deleted_at is None or row.erased_at is not None:
            return
        incident_id = payload.get("incident")
        incident = await incident_by_id(session, int(incident_id)) if incident_id else None
        if incident is not None and incident.on_hold:
            await rearm(session, Job(ctx.job.id, "erase_message", now + timedelta(days=1), None, dict(payload)))
            return
        await erase(session, row, at=now)
        found = await entry_of_message(session, row.id)
        if found is not None and not found[1].stands:
            # What still stands was put back by hand, or is published.
            await redact_words(session, found[0], found[1].number, ERASED)


async def purge_transcript(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `purge_transcript`: so many days after the resolve the unmarked messages' words are erased."""
    now = bot.clock.now()
    async with bot.db.write() as session:
        incident = await incident_by_id(session, int(payload["incident"]))
        ended = incident.resolved_at or incident.declared_at
        if incident.status not in CLOSED or incident.transcript_erased_at is not None or ended is None:
            return
        due = ended + timedelta(days=bot.settings.transcript_days)
        due = max(due, now + timedelta(days=1)) if incident.on_hold else due
        if due > now:
            await rearm(session, Job(ctx.job.id, "purge_transcript", due, None, dict(payload)))
            return
        for row in await unmarked_messages(session, incident.id):
            await erase(session, row, at=now)
        await erase_superseded(session, incident.id, at=now)
        incident.transcript_erased_at = now
        session.add(incident)


async def hand_on(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `hand_on`: open tasks and roles of somebody deactivated go to the commander, said once in the channel."""
    workspace_id, user_id = int(payload["workspace"]), str(payload["slack_id"])
    async with bot.db.read() as session:
        incidents = [one.id for one in await incidents_of(session, workspace_id)]
    for incident_id in incidents:

        async def pass_on(_: int, incident_id: int = incident_id) -> int:
            return await _pass_on(bot, incident_id, user_id)

        count = await ctx.step(f"hand_on:{incident_id}", pass_on)
        if count:
            await _say_so(bot, ctx, incident_id, user_id)


async def _pass_on(bot: Bot, incident_id: int, user_id: str) -> int:
    """How many roles and tasks were handed on. Its entries' keys make a repeat harmless."""
    now = bot.clock.now().replace(microsecond=0)
    async with bot.db.write() as session:
        incident = await incident_by_id(session, incident_id)
        entries = [entry for entry in await entries_of(session, incident_id) if entry.stands]
        new = [*_roles(incident, entries, user_id, bot, now), *_tasks(entries, user_id, bot, now, incident)]
        if new:
            await record(session, incident, Change(HANDED_ON, tuple(new)), at=now)
    return len(new)


def _entry(bot: Bot, kind: Kind, now: Any, key: str, data: dict[str, Any]) -> NewEntry:
    me = bot.identity.user_id
    return NewEntry(
        kind=kind,
        text="",
        occurred_at=now,
        author_id=me,
        recorded_by_id=me,
        source=Source.API,
        key=key,
        data=data,
    )


def _roles(incident: Incident, entries: list[Entry], user_id: str, bot: Bot, now: Any) -> list[NewEntry]:
    """Roles of an open incident; the commander's own fall vacant, since there is nobody to give them to."""
    if incident.status in CLOSED:
        return []
    state = fold([entry for entry in entries if entry.kind in STATE_KINDS])
    heir = state.commander_id if state.commander_id != user_id else None
    return [
        _entry(bot, Kind.ROLE, now, f"handed-on:{incident.id}:{role}:{user_id}", {"role": role, "person_id": heir})
        for role, holder in sorted(state.roles.items())
        if holder == user_id
    ]


def _tasks(entries: list[Entry], user_id: str, bot: Bot, now: Any, incident: Incident) -> list[NewEntry]:
    """Open tasks whose only owner is gone, to the commander where there is one."""
    heir = incident.commander_id if incident.commander_id != user_id else None
    owners: dict[int, str] = {e.number: str(e.data.get("owner") or "") for e in entries if e.kind is Kind.TASK}
    for entry in entries:
        number = int(entry.data.get("task") or 0)
        if entry.kind is Kind.TASK_ASSIGNED:
            owners[number] = str(entry.data.get("owner") or "")
        elif entry.kind in (Kind.TASK_DONE, Kind.TASK_DROPPED):
            owners.pop(number, None)
    return [
        _entry(
            bot,
            Kind.TASK_ASSIGNED,
            now,
            f"handed-on:{incident.id}:{number}:{user_id}",
            {"task": number, "owner": f"<@{heir}>" if heir else "", "person_id": heir},
        )
        for number, owner in sorted(owners.items())
        if mentioned(owner) == [user_id]
    ]


async def _say_so(bot: Bot, ctx: JobContext, incident_id: int, user_id: str) -> None:
    async with bot.db.read() as session:
        channel = await channel_of_incident(session, incident_id)
    _, record_now, _ = await read_face(bot, incident_id)
    if channel is None:
        return
    heir = record_now.state.commander_id
    words = bot.wording.say(
        "lines.handed_on",
        person=record_now.names.person(user_id),
        heir=record_now.names.person(heir) if heir and heir != user_id else None,
    )

    async def post(attempt: int) -> str | None:
        try:
            return await post_once(
                bot.api,
                attempt,
                f"handed-on:{incident_id}:{user_id}",
                channel=channel.slack_id,
                text=words,
                blocks=[section(words)],
                since=bot.clock.now() - timedelta(days=1),
            )
        except SlackRefused as refused:
            if refused.error in CLOSED_TO_US:
                return None
            raise

    await ctx.step(f"say:{incident_id}", post)
