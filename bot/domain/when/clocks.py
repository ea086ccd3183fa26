"""Clocks as people write and say them: `10:05`, `2305HRS`, `9 pm`, `five past ten`; it must not know dates or zones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.domain.when.words import END, NUMBER_WORD, number

MORNING, AFTERNOON, EVENING, NIGHT = "morning", "afternoon", "evening", "night"
_HOURS_OF = {
    MORNING: frozenset(range(12)),
    AFTERNOON: frozenset(range(12, 19)),
    EVENING: frozenset(range(16, 24)),
    NIGHT: frozenset((*range(18, 24), *range(6))),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `hours` holds more than one where the words leave open which half of the day is meant.

    `half` names the reading of 'half seven'; `plain` is true with a colon, am or pm, or a name (noon, midnight);
    `bare` for a number without anything that makes it a clock.
    """

    hours: tuple[int, ...]
    minute: int = 0
    second: int = 0
    seconds_said: bool = False
    plain: bool = False
    bare: bool = False
    midnight: bool = False
    half: str = ""
    either: bool = False  # written like 24 hours, yet by a hand that may count twelve: '1:30'

    def within(self, part: str) -> Clock | None:
        """The clock in a part of the day ('in the morning'), None when it is never there."""
        hours = self.hours
        if self.either or self.bare:
            hours = (*hours, *((hour + 12) % 24 for hour in hours if hour <= 12))
        kept = tuple(dict.fromkeys(hour for hour in hours if hour in _HOURS_OF[part]))
        return replace(self, hours=kept, either=False, bare=False) if kept else None


Found = tuple[int, tuple[Clock, ...]]

_MERIDIAN = r"(?P<half> ?[ap]\.?m\.?|[ap])"
_NO_MORE = r"(?![a-z0-9_]|[:.,/-]?[0-9])"
_COLON = re.compile(
    rf"(?P<hour>[01]?[0-9]|2[0-3])(?P<sign>[:.h])(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?:[.,][0-9]+)?)?"
    rf"(?:{_MERIDIAN})?(?: ?(?:hrs?|hours?|h|o'?clock))?{_NO_MORE}"
)
_FOUR = re.compile(
    rf"(?P<hour>[01][0-9]|2[0-3])(?P<minute>[0-5][0-9])(?:{_MERIDIAN})?(?P<hrs> ?(?:hrs?|hours?|h))?{_NO_MORE}"
)
_THREE = re.compile(rf"(?P<hour>[1-9])(?P<minute>[0-5][0-9]){_MERIDIAN}{_NO_MORE}")
_HOUR = re.compile(rf"(?P<hour>[01]?[0-9]|2[0-3]|{NUMBER_WORD}){_MERIDIAN}{_NO_MORE}")
_OCLOCK = re.compile(
    rf"(?P<hour>[01]?[0-9]|2[0-3]|{NUMBER_WORD})"
    rf"(?: ?(?:o ?'? ?clock)|(?<=[0-9])(?P<h>h|(?: hrs| hours)))(?:{_MERIDIAN})?{_NO_MORE}"
)
_NAMED = re.compile(rf"(?:(?:12(?:[:.]00)?|twelve) )?(?P<name>noon|midday|mid-day|midnight){END}")
_PAST = re.compile(
    rf"(?:a |an )?(?P<minute>quarter|half|[0-5]?[0-9]|{NUMBER_WORD})(?: min(?:ute)?s?)?"
    rf" (?P<side>past|after|to|till?|until|before|of)"
    rf"(?: (?P<hour>1[0-2]|0?[1-9]|{NUMBER_WORD}|noon|midday|midnight)(?: ?o'?clock)?(?:{_MERIDIAN})?)?{_NO_MORE}"
)
_HALF = re.compile(rf"half[ -](?P<hour>1[0-2]|[1-9]|{NUMBER_WORD})(?:{_MERIDIAN})?{_NO_MORE}")
_SAID = re.compile(
    rf"(?P<hour>{NUMBER_WORD})[ -]"
    rf"(?:(?:oh|o|zero)[ -](?P<few>one|two|three|four|five|six|seven|eight|nine)|(?P<minute>{NUMBER_WORD}))"
    rf"(?:{_MERIDIAN})?{_NO_MORE}"
)
_BARE = re.compile(rf"(?P<hour>[01]?[0-9]|2[0-3]|{NUMBER_WORD})(?! ?%){_NO_MORE}")
_SHORT = re.compile(rf"(?P<hour>[1-9]|1[0-9]|2[0-3])(?P<minute>[0-5][0-9]){_NO_MORE}")


