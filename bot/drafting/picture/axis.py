"""Where an instant stands across a picture: even within the windows, with long quiet gaps between them cut short.

Knows no mark and no colour; lengths are in the picture's own units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.drafting.clocks import Clock

_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 2, 7, 14, 28, 91, 365)),
)
#: A gap that is longer than all the windows together is cut to this part of the width.
_CUT = 0.07


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale. `day` is the date where it is the first on its day, else ''."""

    x: float
    time: str
    day: str


@dataclass(frozen=True, slots=True)
class _Piece:
    since: datetime
    until: datetime
    x0: float
    x1: float
    is_cut: bool

    def x(self, at: datetime) -> float:
        return self.x0 + (self.x1 - self.x0) * ((at - self.since) / (self.until - self.since))


class Axis:
    """From the first to the last of `spans` (in order, not overlapping, none empty), between `left` and `right`."""

    def __init__(self, spans: Sequence[tuple[datetime, datetime]], left: float, right: float) -> None:
        if not spans or any(until <= since for since, until in spans):
            raise ValueError("an axis needs time to pass")
        self.left, self.right = left, right
        stretches: list[tuple[datetime, datetime, bool]] = []
        busy = sum((until - since for since, until in spans), timedelta(0))
        for position, (since, until) in enumerate(spans):
            before = spans[position - 1][1] if position else since
            if before < since:
                stretches.append((before, since, since - before > busy))
            stretches.append((since, until, False))
        cuts = sum(1 for *_, is_cut in stretches if is_cut)
        cut_width = min(_CUT, 0.5 / max(cuts, 1)) * (right - left)
        even = sum((until - since for since, until, is_cut in stretches if not is_cut), timedelta(0))
        self._scale = (right - left - cuts * cut_width) / even.total_seconds()
        self._pieces: list[_Piece] = []
        x = left
        for since, until, is_cut in stretches:
            wide = cut_width if is_cut else (until - since).total_seconds() * self._scale
            self._pieces.append(_Piece(since, until, x, x + wide, is_cut))
            x += wide

    @property
    def since(self) -> datetime:
        """Its left end."""
        return self._pieces[0].since

    @property
    def until(self) -> datetime:
        """Its right end."""
        return self._pieces[-1].until

    def x(self, at: datetime) -> float:
        """The place of an instant; what lies outside stands at the edge."""
        for piece in self._pieces:
            if at <= piece.until:
                return round(max(piece.x(max(at, piece.since)), self.left), 1)
        return round(self.right, 1)

    def cuts(self) -> list[tuple[float, float]]:
        """Where quiet time is cut short, from and to."""
        return [(round(piece.x0, 1), round(piece.x1, 1)) for piece in self._pieces if piece.is_cut]

    def ticks(self, clock: Clock, room: float) -> list[Tick]:
        """Lines at round clock times of the zone, at least `room` apart."""
        step = next((one for one in _STEPS if one.total_seconds() * self._scale >= room), _STEPS[-1])
        found: list[Tick] = []
        day, last = None, self.left - room
        for at in self._round_times(clock, step):
            x = self.x(at)
            if x - last < room * 0.9:
                continue
            today = clock.day(at)
            date = clock.short_date(at) if today != day else ""
            found.append(Tick(x, "" if step >= timedelta(days=1) else clock.bare(at), date))
            day, last = today, x
        return found

    def _round_times(self, clock: Clock, step: timedelta) -> Iterator[datetime]:
        for piece in self._pieces:
            if piece.is_cut:
                continue
            # Counted from midnight of the zone, so that hours are round there; a change of its clocks moves them.
            local = clock.local(piece.since)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
            at = midnight + ((piece.since - midnight) // step) * step
            while at <= piece.until:
                if at >= piece.since:
                    yield at
                at += step


def merged(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The spans in order, those that touch or overlap as one, and each at least a minute long."""
    found: list[tuple[datetime, datetime]] = []
    for since, until in sorted(spans):
        until = max(until, since + timedelta(minutes=1))
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    assert all(one[1] < two[0] for one, two in pairwise(found))
    return found
