"""Typed time words brought into one plain form, and numbers in words; it must not know what the words mean in time."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64
"""Characters. Nobody types a longer time, and dateparser takes 0.3 s for 3,000 of them (measured with 1.5.0)."""

_UP_TO_NINETEEN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
SMALL = {word: number for number, word in enumerate(_UP_TO_NINETEEN)}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
NUMBER_WORD = (
    r"(?:(?:twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:six|seven|eigh|nine)teen|thirteen|fourteen|fifteen|one|two|three|four|five|six|seven|eight|nine"
    r"|ten|eleven|twelve)"
)
END = r"(?![a-z0-9_])"

_PLAIN = re.compile(r"(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9]")
_DASHES = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("’‘`´", "'"), **dict.fromkeys("()[]", " ")})
_AROUND = " \t\r\n.,;:!?*_'\"“”«»|"
_AND_HALF = re.compile(r"(?<=[0-9])½")
_SPACES = re.compile(r"\s+")
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[t ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?) ?"
    r"(z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_BASIC = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})t([0-9]{2})([0-9]{2})([0-9]{2})?")
_CTIME = re.compile(
    r"([a-z]{3,9} [0-9]{1,2}) ([0-9]{1,2}:[0-9]{2}:[0-9]{2}(?: [ap]m)?(?: [a-z]{1,5}| [+-][0-9]{4})?) (20[0-9]{2})"
)
_LOG_LINE = re.compile(r"(?<=/20[0-9]{2}):(?=[0-9]{2}:)")
_ISH = re.compile(rf"([0-9]|(?<![a-z])(?:[ap]m|noon|midday|midnight|o'?clock|{NUMBER_WORD}))[ -]?ish\b")
_ATTACHED = re.compile(
    r"(?<=[0-9])(?=(?:z|utc|gmt|hrs|hours|[pecm][sd]?t|ce?st|ee?st|bst|ist|eat|wat|cat|jst|kst|sgt|msk|aest|aedt)\b)"
)


def plain(words: str) -> str:
    """The words in lower case, with plain signs, single spaces and nothing around them."""
    if _PLAIN.fullmatch(words):
        return words
    words = _AND_HALF.sub(".5", words).replace("½", "half")
    text = unicodedata.normalize("NFKC", words).lower().translate(_DASHES)
    text = _SPACES.sub(" ", text.strip(_AROUND))
    text = _BASIC.sub(_spread, text)
    text = _ISO.sub(_spaced, text, count=1)
    text = _LOG_LINE.sub(" ", _CTIME.sub(r"\1 \3 \2", text))
    text = _ISH.sub(r"\1 ish", text)
    return _ATTACHED.sub(" ", text).strip(_AROUND)


def number(words: str) -> int:
    """The value of digits, or of a number in words below sixty; KeyError for anything else."""
    if words.isascii() and words.isdigit():
        return int(words)
    tens, _, units = words.replace("-", " ").partition(" ")
    if tens in TENS:
        return TENS[tens] + (SMALL[units] if units else 0)
    return SMALL[words]


def _spread(found: re.Match[str]) -> str:
    year, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}t{hour}:{minute}" + (f":{second}" if second else "")


def _spaced(found: re.Match[str]) -> str:
    day, clock, offset = found.groups()
    if not offset:
        return f"{day} {clock}"
    if "t" not in found[0] and clock.count(":") == 1 and offset.startswith("-"):
        return found[0]  # '2023-11-12 10:00-11:00' is a range of clocks to most people, not an offset
    return f"{day} {clock} {offset if offset == 'z' else 'utc' + offset}"
