"""A whole time phrase taken apart: a clock, a day, a zone, in any order; it must not know what now is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.domain.when.clocks import Clock, clocks_at
from bot.domain.when.days import Day, DaySaid, Shift, Weekday, days_at
from bot.domain.when.words import END
from bot.domain.when.zones import Said, zones_at


@dataclass(frozen=True, slots=True)
class Phrase:
    """What was said. Two clocks are two meanings of the same words; `weekday` stands beside a date and must agree."""

    clocks: tuple[Clock, ...] = ()
    day: Day | None = None
    weekday: Weekday | None = None
    part: str = ""
    zone: Said | None = None
    approximate: bool = False

    @property
    def is_short(self) -> bool:
        """True for a lone 'sat' or 'mar', which are words of other meanings too."""
        return isinstance(self.day, Weekday) and self.day.short and not self.clocks


_BETWEEN = re.compile(rf"(?:[\s,;@]+|-(?= )|(?:at|on|the|since|from|by|exactly|precisely|sharp|time)(?:{END}))*")
_AT = re.compile(r"(?:\bat|@) ?$")
_ABOUT = re.compile(
    rf"(?:~|≈|(?:about|around|approximately|approx|roughly|circa|ca|nearly|almost|ish|close to|or so|or thereabouts"
    rf"|more or less|(?:shortly|just|a little|a bit) (?:before|after)"
    rf"|some ?time around|maybe|probably|i think)\.?{END})"
)


def parse(text: str) -> Phrase | None:
    """The parts of plain words, None when anything is left over or nothing is said."""
    return _rest(text, 0, Phrase())


def _rest(text: str, start: int, so_far: Phrase) -> Phrase | None:
    between = _BETWEEN.match(text, start)
    at = between.end() if between else start
    if at >= len(text):
        return so_far if so_far.clocks or so_far.day else None
    if found := _ABOUT.match(text, at):
        whole = _rest(text, found.end(), replace(so_far, approximate=True))
        if whole is not None:
            return whole
    for end, more in _items(text, at, so_far):
        whole = _rest(text, end, more)
        if whole is not None and _is_said(whole):
            return whole
    return None


def _items(text: str, at: int, so_far: Phrase) -> Iterator[tuple[int, Phrase]]:
    digit = text[at].isdigit()
    if not so_far.clocks and not digit:
        yield from _clocks(text, at, so_far)
    for end, said in days_at(text, at):
        if more := _with_day(so_far, said):
            yield end, more
    if not so_far.clocks and digit:
        yield from _clocks(text, at, so_far)
    if so_far.zone is None:
        for end, zone in zones_at(text, at):
            yield end, replace(so_far, zone=zone)


def _clocks(text: str, at: int, so_far: Phrase) -> Iterator[tuple[int, Phrase]]:
    for end, clocks in clocks_at(text, at):
        if clocks[0].bare and _AT.search(text[:at]) and (so_far.day or end < len(text)):
            clocks = (replace(clocks[0], bare=False, either=len(clocks[0].hours) == 1),)
        yield end, replace(so_far, clocks=clocks)


def _with_day(so_far: Phrase, said: DaySaid) -> Phrase | None:
    if said.part and so_far.part:
        return None
    part = said.part or so_far.part
    if said.day is None:
        return replace(so_far, part=part)
    if so_far.day is None:
        return replace(so_far, day=said.day, part=part)
    if isinstance(said.day, Weekday) and not isinstance(so_far.day, Shift | Weekday):
        return replace(so_far, weekday=said.day, part=part)
    if isinstance(so_far.day, Weekday) and not isinstance(said.day, Shift | Weekday):
        return replace(so_far, day=said.day, weekday=so_far.day, part=part)
    return None


def _is_said(whole: Phrase) -> bool:
    """A bare number is a clock only beside 'about', a zone, a part of the day, or a day like 'yesterday'."""
    if not whole.clocks or not whole.clocks[0].bare:
        return True
    if len(whole.clocks[0].hours) == 1 and whole.clocks[0].minute:  # '2026', '905': four digits or three
        return bool(whole.approximate or whole.zone or whole.part or whole.day)
    return bool(whole.approximate or whole.zone or whole.part or isinstance(whole.day, Shift))
