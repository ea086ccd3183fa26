"""Record a change, then let the rest hear of it: entries, the cached state and the jobs that follow, in one go.

Knows no Slack. What follows from a change is said here as jobs by name; who carries them out is decided in `bot.app`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import Conflict
from bot.domain.incident import IncidentState, fold
from bot.domain.lifecycle import touches_state, weigh
from bot.domain.markup import groups_mentioned, mentioned
from bot.domain.public import stamp
from bot.domain.record import Record
from bot.domain.timeline import STATE_KINDS, Change, Entry, Kind, NewEntry
from storage.artifacts import note_audit
from storage.entries import add_entry, add_version, entries_of, recorded_under
from storage.incidents import cached_fields, channel_of_incident, lock_incident, take_incident_number
from storage.people import names, unknown_people
from storage.queue import Job, enqueue, rearm
from storage.tables import Incident, Workspace
from storage.transcript import message_of_origin

#: What shows on the card, besides the state itself.
_ON_CARD = STATE_KINDS | {Kind.IMPACT, Kind.ESCALATED, Kind.ANSWERED, Kind.UPDATE}
#: What moves a reminder.
_WATCHED = frozenset(
    {
        Kind.SEVERITY,
        Kind.STATUS,
        Kind.ROLE,
        Kind.UPDATE,
        Kind.ESCALATED,
        Kind.ANSWERED,
        Kind.RESOLVED,
        Kind.REOPENED,
    }
)
#: What the bot says in the channel; nothing else makes a post.
POSTED = frozenset(
    {
        Kind.SEVERITY,
        Kind.STATUS,
        Kind.MITIGATED,
        Kind.RESOLVED,
        Kind.REOPENED,
        Kind.CANCELLED,
        Kind.DUPLICATE,
        Kind.ROLE,
        Kind.ESCALATED,
        Kind.UPDATE,
    }
)


#: The kind of job that tells the world outside of a change. One is made where the database is marked with this name.
WEBHOOK = "webhook"

#: The change that brings a written postmortem in: nothing follows from it, since nobody is there to be told.
IMPORTED = "incident.imported"

#: The change that passes on what somebody deactivated held: it is said in one sentence, not in a line for each.
HANDED_ON = "incident.handed_on"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What `record` did: the entries as they stand now, the state before and after.

    `repeated` is True where the change had been recorded before under the same key; nothing was added then.
    """

    incident: Incident
    entries: tuple[Entry, ...]
    before: IncidentState
    after: IncidentState
    repeated: bool = False

    @property
    def entry(self) -> Entry:
        """The one entry of a change that has one."""
        return self.entries[0]


async def declare(
    session: AsyncSession, workspace: Workspace, first: NewEntry, *, zone: str, at: datetime, origin_slack_id: str
) -> Recorded:
    """Open an incident: its number, its row, its first entry and the job that opens its channel."""
    number = await take_incident_number(session, workspace.id)
    incident = Incident(
        workspace_id=workspace.id,
        number=number,
        zone=zone,
        visibility=str(first.data.get("visibility", "public")),
        sort=str(first.data.get("sort", "real")),
        origin_slack_id=origin_slack_id,
    )
    session.add(incident)
    await session.flush()
    return await record(session, incident, Change("incident.declared", (first,)), at=at)


async def record(session: AsyncSession, incident: Incident, change: Change, *, at: datetime) -> Recorded:
    """Record a change in the caller's transaction: all of it or nothing.

    Raises WindowOverlap where the windows would not fit, and Conflict where an entry was changed meanwhile.
    """
    incident = await lock_incident(session, incident.id)
    repeated = await _repeated(session, incident, change)
    if repeated is not None:
        return repeated
    stateful = touches_state(change)
    before_entries = await entries_of(session, incident.id, kinds=STATE_KINDS) if stateful else []
    before = fold(before_entries) if stateful else cached_state(incident)
    after = weigh(before_entries, change, at=at) if stateful else before
    entries = await _write(session, incident, change, at=at)
    if stateful:
        for name, value in cached_fields(after).items():
            setattr(incident, name, value)
    incident.version += 1
    session.add(incident)
    await session.flush()
    recorded = Recorded(incident, tuple(entries), before, after)
    await _learn_whom_it_names(session, incident, recorded.entries, at)
    for job in _consequences(recorded, change, at):
        await (rearm if job.id.startswith("again:") else enqueue)(session, job)
    if session.info.get(WEBHOOK):
        await enqueue(session, _delivery(recorded, change, at))
    return recorded


