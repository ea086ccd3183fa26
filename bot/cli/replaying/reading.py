"""What a person reads in the bot's answers: the number it gave, and the instant it understood. Reads words only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.when import zone_label

_NUMBER = re.compile(r"#(\d+)\b")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_STAMP = re.compile(
    rf"\b[A-Z][a-z]{{2}} (\d{{1,2}}) ({_MONTHS.replace(' ', '|')})(?: (\d{{4}}))? (\d\d):(\d\d) "
    r"([A-Z]{2,5}(?:[+-]\d\d:\d\d)?|[A-Za-z]+)"
)
#: Said of nothing recorded, in each refusal and question of ours.
_NOTHING = re.compile(r"\bNothing (?:was|is|to)\b|\bnothing was recorded\b|\bneeds words\b")
_TIME_KEY = re.compile(r"(?<!\S)at:\s*", re.IGNORECASE)
_NEXT_KEY = re.compile(r"\s(?:services|users|to|owner|due|title|link|by|kind):", re.IGNORECASE)
_TIME_TAIL = re.compile(r"\sat\s+(?=\S+(?:\s+\S+){0,5}$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer. `number` is that of the entry it recorded, None where it recorded none; `refused` if it says so."""

    text: str
    number: int | None
    refused: bool = False

    @property
    def recorded(self) -> bool:
        """Whether something was recorded."""
        return self.number is not None


def read_answer(text: str) -> Said:
    """What an answer says of the record."""
    match, nothing = _NUMBER.search(text), _NOTHING.search(text) is not None
    return Said(text, int(match.group(1)) if match and not nothing else None, refused=nothing)


def understood(text: str, means: datetime, zone: str, label: str | None) -> bool:
    """Whether an answer names the instant that was meant, in the incident's zone and to the minute."""
    local = means.astimezone(ZoneInfo(zone))
    for day, month, year, hour, minute, named in _STAMP.findall(text):
        said = (int(day), _MONTHS.split().index(month) + 1, int(hour), int(minute))
        same_year = not year or int(year) == local.year
        if said == (local.day, local.month, local.hour, local.minute) and same_year:
            return bool(named == zone_label(means, zone, label))
    return False


def plain_time(means: datetime, zone: str) -> str:
    """An instant as a plain date and clock; with its offset in an hour that clocks repeat."""
    local = means.astimezone(ZoneInfo(zone))
    plain = f"{local:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{plain} UTC{local.isoformat()[-6:]}" if twice else plain


def with_plain_time(text: str, means: datetime, zone: str) -> str:
    """A command typed again with its time words as a plain date and clock, as a person would."""
    plain = plain_time(means, zone)
    keys = list(_TIME_KEY.finditer(text))
    if keys:
        begin = keys[-1].end()
        after = _NEXT_KEY.search(text, begin)
        end = after.start() if after else len(text)
        return f"{text[:begin]}{plain}{text[end:]}"
    tail = _TIME_TAIL.search(text)
    return f"{text[: tail.start()] if tail else text} at: {plain}"
