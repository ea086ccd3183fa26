"""A postmortem's text as the checks read it: sections, bullets with their times, and its words. Judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.domain.timeline import Kind
from bot.drafting.checking.grounds import Grounds
from bot.drafting.length import count_words
from bot.drafting.statements import Draft
from bot.drafting.written.blocks import Block, Shape, blocks
from bot.drafting.written.course import Course
from bot.drafting.written.moments import Written, Zone, dates, moments, zones_in
from bot.drafting.written.names import Field, Section
from bot.drafting.written.outline import Outline, Part, outline
from bot.drafting.written.prose import is_assumption, is_nothing

_REFS = re.compile(r"(?:(?<!\s)\s+|(?<![\\\s]))\[\d{1,6}(?:,\s?\d{1,6})*\](?!\()")
_BESIDE = re.compile(r"\A(?:evidence|masked|figures|appendix)\b", re.IGNORECASE)
#: What a line of our own chronology says before an entry's words.
_LEADS = (
    (re.compile(r"\A(?:Impact began|Impact assumed to begin|Incident declared)\b"), Kind.STARTED),
    (re.compile(r"\A(?:Severity|Status) changed\b"), Kind.STATUS),
    (re.compile(r"\ADetected\b"), Kind.DETECTED),
    (re.compile(r"\AAlso noticed\b"), Kind.NOTE),
    (re.compile(r"\AAssumption\b"), Kind.HYPOTHESIS),
    (re.compile(r"\AMisleading path\b"), Kind.RULED_OUT),
    (re.compile(r"\AEscalated\b"), Kind.ESCALATED),
    (re.compile(r"\AFix:"), Kind.FIX),
    (re.compile(r"\AMitigated\b"), Kind.MITIGATED),
    (re.compile(r"\AResolved\b"), Kind.RESOLVED),
    (re.compile(r"\AReopened\b"), Kind.REOPENED),
    (re.compile(r"\ACalled off\b"), Kind.CANCELLED),
    (re.compile(r"\AUpdate:"), Kind.UPDATE),
)
_FIELDS = {
    Field.DETECTED: Kind.DETECTED,
    Field.METHOD: Kind.DETECTED,
    Field.MISLEADING: Kind.RULED_OUT,
    Field.ESCALATION: Kind.ESCALATED,
    Field.RESOLUTION: Kind.FIX,
}


@dataclass(frozen=True, slots=True)
class Bullet:
    """One line of the timeline. `at` is aware UTC, None where it gives no time; `dated` whether it says the day."""

    line: int
    kind: Kind
    field: Field | None
    text: str
    at: datetime | None
    dated: bool
    refs: tuple[int, ...]
    guessed: bool = False
    """True where only its words say what kind it is."""

    @property
    def is_nothing(self) -> bool:
        """True where it only says that there is nothing to say."""
        return is_nothing(self.text)

    @property
    def is_row(self) -> bool:
        """True in the chronology, false under a label."""
        return self.field in (None, Field.CHRONOLOGY)


@dataclass(frozen=True)
class Paper:
    """A text, read. `grounds` are the entries it should rest on and `made` the draft's facts, None where unknown.

    `zone` is an IANA name, for clocks to which the text gives none; `said` the words of our own templates, in small.
    """

    text: str
    zone: str = "UTC"
    grounds: Grounds | None = None
    made: Draft | None = None
    said: frozenset[str] = field(default_factory=frozenset)
    _clocks: dict[str, list[Written]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def blocks(self) -> list[Block]:
        """Every block of the text."""
        return blocks(self.text)

    @cached_property
    def outline(self) -> Outline:
        """Every block in its section."""
        return outline(self.blocks)

    @cached_property
    def day(self) -> date | None:
        """The first date that the text names."""
        return next((day for text in self._dated_words() for day in dates(text)), None)

    @cached_property
    def clock_zone(self) -> Zone:
        """The zone that the text's clocks are read in: the incident's own where it is known, else the first named."""
        known = self.grounds.zone if self.grounds and self.grounds.has_words else ""
        said = [each for text in self._dated_words() for each in zones_in(self.moments(text))]
        if not known and said:
            return said[0]
        name = known or self.zone
        return Zone("", ZoneInfo(name), name)

    def _dated_words(self) -> Iterator[str]:
        yield self.outline.title
        yield from (block.plain for block in self.outline.preamble)
        for section in (Section.SUMMARY, Section.TIMELINE):
            yield from (part.block.plain for part in self.parts(section))

    def parts(self, section: Section, *fields: Field | None) -> list[Part]:
        """The parts of a section, of these fields or all of them, without labels that only lead in to a list."""
        found = [part for part in self.outline.parts if part.section is section and (part.text or not part.label)]
        return [part for part in found if part.field in fields] if fields else found

    def said_in(self, section: Section, *fields: Field | None) -> list[Part]:
        """Those of them that say something."""
        return [part for part in self.parts(section, *fields) if not is_nothing(part.text)]

    def at(self, found: Written) -> datetime:
        """The instant that a clock of the text means, aware UTC. A label of the incident's own zone means that zone."""
        own = self.clock_zone.rules
        both = [found.wall.replace(tzinfo=own, fold=fold) for fold in (0, 1)]
        if found.zone is not None and found.zone.label in {each.tzname() for each in both}:
            found = replace(found, zone=Zone(found.zone.label, own, self.clock_zone.name))
        return found.at(self.clock_zone)

    def moments(self, text: str) -> list[Written]:
        """Every clock in a piece of the text; most points of the checklist ask for the same ones."""
        if (known := self._clocks.get(text)) is None:
            known = self._clocks[text] = moments(text, self.day)
        return known

    @cached_property
    def edges(self) -> tuple[tuple[Written, int] | None, tuple[Written, int] | None]:
        """The start and the end that the summary names, each with its line."""
        told: dict[Field | None, list[tuple[Written, int]]] = {}
        for part in self.parts(Section.SUMMARY):
            text = f"{part.label}: {part.text}" if part.label else part.text
            told.setdefault(part.field, []).extend((each, part.block.line) for each in self.moments(text))
        start = told.get(Field.START) or told.get(Field.DURATION) or told.get(None) or []
        end = told.get(Field.END) or (told.get(Field.DURATION) or told.get(None) or [])[1:]
        return (start[0] if start else None, end[-1] if end else None)

    @cached_property
    def start(self) -> datetime | None:
        """When the summary says that it began, aware UTC."""
        return self.at(self.edges[0][0]) if self.edges[0] else None

    @cached_property
    def end(self) -> datetime | None:
        """When the summary says that it ended, aware UTC."""
        return self.at(self.edges[1][0]) if self.edges[1] else None

    @cached_property
    def bullets(self) -> tuple[Bullet, ...]:
        """The lines of the timeline, in their order, without headings and dates that stand alone."""
        course = Course(self.moments, self.clock_zone, self.start, self.end)
        found: list[Bullet] = []
        listed: Field | None = None
        for part in self.parts(Section.TIMELINE):
            # A paragraph behind a list is no line of it.
            if part.block.shape is not Shape.TEXT or part.field is not listed or course.timed(part)[0] is not None:
                found += self._bullet(course, part)
            listed = part.field if part.block.shape is Shape.ITEM else None
        told = any(each.kind is Kind.DETECTED and not each.guessed for each in found)
        return tuple(
            replace(each, kind=Kind.ACTION) if told and each.guessed and each.kind is Kind.DETECTED else each
            for each in found
        )

    def _bullet(self, course: Course, part: Part) -> Iterator[Bullet]:
        block = part.block
        if block.shape is Shape.LABEL or (block.shape is Shape.TEXT and part.field is None and not part.label):
            return
        timed, _, words = course.timed(part)
        whole = f"{part.label}: {part.text}" if part.label else part.text
        clocks = self.moments(whole)
        if timed is None and part.field is Field.DETECTED and clocks:
            timed = self.at(clocks[0])
        elif timed is not None and clocks:
            timed = self.at(clocks[0]) if clocks[0].dated else timed
        dated = bool(clocks and clocks[0].dated)
        kind = self._kind(part, words)
        by_words = next((fact.kind for fact in course.facts([part])), Kind.NOTE) if kind is None else None
        yield Bullet(
            block.line, kind or by_words or Kind.NOTE, part.field, words, timed, dated, block.refs, kind is None
        )

    def _kind(self, part: Part, words: str) -> Kind | None:
        """What the line is by its label, or by what our own chronology puts before the words; None where neither is."""
        if part.field is Field.ACTIONS:
            return Kind.HYPOTHESIS if is_assumption(words) else Kind.ACTION
        lead = next((kind for pattern, kind in _LEADS if pattern.match(words)), None)
        if lead is not None and part.field in (None, Field.CHRONOLOGY, Field.RESOLUTION):
            return lead
        return _FIELDS.get(part.field) if part.field is not None else None

    def of(self, *kinds: Kind) -> list[Bullet]:
        """The lines of these kinds that say something."""
        return [each for each in self.bullets if each.kind in kinds and not each.is_nothing]

    @cached_property
    def has_refs(self) -> bool:
        """Whether any line carries a reference to an entry."""
        return any(block.refs for block in self.blocks)

    @cached_property
    def evidence(self) -> frozenset[int]:
        """The numbers of the entries in the text's own evidence list."""
        parts = [part for part in self.outline.parts if part.section is Section.EVIDENCE]
        return frozenset(number for part in parts for number in part.block.refs[:1])

    @cached_property
    def lengths(self) -> tuple[tuple[str, int, int], ...]:
        """(heading, its line, words) of each section that counts: without references, evidence and appendix."""
        lines = _REFS.sub("", self.text).splitlines()
        heads = [block for block in self.blocks if block.shape is Shape.HEADING and block.depth == 2]
        named = {block.line: section.value.capitalize() for section, block in self.outline.sections}
        heads = heads or [block for _, block in self.outline.sections]
        found = []
        for place, head in enumerate(heads):
            end = heads[place + 1].line - 1 if place + 1 < len(heads) else len(lines)
            if head.shape in (Shape.HEADING, Shape.LABEL):
                name, first = head.plain.rstrip(": "), head.line
            else:  # a section that begins without a heading, or on the line of its label
                name, first = named[head.line], head.line - 1
            if not _BESIDE.match(name):
                found.append((name, head.line, count_words("\n".join(lines[first:end]))))
        return tuple(found)

    @cached_property
    def words(self) -> int:
        """How many words count."""
        heads = [line for _, line, _ in self.lengths]
        lines = _REFS.sub("", self.text).splitlines()
        before = "\n".join(lines[: heads[0] - 1]) if heads else "\n".join(lines)
        names = sum(count_words(name) for name, line, _ in self.lengths if name in lines[line - 1])
        return count_words(before) + names + sum(words for _, _, words in self.lengths)


def lines_of(found: Iterable[Bullet | Part]) -> tuple[int, ...]:
    """Where they stand, each line once."""
    lines = [each.line if isinstance(each, Bullet) else each.block.line for each in found]
    return tuple(dict.fromkeys(lines))
