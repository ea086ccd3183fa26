"""How long the phases of an incident took, each between two recorded moments. Knows no format and no clock.

A figure whose moments are not both recorded is unknown, one whose moments stand in the wrong order is refused:
neither is ever guessed or counted as zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.incident import IncidentState, whole_minutes
from bot.domain.timeline import Entry, Kind

#: Name -> (from, to): what each figure is measured between. The words for these stand in the document's template.
DEFINITIONS = {
    "detect": ("started", "detected"),
    "acknowledge": ("detected", "acknowledged"),
    "escalate": ("detected", "escalated"),
    "mitigate": ("started", "mitigated"),
    "resolve": ("started", "resolved"),
}
#: The steps that show that somebody was on it; the declaration does too, where the incident was not told afterwards.
_STEPS = frozenset({Kind.ACTION, Kind.ESCALATED, Kind.MITIGATED, Kind.FIX})


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that a figure is measured from or to, aware UTC, with the entries that say it.

    `assumed` is true for a start that nobody told, for which the declaration stands.
    """

    at: datetime
    entries: tuple[int, ...]
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One of DEFINITIONS; `since` and `until` are None where nobody recorded them."""

    name: str
    since: Mark | None
    until: Mark | None

    @property
    def refused(self) -> bool:
        """True where both moments are there and stand in the wrong order."""
        return self.since is not None and self.until is not None and self.until.at < self.since.at

    @property
    def span(self) -> timedelta | None:
        """None where it is unknown or refused; zero is a value."""
        if self.since is None or self.until is None or self.refused:
            return None
        return self.until.at - self.since.at

    @property
    def minutes(self) -> int | None:
        """Whole minutes, rounded down; None as `span`."""
        return None if self.span is None else whole_minutes(self.span)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The moments that nobody recorded, by their names in DEFINITIONS."""
        ends = zip(DEFINITIONS[self.name], (self.since, self.until), strict=True)
        return tuple(moment for moment, mark in ends if mark is None)


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """One window of a reopened incident, from its own start: to its mitigation and to its end, None where unknown."""

    opened: Mark
    mitigated: Mark | None
    closed: Mark | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures in the order of DEFINITIONS; `windows` only where the incident was reopened.

    `misled` is the time in which at least one suspicion stood that was ruled out later, overlaps counted once; None
    where none was ruled out by number.
    """

    phases: tuple[Figure, ...]
    windows: tuple[WindowFigures, ...] = ()
    misled: timedelta | None = None
    misled_by: tuple[int, ...] = ()

    def minutes(self, name: str) -> int | None:
        """The whole minutes of one figure; None where it is unknown or refused."""
        return next(figure.minutes for figure in self.phases if figure.name == name)


def figures(entries: Iterable[Entry], state: IncidentState) -> Figures:
    """The figures of an incident from its standing entries and the state folded from them."""
    told = sorted((entry for entry in entries if entry.stands), key=lambda entry: entry.number)
    detected = _first_recorded(told, Kind.DETECTED)
    marks = {
        "started": _start(state),
        "detected": detected,
        "acknowledged": _acknowledged(told, state, detected),
        "escalated": next(iter(_timed(told, frozenset({Kind.ESCALATED}))), None),
        "mitigated": _mitigated(told, state),
        "resolved": _end(state),
    }
    phases = tuple(Figure(name, marks[since], marks[until]) for name, (since, until) in DEFINITIONS.items())
    return Figures(phases, _windows(told, state) if state.reopened else ())


def covered(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How long at least one of these spans lasted; a span that ends before it begins counts for nothing."""
    total, reached = timedelta(0), None
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if reached is None or since > reached:
            total += until - since
        elif until > reached:
            total += until - reached
        reached = until if reached is None else max(reached, until)
    return total


def _start(state: IncidentState) -> Mark | None:
    if state.started_at is None or state.start_number is None:
        return None
    return Mark(state.started_at, (state.start_number,), state.start_assumed)


def _end(state: IncidentState) -> Mark | None:
    last = state.windows[-1] if state.windows else None
    if last is None or last.end is None or last.closed_by is None:
        return None
    return Mark(last.end, (last.closed_by,))


def _first_recorded(told: list[Entry], kind: Kind) -> Mark | None:
    """The first that was recorded stands, as in the state; a later one is an other's notice of the same."""
    first = next((entry for entry in told if entry.kind is kind), None)
    return None if first is None or first.precision == "untimed" else Mark(first.occurred_at, (first.number,))


def _timed(told: list[Entry], kinds: frozenset[Kind]) -> list[Mark]:
    found = [entry for entry in told if entry.kind in kinds and entry.precision != "untimed"]
    return [Mark(entry.occurred_at, (entry.number,)) for entry in sorted(found, key=lambda entry: entry.order)]


def _acknowledged(told: list[Entry], state: IncidentState, detected: Mark | None) -> Mark | None:
    """The first of them after the detection; where all came before it the first of all, which refuses the figure."""
    found = _timed(told, _STEPS)
    declared = next((entry for entry in told if entry.kind is Kind.DECLARED), None)
    if declared is not None and state.sort != "past":
        found.append(Mark(declared.recorded_at, (declared.number,)))
    after = [mark for mark in found if detected is None or mark.at >= detected.at]
    return min(after or found, key=lambda mark: (mark.at, mark.entries), default=None)


def _mitigated(told: list[Entry], state: IncidentState) -> Mark | None:
    last = [entry for entry in told if entry.kind is Kind.MITIGATED and entry.occurred_at == state.mitigated_at]
    return Mark(last[-1].occurred_at, (last[-1].number,)) if last else None


def _windows(told: list[Entry], state: IncidentState) -> tuple[WindowFigures, ...]:
    found = []
    for position, window in enumerate(state.windows):
        assumed = position == 0 and state.start_assumed
        # By number, since the same mitigation may be told for a time before the window was reopened.
        before = state.windows[position - 1].closed_by if position else 0
        mitigated = [
            entry
            for entry in told
            if entry.kind is Kind.MITIGATED
            and (before or 0) < entry.number < (window.closed_by or told[-1].number + 1)
            and entry.occurred_at >= window.start
        ]
        closed = window.end is not None and window.closed_by is not None
        found.append(
            WindowFigures(
                opened=Mark(window.start, (window.opened_by,), assumed),
                mitigated=Mark(mitigated[-1].occurred_at, (mitigated[-1].number,)) if mitigated else None,
                closed=Mark(window.end, (window.closed_by,)) if closed else None,  # type: ignore[arg-type]
            )
        )
    return tuple(found)
