"""Days as people name them: `yesterday`, `last night`, `12th November 2023`, `03/04`; it must not know clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.when.clocks import AFTERNOON, EVENING, MORNING, NIGHT
from bot.domain.when.words import END, NUMBER_WORD, number

SOON = timedelta(days=7)
"""A date without a year that lies this little ahead is meant ahead (and refused), not last year's."""


@dataclass(frozen=True, slots=True)
class Shift:
    """So many days from today."""

    days: int

    def dates(self, today: date, near: date | None, ahead: bool) -> tuple[date, ...]:
        """The one day."""
        return _shifted(today, self.days)


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, Monday 0. `last` and `next` leave out today; `short` may be another word (sun, sat)."""

    weekday: int
    last: bool = False
    next: bool = False
    short: bool = False
    weeks: int = 0

    def dates(self, today: date, near: date | None, ahead: bool) -> tuple[date, ...]:
        """The latest such day, the next when `ahead`; told of the past also the first since `near`."""
        if self.weeks:
            monday = today - timedelta(days=today.weekday())
            return _shifted(monday, self.weekday + 7 * self.weeks)
        if ahead:
            days = (self.weekday - today.weekday()) % 7
            return _shifted(today, days or (0 if self.last else 7))
        back = (today.weekday() - self.weekday) % 7
        latest = _shifted(today, -(back or (7 if self.last else 0)))
        if near is None:
            return latest
        since = _shifted(near, (self.weekday - near.weekday()) % 7)
        return tuple(dict.fromkeys(day for day in (*since, *latest) if day <= today)) or latest


@dataclass(frozen=True, slots=True)
class Dated:
    """A day and a month, with or without a year."""

    month: int
    day: int
    year: int | None = None

    def dates(self, today: date, near: date | None, ahead: bool) -> tuple[date, ...]:
        """The day, none when there is none; without a year the latest, the next when `ahead`, or the one near."""
        if self.year is not None:
            return _valid(self.year, self.month, self.day)
        years = range(today.year - 8, today.year + 9)  # 29 February may be eight years away
        found = [day for year in years for day in _valid(year, self.month, self.day)]
        if ahead:
            return tuple(day for day in found if day >= today)[:1]
        if near is not None:
            centre = near
            return tuple(sorted((day for day in found if day <= today), key=lambda day: abs(day - centre))[:1])
        return tuple(day for day in found if day <= today + SOON)[-1:]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Two numbers that are a day and a month in an order nobody said."""

    first: int
    second: int
    year: int | None = None

    def dates(self, today: date, near: date | None, ahead: bool) -> tuple[date, ...]:
        """Day first, then month first; once where both are the same day or only one exists."""
        day_first = Dated(self.second, self.first, self.year).dates(today, near, ahead)
        month_first = Dated(self.first, self.second, self.year).dates(today, near, ahead)
        return tuple(dict.fromkeys((*day_first, *month_first)))


@dataclass(frozen=True, slots=True)
class OfMonth:
    """A day of a month nobody said: 'the 12th'."""

    day: int

    def dates(self, today: date, near: date | None, ahead: bool) -> tuple[date, ...]:
        """The latest such day up to today, or the next from today when `ahead`."""
        months = range(3) if ahead else range(0, -3, -1)
        for shift in months:
            year, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
            for day in _valid(year, month + 1, self.day):
                if (day >= today) if ahead else (day <= today):
                    return (day,)
        return ()


Day = Shift | Weekday | Dated | Numbers | OfMonth


@dataclass(frozen=True, slots=True)
class DaySaid:
    """What was said of the day: which one, and which part of it ('last night' says both); either may be missing."""

    day: Day | None = None
    part: str = ""


_MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: weekday
    for weekday, names in enumerate(
        ("mon monday", "tue tues tuesday", "wed weds wednesday", "thu thur thurs thursday", "fri friday",
         "sat saturday", "sun sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:(?:,? |,|-|/)(?P<year>20[0-9]{2})(?![:.]?[0-9]))?"
_PART = rf"(?P<part>{MORNING}|{AFTERNOON}|{EVENING}|{NIGHT})"
_DAY_NAMES = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))

