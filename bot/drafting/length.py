"""How long a document is, and what to say of it. Counts what a reader reads, and knows no format but headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

TARGET = (400, 600)
"""The brief's words for the whole, without references, evidence and appendix."""
SUMMARY_LIMIT = 100

_HEADING = re.compile(r"^## .*$", re.MULTILINE)
# From its first letter or digit on, so that what is a mark alone is passed over.
_WORD = re.compile(r"\w[^\s—–·|]*")


@dataclass(frozen=True, slots=True)
class LengthWarning:
    """Something to tell the author, never the reader: `name` says what, `words` how many, `limit` the target."""

    name: str
    words: int
    limit: int


def count_words(text: str) -> int:
    """The words of a piece of Markdown; marks alone are none."""
    return len(_WORD.findall(text))


def count_summary(document: str) -> int:
    """The words under the first heading of the second level; 0 where there is none."""
    headings = [match.span() for match in _HEADING.finditer(document)]
    if not headings:
        return 0
    end = headings[1][0] if len(headings) > 1 else len(document)
    return count_words(document[headings[0][1] : end])


def warn(words: int, summary_words: int) -> tuple[LengthWarning, ...]:
    """What is outside its target. Nothing is ever cut for it."""
    found = []
    if words < TARGET[0]:
        found.append(LengthWarning("document_short", words, TARGET[0]))
    if words > TARGET[1]:
        found.append(LengthWarning("document_long", words, TARGET[1]))
    if summary_words > SUMMARY_LIMIT:
        found.append(LengthWarning("summary_long", summary_words, SUMMARY_LIMIT))
    return tuple(found)
