"""Due dates as people type them: `in two weeks`, `next friday`, `1 April`; it must not know instants, only days."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bot.domain.when.days import Dated
from bot.domain.when.phrase import parse
from bot.domain.when.spans import span
from bot.domain.when.words import NUMBER_WORD, number, plain
from bot.domain.when.zones import zone_of

_LEADS = re.compile(r"^(?:by|before|until|till|due|on|no later than|latest|the)(?: the)? ")
_END_OF = re.compile(
    r"(?:(?:by |at )?(?:the )?end of (?:the |this )?(?P<next>next )?(?P<what>day|week|month|quarter|year)"
    r"|eo(?P<short>[dwmqy])|(?P<cob>cob|close of business))(?: (?P<day>.+))?"
)
_COUNTED = re.compile(
    rf"(?:in|within) (?:about )?(?P<count>[0-9]{{1,3}}|{NUMBER_WORD}|an?|a couple of|a few)"
    r" (?P<unit>days?|weeks?|fortnights?|months?|years?)"
    rf"|(?P<later>[0-9]{{1,3}}|{NUMBER_WORD}|an?|a couple of)"
    r" (?P<units>days?|weeks?|fortnights?|months?|years?)(?: from (?:now|today)| later)?"
)
_NAMED_END = re.compile(
    r"(?:(?:by |at )?(?:the )?end of )?q(?P<quarter>[1-4])|(?:by |at )?(?:the )?end of (?P<month>[a-z]{3,9})"
)
_TOMORROW = re.compile(r"\b(?:tmrw|tmr|tmrrw|tomorow|tommorow|tommorrow)\b")
_LATE = re.compile(r"(?<=[a-z0-9]),? (?:at |by )?(?:eod|cob|end of (?:the )?day|close of business)$")
_NEXT = {"next week": "week", "next month": "month", "next year": "year", "a week today": "week"}
_FEW = {"a": 1, "an": 1, "a couple of": 2, "a few": 3}


def read_due(words: str, *, now: datetime, zone: str) -> date | None:
    """The day meant, counted from `now` (aware) in the IANA zone; None where none or more than one is.

    Without a year the next such date, today included; a day of the week is always ahead ('next friday' and 'friday'
    are the first Friday after today). 'next week' is in seven days.
    """
    where = zone_of(zone)
    if where is None:
        raise ValueError(f"no such time zone: {zone}")
    if len(words) > 100:
        return None
    today = now.astimezone(where).date()
    text = _TOMORROW.sub("tomorrow", _LATE.sub("", plain(words)))
    for candidate in (text, _LEADS.sub("", text)):
        found = (
            _ends(candidate, today)
            or _named_end(candidate, today)
            or _counted(candidate, today)
            or _named(candidate, today)
        )
        if found is not None:
            return found
    return None


def _named(text: str, today: date) -> date | None:
    phrase = parse(text)
    # A lone "mar" may be a month; a lone "fri", where a day is asked for, is a day.
    if phrase is None or phrase.day is None or phrase.approximate:
        return None
    days = [
        day
        for day in phrase.day.dates(today, None, True)
        if phrase.weekday is None or day.weekday() == phrase.weekday.weekday
    ]
    return days[0] if len(days) == 1 else None


def _counted(text: str, today: date) -> date | None:
    if text in _NEXT:
        return _after(today, 1, _NEXT[text])
    found = _COUNTED.fullmatch(text)
    if found:
        said, unit = found["count"] or found["later"], found["unit"] or found["units"]
        return _after(today, _FEW.get(said) or number(said), unit.rstrip("s"))
    length = span(text.removeprefix("in ").removeprefix("within "))
    return today + timedelta(days=length.length.days) if length and length.length >= timedelta(days=1) else None


def _after(today: date, count: int, unit: str) -> date | None:
    if unit in ("day", "week", "fortnight"):
        return today + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    months = count * (12 if unit == "year" else 1)
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    if year > 2200:
        return None
    return min(date(year, month + 1, 1) + timedelta(days=today.day - 1), _last_of_month(year, month + 1))


def _ends(text: str, today: date) -> date | None:
    found = _END_OF.fullmatch(text)
    if found is None:
        return None
    what = found["what"] or {"d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}.get(
        found["short"] or "d"
    )
    if what == "day":
        return today if not found["day"] else _named(found["day"], today)
    if found["day"]:
        return None
    more = 1 if found["next"] else 0
    if what == "week":  # the working week ends on Friday; said on a weekend, the one to come
        friday = today + timedelta(days=(4 - today.weekday()) % 7)
        return friday + timedelta(days=7 * more)
    if what == "month":
        year, month = divmod(today.year * 12 + today.month - 1 + more, 12)
        return _last_of_month(year, month + 1)
    if what == "quarter":
        year, quarter = divmod(today.year * 4 + (today.month - 1) // 3 + more, 4)
        return _last_of_month(year, quarter * 3 + 3)
    return date(today.year + more, 12, 31)


def _named_end(text: str, today: date) -> date | None:
    """The last day of a month or quarter that is named: this year's, the next where that is over."""
    found = _NAMED_END.fullmatch(text)
    if found is None:
        return None
    month = int(found["quarter"]) * 3 if found["quarter"] else _month(found["month"])
    if month is None:
        return None
    last = _last_of_month(today.year, month)
    return last if last >= today else _last_of_month(today.year + 1, month)


def _month(name: str) -> int | None:
    phrase = parse(f"1 {name}")
    return phrase.day.month if phrase is not None and isinstance(phrase.day, Dated) else None


def _last_of_month(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
