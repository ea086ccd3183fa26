"""Lengths of time as people say them: `5 min`, `half an hour`, `1h20m`, `a few minutes`; it must not know any clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.when.words import NUMBER_WORD, number, plain


@dataclass(frozen=True, slots=True)
class Span:
    """A length. `vague` for 'a few minutes'; `unit` the smallest unit said, in seconds."""

    length: timedelta
    vague: bool
    unit: int


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w)"
_COUNT = (
    r"(?:(?P<digits>[0-9]{1,5}(?:\.[0-9]{1,2})?) ?|(?P<word>half an?|half|an?|the|a couple(?: of)?|couple(?: of)?"
    rf"|a few|few|several|{NUMBER_WORD}) )"
)
_STEP = re.compile(rf"{_COUNT}(?P<half>and a half )?{_UNIT}\.?(?P<after> and a half)?(?![a-z_])(?:,? and |, ?| )?")
_BARE_MINUTES = re.compile(r"(?P<count>[0-9]{1,2})$")
_QUARTERS = {"quarter of an hour": 15, "quarter hour": 15, "three quarters of an hour": 45, "a quarter of an hour": 15}
_ONE = frozenset({"a", "an", "the"})
_VAGUE = {"a few": 3.0, "few": 3.0, "several": 5.0}
_SOME = {"a moment": 0, "moments": 0, "a few moments": 0, "seconds": 0, "a few seconds": 0, "a few secs": 0}
_SOME_MINUTES = {"minutes": 3, "some minutes": 3}
_AGO = re.compile(
    r"(?:(?P<ago>.+?) (?:ago|back|earlier|prior|before|before now|beforehand)"
    r"|now ?(?:minus|-|less) ?(?P<minus>.+)|(?:minus |- ?)(?P<sign>.+))"
)
_NOW = frozenset({"now", "right now", "just now", "this moment", "right this minute", "this minute"})


def span(text: str) -> Span | None:
    """The length that plain words say, None when they say none."""
    if text in _SOME:
        return Span(timedelta(seconds=_SOME[text]), True, 60)
    if minutes := _SOME_MINUTES.get(text) or _QUARTERS.get(text):
        return Span(timedelta(minutes=minutes), text in _SOME_MINUTES, 60)
    total, vague, last, at = 0.0, False, 0, 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            bare = _BARE_MINUTES.match(text, at)
            if bare is None or last != 3600 or text[at - 1].isspace():
                return None
            return Span(timedelta(seconds=total + 60 * int(bare["count"])), vague, 60)  # '1h20'
        unit = _SECONDS[found["unit"][0]]
        if last and unit >= last:
            return None
        count, is_vague = _count(found)
        total, vague, last, at = total + count * unit, vague or is_vague, unit, found.end()
    return Span(timedelta(seconds=round(total)), vague, last) if last else None


def ago(text: str) -> Span | None:
    """How far back from now plain words point ('5 min ago', 'now', 'now minus 4 min'), None when they do not."""
    if text in _NOW:
        return Span(timedelta(0), False, 1 if text in ("now", "right now") else 60)
    found = _AGO.fullmatch(text)
    if found is None:
        return None
    return span((found["ago"] or found["minus"] or found["sign"]).removesuffix(" ago"))


def read_duration(words: str) -> timedelta | None:
    """A length of time ('30 min', '1h', 'half an hour', '2 days'), None when the words say none, or say zero."""
    text = plain(words)
    for lead in ("in ", "for ", "every ", "about ", "after "):
        text = text.removeprefix(lead)
    found = span(text.removesuffix(" from now").removesuffix(" time"))
    return found.length if found and found.length else None


def _count(found: re.Match[str]) -> tuple[float, bool]:
    extra = 0.5 if found["half"] or found["after"] else 0.0
    if found["digits"]:
        return float(found["digits"]) + extra, False
    word = found["word"]
    if word.startswith("half"):
        return 0.5, False
    if "couple" in word:
        return 2.0, True
    if word in _VAGUE:
        return _VAGUE[word], True
    return (1.0 if word in _ONE else float(number(word))) + extra, False
