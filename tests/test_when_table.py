"""Time words as people type them, each with the instant that is meant: the table in when_phrases.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.when import QUESTION_REASONS, REFUSAL_REASONS, Moment, Precision, Question, Unreadable, read
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).parent / "when_phrases.yaml")


@dataclass(frozen=True)
class Row:
    words: str
    means: str
    zone: str
    typist: str | None
    now: datetime
    more: dict[str, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        return {"now": self.now, "zone": self.zone, "typist_zone": self.typist, **self.more}


def instant(said: str, zone: str, today: date | None = None) -> datetime:
    text = said.strip().lstrip("~").replace("Z", "+00:00")
    if "-" not in text:
        assert today is not None
        text = f"{today} {text}"
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def rows() -> list[Any]:
    found = []
    for group in TABLE:
        zone = group["zone"]
        more = {
            key: instant(str(group[name]), zone)
            for key, name in (("declared_at", "declared"), ("past_start", "past_start"))
            if name in group
        }
        if group.get("is_start"):
            more["is_start"] = True
        for words, means in group["rows"]:
            row = Row(words, str(means), zone, group.get("typist"), instant(str(group["now"]), zone), more)
            found.append(pytest.param(row, id=f"{group['about']}: {words}"))
    return found


def test_table_holds_at_least_150_phrases() -> None:
    assert len(rows()) >= 150


@pytest.mark.parametrize("row", rows())
def test_phrase_means(row: Row) -> None:
    reading = read(row.words, **row.arguments)
    kind, _, reason = row.means.partition(" ")
    if kind == "ask":
        assert isinstance(reading, Question), reading
        assert reading.reason == reason
        assert reading.options
    elif kind == "refuse":
        assert isinstance(reading, Unreadable), reading
        assert reading.reason == reason
    else:
        wall, _, alternative = row.means.partition("+alt ")
        today = row.now.astimezone(ZoneInfo(row.zone)).date()
        assert isinstance(reading, Moment), reading
        assert reading.at == instant(wall, row.zone, today)
        assert reading.at.tzinfo is UTC
        assert (reading.precision is Precision.APPROXIMATE) == wall.startswith("~")
        if alternative:
            assert row.typist
            theirs = row.now.astimezone(ZoneInfo(row.typist)).date()
            back = 1 if "-" not in alternative and instant(alternative, row.typist, theirs) > row.now else 0
            meant = instant(alternative, row.typist, date.fromordinal(theirs.toordinal() - back))
            assert reading.alternative == meant


def test_every_reason_in_the_table_is_a_known_one() -> None:
    reasons = [means.partition(" ") for group in TABLE for _, means in ((w, str(m)) for w, m in group["rows"])]
    assert {reason for kind, _, reason in reasons if kind == "ask"} == QUESTION_REASONS - {"which_week"}
    assert {reason for kind, _, reason in reasons if kind == "refuse"} == REFUSAL_REASONS


UTC_NOW = datetime(2024, 3, 15, 10, 0, 20, tzinfo=UTC)


def options(words: str, zone: str = "UTC", typist: str | None = None, now: datetime = UTC_NOW) -> list[tuple[str, str]]:
    reading = read(words, now=now, zone=zone, typist_zone=typist)
    assert isinstance(reading, Question), reading
    return [(option.at.strftime("%m-%d %H:%M"), option.hint) for option in reading.options]


def test_ahead_is_offered_as_yesterday() -> None:
    reading = read("10:30", now=UTC_NOW, zone="UTC")
    assert reading == Unreadable("10:30", "future", datetime(2024, 3, 14, 10, 30, tzinfo=UTC))


def test_figures_of_a_clock_of_twelve_hours_are_not_taken_for_the_small_hours() -> None:
    for minute in (29, 35):
        now = datetime(2024, 3, 15, 13, minute, tzinfo=UTC)
        assert options("1:30", now=now) == [("03-15 13:30", "afternoon"), ("03-15 01:30", "as_typed")]


def test_options_say_what_sets_them_apart() -> None:
    assert options("half seven") == [("03-15 07:30", "half_past"), ("03-15 06:30", "half_to")]
    assert options("03/02/2024 9:00") == [("02-03 09:00", "day_first"), ("03-02 09:00", "month_first")]
    assert options("midnight yesterday") == [("03-14 00:00", "day_begins"), ("03-15 00:00", "day_ends")]
    evening = datetime(2024, 3, 15, 22, 0, tzinfo=UTC)
    assert options("9:45", now=evening) == [("03-15 21:45", "afternoon"), ("03-15 09:45", "as_typed")]
    changed = datetime(2024, 11, 3, 11, 0, tzinfo=UTC)
    assert options("1:30", "America/Los_Angeles", now=changed) == [("11-03 08:30", "pdt"), ("11-03 09:30", "pst")]


def test_the_typists_nearer_clock_is_asked_and_comes_first_where_the_incidents_is_ahead() -> None:
    assert options("05:50", typist="America/New_York") == [
        ("03-15 05:50", "incident_zone"),
        ("03-15 09:50", "typist_zone"),
    ]
    assert options("10:50", typist="Europe/Berlin") == [
        ("03-15 09:50", "typist_zone"),
        ("03-14 10:50", "incident_zone"),
    ]


def test_a_weekday_in_an_incident_told_afterwards_is_asked() -> None:
    start = datetime(2024, 2, 1, 8, 0, tzinfo=UTC)
    reading = read("monday 10:00", now=UTC_NOW, zone="UTC", past_start=start)
    assert isinstance(reading, Question)
    assert reading.reason == "which_week"
    assert [option.at.day for option in reading.options] == [5, 11]


def test_the_zone_of_the_words_is_named() -> None:
    named = {
        "10:00": "UTC",
        "12:55 Nairobi time": "Africa/Nairobi",
        "5:55 ET": "America/New_York",
        "12:55 UTC+3": "Etc/GMT-3",
        "15:25 UTC+5:30": "Asia/Kolkata",
        "12:55 my time": "Europe/Istanbul",
    }
    for words, zone in named.items():
        reading = read(words, now=UTC_NOW, zone="UTC", typist_zone="Europe/Istanbul")
        assert isinstance(reading, Moment), reading
        assert reading.zone == zone


def test_seconds_are_said_to_be_known_only_where_they_are() -> None:
    known = {
        "09:10:05": Precision.SECOND,
        "now": Precision.SECOND,
        "5 min ago": Precision.MINUTE,
        "9:10": Precision.MINUTE,
    }
    for words, precision in known.items():
        reading = read(words, now=UTC_NOW, zone="UTC")
        assert isinstance(reading, Moment)
        assert reading.precision is precision


def test_an_unknown_zone_of_the_typist_changes_nothing_and_of_the_incident_is_an_error() -> None:
    assert read("9:10", now=UTC_NOW, zone="UTC", typist_zone="Moon/Base") == read("9:10", now=UTC_NOW, zone="UTC")
    with pytest.raises(ValueError, match="Moon/Base"):
        read("9:10", now=UTC_NOW, zone="Moon/Base")
