"""The instants that a written text names: dates, clocks and zones in their many spellings. Knows no section.

A clock without a date takes the nearest date before it, else the first behind it, else the document's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from bot.domain.when.zones import LABELS, REGIONS, zone_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july"),
            *("aug august", "sep sept september", "oct october", "nov november", "dec december"),
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(r"\b(?P<year>\d{4})[-/](?P<number>\d{1,2})[-/](?P<day>\d{1,2})(?=\b|T)"),
    re.compile(rf"\b{_DAY}(?:\s+of)?\s+(?P<month>{_MONTH})\.?,?(?:\s+(?P<year>\d{{4}}))?\b", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\.?\s+{_DAY}(?:,?\s+(?P<year>\d{{4}}))?\b(?!:)", re.I),
    re.compile(r"\b(?P<day>\d{1,2})[./](?P<number>\d{1,2})[./](?P<year>\d{4})\b"),
)
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_CLOCK = re.compile(
    rf"(?P<about>~|\babout\s|\baround\s|\bapprox(?:imately|\.)?\s)?"
    rf"(?<![\d.:])(?:(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?(?!\d)(?:\s?{_HALF})?"
    rf"|(?P<minute4>[0-5]\d)(?=Z\b|\s(?:UTC|GMT)\b|\s?h(?:ou)?rs\b)(?:\s?h(?:ou)?rs\b)?"
    rf"|\s?{_HALF.replace('half', 'half2')})|(?P<word>\bnoon\b|\bmidnight\b))(?![.\d]*\s?%)",
    re.I,
)
_ZONE = re.compile(
    r"\s*[(\[]?\s*(?P<zone>(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d{2})?|[+-]\d{2}:?\d{2}|[A-Z]{1,5}(?![a-z\w]))\s*[)\]]?"
)
#: What stands behind a clock as a zone does, whatever it may be called.
_UNKNOWN = re.compile(r"\s*(?:[(\[]\s*([A-Z]{3,5})\s*[)\]]|([A-Z]{2,4}T)(?=\s*(?:[:;,)\]–—|→-]|\.?\s*\Z|to\b)))")
#: A clock that looks like a length (`2h30`), unless its hour has two digits and nothing says that it is one.
_LENGTH = re.compile(r"\b(?:for|took|after|lasted|of|within|in|over|about)\s+\Z", re.I)
_NOT_ZONES = frozenset({"AM", "PM", "API", "HTTP", "DNS", "CPU", "DB"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as written: what it is called, and its rules."""

    label: str
    rules: tzinfo
    name: str
    """The IANA name; '' where it is only an offset."""


@dataclass(frozen=True, slots=True)
class Written:
    """One instant in a text: where it stands there, its wall clock and its zone (None: not said)."""

    start: int
    end: int
    wall: datetime
    zone: Zone | None
    dated: bool
    seconds: bool
    approximate: bool = False
    unknown: str = ""
    """What stands behind it like a zone and is none that is known; '' where nothing does."""

    def at(self, default: Zone) -> datetime:
        """The instant, aware UTC; `default` is the zone of a clock that has none.

        In the hour that clocks repeat, the label says which of the two is meant.
        """
        zone = self.zone or default
        both = [self.wall.replace(tzinfo=zone.rules, fold=fold) for fold in (0, 1)]
        return next((each for each in both if each.tzname() == zone.label), both[0]).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Date:
    start: int
    end: int
    day: date


def zone_written(label: str) -> Zone | None:
    """The zone of a label (`UTC`, `PST`, `UTC+3`); None for letters that are none. In summer PST is read as the
    zone's own time, as people mean it."""
    name = label.strip().upper()
    if name in ("UTC", "GMT", "Z"):
        return Zone("UTC" if name == "Z" else name, UTC, "UTC")
    if found := re.fullmatch(r"(?:UTC|GMT)?\s?([+-])(\d{1,2}):?(\d{2})?", name):
        span = timedelta(hours=int(found[2]), minutes=int(found[3] or 0)) * (-1 if found[1] == "-" else 1)
        return Zone(label.strip(), timezone(span), "") if abs(span) <= timedelta(hours=14) else None
    if places := LABELS.get(name.lower()):
        rules = zone_of(places[0])
        return Zone(name, rules, places[0]) if rules else None
    if rules := zone_of(REGIONS.get(name.lower(), "")):
        return Zone("", rules, REGIONS[name.lower()])  # ET is in force all the year
    return None


def dates(text: str, year: int | None = None) -> list[date]:
    """Every date in a text, in order. One without a year takes `year`, and is left out where that is None."""
    return [each.day for each in _dates(text, year)]


