"""The suspicions as a tree: who suspected what, what became of it, by whom and on which evidence. Knows no format.

A suspicion whose words name another by its number (`suspect the cache, because of #5`) grows out of it. What a ruling
or a confirmation rests on are the entries that its words name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from bot.domain.figures import covered
from bot.domain.timeline import Entry, Kind
from bot.drafting.reading import Reading
from bot.drafting.statements import APPROXIMATE, UNTIMED, Hypothesis, Verdict

_NUMBER = re.compile(r"(?<![\w#&])#(\d{1,6})\b")
_VERDICTS = (Kind.RULED_OUT, Kind.CONFIRMED)


def tree(reading: Reading) -> tuple[Hypothesis, ...]:
    """The suspicions that grow out of no other, in the order of their numbers, each with those that grow out of it."""
    verdicts: dict[int, list[Verdict]] = defaultdict(list)
    for entry in reading.of(*_VERDICTS):
        about = reading.keys(entry).get("hypothesis")
        if about is not None:
            verdicts[int(about)].append(_verdict(reading, entry, int(about)))
    suspected = reading.told(Kind.HYPOTHESIS)
    numbers = {entry.number for entry in suspected}
    children: dict[int, list[Entry]] = defaultdict(list)
    for entry in suspected:
        children[_parent(entry, numbers)].append(entry)

    def grown(entry: Entry) -> Hypothesis:
        found = _hypothesis(reading, entry, tuple(verdicts[entry.number]))
        return replace(found, under=tuple(grown(each) for each in children[entry.number]))

    return tuple(grown(entry) for entry in children[0])


def every(roots: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """All of a tree, each before those that grow out of it."""
    return tuple(found for root in roots for found in (root, *every(root.under)))


def misled(roots: tuple[Hypothesis, ...]) -> tuple[timedelta | None, tuple[int, ...]]:
    """How long suspicions that were ruled out led astray, overlaps counted once, and the entries that say so."""
    wrong = [each for each in every(roots) if each.outcome == "ruled_out" and each.span is not None]
    if not wrong:
        return None, ()
    spans = [(each.at, each.verdict.at) for each in wrong if each.at and each.verdict]
    return covered(spans), tuple(
        n for each in wrong if each.verdict for n in (each.entries[0], each.verdict.entries[0])
    )


def _parent(entry: Entry, numbers: set[int]) -> int:
    """Only an earlier one can be a parent, so the tree has no circle; 0 where there is none."""
    named = [int(number) for number in _NUMBER.findall(entry.text)]
    return next((number for number in named if number in numbers and number < entry.number), 0)


def _hypothesis(reading: Reading, entry: Entry, verdicts: tuple[Verdict, ...]) -> Hypothesis:
    return Hypothesis(
        text=reading.text(entry),
        at=entry.occurred_at,
        entries=(entry.number,),
        approximate=entry.precision == APPROXIMATE,
        untimed=entry.precision == UNTIMED,
        person=reading.person(entry.author_id),
        verdicts=verdicts,
    )


def _verdict(reading: Reading, entry: Entry, about: int) -> Verdict:
    named = dict.fromkeys(int(number) for number in _NUMBER.findall(entry.text))
    evidence = tuple(n for n in named if n in reading.by_number and n not in (entry.number, about))
    return Verdict(
        confirmed=entry.kind is Kind.CONFIRMED,
        at=entry.occurred_at,
        person=reading.person(entry.author_id),
        why=reading.text(entry),
        entries=(entry.number, *evidence),
        untimed=entry.precision == UNTIMED,
    )
