"""The course of an incident from what stands: detection, actions, dead ends, calls for help, the fix, the changes.

Knows no format.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bot.domain.incident import IncidentState
from bot.domain.timeline import Entry, Kind
from bot.drafting.overview import told
from bot.drafting.reading import Reading, moment
from bot.drafting.statements import (
    APPROXIMATE,
    UNTIMED,
    Action,
    Answer,
    Escalation,
    Misleading,
    Row,
    Statement,
    Timeline,
)
from bot.drafting.suspicions import Suspicions

#: What a line of the chronology is called, by the entry's kind (a suspicion's line depends on its ruling).
ROW_KINDS = {
    Kind.DETECTED: "detected",
    Kind.ACTION: "action",
    Kind.ESCALATED: "escalate",
    Kind.NOTE: "note",
    Kind.FIX: "resolution",
    Kind.RESOLVED: "resolve",
    Kind.REOPENED: "reopen",
    Kind.RULED_OUT: "misleading",
}
#: What is a line of its own even where nobody said a word: that it happened, by whom and to whom is enough.
_WITHOUT_WORDS = (Kind.DETECTED, Kind.ESCALATED)


def recount(reading: Reading, state: IncidentState) -> Timeline:
    """The timeline, lists of timed facts by their own time, the chronology over all of them."""
    suspicions = Suspicions(reading)
    detected = reading.of(Kind.DETECTED)
    mitigated = [e for e in reading.of(Kind.MITIGATED) if e.occurred_at == state.mitigated_at]
    return Timeline(
        detected=moment(detected[0]) if detected and detected[0].precision != UNTIMED else None,
        detection_class=reading.words(detected[0], "by") or None if detected else None,
        detection_method=told(reading, Kind.DETECTED),
        noticed_by=tuple(reading.words(entry, "by") for entry in reading.told(Kind.DETECTED)),
        actions=_actions(reading, suspicions),
        misleading=_misleading(reading, suspicions),
        escalations=_escalations(reading),
        resolution=_timed(reading, reading.told(Kind.FIX)),
        notes=_timed(reading, reading.told(Kind.NOTE, Kind.RESOLVED, Kind.REOPENED)),
        chronology=_chronology(reading, suspicions),
        status=_changes(reading, state),
        mitigated=moment(mitigated[-1]) if mitigated else None,
    )


def _timed(reading: Reading, entries: Iterable[Entry]) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            text=reading.text(entry),
            at=entry.occurred_at,
            entries=(entry.number,),
            approximate=entry.precision == APPROXIMATE,
            untimed=entry.precision == UNTIMED,
        )
        for entry in sorted(entries, key=lambda entry: entry.order)
    )


def _actions(reading: Reading, suspicions: Suspicions) -> tuple[Action, ...]:
    entries = (*reading.told(Kind.ACTION), *suspicions.standing)
    return tuple(
        Action(
            text=reading.text(entry),
            at=entry.occurred_at,
            entries=(entry.number, *suspicions.confirmed.get(entry.number, ())),
            approximate=entry.precision == APPROXIMATE,
            untimed=entry.precision == UNTIMED,
            assumption=entry.kind is Kind.HYPOTHESIS,
            confirmed=entry.number in suspicions.confirmed,
        )
        for entry in sorted(entries, key=lambda entry: entry.order)
    )


def _misleading(reading: Reading, suspicions: Suspicions) -> tuple[Misleading, ...]:
    found = []
    for entry in sorted((*suspicions.dead_ends, *suspicions.refuted), key=lambda entry: entry.order):
        ruling = suspicions.rulings.get(entry.number)
        found.append(
            Misleading(
                text=reading.text(entry),
                at=entry.occurred_at,
                entries=(entry.number, ruling.number) if ruling else (entry.number,),
                approximate=entry.precision == APPROXIMATE,
                untimed=entry.precision == UNTIMED,
                ruled_out_at=ruling.occurred_at if ruling else None,
                why=reading.text(ruling) if ruling else "",
            )
        )
    return tuple(found)


def _escalations(reading: Reading) -> tuple[Escalation, ...]:
    answers: dict[int, list[Answer]] = defaultdict(list)
    for entry in sorted(reading.of(Kind.ANSWERED), key=lambda entry: entry.order):
        person = reading.person(entry.author_id)
        answers[int(reading.keys(entry).get("escalation") or 0)].append(
            Answer(at=entry.occurred_at, person=person, number=entry.number)
        )
    return tuple(
        Escalation(
            text=reading.text(entry),
            at=entry.occurred_at,
            entries=(entry.number, *(answer.number for answer in answers[entry.number])),
            approximate=entry.precision == APPROXIMATE,
            untimed=entry.precision == UNTIMED,
            to=tuple(reading.keys(entry).get("to") or ()),
            answers=tuple(answers[entry.number]),
        )
        for entry in sorted(reading.of(Kind.ESCALATED), key=lambda entry: entry.order)
        if reading.text(entry) or reading.keys(entry).get("to")
    )


def _chronology(reading: Reading, suspicions: Suspicions) -> tuple[Row, ...]:
    plain_kinds = [kind for kind in ROW_KINDS if kind not in (Kind.RULED_OUT, *_WITHOUT_WORDS)]
    entries = [*reading.told(*plain_kinds), *reading.of(*_WITHOUT_WORDS)]
    entries += [*suspicions.standing, *suspicions.refuted, *suspicions.dead_ends]
    rows = []
    for entry in sorted(entries, key=lambda entry: entry.order):
        ruling = suspicions.rulings.get(entry.number)
        judged = (ruling.number,) if ruling else suspicions.confirmed.get(entry.number, ())
        hypothesis = "misleading" if ruling else "hypothesis"
        rows.append(
            Row(
                kind=hypothesis if entry.kind is Kind.HYPOTHESIS else ROW_KINDS[entry.kind],
                text=reading.text(entry),
                at=entry.occurred_at,
                entries=(entry.number, *judged),
                approximate=entry.precision == APPROXIMATE,
                untimed=entry.precision == UNTIMED,
                to=tuple(reading.keys(entry).get("to") or ()) if entry.kind is Kind.ESCALATED else (),
                confirmed=entry.number in suspicions.confirmed,
            )
        )
    return tuple(rows)


def _changes(reading: Reading, state: IncidentState) -> tuple[Row, ...]:
    """Changes of state. A start or an end that was said again is not among them: only the last one holds."""
    bounds = {n for window in state.windows for n in (window.opened_by, window.closed_by) if n is not None}
    rows = [row for entry in reading.entries if (row := _change(reading, entry, state, bounds))]
    first = next((e for e in reading.entries if e.number == state.start_number), None)
    if first is not None:
        rows.append(_row("started", reading, first, assumed=state.start_assumed))
    return tuple(sorted(rows, key=lambda row: (row.at, row.entries)))


def _change(reading: Reading, entry: Entry, state: IncidentState, bounds: set[int]) -> Row | None:
    match entry.kind:
        case Kind.DECLARED:
            return Row(
                kind="declared",
                at=entry.recorded_at,
                entries=(entry.number,),
                value=reading.words(entry, "severity"),
                person=reading.person(entry.author_id),
            )
        case Kind.SEVERITY | Kind.STATUS:
            return _row(entry.kind.value, reading, entry, value=reading.words(entry, entry.kind.value))
        case Kind.ROLE:
            person_id = reading.words(entry, "person_id")
            holder = reading.person(person_id) if person_id else ""
            return _row("role", reading, entry, role=reading.words(entry, "role"), value=holder)
        case Kind.MITIGATED | Kind.UPDATE | Kind.CANCELLED:
            return _row(entry.kind.value, reading, entry)
        case Kind.DUPLICATE:
            return _row("duplicate", reading, entry, value=reading.words(entry, "of"))
        case Kind.RESOLVED | Kind.REOPENED if entry.number in bounds:
            return _row(entry.kind.value, reading, entry)
        case _:
            return None


def _row(kind: str, reading: Reading, entry: Entry, *, value: str = "", role: str = "", assumed: bool = False) -> Row:
    return Row(
        kind=kind,
        text="" if kind == "started" else reading.text(entry),
        at=entry.occurred_at,
        entries=(entry.number,),
        approximate=entry.precision == APPROXIMATE,
        untimed=entry.precision == UNTIMED,
        value=value,
        role=role,
        assumed=assumed,
        person=reading.person(entry.author_id),
    )
