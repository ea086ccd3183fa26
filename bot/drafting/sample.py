"""A made-up incident that has something for every part of a document, to try templates with. Knows no format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.markup import Names
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind, Source

_START = datetime(2024, 3, 15, 23, 30, tzinfo=UTC)
_TOLD: tuple[tuple[Kind, str, dict[str, Any]], ...] = (
    (Kind.DECLARED, "", {"title": "Sample", "severity": "sev1", "at_given": True}),
    (Kind.DETECTED, "an alert", {"by": "alert"}),
    (
        Kind.IMPACT,
        "Carts fail.",
        {"services": ["shop"], "unaffected": ["search"], "percent": 30, "percent_text": "by log"},
    ),
    (Kind.ROLE, "", {"role": "commander", "person_id": "U1"}),
    (Kind.ACTION, "read the logs", {}),
    (Kind.HYPOTHESIS, "a flood", {}),
    (Kind.RULED_OUT, "clean, see #5", {"hypothesis": 6}),
    (Kind.HYPOTHESIS, "the pool, because of #6", {}),
    (Kind.CONFIRMED, "all in use", {"hypothesis": 8}),
    (Kind.RULED_OUT, "the cache was blamed", {}),
    (Kind.ESCALATED, "help", {"to": ["Data team"]}),
    (Kind.ANSWERED, "", {"escalation": 11}),
    (Kind.SEVERITY, "", {"severity": "sev2"}),
    (Kind.STATUS, "", {"status": "identified"}),
    (Kind.NOTE, "the key was AKIAIOSFODNN7EXAMPLE", {}),
    (Kind.UPDATE, "half of it is back", {}),
    (Kind.MITIGATED, "", {}),
    (Kind.FIX, "raised the pool", {}),
    (Kind.RESOLVED, "", {}),
    (Kind.REOPENED, "errors are back", {}),
    (Kind.RESOLVED, "rolled back", {}),
    (Kind.CAUSE, "The pool was too small.", {}),
    (Kind.CAUSE_DETAIL, "A release doubled the sessions.", {}),
    (Kind.FIX_DETAIL, "The pool was raised.", {}),
    (Kind.IMPROVEMENT, "Test under load.", {"title": "Tests"}),
    (
        Kind.TASK,
        "Watch the pool",
        {"title": "Alert", "owner": "<@U1>", "due": "2024-04-02", "link": "https://t.example/1"},
    ),
    (Kind.TASK, "Write it down", {}),
    (Kind.TASK, "Buy a bigger one", {}),
    (Kind.TASK_DONE, "", {"task": 27}),
    (Kind.TASK_DROPPED, "it is big enough", {"task": 28}),
    (Kind.CONCLUSION, "It holds.", {}),
)


def sample() -> Record:
    """Reopened, across midnight, with something masked, a suspicion of each outcome and a task of each end."""
    return Record(1, "INC-1", "UTC", tuple(_entries()), Names(people={"U1": "Ana"}))


def _entries() -> Iterator[Entry]:
    for number, (kind, text, told) in enumerate(_TOLD, start=1):
        at = _START + timedelta(minutes=4 * number)
        yield Entry(number, kind, text, at, at, "U1", "U1", Source.COMMAND, told, permalink="https://chat.example/p1")
