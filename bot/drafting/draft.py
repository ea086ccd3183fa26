"""From a record to a draft: the same entries give the same draft, every time. Knows no chat, no store and no format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from bot.domain.figures import figures
from bot.domain.incident import IncidentState
from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.drafting.course import recount
from bot.drafting.hypotheses import misled, tree
from bot.drafting.measures import improvements, tasks
from bot.drafting.overview import summarize, told
from bot.drafting.reading import Reading
from bot.drafting.statements import Draft, Row, Statement

_CITING = frozenset({"entries", "standing", "misled_by"})
_NOT_CITED = frozenset({"evidence", "hidden"})
_LEAVES = frozenset({"str", "int", "bool", "float", "datetime", "timedelta", "tuple", "None"})
_STATUS_ROWS = frozenset({"declared", "status", "mitigated", "resolved", "reopened", "cancelled", "duplicate"})


def draft(record: Record, *, mask: bool = True) -> Draft:
    """The postmortem of one incident as facts. `mask` False leaves secrets in: for what never leaves the machine."""
    reading = Reading(record, hide=mask)
    state = record.state
    timeline = recount(reading, state)
    hypotheses = tree(reading)
    lost, lost_by = misled(hypotheses)
    made = Draft(
        label=record.label,
        title=_title(reading),
        zone=record.zone,
        zone_label=record.zone_label,
        sort=state.sort,
        status=state.status,
        severity=state.severity,
        standing=_standing(timeline.status),
        summary=summarize(reading, state),
        timeline=timeline,
        cause_detail=told(reading, Kind.CAUSE_DETAIL),
        fix_detail=told(reading, Kind.FIX_DETAIL),
        improvements=improvements(reading),
        tasks=tasks(reading),
        conclusion=told(reading, Kind.CONCLUSION),
        called_off=_called_off(timeline.status, state),
        duplicate_of=state.duplicate_of,
        figures=replace(figures(reading.entries, state), misled=lost, misled_by=lost_by),
        hypotheses=hypotheses,
    )
    return replace(made, evidence=reading.evidence(cited(made)), hidden=reading.hidden())


def cited(made: Draft) -> set[int]:
    """The number of every entry that a statement of the draft rests on."""
    return {number for entries in _rests(made) for number in entries}


def missing(made: Draft) -> tuple[str, ...]:
    """What the standard format asks for and nobody recorded, by name, in the order of the document."""
    summary, timeline = made.summary, made.timeline
    asked = {
        "start": summary.start is not None and not summary.start.assumed,
        "end": summary.end,
        "services": summary.impact.services,
        "experience": summary.impact.experience,
        "share": summary.impact.share,
        "root_cause": summary.root_cause,
        "detection": timeline.detected,
        "actions": timeline.actions,
        "misleading": timeline.misleading,
        "escalations": timeline.escalations,
        "resolution": timeline.resolution,
        "cause_detail": made.cause_detail,
        "fix_detail": made.fix_detail,
        "improvements": made.improvements,
        "tasks": made.tasks,
    }
    return tuple(name for name, value in asked.items() if not value)


def _rests(value: Any) -> Iterator[tuple[int, ...]]:
    """The `entries` of every statement below a value, whatever its shape."""
    if isinstance(value, tuple):
        for item in value:
            yield from _rests(item)
    else:
        for name in _names(value.__class__):
            inner = getattr(value, name)
            if name in _CITING:
                yield inner
            elif inner and (isinstance(inner, tuple) or _names(inner.__class__)):
                yield from _rests(inner)


@cache
def _names(of: type[object]) -> tuple[str, ...]:
    """The fields of a dataclass below which there may be statements; none of anything else."""
    found = fields(of) if is_dataclass(of) else ()
    return tuple(
        each.name
        for each in found
        if each.name in _CITING
        or (each.name not in _NOT_CITED and not _LEAVES.issuperset(re.findall(r"\w+", str(each.type))))
    )


def _title(reading: Reading) -> Statement | None:
    """The last title given, else the one it was declared with; `fold` has it too, but unread and unmasked."""
    for entry in (*reversed(reading.of(Kind.TITLE)), *reading.of(Kind.DECLARED)):
        if title := reading.words(entry, "title"):
            return Statement(text=title, entries=(entry.number,))
    return None


def _standing(changes: tuple[Row, ...]) -> tuple[int, ...]:
    """The entries that say the severity and the status: the last change of each, or the declaration."""
    last: dict[str, int] = {}
    for row in sorted(changes, key=lambda row: row.entries):
        if row.kind == "severity" or (row.kind == "declared" and row.value):
            last["severity"] = row.entries[0]
        if row.kind in _STATUS_ROWS:
            last["status"] = row.entries[0]
    return tuple(sorted(set(last.values())))


def _called_off(changes: tuple[Row, ...], state: IncidentState) -> Row | None:
    """The entry that made it a false alarm or a duplicate, where that is how it stands."""
    found = [row for row in changes if row.kind == state.status and row.kind in ("cancelled", "duplicate")]
    return max(found, key=lambda row: row.entries) if found else None
