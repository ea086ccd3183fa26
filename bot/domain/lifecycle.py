"""What a change does to the windows of an incident, and which changes cannot be. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.errors import AlreadyResolved, IncidentClosed, NotResolved, WindowOverlap
from bot.domain.incident import CANCELLED, DUPLICATE, IncidentState, fold, fold_windows
from bot.domain.timeline import STATE_KINDS, Change, Entry, Kind, NewEntry

#: Numbers that provisional entries carry while a change is weighed: above any that was given.
PROVISIONAL = 10**9


def applied(entries: Iterable[Entry], change: Change, *, at: datetime) -> list[Entry]:
    """The entries as they would stand after a change; new ones carry provisional numbers, in their order."""
    revised = {revision.number: revision.after for revision in change.revisions}
    kept = [revised.pop(entry.number, entry) for entry in entries]
    # An entry that becomes a state kind by `edit kind:` was not among those that were read.
    kept.extend(revised.values())
    return kept + [provisional(new, PROVISIONAL + place, at) for place, new in enumerate(change.entries)]


def provisional(new: NewEntry, number: int, at: datetime) -> Entry:
    """A new entry as it will stand under `number`."""
    return Entry(
        number=number,
        kind=new.kind,
        text=new.text,
        occurred_at=new.occurred_at,
        recorded_at=at,
        author_id=new.author_id,
        recorded_by_id=new.recorded_by_id,
        source=new.source,
        data=new.data,
        precision=new.precision,
        time_words=new.time_words,
        time_zone=new.time_zone,
        origin=new.origin,
        permalink=new.permalink,
    )


def touches_state(change: Change) -> bool:
    """Whether a change can alter title, severity, status, roles, times or windows."""
    kinds = {new.kind for new in change.entries}
    kinds |= {revision.before.kind for revision in change.revisions}
    kinds |= {revision.after.kind for revision in change.revisions}
    return not kinds.isdisjoint(STATE_KINDS)


def weigh(before: Sequence[Entry], change: Change, *, at: datetime) -> IncidentState:
    """The state after a change. Raises WindowOverlap where a window would be negative or two would overlap."""
    after = applied(before, change, at=at)
    _refuse_overlap(after)
    return fold(after)


def _refuse_overlap(entries: list[Entry]) -> None:
    by_number = {entry.number: entry for entry in entries}
    end: tuple[datetime, int] | None = None
    for window in fold_windows(entries):
        if end is not None and window.start < end[0]:
            raise WindowOverlap(first=by_number[end[1]], second=by_number[window.opened_by])
        if window.end is not None and window.end < window.start:
            assert window.closed_by is not None
            raise WindowOverlap(first=by_number[window.opened_by], second=by_number[window.closed_by])
        end = (window.end, window.closed_by or 0) if window.end is not None else None


def refuse_status_change(kind: Kind, state: IncidentState) -> None:
    """Raise where a change of status cannot follow from what stands."""
    if state.status in (CANCELLED, DUPLICATE) and kind is not Kind.REOPENED:
        raise IncidentClosed(status=state.status)
    if kind is Kind.REOPENED and state.is_open:
        raise NotResolved(status=state.status)
    if kind in (Kind.MITIGATED, Kind.STATUS) and not state.is_open:
        raise AlreadyResolved(number=state.resolved_number, at=state.resolved_at)