_RELATIVE = re.compile(
    rf"(?P<word>the day before yesterday|day before yesterday|yesterday|today|tomorrow|tonight|last night|last evening"
    rf"|this morning|this afternoon|this evening)(?:'s)?(?: {_PART})?{END}"
)
_RELATIVES = {
    "the day before yesterday": (-2, ""),
    "day before yesterday": (-2, ""),
    "yesterday": (-1, ""),
    "today": (0, ""),
    "tomorrow": (1, ""),
    "tonight": (0, NIGHT),
    "last night": (-1, NIGHT),
    "last evening": (-1, EVENING),
    "this morning": (0, MORNING),
    "this afternoon": (0, AFTERNOON),
    "this evening": (0, EVENING),
}
_DAYS_AGO = re.compile(
    rf"(?P<count>[0-9]{{1,3}}|{NUMBER_WORD}|a couple of|a|an) (?P<unit>days?|nights?|weeks?) (?:ago|back|earlier){END}"
)
_WEEKDAY = re.compile(
    rf"(?:(?P<which>last|this past|past|this|next) )?(?P<name>{_DAY_NAMES})\.?"
    rf"(?: {_PART})?(?P<week> (?:last|next) week)?{END}"
)
_PART_ALONE = re.compile(rf"(?:(?:in|during) the |at )?{_PART}{END}")
_ISO_DAY = re.compile(
    r"(?P<year>20[0-9]{2})(?P<sign>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=sign)(?P<day>0?[1-9]|[12][0-9]|3[01])(?![0-9a-z])"
)
_DAY_MONTH = re.compile(rf"{_DAY}(?: of | |-|/|\. ?)?{_MONTH}{_YEAR}{END}")
_MONTH_DAY = re.compile(rf"{_MONTH}[ -]?(?:the )?{_DAY}{_YEAR}(?![a-z0-9_]|[:.][0-9])")
_YEAR_MONTH = re.compile(rf"(?P<year>(?:19|20)[0-9]{{2}})[ -]{_MONTH}[ -]{_DAY}{END}")
_NUMBERS = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<sign>[-/.])(?P<second>[0-9]{1,2})(?P=sign)(?P<year>(?:20)?[0-9]{2})(?![0-9a-z:])"
)
_TWO_NUMBERS = re.compile(
    r"(?P<first>[0-9]{1,2})(?:/(?P<second>[0-9]{1,2})(?![0-9a-z:/])|\.(?P<dotted>[0-9]{1,2})\.(?= |$))"
)
_OF_MONTH = re.compile(rf"(?P<day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th){END}")


def days_at(text: str, start: int) -> Iterator[tuple[int, DaySaid]]:
    """Every way to read a day from there on, the likeliest first: where it ends, and the day."""
    for pattern, make in _WAYS:
        if found := pattern.match(text, start):
            said = make(found)
            if said is not None:
                yield found.end(), said


def _relative(found: re.Match[str]) -> DaySaid | None:
    days, part = _RELATIVES[found["word"]]
    if part and found["part"]:
        return None
    return DaySaid(Shift(days), part or found["part"] or "")


def _days_ago(found: re.Match[str]) -> DaySaid:
    count = {"a": 1, "an": 1, "a couple of": 2}.get(found["count"]) or number(found["count"])
    unit = found["unit"]
    days = count * (7 if unit.startswith("week") else 1)
    return DaySaid(Shift(-days), NIGHT if unit.startswith("night") else "")


def _weekday(found: re.Match[str]) -> DaySaid | None:
    which, name = found["which"], found["name"]
    weeks = {" last week": -1, " next week": 1}.get(found["week"] or "", 0)
    if weeks and which:
        return None
    short = len(name) == 3 and not which and not weeks
    day = Weekday(_WEEKDAYS[name], which in ("last", "past", "this past"), which == "next", short, weeks)
    return DaySaid(day, found["part"] or "")


def _part(found: re.Match[str]) -> DaySaid:
    return DaySaid(None, found["part"])


def _iso(found: re.Match[str]) -> DaySaid:
    return DaySaid(Dated(int(found["month"]), int(found["day"]), int(found["year"])))


def _named(found: re.Match[str]) -> DaySaid:
    return DaySaid(Dated(_MONTHS[found["month"]], int(found["day"]), int(found["year"]) if found["year"] else None))


def _numbers(found: re.Match[str]) -> DaySaid:
    year, first, second = int(found["year"]), int(found["first"]), int(found["second"])
    year = year if year > 99 else 2000 + year
    if found["sign"] == "." and second <= 12:  # like '12.11.' below
        return DaySaid(Dated(second, first, year))
    return DaySaid(Numbers(first, second, year))


def _two_numbers(found: re.Match[str]) -> DaySaid:
    if found["dotted"]:  # '12.11.' is written so only where the day comes first
        return DaySaid(Dated(int(found["dotted"]), int(found["first"])))
    return DaySaid(Numbers(int(found["first"]), int(found["second"])))


def _of_month(found: re.Match[str]) -> DaySaid:
    return DaySaid(OfMonth(int(found["day"])))


_WAYS = (
    (_RELATIVE, _relative),
    (_ISO_DAY, _iso),
    (_YEAR_MONTH, _named),
    (_DAY_MONTH, _named),
    (_MONTH_DAY, _named),
    (_NUMBERS, _numbers),
    (_TWO_NUMBERS, _two_numbers),
    (_WEEKDAY, _weekday),
    (_DAYS_AGO, _days_ago),
    (_OF_MONTH, _of_month),
    (_PART_ALONE, _part),
)


def _valid(year: int, month: int, day: int) -> tuple[date, ...]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


def _shifted(day: date, days: int) -> tuple[date, ...]:
    return (day + timedelta(days=days),)
