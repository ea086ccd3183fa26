"""Improvements and tasks from what stands, each task with what became of it. Knows no format."""

from __future__ import annotations

from collections import defaultdict

from bot.domain.action_items import split_link, strip_number
from bot.domain.timeline import Entry, Kind
from bot.drafting.reading import Reading, owners
from bot.drafting.statements import Improvement, Task


def improvements(reading: Reading) -> tuple[Improvement, ...]:
    """The broad measures, in the order recorded."""
    return tuple(
        Improvement(text=strip_number(reading.text(entry)), title=_titled(reading, entry), entries=(entry.number,))
        for entry in reading.of(Kind.IMPROVEMENT)
        if reading.text(entry) or reading.words(entry, "title")
    )


def tasks(reading: Reading) -> tuple[Task, ...]:
    """The specific measures, in the order recorded; what was said last of owner and outcome holds."""
    later: dict[int, list[Entry]] = defaultdict(list)
    for entry in reading.of(Kind.TASK_DONE, Kind.TASK_DROPPED, Kind.TASK_ASSIGNED):
        later[int(reading.keys(entry).get("task") or 0)].append(entry)
    return tuple(
        _task(reading, entry, later[entry.number])
        for entry in reading.of(Kind.TASK)
        if reading.text(entry) or reading.words(entry, "title")
    )


def _task(reading: Reading, entry: Entry, later: list[Entry]) -> Task:
    assigned = [e for e in later if e.kind is Kind.TASK_ASSIGNED]
    outcome = next((e for e in reversed(later) if e.kind is not Kind.TASK_ASSIGNED), None)
    resting = [entry.number, *(e.number for e in (*assigned[-1:], outcome) if e is not None)]
    dropped = outcome is not None and outcome.kind is Kind.TASK_DROPPED
    text, link = _linked(reading, entry)
    return Task(
        number=entry.number,
        text=text,
        title=_titled(reading, entry),
        owner=_owner(reading, assigned[-1]) if assigned else reading.words(entry, "owner"),
        due=reading.words(entry, "due"),
        link=link,
        done=outcome is not None and outcome.kind is Kind.TASK_DONE,
        wont_do=reading.text(outcome) if outcome is not None and dropped else None,
        entries=tuple(sorted(resting)),
    )


def _owner(reading: Reading, assigned: Entry) -> str:
    person_id = reading.words(assigned, "person_id")
    return owners(person_id, reading.names) if person_id else reading.words(assigned, "owner")


def _titled(reading: Reading, entry: Entry) -> str:
    title = reading.words(entry, "title")
    return strip_number(title) if title else ""


def _linked(reading: Reading, entry: Entry) -> tuple[str, str]:
    """(words, link): a bare link that words end in is the link. Edited and marked words come with numbers and links."""
    text, link = strip_number(reading.text(entry)), reading.words(entry, "link")
    if split_link(entry.text)[1] is None:  # as the chat marks links, so that a bracket's end is not taken for theirs
        return text, link
    words, found = split_link(text)
    return (words, found) if found and link in ("", found) else (text, link)
