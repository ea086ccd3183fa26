"""Escalations and their answers: which wait, whom they name, how long an answer took. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.markup import GROUP, MENTION, groups_mentioned, mentioned
from bot.domain.timeline import Entry, Kind

#: A team that nobody in Slack stands for is told by name; people and groups are found by their mentions.
_MENTION = re.compile(f"{MENTION.pattern}|{GROUP.pattern}")


def named(escalation: Entry) -> str:
    """Whom an escalation names, as typed: for reading mentions out of."""
    return " ".join(str(one) for one in escalation.data.get("to") or [])


def unnotified(to: Iterable[str]) -> list[str]:
    """Those of `to:` whom nobody has told: names that are neither people nor user groups of Slack."""
    return [one for one in to if not _MENTION.search(one)]


def answers(entries: Iterable[Entry], number: int) -> list[Entry]:
    """The answers to an escalation, the earliest first."""
    found = [
        one for one in entries if one.stands and one.kind is Kind.ANSWERED and one.data.get("escalation") == number
    ]
    return sorted(found, key=lambda entry: entry.order)


def waiting(entries: Collection[Entry]) -> list[Entry]:
    """The escalations that nobody has answered, by number."""
    return [one for one in entries if one.stands and one.kind is Kind.ESCALATED and not answers(entries, one.number)]


def time_to_answer(entries: Iterable[Entry], escalation: Entry) -> timedelta | None:
    """How long the first answer took, by the times that stand; None while nobody has answered."""
    first = next(iter(answers(entries, escalation.number)), None)
    return max(timedelta(0), first.occurred_at - escalation.occurred_at) if first else None


def asked(escalation: Entry, members: Mapping[str, Sequence[str]]) -> list[str]:
    """The people whom an escalation asks, user groups as their `members`; whoever escalates asks others."""
    words = named(escalation)
    people = mentioned(words) + [one for group in groups_mentioned(words) for one in members.get(group, ())]
    askers = {escalation.author_id, escalation.recorded_by_id}
    return [one for one in dict.fromkeys(people) if one not in askers]


def to_answer(
    entries: Collection[Entry], person_id: str, asked_by: Mapping[int, Collection[str]], at: datetime
) -> list[Entry]:
    """The waiting escalations that somebody answers by what they did at `at`, aware UTC: those that asked them before.

    `asked_by`: number of an escalation -> whom it asked. An answer that was taken back by hand is not given again.
    """
    given = {one.data.get("escalation") for one in entries if one.kind is Kind.ANSWERED and one.author_id == person_id}
    return [
        one
        for one in waiting(entries)
        if person_id in asked_by.get(one.number, ()) and at >= one.occurred_at and one.number not in given
    ]
