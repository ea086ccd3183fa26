"""What holds for any words at all: reading never fails, never lies ahead, and gives nothing away."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.when import (
    QUESTION_REASONS,
    REFUSAL_REASONS,
    Moment,
    Question,
    Reading,
    Unreadable,
    read,
    read_due,
    read_duration,
    trailing,
    warm_up,
    zone_label,
)

ZONES = st.sampled_from(["UTC", "America/Los_Angeles", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe"])
NOWS = st.datetimes(datetime(2010, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))
TYPED = """10:05 9.15 1005 2305hrs 9 pm am noon midnight half past to quarter ten five o'clock yesterday today last
night
this morning monday fri 12 12th november 2023 2024-03-15 03/04 29 feb utc z pst ist cest my time nairobi +03:00 utc-8
about ~ around ish ago min hours an a few now minus - , ( ) at on in the 0 99 ½ week before : . 'Z' T 1710497100"""
TOKENS = st.sampled_from(TYPED.split())
PHRASES = st.lists(TOKENS, max_size=7).map(" ".join)
WORDS = st.one_of(st.text(max_size=80), PHRASES, st.text("0123456789:./-+ apmztuc", max_size=16))


def check(reading: Reading, words: str, now: datetime) -> None:
    latest = now + timedelta(minutes=2)
    assert reading.words == words
    if isinstance(reading, Moment):
        instants = [reading.at] + ([reading.alternative] if reading.alternative else [])
        assert reading.alternative != reading.at
        ZoneInfo(reading.zone)
    elif isinstance(reading, Question):
        assert reading.reason in QUESTION_REASONS
        assert reading.options
        instants = [option.at for option in reading.options]
        assert len(set(instants)) == len(instants)
    else:
        assert reading.reason in REFUSAL_REASONS
        instants = [reading.suggestion] if reading.suggestion else []
    for at in instants:
        assert at.tzinfo is UTC
        assert at.microsecond == 0
        assert datetime(2000, 1, 1, tzinfo=UTC) <= at <= latest


@settings(max_examples=600, deadline=None)
@given(words=WORDS, now=NOWS, zone=ZONES, typist=st.none() | ZONES)
def test_any_words_come_to_an_instant_not_ahead_a_question_or_a_refusal(
    words: str, now: datetime, zone: str, typist: str | None
) -> None:
    reading = read(words, now=now, zone=zone, typist_zone=typist)
    check(reading, words, now)
    assert reading == read(words, now=now, zone=zone, typist_zone=typist)


@settings(max_examples=300, deadline=None)
@given(
    words=PHRASES, now=NOWS, zone=ZONES, since=st.timedeltas(timedelta(0), timedelta(days=20)),
    declared=st.timedeltas(timedelta(0), timedelta(days=3)), is_start=st.booleans(), past=st.booleans(),
)  # fmt: skip
def test_nothing_is_taken_from_long_before_the_declaration(
    words: str, now: datetime, zone: str, since: timedelta, declared: timedelta, is_start: bool, past: bool
) -> None:
    declared_at = now - declared
    past_start = now - since if past else None
    reading = read(words, now=now, zone=zone, declared_at=declared_at, is_start=is_start, past_start=past_start)
    check(reading, words, now)
    if isinstance(reading, Moment) and not past:
        assert reading.at >= declared_at - timedelta(days=7)


@given(now=NOWS, zone=ZONES, back=st.integers(0, 12 * 60 - 1))
def test_a_bare_clock_is_never_read_as_another_than_its_latest(now: datetime, zone: str, back: int) -> None:
    now = now.replace(second=0, microsecond=0)
    meant = now - timedelta(minutes=back)
    words = meant.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    reading = read(words, now=now, zone=zone)
    if isinstance(reading, Moment):
        assert reading.at == meant
    else:
        assert isinstance(reading, Question)
        assert meant in [option.at for option in reading.options]


@settings(max_examples=300, deadline=None)
@given(words=st.text("abcdefghijklmnopqrstuvwxyz ", max_size=40), now=NOWS)
def test_letters_that_are_no_time_words_are_never_read(words: str, now: datetime) -> None:
    known = (
        r"\b(?:now|noon|midday|midnight|past|to|half|quarter|ago|back|earlier|moments?|clock|one|two|three|four|five"
    )
    known += r"|six|seven|eight|nine|ten|eleven|twelve|today|yesterday|tonight|.+day|this minute)\b"
    if not re.search(known, words):
        assert not isinstance(read(words, now=now, zone="UTC"), Moment)


GARBAGE = """may mar sat sun we a 42 90 99 10 2026 2.3 #12 12% december 503 1 0 . - : :: 10: :15 1:5 10:60 24:30 am pm
as ad utc ago"""


@pytest.mark.parametrize(
    "words", [*GARBAGE.split(), "", " ", "at", "about", "my time", "last night", "10:15 10:16", "\u200b"]
)
@given(now=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)), zone=ZONES)
@settings(max_examples=15, deadline=None)
def test_garbage_is_refused_at_any_time(words: str, now: datetime, zone: str) -> None:
    assert isinstance(read(words, now=now, zone=zone, typist_zone="Asia/Tokyo"), Unreadable)


@example(before="MORNING 1TH", time_words="9 pm", after="")
@settings(max_examples=400, deadline=None)
@given(
    before=st.text(max_size=40) | PHRASES,
    time_words=PHRASES | st.sampled_from(["10:05", "9 pm", "noon", "5 min ago"]),
    after=st.sampled_from(["", ".", " ", " x"]),
)
def test_splitting_off_a_time_loses_no_character(before: str, time_words: str, after: str) -> None:
    text = f"{before} at {time_words}{after}"
    split = trailing(text)
    if split is not None:
        left, words = split
        assert text.startswith(left)
        assert text.rstrip().endswith(words)
        between = text.rstrip()[len(left) : len(text.rstrip()) - len(words)]
        assert between.strip().lower() in ("at", "")
        reading = read(words, now=datetime(2024, 3, 15, tzinfo=UTC), zone="UTC")
        assert getattr(reading, "reason", "") not in ("not_understood", "too_long")


SPLIT = {
    "restarted the api at 10:05": ("restarted the api", "10:05"),
    "rolled back at 9 pm UTC": ("rolled back", "9 pm UTC"),
    "failed over At noon.": ("failed over", "noon."),
    "at 1:30 PM": ("", "1:30 PM"),
    "scaled to 3 at about 10:15": ("scaled to 3", "about 10:15"),
    "drained at half an hour ago": ("drained", "half an hour ago"),
    "broke at 10:15 and came back at 10:20": ("broke at 10:15 and came back", "10:20"),
    "ran the job at 23:10 yesterday": ("ran the job", "23:10 yesterday"),
    "restarted yesterday at 10:15": ("restarted", "yesterday at 10:15"),
    "cut over on Monday at 10:15": ("cut over", "on Monday at 10:15"),
    "cut over on 12 March 2024 at 10:15": ("cut over", "on 12 March 2024 at 10:15"),
    "we sat at 10:15": ("we sat", "10:15"),
}
WHOLE = (
    "queue depth at 1200", "looking at it", "we are at now", "p99 at 10", "proxy at 10.0.0.1:8080", "scaled at 16:9",
    "paged at half past ten", "paged at about 11", "down at 10:15-10:45", "look at the 10:15 graph", "(seen at 10:15)",
    '"we saw it at 10:15"', "`at 10:15`", "checked at 10:15 in Frankfurt", "version at 10.05", "stuck at", "at", "",
    "that10:15", "flat 10:15",
)  # fmt: skip


@pytest.mark.parametrize("text", SPLIT)
def test_a_time_at_the_end_is_split_off(text: str) -> None:
    assert trailing(text) == SPLIT[text]


@pytest.mark.parametrize("text", WHOLE)
def test_what_may_be_words_stays_words(text: str) -> None:
    assert trailing(text) is None


FRIDAY = datetime(2024, 3, 15, 22, 30, tzinfo=UTC)
DUE = {
    "2024-04-01": date(2024, 4, 1), "in two weeks": date(2024, 3, 29), "2 weeks": date(2024, 3, 29),
    "next friday": date(2024, 3, 22), "Friday": date(2024, 3, 22), "by Monday": date(2024, 3, 18),
    "1 April": date(2024, 4, 1), "April 1st": date(2024, 4, 1), "14 March": date(2025, 3, 14),
    "15 March": date(2024, 3, 15), "29 Feb": date(2028, 2, 29), "tomorrow": date(2024, 3, 16),
    "today": date(2024, 3, 15), "tomorrow EOD": date(2024, 3, 16), "end of month": date(2024, 3, 31),
    "by the end of next month": date(2024, 4, 30), "end of the quarter": date(2024, 3, 31),
    "EOW": date(2024, 3, 15), "end of next week": date(2024, 3, 22), "next week": date(2024, 3, 22),
    "in a month": date(2024, 4, 15), "in 3 days": date(2024, 3, 18), "in a fortnight": date(2024, 3, 29),
    "the 20th": date(2024, 3, 20), "the 3rd": date(2024, 4, 3), "13/11/2024": date(2024, 11, 13),
    "04/04/2024": date(2024, 4, 4), "Monday next week": date(2024, 3, 18), "1 April 2024, 17:00": date(2024, 4, 1),
    # Where a day is asked for, a short name of one is no other word.
    "Fri": date(2024, 3, 22), "by mon": date(2024, 3, 18), "sat": date(2024, 3, 16), "mar": None, "may": None,
    "tmrw": date(2024, 3, 16), "end of March": date(2024, 3, 31), "end of Feb": date(2025, 2, 28),
    "Q2": date(2024, 6, 30), "by the end of Q1": date(2024, 3, 31), "end of mars": None, "end of it": None,
    # With dots the day comes first.
    "01.04.2024": date(2024, 4, 1), "04.15.2024": date(2024, 4, 15),
    "12/11/2023": None, "03/04": None, "soon": None, "asap": None, "31 June": None, "12": None, "": None,
    "Tuesday 1 April 2024": None, "about friday": None,
}  # fmt: skip


@pytest.mark.parametrize("words", DUE)
def test_due_dates(words: str) -> None:
    assert read_due(words, now=FRIDAY, zone="UTC") == DUE[words]


def test_a_due_date_counts_from_the_day_in_the_incidents_zone() -> None:
    assert read_due("tomorrow", now=FRIDAY, zone="Asia/Tokyo") == date(2024, 3, 17)
    assert read_due("tomorrow", now=FRIDAY, zone="America/Los_Angeles") == date(2024, 3, 16)


@settings(max_examples=200, deadline=None)
@given(words=WORDS, now=NOWS, zone=ZONES)
def test_no_words_break_due_dates_durations_or_the_splitter(words: str, now: datetime, zone: str) -> None:
    due, length = read_due(words, now=now, zone=zone), read_duration(words)
    assert due is None or isinstance(due, date)
    assert length is None or length > timedelta(0)
    trailing(words)


MINUTES = {
    "30 min": 30, "30m": 30, "1h": 60, "half an hour": 30, "2 days": 2880, "1h30": 90, "1h20m": 80, "a week": 10080,
    "an hour and a half": 90, "two hours": 120, "1.5 h": 90, "in 10 minutes": 10, "quarter of an hour": 15,
    "1 hour 20 minutes": 80, "45": None, "1:30": None, "0 min": None, "soon": None, "min": None, "1m 1h": None,
}  # fmt: skip


@pytest.mark.parametrize("words", MINUTES)
def test_durations(words: str) -> None:
    minutes = MINUTES[words]
    assert read_duration(words) == (None if minutes is None else timedelta(minutes=minutes))


def test_a_zone_is_labelled_as_on_the_date() -> None:
    summer, winter = datetime(2024, 8, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    assert [zone_label(at, "America/Los_Angeles") for at in (summer, winter)] == ["PDT", "PST"]
    assert [zone_label(at, "Europe/Berlin") for at in (summer, winter)] == ["CEST", "CET"]
    assert zone_label(summer, "UTC") == "UTC"
    assert zone_label(summer, "Asia/Dubai") == "UTC+04:00"
    assert zone_label(summer, "Asia/Dubai", "GST") == "GST"
    assert zone_label(winter, "America/Sao_Paulo") == "UTC-03:00"
    assert zone_label(winter, "Asia/Kathmandu") == "UTC+05:45"
    assert zone_label(summer, "Europe/Berlin", "GST") == "CEST"


def test_plain_times_are_read_within_a_millisecond_and_the_unreadable_within_ten() -> None:
    """Our own reader takes about 50 µs, dateparser about 1 ms; the bounds leave room for a busy machine."""
    warm_up()
    now = datetime(2024, 3, 15, 11, 40, tzinfo=UTC)
    for words, bound in (("10:05", 0.001), ("yesterday 23:40 CET", 0.001), ("what the 12 of 9 was", 0.01)):
        spent = []
        for _ in range(20):
            began = time.perf_counter()
            read(words, now=now, zone="UTC", typist_zone="America/New_York")
            spent.append(time.perf_counter() - began)
        assert sorted(spent)[10] < bound
