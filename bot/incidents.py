"""Record a change, then let the rest hear of it: entries, the cached state and the jobs that follow, in one go.

Knows no Slack. What follows from a change is said here as jobs by name; who carries them out is decided in `bot.app`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.collecting import held_off
from bot.consequences import consequences, lane_of
from bot.domain.errors import Conflict
from bot.domain.incident import IncidentState, fold
from bot.domain.lifecycle import touches_state, weigh
from bot.domain.markup import groups_mentioned, mentioned
from bot.domain.public import stamp
from bot.domain.record import Record
from bot.domain.timeline import STATE_KINDS, Change, Entry, NewEntry
from storage.artifacts import note_audit
from storage.entries import add_entry, add_version, entries_of, recorded_under
from storage.incidents import (
    cached_fields,
    channel_of_incident,
    lock_incident,
    next_version,
    take_incident_number,
)
from storage.opening import open_incident
from storage.people import names, unknown_people
from storage.queue import Job, enqueue_behind, rearm
from storage.tables import Incident, Workspace
from storage.transcript import message_of_origin

#: The kind of job that tells the world outside of a change. One is made where the database is marked with this name.
WEBHOOK = "webhook"


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
    """Open an incident: its number, its row, its first entry and the job that opens its channel.

    Raises WindowOverlap as `record` does.
    """
    change = Change("incident.declared", (first,))
    after = weigh([], change, at=at)
    incident = Incident(
        workspace_id=workspace.id,
        number=await take_incident_number(session, workspace.id),
        zone=zone,
        origin_slack_id=origin_slack_id,
        entry_counter=1,
        version=1,
    )
    for name, value in cached_fields(after).items():
        setattr(incident, name, value)
    await open_incident(session, incident)
    entry = await _append(session, incident, change.name, first, at=at, number=incident.entry_counter)
    return await _heard(session, Recorded(incident, (entry,), fold([]), after), change.name, at)


async def record(session: AsyncSession, incident: Incident, change: Change, *, at: datetime) -> Recorded:
    """Record a change in the caller's transaction: all of it or nothing.

    Raises WindowOverlap where the windows would not fit, and Conflict where an entry was changed meanwhile.
    """
    incident = await lock_incident(session, incident.id)
    repeated = await _repeated(session, incident, change)
    if repeated is not None:
        return repeated
    stateful = touches_state(change)
    anything = stateful and incident.entry_counter > 0
    before_entries = await entries_of(session, incident.id, kinds=STATE_KINDS) if anything else []
    before = fold(before_entries) if stateful else cached_state(incident)
    after = weigh(before_entries, change, at=at) if stateful else before
    entries = await _write(session, incident, change, at=at)
    if stateful:
        for name, value in cached_fields(after).items():
            setattr(incident, name, value)
    next_version(session, incident)
    return await _heard(session, Recorded(incident, tuple(entries), before, after), change.name, at)


async def _heard(session: AsyncSession, recorded: Recorded, name: str, at: datetime) -> Recorded:
    """Let the rest hear of what was recorded by the change `name`: the jobs that follow."""
    incident, entries = recorded.incident, recorded.entries
    await _learn_whom_it_names(session, incident, entries, at)
    for job in consequences(incident.id, name, entries, recorded.before, recorded.after, at):
        if job.id.startswith("again:"):
            await rearm(session, job)
        else:
            enqueue_behind(session, job)
    if session.info.get(WEBHOOK):
        enqueue_behind(session, delivery(incident, name, [entry.number for entry in entries], at))
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
        entries.append(await _append(session, incident, change.name, new, at=at))
    return entries


async def _append(
    session: AsyncSession, incident: Incident, name: str, new: NewEntry, *, at: datetime, number: int | None = None
) -> Entry:
    """A new entry as it stands now; `number` as `add_entry` takes it."""
    message_id = None
    if new.origin is not None:
        message_id = await message_of_origin(session, incident.workspace_id, new.origin)
    entry = await add_entry(session, incident, new, at=at, message_id=message_id, number=number)
    target = f"{incident.number}#{entry.number}"
    await note_audit(session, incident.workspace_id, at=at, actor=new.recorded_by_id, action=name, target=target)
    return entry


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


def delivery(incident: Incident, name: str, numbers: Sequence[int], at: datetime, **more: object) -> Job:
    """The job that tells of one change outside: in a lane of its own, so that it never holds the channel's jobs up.

    `numbers` are the entries it is about, `more` goes into the job. The incident's version has been raised for it.
    """
    told = {"incident": incident.id, "sequence": incident.version, "name": name, "entries": list(numbers)}
    told |= {"delivery": str(uuid.uuid4()), "at": stamp(at), **more}
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
    with held_off():
        entries = tuple(await entries_of(session, incident.id))
    return Record(
        number=incident.number,
        label=f"{prefix}-{incident.number}",
        zone=incident.zone,
        entries=entries,
        names=await names(session, incident.workspace_id),
        zone_label=zone_label,
        channel_name=channel.name if channel else None,
        published=incident.published_at is not None,
    )
