"""An incident's state as a pure function of the entries that stand. Never stored but as a cache of this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.timeline import STATE_KINDS, Entry, Kind

OPEN_STATUS = "investigating"
MITIGATED = "mitigated"
RESOLVED = "resolved"
CANCELLED = "cancelled"
DUPLICATE = "duplicate"
CLOSED = frozenset({RESOLVED, CANCELLED, DUPLICATE})


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of degradation, [start, end]; `end` is None while it lasts. Both aware UTC."""

    start: datetime
    end: datetime | None
    opened_by: int
    closed_by: int | None = None

    @property
    def minutes(self) -> int | None:
        """Whole minutes, rounded down; None while it lasts."""
        return None if self.end is None else whole_minutes(self.end - self.start)


@dataclass(frozen=True, slots=True)
class IncidentState:
    """What the entries say together. Times are aware UTC; None means nobody recorded it."""

    title: str = ""
    severity: str | None = None
    status: str = OPEN_STATUS
    sort: str = "real"
    visibility: str = "public"
    declared_at: datetime | None = None
    started_at: datetime | None = None
    start_assumed: bool = True
    start_number: int | None = None
    detected_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_number: int | None = None
    duplicate_of: int | None = None
    roles: dict[str, str] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()

    @property
    def is_open(self) -> bool:
        """True until it is resolved, cancelled or found to be a duplicate."""
        return self.status not in CLOSED

    @property
    def commander_id(self) -> str | None:
        """Who leads, or None."""
        return self.roles.get("commander")

    @property
    def reopened(self) -> bool:
        """True when it has more than one window."""
        return len(self.windows) > 1


def whole_minutes(span: timedelta) -> int:
    """Minutes of a span, rounded down (towards minus infinity, so that -1 s is not 0)."""
    return int(span // timedelta(minutes=1))


def fold(entries: Iterable[Entry]) -> IncidentState:
    """The state that the standing entries say together. Order of arrival does not matter: numbers decide."""
    standing = sorted((e for e in entries if e.stands and e.kind in STATE_KINDS), key=lambda e: e.number)
    declared = next((e for e in standing if e.kind is Kind.DECLARED), None)
    windows = fold_windows(standing)
    status, duplicate_of = _status(standing)
    start = _start(standing)
    reopened = next((e.number for e in reversed(standing) if e.kind is Kind.REOPENED), 0)
    mitigated = [e for e in standing if e.kind is Kind.MITIGATED and e.number > reopened]
    ends = [e for e in standing if e.kind is Kind.RESOLVED]
    closed = bool(ends) and status == RESOLVED
    detected = next((e for e in standing if e.kind is Kind.DETECTED), None)
    return IncidentState(
        title=_last(standing, Kind.TITLE, "title") or (str(declared.data.get("title", "")) if declared else ""),
        severity=_last(standing, Kind.SEVERITY, "severity") or (declared.data.get("severity") if declared else None),
        status=status,
        sort=str(declared.data.get("sort", "real")) if declared else "real",
        visibility=str(declared.data.get("visibility", "public")) if declared else "public",
        declared_at=declared.recorded_at if declared else None,
        started_at=start.occurred_at if start else None,
        start_assumed=start is None or (start.kind is Kind.DECLARED and not start.data.get("at_given")),
        start_number=start.number if start else None,
        detected_at=detected.occurred_at if detected and detected.precision != "untimed" else None,
        mitigated_at=mitigated[-1].occurred_at if mitigated else None,
        resolved_at=ends[-1].occurred_at if closed else None,
        resolved_number=ends[-1].number if closed else None,
        duplicate_of=duplicate_of,
        roles=_roles(standing),
        windows=windows,
    )


def fold_windows(entries: Iterable[Entry]) -> tuple[Window, ...]:
    """The stretches of degradation: the first from the start to its resolve, each later one from its reopen."""
    standing = sorted((e for e in entries if e.stands), key=lambda e: e.number)
    start = _start(standing)
    if start is None:
        return ()
    windows = [Window(start.occurred_at, None, start.number)]
    for entry in standing:
        if entry.kind is Kind.RESOLVED:
            # A resolve typed again corrects the end of the window it closes: the last one stands.
            last = windows[-1]
            windows[-1] = Window(last.start, entry.occurred_at, last.opened_by, entry.number)
        elif entry.kind is Kind.REOPENED and windows[-1].end is not None:
            windows.append(Window(entry.occurred_at, None, entry.number))
    return tuple(windows)


def _start(standing: list[Entry]) -> Entry | None:
    """The last `started`, else the declaration; where the incident was reopened, that of its first window.

    What is told of the start once it was reopened is about the later window, unless nobody told the first one's: then
    the first `started` that fits before the first end holds.
    """
    starts = [e for e in standing if e.kind is Kind.STARTED]
    end: Entry | None = None
    for entry in standing:
        if entry.kind is Kind.RESOLVED:
            end = entry
        elif entry.kind is Kind.REOPENED and end is not None:
            before = [e for e in starts if e.number < entry.number]
            starts = before or [e for e in starts if e.occurred_at <= end.occurred_at][:1]
            break
    return starts[-1] if starts else next((e for e in standing if e.kind is Kind.DECLARED), None)


def _status(standing: list[Entry]) -> tuple[str, int | None]:
    status, duplicate_of = OPEN_STATUS, None
    for entry in standing:
        match entry.kind:
            case Kind.MITIGATED if status not in CLOSED:
                status = MITIGATED
            case Kind.RESOLVED:
                status = RESOLVED
            case Kind.REOPENED:
                status = OPEN_STATUS
            case Kind.CANCELLED:
                status = CANCELLED
            case Kind.DUPLICATE:
                status, duplicate_of = DUPLICATE, entry.data.get("of")
            case Kind.STATUS if status not in CLOSED:
                status = str(entry.data.get("status"))
            case _:
                pass
    return status, duplicate_of if status == DUPLICATE else None


def _roles(standing: list[Entry]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for entry in standing:
        if entry.kind is Kind.ROLE:
            role, person_id = str(entry.data.get("role")), entry.data.get("person_id")
            if person_id:
                roles[role] = str(person_id)
            else:
                roles.pop(role, None)
    return roles


def _last(standing: list[Entry], kind: Kind, key: str) -> str | None:
    found = [e.data.get(key) for e in standing if e.kind is kind]
    return str(found[-1]) if found and found[-1] else None
