"""What a merge asks of people: a line of its own that shows the other wording, known again by its mark.

Knows no sentence: those come from outside.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence

from bot.drafting.merging.lines import Line
from bot.drafting.merging.words import added, likeness

Say = Callable[[str, Mapping[str, object]], str]
"""A sentence by its name (`changed`, `struck`, `taken_back`) in one line of Markdown."""

_MARK = re.compile(r" <!-- to decide ([0-9a-f]{8}) -->\s*\Z")
#: From here on a quoted line is one that asked.
ALIKE = 0.5
_ANY_MARK = re.compile(r"\s*<!-- to decide[^>]*-->")


def asked(sentence: str, indent: str, section: str) -> Line:
    """The line that asks."""
    text = f"{indent}> {' '.join(sentence.split())}"
    return Line(f"{text} <!-- to decide {_sum(text)} -->", 0, section)


def asks(line: Line) -> bool:
    """Whether a line asks, and nobody has touched it."""
    match = _MARK.search(line.text)
    return match is not None and match[1] == _sum(line.text[: match.start()])


def asking(text: str) -> int:
    """How many lines of a text ask something."""
    return sum(bool(_MARK.search(line)) for line in text.split("\n"))


def answered(given: Sequence[Line], edited: Sequence[Line]) -> list[Line]:
    """The edited lines, where somebody wrote into a line that asks with what they wrote alone."""
    given_asks = [line for line in given if asks(line)]
    found = []
    for line in edited:
        if asks(line):
            found.append(line)
            continue
        asked_before = _meant(line, given_asks)
        if asked_before is None:
            found.append(line)
        elif own := _own(asked_before, line):
            found.append(Line(f"{indent_of(line)}- {own}", line.gap, line.section))
    return found


def indent_of(line: Line) -> str:
    """The white space before a line."""
    return line.text[: len(line.text) - len(line.text.lstrip())]


def quote_of(line: Line) -> str | None:
    """What the record says, as a line that asks shows it; None where it shows nothing of it."""
    _, opened, rest = line.text.partition("«")
    return rest.rpartition("»")[0].strip() if opened else None


def _own(asked_before: Line, line: Line) -> str:
    return added(asked_before.text, _ANY_MARK.sub("", line.text), record=quote_of(asked_before) or "")


def _meant(line: Line, given: Sequence[Line]) -> Line | None:
    """The line that asked, where somebody wrote into it."""
    marked = _ANY_MARK.search(line.text) is not None
    if not given or not (marked or line.text.lstrip().startswith(">")):
        return None
    alike, best = max(
        ((likeness(one.text, line.text), place) for place, one in enumerate(given)), key=lambda pair: pair[0]
    )
    return given[best] if marked or alike >= ALIKE else None


def _sum(text: str) -> str:
    return f"{zlib.crc32(text.strip().encode()):08x}"
