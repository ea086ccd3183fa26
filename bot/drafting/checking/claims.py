"""What a piece of text claims that could be wrong: clocks, dates, lengths, numbers and names. Proves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_UNITS = {"d": 1440, "day": 1440, "h": 60, "hr": 60, "hour": 60, "m": 1, "min": 1, "minute": 1}
_UNIT = r"(?:d|days?|h|hrs?|hours?|mins?|minutes?|m)"
_LENGTH = re.compile(rf"(?<![\w.,:/])\d{{1,5}}\s?{_UNIT}\b(?:,?\s(?:and\s)?\d{{1,4}}\s?{_UNIT}\b)*")
_PIECE = re.compile(r"(\d+)\s?([a-z]+)")
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_ADDRESS = re.compile(r"https?://[^\s<>\"`|\\^{}\[\]]+", re.IGNORECASE)
_WORD = re.compile(r"@?[^\W_](?:[\w'’.\-/@]*\w)?")
_SENTENCE_END = re.compile(r"[.!?:;|—–>\"“(*]\s*\Z|\A\s*\Z")
#: Number words; `one` is left out, since it mostly counts nothing.
NUMBER_WORDS = {
    **{
        "two": 2,
        "three": 3,
        "four": 4,
        "five": 5,
        "six": 6,
        "seven": 7,
        "eight": 8,
        "nine": 9,
        "ten": 10,
        "eleven": 11,
    },
    **{"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17},
    **{
        "eighteen": 18,
        "nineteen": 19,
        "twenty": 20,
        "thirty": 30,
        "forty": 40,
        "fifty": 50,
        "sixty": 60,
        "seventy": 70,
    },
    **{"eighty": 80, "ninety": 90, "hundred": 100},
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of text at its place there."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Length(Claim):
    """A span of time in words, with its minutes."""

    minutes: int


def lengths(text: str) -> list[Length]:
    """Every length of time in a text (`1 h 15 min`, `45 minutes`), in order."""
    return [Length(found.start(), found.end(), found[0], _minutes(found[0])) for found in _LENGTH.finditer(text)]


def _minutes(text: str) -> int:
    total = 0
    for figure, unit in _PIECE.findall(text):
        total += int(figure) * _UNITS[unit if unit in _UNITS else unit.removesuffix("s")]
    return total


def numbers(text: str) -> list[Claim]:
    """Every number in a text, also those inside of names (`5` in `5xx`); a clock or a ratio counts as one."""
    found = [Claim(each.start(), each.end(), each[0]) for each in _NUMBER.finditer(text)]
    spelled = (each for each in _WORD.finditer(text) if each[0].lower() in NUMBER_WORDS)
    return found + [Claim(each.start(), each.end(), each[0]) for each in spelled]


def value_of(number: str) -> str:
    """A number as it compares: `4,100` is `4100`, `30.0` is `30`, `two` is `2`; clocks and ratios stay as they are."""
    if number.lower() in NUMBER_WORDS:
        return str(NUMBER_WORDS[number.lower()])
    plain = number.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number) else number
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return plain
    return f"{value.normalize():f}"


def addresses(text: str) -> list[Claim]:
    """Every address of the web."""
    return [Claim(found.start(), found.end(), found[0]) for found in _ADDRESS.finditer(text)]


def words(text: str) -> list[Claim]:
    """Every word, handles with their `@`, compound names whole."""
    return [Claim(found.start(), found.end(), found[0]) for found in _WORD.finditer(text)]


def names(text: str) -> Iterator[tuple[Claim, bool]]:
    """(word, whether a sentence begins with it) of every word that looks like a name: a capital, a handle, or a mark
    inside that only identifiers have."""
    for word in words(text):
        plain = word.text.lstrip("@")
        is_identifier = word.text[0] == "@" or bool(re.search(r"\w[_./@]\w", plain)) or plain[1:] != plain[1:].lower()
        if is_identifier or plain[0].isupper():
            begins = not is_identifier and bool(_SENTENCE_END.search(text[: word.start]))
            yield word, begins