async def _repeated(session: AsyncSession, incident: Incident, change: Change) -> Recorded | None:
    """What stands where this very change was recorded before (its key is the sender's)."""
    keys = [new.key for new in change.entries] + [revision.key for revision in change.revisions]
    found = await recorded_under(session, keys)
    if found is None or found[0] != incident.id:
        return None
    state = cached_state(incident)
    return Recorded(incident, (found[1],), state, state, repeated=True)


async def _write(session: AsyncSession, incident: Incident, change: Change, *, at: datetime) -> list[Entry]:
    """The entries of a change as they stand now, revised ones first."""
    for revision in change.revisions:
        if not await add_version(session, incident, revision):
            raise Conflict(number=revision.number)
        await note_audit(
            session,
            incident.workspace_id,
            at=at,
            actor=revision.after.changed_by_id or revision.after.author_id,
            action=f"entry.{revision.action}",
            target=f"{incident.number}#{revision.number}",
            before=f"v{revision.before.version}",
            after=f"v{revision.after.version}",
        )
    numbers = [revision.number for revision in change.revisions]
    revised = (
        {entry.number: entry for entry in await entries_of(session, incident.id, numbers=numbers)} if numbers else {}
    )
    entries = [revised[number] for number in numbers]
    for new in change.entries:
        message_id = None
        if new.origin is not None:
            message_id = await message_of_origin(session, incident.workspace_id, new.origin)
        entry = await add_entry(session, incident, new, at=at, message_id=message_id)
        entries.append(entry)
        await note_audit(
            session,
            incident.workspace_id,
            at=at,
            actor=new.recorded_by_id,
            action=change.name,
            target=f"{incident.number}#{entry.number}",
        )
    return entries


def cached_state(incident: Incident) -> IncidentState:
    """The state as the row caches it: enough where a change cannot alter it."""
    roles = {"commander": incident.commander_id} if incident.commander_id else {}
    return IncidentState(
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        sort=incident.sort,
        visibility=incident.visibility,
        declared_at=incident.declared_at,
        started_at=incident.started_at,
        start_assumed=incident.start_assumed,
        detected_at=incident.detected_at,
        mitigated_at=incident.mitigated_at,
        resolved_at=incident.resolved_at,
        duplicate_of=incident.duplicate_of,
        roles=roles,
    )


def lane_of(incident_id: int) -> str:
    """The lane of all jobs that show an incident: one at a time, in order."""
    return f"incident:{incident_id}"


def job_about(incident_id: int, kind: str, at: datetime) -> Job:
    """The one job of a kind that an incident has, to be re-armed: it brings something up to the newest state."""
    return Job(f"again:{kind}:{incident_id}", kind, at, lane_of(incident_id), {"incident": incident_id})


def line_job(incident_id: int, number: int, at: datetime) -> Job:
    """The job that posts an entry's line, or brings it up to date."""
    payload = {"incident": incident_id, "number": number}
    return Job(f"again:post_line:{incident_id}:{number}", "post_line", at, lane_of(incident_id), payload)


def invite_job(incident_id: int, number: int, at: datetime) -> Job:
    """The job that brings those into the channel whom an escalation names, and knows who of them is waited for."""
    payload = {"incident": incident_id, "number": number}
    return Job(f"again:invite:{incident_id}:{number}", "invite_escalated", at, lane_of(incident_id), payload)


def spread_job(incident_id: int, number: int, at: datetime) -> Job:
    """The job that tells of an update outside of the incident's channel, or brings that up to date."""
    payload = {"incident": incident_id, "number": number}
    return Job(f"again:spread:{incident_id}:{number}", "announce_update", at, lane_of(incident_id), payload)


def brief_job(incident_id: int, number: int, at: datetime) -> Job:
    """The job that briefs whoever an entry gives a role to."""
    payload = {"incident": incident_id, "number": number}
    return Job(f"brief:{incident_id}:{number}", "brief_role", at, lane_of(incident_id), payload)