def dated(text: str, year: int | None = None) -> list[tuple[int, int, date]]:
    """(where it begins, where it ends, the date) of every date in a text, in order; see `dates`."""
    return [(each.start, each.end, each.day) for each in _dates(text, year)]


def moments(text: str, day: date | None = None) -> list[Written]:
    """Every instant in a text, in order. `day` is the document's, for a clock without a date; without any it is left
    out. In a range over midnight the second clock is the next day's."""
    days = _dates(text, day.year if day else None)
    clocks = [found for found in _CLOCK.finditer(text) if _is_clock(text, found, days)]
    zones = [_zone_behind(text, found) for found in clocks]
    made: list[Written] = []
    for place, found in enumerate(clocks):
        own = [each for each in days if each.end <= found.start()] or days[:1]
        chosen = own[-1].day if own else day
        if chosen is None:
            continue
        zone, end = zones[place]
        zone = zone or next((later for later, _ in zones[place + 1 :] if later), None)
        zone = zone or next((earlier for earlier, _ in reversed(zones[:place]) if earlier), None)
        clock = _time(found)
        wall = datetime.combine(chosen, clock)
        if made and len(days) < 2 and wall < made[-1].wall and _is_range(text[made[-1].end : found.start()]):
            wall += timedelta(days=1)
        unknown = _UNKNOWN.match(text, end) if zones[place][0] is None else None
        label = next(filter(None, unknown.groups()), "") if unknown else ""
        end, label = (unknown.end(), label) if unknown and label not in _NOT_ZONES else (end, "")
        seconds, about = bool(found["second"]), bool(found["about"])
        made.append(Written(found.start(), end, wall, zone, bool(own), seconds, about, label))
    return made


@lru_cache(maxsize=256)  # a text is asked for its dates, and then for its clocks
def _dates(text: str, year: int | None) -> Sequence[_Date]:
    found: list[_Date] = []
    for pattern in _DATES:
        for each in pattern.finditer(text):
            day = _day(each, year)
            if day and not any(one.start < each.end() and each.start() < one.end for one in found):
                found.append(_Date(each.start(), each.end(), day))
    return tuple(sorted(found, key=lambda one: one.start))


def _day(found: re.Match[str], year: int | None) -> date | None:
    groups = found.groupdict()
    number = _MONTHS[groups["month"].lower()] if groups.get("month") else int(groups["number"])
    said = int(groups["year"]) if groups.get("year") else year
    day = int(groups["day"])
    if groups.get("number") and found.group()[4:5] not in "-/" and number > 12 >= day:
        number, day = day, number  # 08/25/2023 can only be read the American way
    elif groups.get("number") and not found.group()[:4].isdigit() and number <= 12 and day <= 12 and number != day:
        return None  # 03/04/2023 is two days; nobody is there to ask
    if said is None:
        return None
    try:
        return date(said, number, day)
    except ValueError:
        return None


def _is_clock(text: str, found: re.Match[str], days: Iterable[_Date]) -> bool:
    if any(one.start < found.end() and found.start() < one.end for one in days):
        return False
    if found["word"]:
        return True
    half = found["half"] or found["half2"]
    hour, minute = int(found["hour"]), int(found["minute"] or found["minute4"] or 0)
    if found["minute4"]:
        return len(found["hour"]) == 2 and hour < 24
    if len(found["hour"]) == 2 and "h" in found.group().lower() and not _LENGTH.search(text[: found.start()]):
        return hour < 24 and minute < 60
    if not half and ":" not in found.group() and _zone_behind(text, found)[0] is None:
        return False  # 2.15 is a version, 10h a length
    return minute < 60 and int(found["second"] or 0) < 60 and (1 <= hour <= 12 if half else hour < 24)


def _time(found: re.Match[str]) -> time:
    if found["word"]:
        return time(12 if found["word"].lower() == "noon" else 0)
    hour, half = int(found["hour"]), (found["half"] or found["half2"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(found["minute"] or found["minute4"] or 0), int(found["second"] or 0))


def _zone_behind(text: str, found: re.Match[str]) -> tuple[Zone | None, int]:
    behind = _ZONE.match(text, found.end())
    if behind is None or behind["zone"] in _NOT_ZONES:
        return None, found.end()
    zone = zone_written(behind["zone"])
    return zone, behind.end() if zone else found.end()


def _is_range(between: str) -> bool:
    return bool(re.fullmatch(r"\W*(?:to|until|till|and|through|–|—|-)\W*", between.strip() or "-", re.I))


def zones_in(found: Iterable[Written]) -> Iterator[Zone]:
    """The zones that were said, in order."""
    for each in found:
        if each.zone is not None:
            yield each.zone
