"""What our own reader leaves over goes to dateparser, and comes back only where every word is accounted for.

It must not know a zone: dateparser reads naive clocks in the incident's, and any zone it finds itself is refused
(it takes PT and CET for fixed offsets and IST for Israel's; TIMEZONE with PREFER_DATES_FROM='past' applies an offset
twice; measured with 1.5.0).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.domain.when.clocks import clocks_at
from bot.domain.when.readings import Moment, Precision, Reading, Scene, Where

_KNOWN = re.compile(r"[0-9]|\b(?:noon|midnight|yesterday|today|ago|hours?|minutes?)\b")
_LEGIBLE = re.compile(r"[a-z0-9 :.,/'+-]+")
_NUMERIC = re.compile(r"[0-9 .,:/+-]+")
_CLOCK = re.compile(r"(?<![0-9:.])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]\.?m\b)?|(?<![0-9])[0-9]{1,2} ?[ap]\.?m\b")
_IDLE = frozenset({"st", "nd", "rd", "th", "of", "the", "on", "at"})
_ONE_DAY = timedelta(days=1)


def load_english() -> None:
    """Makes dateparser read its English, once: 0.2 s."""
    _parsed("3 hours ago", datetime.fromisoformat("2024-01-01T12:00"))


def by_dateparser(text: str, scene: Scene) -> Reading:
    """The reading of plain words by dateparser, in the incident's zone; a refusal where it can't be held to the words.

    What it says without being held to the words is at most the refusal's suggestion.
    """
    if not (_KNOWN.search(text) and _LEGIBLE.fullmatch(text)) or _NUMERIC.fullmatch(text):
        return scene.refuse("not_understood")
    where = Where(scene.zone, scene.zone_name)
    naive = _parsed(text, where.today(scene.now))
    if naive is None or not _sensible(naive, scene):
        return scene.refuse("not_understood")
    clock = _CLOCK.search(text)
    if clock is None or not _agrees(clock[0], naive) or not _is_held(text, clock, naive):
        return scene.refuse("not_understood", _first(where, naive, scene))
    instants = where.instants(naive)
    if not instants:
        return scene.refuse("no_such_time", _first(where, naive, scene))
    if instants[0] > scene.latest:
        return scene.refuse("future", _first(where, naive - _ONE_DAY, scene))
    return Moment(instants[0], Precision.MINUTE, scene.words, scene.zone_name)


def _parsed(text: str, base: datetime) -> datetime | None:
    """A naive clock reading that holds a time of day, None for anything else. languages=['en'] always: without it the
    first unparsable text loads every locale, 2.2 s."""
    from dateparser.date import DateDataParser  # 95 ms and 22 MB that the command line must not pay

    parser = DateDataParser(
        languages=["en"],
        settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past", "RETURN_TIME_AS_PERIOD": True},
    )
    try:
        found = parser.get_date_data(text)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError):
        return None  # seen with odd signs and numbers; for a reader of last resort it means: not understood
    when: datetime | None = found.date_obj
    if when is None or found.period != "time" or when.tzinfo is not None:
        return None
    return when.replace(microsecond=0)


def _sensible(naive: datetime, scene: Scene) -> bool:
    return 2000 <= naive.year <= scene.now.year + 2


def _agrees(clock: str, naive: datetime) -> bool:
    return any(
        naive.hour in said.hours and naive.minute == said.minute and naive.second == said.second
        for end, clocks in clocks_at(clock, 0)
        for said in clocks
        if end == len(clock)
    )


def _is_held(text: str, clock: re.Match[str], naive: datetime) -> bool:
    """True when the words beside the clock are the date that came back, each of them, and at least its day and month.

    dateparser drops the words that it does not know ('after 10:15', '9am 5' as 5 in May).
    """
    names = {naive.strftime("%B").lower(): "month", naive.strftime("%A").lower(): "weekday"}
    names |= {name[:3]: kind for name, kind in names.items()} | ({"sept": "month"} if naive.month == 9 else {})
    numbers = {naive.day: "day", naive.year: "year"}
    seen: list[str] = []
    for token in re.findall(r"[0-9]+|[a-z]+", text[: clock.start()] + " " + text[clock.end() :]):
        kind = numbers.get(int(token[:9])) if token.isdecimal() else names.get(token)
        if kind is None and token not in _IDLE:
            return False
        seen.append(kind or "")
    return {"day", "month"} <= set(seen) and len([kind for kind in seen if kind]) == len({*seen} - {""})


def _first(where: Where, naive: datetime, scene: Scene) -> datetime | None:
    at = where.both(naive)[0]
    return at if at <= scene.latest else None
