"""Which lines the document's chronology has: the facts, and the changes of state between them. Knows no wording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.drafting.statements import Draft, Row

# At one instant the impact begins first, and it ends last; a reopening follows the end.
_RANK = {"started": 0, "resolved": 2, "resolve": 2, "reopened": 3, "reopen": 3}
_ALWAYS = frozenset({"started", "severity", "status", "mitigated", "update", "cancelled", "duplicate"})


def lines_of(made: Draft) -> tuple[Row, ...]:
    """The full chronology of the document, by time.

    An end or a reopening with words is one line, not two. Words of a resolve that a later one corrected stay, as a
    note. A record told afterwards was not declared in its course. Who had which role stands in the JSON alone.
    """
    timeline = made.timeline
    shown = _ALWAYS | ({"declared"} if made.sort != "past" else set())
    bounds = {row.entries[0] for row in timeline.status if row.kind in ("resolved", "reopened")}
    worded = {row.entries[0] for row in timeline.chronology if row.kind in ("resolve", "reopen")}
    rows = [
        row
        for row in timeline.status
        if row.kind in shown or (row.kind in ("resolved", "reopened") and row.entries[0] not in worded)
    ]
    for row in timeline.chronology:
        corrected = row.kind in ("resolve", "reopen") and row.entries[0] not in bounds
        rows.append(replace(row, kind="note") if corrected else row)
    return tuple(sorted(rows, key=_place))


def ways_out(made: Draft, lines: tuple[Row, ...]) -> tuple[Row, ...]:
    """Which of its lines say how it ended: mitigation, fixes and the last end."""
    end = made.summary.end
    last = end.entries[0] if end else None
    return tuple(
        row
        for row in lines
        if row.kind in ("mitigated", "resolution") or (row.kind in ("resolved", "resolve") and row.entries[0] == last)
    )


def _place(row: Row) -> tuple[object, ...]:
    return (row.at, _RANK.get(row.kind, 1), row.entries)


def instants_of(made: Draft, lines: tuple[Row, ...]) -> Iterable[datetime]:
    """Every instant that the timeline prints."""
    timeline = made.timeline
    yield from (row.at for row in lines if row.at is not None and not row.untimed)
    yield from (path.ruled_out_at for path in timeline.misleading if path.ruled_out_at is not None)
    yield from (answer.at for call in timeline.escalations for answer in call.answers)
