"""What follows from a change of an incident: the jobs by name. Knows no Slack, and not who carries them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.incident import IncidentState
from bot.domain.tasks import TASK_KINDS
from bot.domain.timeline import STATE_KINDS, Entry, Kind
from storage.queue import Job

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

#: What re-arms a job when it is recorded, where it is added to an incident.
REARMING = _ON_CARD | _WATCHED | POSTED | TASK_KINDS

#: The change that brings a written postmortem in: nothing follows from it, since nobody is there to be told.
IMPORTED = "incident.imported"

#: The change that passes on what somebody deactivated held: it is said in one sentence, not in a line for each.
HANDED_ON = "incident.handed_on"


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


def consequences(
    incident_id: int, name: str, entries: Sequence[Entry], before: IncidentState, after: IncidentState, at: datetime
) -> Iterator[Job]:
    """The jobs that the change `name` makes necessary, by its entries as they stand and the state before and after.

    `again:` ones are re-armed: one runs, on the last state.
    """
    if name == IMPORTED:
        return

    def again(kind: str) -> Job:
        return job_about(incident_id, kind, at)

    kinds = {entry.kind for entry in entries}
    if Kind.DECLARED in kinds and before.declared_at is None:
        yield Job(f"open:{incident_id}", "open_incident", at, lane_of(incident_id), {"incident": incident_id})
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
    for entry in entries:
        if entry.kind in POSTED and name != HANDED_ON:
            yield line_job(incident_id, entry.number, at)
        yield from _follow(incident_id, entry, at)
    if not kinds.isdisjoint(_WATCHED):
        yield again("watch")
    if not kinds.isdisjoint(TASK_KINDS):
        yield again("remind_tasks")
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
