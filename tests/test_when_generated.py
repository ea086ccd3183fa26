"""A generated table: an instant is meant, rendered as people write it by code of its own, and never read as another."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.when import Moment, Reading, read

ZONES = (
    "UTC", "America/Los_Angeles", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Europe/London",
    "Europe/Berlin", "Africa/Nairobi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Sydney",
    "Australia/Adelaide", "Pacific/Auckland", "Pacific/Honolulu",
)  # fmt: skip
CITIES = {
    "America/Los_Angeles": "San Francisco", "America/New_York": "New York", "America/Sao_Paulo": "Sao Paulo",
    "Europe/London": "London", "Europe/Berlin": "Berlin", "Africa/Nairobi": "Nairobi", "Asia/Kolkata": "Mumbai",
    "Asia/Kathmandu": "Kathmandu", "Asia/Tokyo": "Tokyo", "Australia/Sydney": "Sydney",
    "Pacific/Auckland": "Auckland",
}  # fmt: skip
# Days with nothing to them, new year, a leap day, and the eve, day and morrow of changes in both hemispheres.
DAYS = (
    "2023-11-12", "2024-01-01", "2024-02-29", "2024-07-15", "2024-12-31",
    "2024-03-10", "2024-11-03", "2024-11-04", "2024-03-31", "2024-10-27", "2024-04-07", "2024-10-06",
)  # fmt: skip
HOURS = (
    "twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """What one person at a keyboard means. `wall` is naive, on the clocks that the form speaks of."""

    at: datetime
    now: datetime
    zone: str
    typist: str
    pick: random.Random

    def wall(self, zone: str | None = None) -> datetime:
        return self.at.astimezone(ZoneInfo(zone or self.zone)).replace(tzinfo=None)

    @property
    def days_back(self) -> int:
        return (self.now.astimezone(ZoneInfo(self.zone)).date() - self.wall().date()).days


def colon(wall: datetime) -> str:
    return f"{wall.hour:02d}:{wall.minute:02d}"


def twelve(wall: datetime, space: str = " ", upper: bool = True) -> str:
    half = "pm" if wall.hour >= 12 else "am"
    return f"{wall.hour % 12 or 12}:{wall.minute:02d}{space}{half.upper() if upper else half}"


def ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def spoken(wall: datetime) -> str | None:
    hour, following = HOURS[wall.hour % 12], HOURS[(wall.hour + 1) % 12]
    past = {
        5: "five past",
        10: "ten past",
        15: "quarter past",
        20: "twenty past",
        25: "twenty-five past",
        30: "half past",
    }
    to = {35: "twenty-five to", 40: "twenty to", 45: "quarter to", 50: "ten to", 55: "five to"}
    if wall.minute == 0:
        return f"{hour} o'clock"
    if wall.minute in past:
        return f"{past[wall.minute]} {hour}"
    return f"{to[wall.minute]} {following}" if wall.minute in to else None


def minutes_ago(meant: Meant) -> str | None:
    seconds = (meant.now - meant.at).total_seconds()
    if seconds % 60 or not 0 < seconds < 40_000:
        return None
    minutes = int(seconds) // 60
    if minutes >= 60:
        return meant.pick.choice([f"{minutes // 60}h{minutes % 60:02d}m ago", f"{minutes} min ago"])
    return meant.pick.choice(
        [f"{minutes} min ago", f"now minus {minutes} min", f"{minutes} minutes ago", f"{minutes}m ago"]
    )


def offset(meant: Meant, zone: str) -> str:
    minutes = int(meant.at.astimezone(ZoneInfo(zone)).utcoffset().total_seconds()) // 60  # type: ignore[union-attr]
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def long_date(meant: Meant) -> str:
    wall = meant.wall()
    month = MONTHS[wall.month - 1]
    return meant.pick.choice(
        [
            f"{ordinal(wall.day)} {month} {wall.year}, {twelve(wall)}",
            f"{month} {wall.day}, {wall.year}, {colon(wall)}",
            f"{wall.day} {month[:3]} {colon(wall)}",
            f"{colon(wall)} on {month[:3]} {ordinal(wall.day)}",
        ]
    )


def day_word(meant: Meant) -> str | None:
    wall = meant.wall()
    if meant.days_back > 1:
        return f"{WEEKDAYS[wall.weekday()]} {colon(wall)}" if meant.days_back < 7 else None
    return f"{'yesterday' if meant.days_back else 'today'} {colon(wall)}"


def last_night(meant: Meant) -> str | None:
    wall = meant.wall()
    if (meant.days_back == 1 and wall.hour >= 18) or (meant.days_back == 0 and wall.hour < 6):
        return f"{twelve(wall)} last night"
    return None


def city(meant: Meant, render: Callable[[datetime], str]) -> str | None:
    return f"{render(meant.wall(meant.typist))} {CITIES[meant.typist]} time" if meant.typist in CITIES else None


def label(meant: Meant) -> str | None:
    name = meant.at.astimezone(ZoneInfo(meant.typist)).tzname() or ""
    return f"{colon(meant.wall(meant.typist))} {name}" if name.isalpha() else None


BARE: dict[str, Callable[[Meant], str | None]] = {
    "10:05": lambda meant: colon(meant.wall()),
    "10.05": lambda meant: colon(meant.wall()).replace(":", "."),
    "2305HRS": lambda meant: colon(meant.wall()).replace(":", "") + "HRS",
    "1:05 PM": lambda meant: twelve(meant.wall()),
    "1:05pm": lambda meant: twelve(meant.wall(), "", upper=False),
    "~10:05": lambda meant: f"~{colon(meant.wall())}",
    "spoken": lambda meant: spoken(meant.wall()),
}
ZONED: dict[str, Callable[[Meant], str | None]] = {
    "UTC": lambda meant: f"{colon(meant.wall('UTC'))} UTC",
    "Z": lambda meant: f"{colon(meant.wall('UTC'))}Z",
    "+03:00": lambda meant: f"{colon(meant.wall(meant.typist))} UTC{offset(meant, meant.typist)}",
    "my time": lambda meant: f"{twelve(meant.wall(meant.typist))} my time",
    "city": lambda meant: city(meant, colon),
    "spoken city": lambda meant: city(meant, lambda wall: spoken(wall) or colon(wall)),
    "iana": lambda meant: f"{colon(meant.wall(meant.typist))} {meant.typist}",
    "label": label,
}
EXACT: dict[str, Callable[[Meant], str | None]] = {
    "span": minutes_ago,
    "today": day_word,
    "last night": last_night,
    "long date": long_date,
    "iso": lambda meant: meant.at.astimezone(ZoneInfo(meant.zone)).isoformat(),
    "iso zulu": lambda meant: meant.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "plain date": lambda meant: meant.wall().strftime("%Y-%m-%d %H:%M"),
    "dated UTC": lambda meant: meant.at.strftime("%Y-%m-%d %H:%M (UTC)"),
    "unix": lambda meant: str(int(meant.at.timestamp())),
}
BACK = {  # minutes before now that people tell things of; a bare clock is never said of more than twelve hours back
    "bare": (0, 1, 3, 7, 15, 28, 45, 59),
    "bare, long ago": (75, 130, 240, 390, 600, 700),
    "zoned": (0, 1, 5, 15, 45, 90, 240, 600, 700),
    "exact": (1, 5, 30, 120, 600, 1400, 3000, 8000),
}
FORMS = {"bare": BARE, "bare, long ago": BARE, "zoned": ZONED, "exact": EXACT}


def generated(kind: str) -> list[tuple[str, Meant, str]]:
    """(form, what is meant, the words): a table of its own for each kind, the same every time."""
    pick = random.Random(f"{kind} 1")
    table = []
    for form, render in FORMS[kind].items():
        while sum(entry[0] == form for entry in table) < 90:
            zone, typist = pick.choice(ZONES), pick.choice(ZONES)
            hour, minute = pick.randrange(24), pick.randrange(0, 60, 5)
            now = datetime.fromisoformat(f"{pick.choice(DAYS)}T{hour:02d}:{minute:02d}:00").replace(
                tzinfo=ZoneInfo(zone)
            )
            now = now.astimezone(UTC)
            at = now - timedelta(minutes=pick.choice(BACK[kind]))
            if form == "spoken":
                at -= timedelta(minutes=at.astimezone(ZoneInfo(zone)).minute % 5)
            meant = Meant(at, now, zone, typist, pick)
            if words := render(meant):
                table.append((form, meant, words))
    return table


def outcome(meant: Meant, words: str, typist: bool) -> tuple[str, Reading]:
    reading = read(words, now=meant.now, zone=meant.zone, typist_zone=meant.typist if typist else None)
    if not isinstance(reading, Moment):
        return type(reading).__name__, reading
    return "right" if reading.at == meant.at else "wrong", reading


@pytest.mark.parametrize(("kind", "typist", "right"), [
    ("bare", False, 0.98), ("bare", True, 0.98), ("bare, long ago", False, 0.93), ("bare, long ago", True, 0.70),
    ("zoned", True, 0.95), ("exact", True, 0.98), ("exact", False, 0.98),
])  # fmt: skip
def test_none_is_read_wrong_and_most_are_read(kind: str, typist: bool, right: float) -> None:
    table = generated(kind)
    counts: Counter[str] = Counter()
    for form, meant, words in table:
        kind_of, reading = outcome(meant, words, typist)
        assert kind_of != "wrong", (form, words, meant, reading)
        counts[kind_of] += 1
    assert counts["right"] >= right * len(table), counts


def test_the_tables_together_hold_more_than_a_thousand() -> None:
    assert sum(len(generated(kind)) for kind in FORMS) >= 1000


def test_what_is_asked_offers_what_was_meant() -> None:
    """But for words that name two instants of which neither can be ruled out, an answer is one tap away."""
    asked = missed = 0
    for kind in ("bare", "bare, long ago", "zoned"):
        for _, meant, words in generated(kind):
            reading = read(words, now=meant.now, zone=meant.zone, typist_zone=meant.typist)
            if isinstance(reading, Moment):
                continue
            offered = [option.at for option in getattr(reading, "options", ())] or [
                getattr(reading, "suggestion", None)
            ]
            asked, missed = asked + 1, missed + (meant.at not in offered)
    assert asked > 0
    assert missed <= 0.05 * asked


CHANGES = (
    ("America/Los_Angeles", "2024-03-10T10:00"), ("America/Los_Angeles", "2024-11-03T09:00"),
    ("Europe/Berlin", "2024-03-31T01:00"), ("Europe/Berlin", "2024-10-27T01:00"),
    ("Australia/Sydney", "2024-04-06T16:00"), ("Australia/Sydney", "2024-10-05T16:00"),
    ("Australia/Lord_Howe", "2024-04-06T15:00"), ("America/St_Johns", "2024-11-03T04:30"),
)  # fmt: skip


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_around_a_change_of_clocks_none_is_read_wrong_and_the_label_decides(zone: str, change: str) -> None:
    pick = random.Random(3)
    changed_at = datetime.fromisoformat(f"{change}+00:00")
    repeated = 0
    for minutes in range(-180, 180, 5):
        at = changed_at + timedelta(minutes=minutes)
        for back in (0, 5, 25, 65, 130, 400):
            meant = Meant(at, at + timedelta(minutes=back), zone, zone, pick)
            for form, render in (BARE | EXACT | {"label": label}).items():
                if not (words := render(meant)):
                    continue
                kind, reading = outcome(meant, words, typist=True)
                assert kind != "wrong", (form, words, meant, reading)
                if form in ("label", "iso", "iso zulu", "span", "unix", "dated UTC"):
                    assert kind == "right", (form, words, meant, reading)
                repeated += getattr(reading, "reason", "") == "repeated_hour"
    before, after = ((changed_at + timedelta(hours=hours)).astimezone(ZoneInfo(zone)).utcoffset() for hours in (-2, 2))
    assert before is not None
    assert after is not None
    assert (repeated > 0) == (after < before)
