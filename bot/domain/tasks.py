"""What became of an incident's tasks, and when their owners are reminded of them. Pure rules; knows no clock.

All instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.markup import mentioned
from bot.domain.timeline import Entry, Kind

#: The kinds that say anything about tasks.
TASK_KINDS = frozenset({Kind.TASK, Kind.TASK_DONE, Kind.TASK_DROPPED, Kind.TASK_ASSIGNED})
OPEN, DONE, DROPPED = "open", "done", "dropped"
#: When on its day a reminder comes, by the incident's clock; and how far apart two of one task lie at least.
MORNING, APART = time(9), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands. `owner` is in wire form, empty where there is none; `state` is open, done or dropped."""

    entry: Entry
    owner: str
    state: str

    @property
    def number(self) -> int:
        """The number of the entry that recorded it."""
        return self.entry.number

    @property
    def people(self) -> list[str]:
        """The ids of the people who own it; teams and names are nobody's."""
        return mentioned(self.owner)

    @property
    def due(self) -> date | None:
        """The day it is due; None where nobody said, or what was said is no date."""
        try:
            return date.fromisoformat(str(self.entry.data.get("due") or ""))
        except ValueError:
            return None


def tasks_in(entries: Iterable[Entry]) -> list[Task]:
    """The tasks among an incident's entries, each as what was recorded about it last has it."""
    standing = sorted((one for one in entries if one.stands), key=lambda one: one.number)
    found = {one.number: Task(one, str(one.data.get("owner") or ""), OPEN) for one in standing if one.kind is Kind.TASK}
    for entry in standing:
        task = found.get(int(entry.data.get("task") or 0))
        if task is None:
            continue
        if entry.kind is Kind.TASK_ASSIGNED:
            found[task.number] = Task(task.entry, str(entry.data.get("owner") or ""), task.state)
        elif entry.kind is Kind.TASK_DONE:
            found[task.number] = Task(task.entry, task.owner, DONE)
        elif entry.kind is Kind.TASK_DROPPED:
            found[task.number] = Task(task.entry, task.owner, DROPPED)
    return list(found.values())


def reminded_at(task: Task, zone: str, last: datetime | None) -> datetime | None:
    """When an owner is reminded of a task next, after `last` (None: never yet); None: never.

    The morning before the day it is due, if it was known by then; from the day after on, until it is over; of one task
    never twice within a week.
    """
    if task.due is None or task.state != OPEN:
        return None
    before, after = _morning(task.due, -1, zone), _morning(task.due, 1, zone)
    if last is None:
        return before if task.entry.recorded_at < before else after
    return max(after, last + APART)


def _morning(day: date, shift: int, zone: str) -> datetime:
    try:
        at = datetime.combine(day + timedelta(days=shift), MORNING, ZoneInfo(zone))
    except OverflowError:  # the first or the last day there is
        at = datetime.combine(day, MORNING, ZoneInfo(zone))
    return at.astimezone(UTC)
