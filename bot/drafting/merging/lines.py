"""A document's lines with the parts that are merged apart: its bullet, label, time, words and references.

Nothing is lost: the lines of a text put together again are that text, but for blank lines at its ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_LEAD = re.compile(r"\s*(?:(?:[-*+]|\d+[.)]|#{1,6}|>)\s+)?")
_LABEL = re.compile(r"\*\*[^*\n]{1,80}:\*\*[ ]?")
_HEAD = re.compile(r"[^—\[\]]{1,48} — ")
_REF = re.compile(r"(?:^| )\[(\d+(?:, \d+)*)\]")
_LISTED = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_HEADING = re.compile(r"#{1,6}\s")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words with the reference behind them as it is printed, or ''."""

    words: str
    ref: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The entries it rests on."""
        return tuple(int(one) for one in re.findall(r"\d+", self.ref))


@dataclass(frozen=True)
class Line:
    """One line. `gap` is how many blank lines stand before it, `section` the heading that it stands under."""

    text: str
    gap: int = 0
    section: str = ""

    @cached_property
    def _parts(self) -> tuple[str, str, str, tuple[Segment, ...]]:
        at = _LEAD.match(self.text).end()  # type: ignore[union-attr]
        lead, rest = self.text[:at], self.text[at:]
        label = found[0] if (found := _LABEL.match(rest)) else ""
        rest = rest[len(label) :]
        head = found[0] if (found := _HEAD.match(rest)) else ""
        return lead, label, head, tuple(_segments(rest[len(head) :]))

    @property
    def lead(self) -> str:
        """Its indent with the bullet, number or heading mark."""
        return self._parts[0]

    @property
    def label(self) -> str:
        """`**Root Cause:** `, or ''."""
        return self._parts[1]

    @property
    def head(self) -> str:
        """What stands before the first dash, with it (`10:05 UTC — `), or ''."""
        return self._parts[2]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Its words, cut behind each reference."""
        return self._parts[3]

    @cached_property
    def refs(self) -> tuple[int, ...]:
        """The numbers of the entries it cites, in the order printed."""
        return tuple(number for segment in self.segments for number in segment.numbers)

    @property
    def content(self) -> str:
        """What it says, without bullet, numbering and references."""
        return self.label + self.head + "".join(segment.words for segment in self.segments)

    @property
    def listed(self) -> bool:
        """Whether it is an item of a list."""
        return bool(_LISTED.match(self.text))

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""
        return bool(_HEADING.match(self.text))


def read(text: str) -> list[Line]:
    """The lines of a text that are not blank."""
    found: list[Line] = []
    gap, section = 0, ""
    for raw in text.replace("\r\n", "\n").split("\n"):
        if not raw.strip():
            gap += 1
            continue
        if _HEADING.match(raw):
            section = raw.lstrip("#").strip()
        found.append(Line(raw, gap if found else 0, section))
        gap = 0
    return found


def write(lines: Iterable[Line]) -> str:
    """The lines as a text again, each behind its blank ones."""
    return "".join("\n" * line.gap + line.text + "\n" for line in lines)


def made_of(lead: str, label: str, head: str, segments: Iterable[Segment]) -> str:
    """A line's text from its parts."""
    return lead + label + head + "".join(segment.words + segment.ref for segment in segments)


def _segments(text: str) -> Iterable[Segment]:
    at = 0
    for match in _REF.finditer(text):
        yield Segment(text[at : match.start()], match[0])
        at = match.end()
    if at < len(text) or not at:
        yield Segment(text[at:])
