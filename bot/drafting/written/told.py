"""What was read of a written postmortem: its facts, and what found no place. Knows no text and no section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.timeline import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact, as an entry will hold it. `at` is aware UTC, None where the document gives it no time.

    `line` is where it stands, from 1; `data` as in `Entry.data`, where a task, a hypothesis or an escalation is named
    by its `name` here; `author` is a printed name, '' where nobody is named.
    """

    kind: Kind
    line: int
    text: str = ""
    at: datetime | None = None
    approximate: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)
    author: str = ""
    name: int = 0
    """The number that it had in the document; 0 where it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """Words that are no fact of the format's. `why` is of REASONS."""

    line: int
    text: str
    why: str


REASONS = ("unknown_section", "lead_in", "no_time", "not_taken_over", "before_the_sections", "repeated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A whole document. `zone` is an IANA name or '' where none was said; `start` and `end` are aware UTC.

    `facts` are in the order of the document; the start and the end are among them.
    """

    title: str
    severity: str | None
    zone: str
    start: datetime | None
    end: datetime | None
    facts: tuple[Fact, ...]
    unplaced: tuple[Unplaced, ...]
    odd_labels: tuple[str, ...] = ()
    """Zone labels that are not in force on their date (PST in August), read as the zone's own time."""
    unknown_labels: tuple[tuple[str, str], ...] = ()
    """What stood behind clocks like a zone and is none that is known, and the zone that was taken."""
    second_line: int | None = None
    """Where a second postmortem begins in the same text; None where none does."""
