"""A draft cut into its sections, so that people edit one at a time. Knows nothing of merging."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_HEADING = re.compile(r"^##? .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """`name` is its heading's words, '' for what stands before any; `text` is all of it, with its heading."""

    name: str
    text: str


def sections(document: str) -> tuple[Section, ...]:
    """The sections in order: put together again they are the document, to the byte."""
    starts = [match.start() for match in _HEADING.finditer(document)]
    bounds = [0, *(start for start in starts if start), len(document)]
    found = []
    for start, end in pairwise(bounds):
        if text := document[start:end]:
            heading = _HEADING.match(text)
            found.append(Section(heading[0].lstrip("#").strip() if heading else "", text))
    return tuple(found)


def replaced(parts: Sequence[Section], place: int, text: str) -> str:
    """The document with one section's text in place of the old; blank lines at its end stay as they were."""
    old = parts[place].text
    tail = old[len(old.rstrip("\n")) :]
    return "".join(
        [*(one.text for one in parts[:place]), text.strip("\n") + tail, *(one.text for one in parts[place + 1 :])]
    )


def portions(text: str, most: int) -> tuple[str, ...]:
    """A text cut between lines into pieces of at most `most` characters: put together again they are the text.

    A line that is longer by itself is a piece of its own.
    """
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if found and len(found[-1]) + len(line) <= most:
            found[-1] += line
        else:
            found.append(line)
    return tuple(found)
