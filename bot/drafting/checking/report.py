"""A whole check of one text: every point, what is unproved, what the linter finds, and how long it is."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.drafting.checking.grounds import Grounds, grounds, of_evidence
from bot.drafting.checking.linter import Lint, Linter
from bot.drafting.checking.paper import Paper
from bot.drafting.checking.points import POINTS, Point
from bot.drafting.checking.proof import Unproved, unproved
from bot.drafting.checking.rules import Rules
from bot.drafting.checking.verdict import State, Verdict
from bot.drafting.draft import draft
from bot.drafting.statements import Draft
from bot.drafting.written.measures import measures
from bot.drafting.written.names import Field, Section


@dataclass(frozen=True, slots=True)
class Finding:
    """A point with its outcome."""

    point: Point
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Noted:
    """What the linter found at a line; `number` is the entry that the line rests on, 0 where it cites none."""

    line: int
    number: int
    lint: Lint


@dataclass(frozen=True, slots=True)
class Report:
    """One text, checked. `lengths` are (section, words); `known` is false where no entry was there to prove it by."""

    findings: tuple[Finding, ...]
    unproved: tuple[Unproved, ...]
    lints: tuple[Noted, ...]
    words: int
    lengths: tuple[tuple[str, int], ...]
    known: bool

    def of(self, *states: State) -> tuple[Finding, ...]:
        """The points that stand so."""
        return tuple(each for each in self.findings if each.verdict.state in states)

    @property
    def holding(self) -> int:
        """How many points hold."""
        return len(self.of(State.HOLDS))

    @property
    def mends(self) -> tuple[str, ...]:
        """The commands that would mend what fails, each once, without the slash command's name."""
        found = (each.verdict.mend for each in self.of(State.FAILS, State.UNDECIDED))
        return tuple(dict.fromkeys(mend for mend in found if mend))


def check(
    text: str,
    rules: Rules,
    *,
    record: Record | None = None,
    made: Draft | None = None,
    said: frozenset[str] = frozenset(),
    zone: str = "UTC",
) -> Report:
    """Check a postmortem's text; `record` is its incident's, None where it is unknown, `made` the draft of that.

    `said` are the words of the templates, in small: they are no names. Raises nothing for any text.
    """
    made = draft(record) if record is not None and made is None else made
    base = Paper(text, zone=zone, made=made, said=said)
    known: Grounds | None = grounds(record, made) if record is not None and made is not None else _by_evidence(base)
    paper = Paper(text, zone=zone, grounds=known, made=made, said=said)
    linter = Linter(rules, record.names.people.values() if record is not None else ())
    return Report(
        findings=tuple(Finding(point, point.check(paper, linter)) for point in POINTS),
        unproved=unproved(paper, rules.of("openers")),
        lints=tuple(_lints(paper, linter)),
        words=paper.words,
        lengths=tuple((name, words) for name, _, words in paper.lengths),
        known=record is not None,
    )


def _by_evidence(paper: Paper) -> Grounds | None:
    """What a document's own evidence list lets one prove: that each time is an entry's."""
    parts = [part for part in paper.outline.parts if part.section is Section.EVIDENCE and part.block.refs]
    timed = []
    for part in parts:
        # A declaration is printed with the time it was typed, and stands for a start that may lie before it.
        found = [] if part.text.startswith("declaration") else paper.moments(part.text)
        timed.append((part.block.refs[0], paper.at(found[0]) if found else None))
    return of_evidence(timed, paper.clock_zone.name) if paper.clock_zone.name else None


def _lints(paper: Paper, linter: Linter) -> list[Noted]:
    found = []
    kinds = [(part, Kind.CAUSE) for part in paper.said_in(Section.SUMMARY, Field.CAUSE)]
    for part in paper.said_in(Section.CAUSE):
        kinds.append((part, Kind.FIX_DETAIL if part.field is Field.RESOLUTION else Kind.CAUSE_DETAIL))
    kinds += [(part, Kind.CONCLUSION) for part in paper.said_in(Section.CONCLUSION)]
    for part, kind in kinds:
        number = part.block.refs[0] if part.block.refs else 0
        found += [Noted(part.block.line, number, lint) for lint in linter.faults(kind, part.text)]
    parts = paper.said_in(Section.MEASURES)
    refs = {part.block.line: part.block.refs[:1] for part in parts}
    ours = paper.has_refs and all(part.block.refs for part in parts)
    for fact in measures(parts, paper.day, ours=ours):
        numbers = refs.get(fact.line) or (0,)
        found += [Noted(fact.line, numbers[0], lint) for lint in linter.faults(fact.kind, fact.text, fact.data)]
    return found
