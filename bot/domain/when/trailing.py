"""A time at the end of a recording: `restarted the api at 10:05`; it must not read what may be a mere number."""

from __future__ import annotations

import re

from bot.domain.when.phrase import Phrase, parse
from bot.domain.when.spans import ago
from bot.domain.when.words import LONGEST, plain

_AT = re.compile(r"(?:(?<=\s)|^)at\s+", re.IGNORECASE)
_DAY_BEFORE = re.compile(
    r"(?:^|(?<=\s))(?:(?:early |late )?(?:yesterday|today|tonight|last night|last evening|this morning|this afternoon"
    r"|this evening|yesterday (?:morning|afternoon|evening|night))"
    r"|(?:on |last )(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)(?:[a-z]{3,6})?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri"
    r"|(?:on )?(?:the )?[0-9]{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9}\.?,?(?: 20[0-9]{2})?"
    r"|(?:on )?[a-z]{3,9}\.? [0-9]{1,2}(?:st|nd|rd|th)?,?(?: 20[0-9]{2})?"
    r"|(?:on )?20[0-9]{2}-[0-9]{2}-[0-9]{2}),?\s*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[`\"“”<>\[\]]")
_NOT_SAID = frozenset({"now", "right now", "just now", "this moment", "this minute"})


def trailing(text: str) -> tuple[str, str] | None:
    """Splits off the time that a text ends with, ' at <time>': the text without it, and the time words; else None.

    It counts only with a colon in the clock, am or pm, noon, midnight, or a span, so that 'queue depth at 1200' stays
    words. A day named just before ('yesterday at 10:05') goes with the time. Nothing but space and 'at' is dropped.
    """
    for found in reversed(list(_AT.finditer(text, max(0, len(text) - LONGEST - 8)))):
        words = text[found.end() :].strip()
        if len(words) > LONGEST or not _counts(words):
            continue
        before = text[: found.start()].rstrip()
        return _with_day(before, text[found.start() :].strip()) or (before, words)
    return None


def _counts(words: str) -> bool:
    if _QUOTED.search(words) or words.count(")") != words.count("("):
        return False
    said = plain(words)
    phrase = parse(said)
    if phrase is None:
        return said not in _NOT_SAID and ago(said) is not None
    return _is_plain(phrase)


def _is_plain(phrase: Phrase) -> bool:
    loose = phrase.zone is not None and phrase.zone.loose  # 'at 10:05 in Frankfurt' may be where, not by whose clock
    if loose or len(phrase.clocks) != 1 or not phrase.clocks[0].plain:
        return False
    return not phrase.part or phrase.clocks[0].within(phrase.part) is not None


def _with_day(before: str, rest: str) -> tuple[str, str] | None:
    found = _DAY_BEFORE.search(before, max(0, len(before) - 40))
    if found is None:
        return None
    whole = parse(plain(f"{found[0]} {rest}"))
    if whole is None or whole.day is None or not _is_plain(whole):  # 'morning 1st at 9 pm' contradicts itself
        return None
    return before[: found.start()].rstrip(), f"{before[found.start() :]} {rest}"
