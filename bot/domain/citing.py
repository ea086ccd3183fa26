"""How a written document cites entries (` [7]`), and how one entry's words are taken out of it. Knows no section."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_CITED = re.compile(r"(?:(?<=\s)|^)\[(\d+(?:, \d+)*)\]")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)]|#{1,6}|>)\s")
_FRONT = re.compile(r"\s*(?:(?:[-*+]|\d+[.)]|#{1,6}|>)\s+)?(?:\*\*[^*\n]{1,80}:\*\*\s*)?")
_QUESTION = re.compile(r"<!-- to decide [0-9a-f]{8} -->")
_WIRE = re.compile(r"<[^>\n]*>")
#: What stands where words were taken out before.
_INSTEAD = re.compile(r"\[\w+\]")
_WORD = re.compile(r"\w+")
#: What a line is known by whose words were overwritten for good.
HIDDEN = "sha256:"
#: A phrase shorter than this may be anybody's.
_TELLING = 6


def without_entry(text: str, number: int, words: Iterable[str], instead: str) -> str:
    """A document's text without what it says of an entry: words in front of its reference, and `words` anywhere.

    A line that asks about it is taken out.
    """
    asked = re.compile(rf"#{number}\b")
    made = "\n".join(line for line in text.split("\n") if not (_QUESTION.search(line) and asked.search(line)))
    # Over the whole, since whoever edited it may have broken its lines; before its statements lose their own words.
    for said in sorted(words, key=len, reverse=True):
        for pattern in () if _INSTEAD.fullmatch(said) else _phrases(said):
            made = pattern.sub(lambda _: instead, made)
    lines: list[str] = []
    for line in made.split("\n"):
        blanked = _blanked(line, number, instead)
        if blanked != line and line[:1].isspace() and not _BULLET.match(line):
            _blank_before(lines, instead)
        lines.append(blanked)
    return "\n".join(lines)


def _blank_before(lines: list[str], instead: str) -> None:
    """Blank the lines that a statement began on, back to its bullet or to where another ends."""
    while lines and lines[-1].strip() and not _CITED.search(lines[-1]):
        line = lines.pop()
        if _BULLET.match(line) or not line[:1].isspace():
            lines.append(f"{_FRONT.match(line)[0]}{instead}")  # type: ignore[index]
            return


def hidden(line: str) -> str:
    """What a line is known by when its words must not be kept."""
    return line if line.startswith(HIDDEN) else f"{HIDDEN}{hashlib.sha256(line.encode()).hexdigest()}"


def _blanked(line: str, number: int, instead: str) -> str:
    """The line with the words in front of each reference to an entry blanked; its label and its bullet stay."""
    made, at = "", 0
    for match in _CITED.finditer(line):
        piece = line[at : match.start()]
        if number in map(int, match[1].split(", ")):
            front = _FRONT.match(piece)[0] if not at else ""  # type: ignore[index]
            piece = f"{front or (' ' if at else '')}{instead} " if _WORD.search(piece[len(front) :]) else piece
        made += piece + match[0]
        at = match.end()
    return made + line[at:]


def _phrases(said: str) -> Iterable[re.Pattern[str]]:
    """What to look for, whatever a format put between the words."""
    for piece in _WIRE.split(said):
        words = _WORD.findall(piece)
        if sum(map(len, words)) >= _TELLING:
            yield re.compile(r"\b" + r"\W+".join(map(re.escape, words)) + r"\b", re.IGNORECASE)