def _consequences(recorded: Recorded, change: Change, at: datetime) -> Iterator[Job]:
    """The jobs that a change makes necessary. `again:` ones are re-armed: one runs, on the last state."""
    incident, before, after = recorded.incident, recorded.before, recorded.after
    if change.name == IMPORTED:
        return
    lane = lane_of(incident.id)
    about = {"incident": incident.id}

    def again(kind: str) -> Job:
        return job_about(incident.id, kind, at)

    kinds = {entry.kind for entry in recorded.entries}
    if Kind.DECLARED in kinds and before.declared_at is None:
        yield Job(id=f"open:{incident.id}", kind="open_incident", lane=lane, payload=about, run_at=at)
        return
    if not kinds.isdisjoint(_ON_CARD):
        yield again("refresh_card")
    shown = (before.title, before.severity, before.status, before.commander_id)
    if shown != (after.title, after.severity, after.status, after.commander_id):
        yield again("refresh_topic")
        yield again("refresh_announcement")
    elif Kind.UPDATE in kinds:
        yield again("refresh_announcement")
    if before.title != after.title:
        yield again("rename_channel")
    for entry in recorded.entries:
        if entry.kind in POSTED and change.name != HANDED_ON:
            yield line_job(incident.id, entry.number, at)
        yield from _follow(incident.id, entry, at)
    if not kinds.isdisjoint(_WATCHED):
        yield again("watch")
    if before.resolved_at != after.resolved_at:
        yield again("post_draft")
    if before.is_open and not after.is_open:
        yield again("purge_transcript")  # which waits for its day


def _follow(incident_id: int, entry: Entry, at: datetime) -> Iterator[Job]:
    """The jobs that one entry of its kind makes necessary, besides its line."""
    match entry.kind:
        case Kind.ESCALATED:
            yield invite_job(incident_id, entry.number, at)
        case Kind.ANSWERED:
            escalation = int(entry.data.get("escalation") or 0)
            yield line_job(incident_id, escalation, at)  # its button has served
            yield invite_job(incident_id, escalation, at)
        case Kind.UPDATE:
            yield spread_job(incident_id, entry.number, at)
        case Kind.ROLE if entry.stands and entry.version == 1 and entry.data.get("person_id"):
            yield brief_job(incident_id, entry.number, at)
        case _:
            pass


def _delivery(recorded: Recorded, change: Change, at: datetime) -> Job:
    """The job that tells of one change outside: in a lane of its own, so that it never holds the channel's jobs up."""
    incident = recorded.incident
    numbers = [entry.number for entry in recorded.entries]
    told = {"incident": incident.id, "sequence": incident.version, "name": change.name, "entries": numbers}
    told |= {"delivery": str(uuid.uuid4()), "at": stamp(at)}
    return Job(f"{WEBHOOK}:{incident.id}:{incident.version}", WEBHOOK, at, f"{WEBHOOK}:{incident.id}", told)


async def _learn_whom_it_names(
    session: AsyncSession, incident: Incident, entries: tuple[Entry, ...], at: datetime
) -> None:
    """Names of people and groups that nobody has told us yet are asked for, first in the lane: what is shown next
    prints them."""
    people: list[str] = []
    groups: list[str] = []
    for entry in entries:
        words = " ".join([entry.text, *(str(value) for value in entry.data.values())])
        people += mentioned(words)
        people += [str(entry.data["person_id"])] if entry.data.get("person_id") else []
        people += [entry.author_id] if entry.changed_by_id not in (None, entry.author_id) else []
        groups += groups_mentioned(words)
    for user_id in await unknown_people(session, incident.workspace_id, list(dict.fromkeys(people))):
        await _learn(session, "learn_person", incident, user_id, at)
    for group_id in dict.fromkeys(groups):
        await _learn(session, "learn_group", incident, group_id, at)


async def _learn(session: AsyncSession, kind: str, incident: Incident, slack_id: str, at: datetime) -> None:
    payload = {"workspace": incident.workspace_id, "slack_id": slack_id}
    job_id = f"again:{kind}:{incident.workspace_id}:{slack_id}"
    await rearm(session, Job(job_id, kind, at, lane_of(incident.id), payload))


async def read_record(session: AsyncSession, incident: Incident, *, zone_label: str | None, prefix: str) -> Record:
    """Everything recorded of an incident, for the drafter and the timeline. The caller has checked who reads."""
    channel = await channel_of_incident(session, incident.id)
    return Record(
        number=incident.number,
        label=f"{prefix}-{incident.number}",
        zone=incident.zone,
        entries=tuple(await entries_of(session, incident.id)),
        names=await names(session, incident.workspace_id),
        zone_label=zone_label,
        channel_name=channel.name if channel else None,
        published=incident.published_at is not None,
    )