def clocks_at(text: str, start: int) -> Iterator[Found]:
    """Every way to read a clock from there on, the likeliest first: where it ends, and the clock.

    Two clocks at once are two meanings of the same words.
    """
    for pattern, make in _WAYS:
        if found := pattern.match(text, start):
            for clocks in make(found):
                yield found.end(), clocks


def _colon(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    hours = _in_half(int(found["hour"]), found["half"])
    if hours:
        plain = found["sign"] == ":" or bool(found["half"])
        second = found["second"]
        either = not found["half"] and 1 <= hours[0] <= 12 and not found["hour"].startswith("0")
        yield (Clock(hours, int(found["minute"]), int(second or 0), bool(second), plain, either=either),)


def _four(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    hours = _in_half(int(found["hour"]), found["half"])
    if hours:
        # '2026' is a year to some: only 'hrs', am/pm, a day or a zone beside it make it surely a clock.
        yearly = found["hour"] in ("19", "20") and not found["half"] and not found["hrs"]
        yield (Clock(hours, int(found["minute"]), plain=bool(found["half"]), bare=yearly),)


def _hour(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    minute = found.groupdict().get("minute")
    hours = _in_half(number(found["hour"]), found["half"])
    if hours:
        yield (Clock(hours, int(minute or 0), plain=True),)


def _oclock(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    hour = number(found["hour"])
    if hour <= 24:
        hours = _in_half(hour, found["half"]) if found["half"] or found["h"] else _both_halves(hour)
        if hours:
            yield (Clock(hours, plain=bool(found["half"])),)


def _named(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    midnight = found["name"] == "midnight"
    yield (Clock((0,) if midnight else (12,), plain=True, midnight=midnight),)


def _past(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    said, before = found["minute"], found["side"] in ("to", "til", "till", "until", "before", "of")
    minute = {"quarter": 15, "half": 30}.get(said) or number(said)
    if minute > 59 or not minute or (said == "half" and before) or (found["side"] == "of" and said.isdigit()):
        return
    hour = found["hour"]
    if hour is None:
        if not found["side"].startswith(("unt", "bef", "of", "aft")):
            yield (Clock(tuple(range(24)), 60 - minute if before else minute),)
        return
    if hour in ("noon", "midday", "midnight"):
        hours: tuple[int, ...] = (0,) if hour == "midnight" else (12,)
    else:
        hours = _in_half(number(hour), found["half"]) if found["half"] else _both_halves(number(hour))
    if hours:
        shifted = tuple((hour - before) % 24 for hour in hours)
        yield (Clock(shifted, 60 - minute if before else minute, plain=bool(found["half"])),)


def _half(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    hour = number(found["hour"])
    hours = _in_half(hour, found["half"]) if found["half"] else _both_halves(hour)
    if hours:
        earlier = tuple((hour - 1) % 24 for hour in hours)
        yield Clock(hours, 30, half="half_past"), Clock(earlier, 30, half="half_to")


def _said(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    hour, minute = number(found["hour"]), number(found["few"] or found["minute"])
    if hour > 23 or minute > 59 or (not found["few"] and minute < 10):
        return
    hours = _in_half(hour, found["half"]) if found["half"] else _both_halves(hour)
    if hours:
        yield (Clock(hours, minute, plain=bool(found["half"])),)


def _bare(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    hour = number(found["hour"])
    if hour <= 23:
        yield (Clock((hour,) if found["hour"].startswith("0") else _both_halves(hour), bare=True),)


def _short(found: re.Match[str]) -> Iterator[tuple[Clock, ...]]:
    yield (Clock((int(found["hour"]),), int(found["minute"]), bare=True),)


def _in_half(hour: int, half: str | None) -> tuple[int, ...]:
    """The hour of 24, none where it cannot be ('13 am'). 12 am is midnight, 12 pm noon; '13:05 pm' is let pass."""
    if not half:
        return (hour,)
    after_noon = "p" in half
    if hour > 23 or (hour > 12 and not after_noon) or (hour == 0 and after_noon):
        return ()
    return (hour if hour > 12 else hour % 12 + 12 * after_noon,)


def _both_halves(hour: int) -> tuple[int, ...]:
    if hour > 23:
        return ()
    return (hour % 12, hour % 12 + 12) if 1 <= hour <= 12 else (hour,)


_WAYS = (
    (_COLON, _colon),
    (_FOUR, _four),
    (_THREE, _hour),
    (_HOUR, _hour),
    (_NAMED, _named),
    (_PAST, _past),
    (_HALF, _half),
    (_SAID, _said),
    (_OCLOCK, _oclock),
    (_BARE, _bare),
    (_SHORT, _short),
)
