"""From a written postmortem to its facts: sections in turn, and what is left over. Knows no record and no file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.domain.impact import services, share_in_text, users_share
from bot.domain.timeline import Kind
from bot.drafting.written.blocks import Shape, blocks
from bot.drafting.written.course import Course
from bot.drafting.written.measures import measures
from bot.drafting.written.moments import Written, Zone, dates, moments, zones_in
from bot.drafting.written.names import SECTIONS, Field, Section
from bot.drafting.written.ours import is_ours, read_ours
from bot.drafting.written.outline import Outline, Part, name_of, outline
from bot.drafting.written.prose import begins_way_out, is_nothing, is_share, sentences, services_named
from bot.drafting.written.told import Fact, Told, Unplaced

LONGEST = 400_000
"""Characters. A postmortem has a few thousand; what is longer is something else."""
_SEVERITY = re.compile(r"\b(?:severity|priority)?\W{0,3}\b(sev|p)[- ]?([0-9])\b", re.I)
_TIMED = (Field.DURATION, Field.START, Field.END, Field.WINDOWS)


def read_written(text: str, *, zone: str = "UTC") -> Told:
    """The facts of a postmortem in the standard format, however it spells them. `zone` is an IANA name, for clocks to
    which the document gives none. Raises ValueError for a text that is no postmortem by its length."""
    if len(text) > LONGEST:
        raise ValueError("longer than any postmortem")
    found = outline(blocks(text))
    if is_ours(found):
        return read_ours(found, zone=zone)
    return _Reader(found, zone).told()


def _second(found: Outline) -> int | None:
    """The line in which a summary of the same name begins once more, or None."""
    seen: set[str] = set()
    for section, block in found.sections:
        name = name_of(block.label or block.plain)
        if section is Section.SUMMARY and name in SECTIONS and name in seen:
            return block.line
        seen.add(name)
    return None


class _Reader:
    def __init__(self, found: Outline, zone: str) -> None:
        self._found = found
        parts = [part for part in found.parts if part.section in (Section.SUMMARY, Section.TIMELINE)]
        words = [block.plain for block in found.preamble] + [part.block.plain for part in parts] + [found.title]
        days = [day for text in words for day in dates(text)]
        self._day: date | None = days[0] if days else None
        said = [each for text in words for each in zones_in(moments(text, self._day))]
        self._zone = said[0] if said else Zone(zone, ZoneInfo(zone), zone)
        self._named = said[0].name if said else ""
        self._start, self._end = self._bounds()
        course = Course(partial(moments, day=self._day), self._zone, self._start, self._end)
        self._found = replace(found, parts=tuple(course.joined(found.parts)))

    def told(self) -> Told:
        unplaced = list(self._unplaced())
        timeline = list(self._timeline())
        worded = any(fact.kind is Kind.RESOLVED for fact in timeline)
        facts = [fact for fact in self._edges() if not (worded and fact.kind is Kind.RESOLVED)]
        facts += [*self._impact(), *self._causes(), *timeline, *self._in_detail()]
        facts += [*measures(self._of(Section.MEASURES), self._day), *self._conclusion()]
        return Told(
            title=self._found.title,
            severity=self._severity(),
            zone=self._named,
            start=self._start,
            end=self._end,
            facts=tuple(facts),
            unplaced=tuple(unplaced),
            odd_labels=tuple(sorted(self._odd())),
            unknown_labels=tuple(sorted(set(self._unknown()))),
            second_line=_second(self._found),
        )

    def _of(self, section: Section) -> list[Part]:
        return [part for part in self._found.parts if part.section is section and not _is_lead_in(part)]

    # The summary

    def _bounds(self) -> tuple[datetime | None, datetime | None]:
        """The start and the end: by their labels, else the first and the last instant of the duration."""
        told: dict[Field | None, list[Written]] = {}
        for part in self._of(Section.SUMMARY):
            text = f"{part.label}: {part.text}" if part.label else part.text
            told.setdefault(part.field, []).extend(moments(text, self._day))
        start = told.get(Field.START) or told.get(Field.DURATION) or told.get(None) or []
        end = told.get(Field.END) or (told.get(Field.DURATION) or told.get(None) or [])[1:]
        return (start[0].at(self._zone) if start else None, end[-1].at(self._zone) if end else None)

    def _edges(self) -> Iterator[Fact]:
        line = self._found.sections[0][1].line if self._found.sections else 1
        if self._start is not None:
            yield Fact(kind=Kind.STARTED, line=line, at=self._start)
        if self._end is not None:
            yield Fact(kind=Kind.RESOLVED, line=line, at=self._end)

    def _impact(self) -> Iterator[Fact]:
        parts = [part for part in self._of(Section.SUMMARY) if not is_nothing(part.text)]
        named = [part for part in parts if part.field is Field.SERVICES]
        prose = [part for part in parts if part.field in (None, Field.IMPACT, Field.EXPERIENCE)]
        hit, spared = services(", ".join(part.text for part in named))
        spared += services(", ".join(part.text for part in parts if part.field is Field.UNAFFECTED))[0]
        texts, shares = self._told_impact(prose)
        shares += [part.text for part in parts if part.field is Field.SHARE]
        hit = hit or services_named(text for _, text in texts)
        percent, percent_text = users_share(shares[-1]) if shares else (None, None)
        first = {"services": hit, "unaffected": spared, "percent": percent, "percent_text": percent_text}
        for place, (line, text) in enumerate(texts):
            own = {"services": [], "unaffected": [], "percent": None, "percent_text": None} if place else first
            own = own if own["percent"] is not None or shares else {**own, "percent": share_in_text(text)}
            yield Fact(kind=Kind.IMPACT, line=line, text=text, data=own)
        if not texts and (hit or spared or shares):
            line = (named or parts)[0].block.line
            yield Fact(kind=Kind.IMPACT, line=line, data=first)

    def _told_impact(self, prose: list[Part]) -> tuple[list[tuple[int, str]], list[str]]:
        """What users saw, and sentences of a longer text that say only how many of them."""
        texts: list[tuple[int, str]] = []
        shares: list[str] = []
        for part in prose:
            said = sentences(f"{part.label}: {part.text}" if part.label else part.text)
            kept = [self._untimed(each) for each in said if len(said) == 1 or not is_share(each)]
            shares += [each for each in said if len(said) > 1 and is_share(each)]
            cut = [each for each in kept if each and each not in said]
            texts += [(part.block.line, each) for each in cut]
            if rest := " ".join(each for each in kept if each and each not in cut):
                texts.append((part.block.line, rest))
        return texts, shares

    def _untimed(self, sentence: str) -> str:
        """A sentence without the start and the end that it opens with; a fragment is left, so without its full stop."""
        found = moments(sentence, self._day)
        if len(found) < 2 or not re.match(r"(?:on|from|between|at)\b", sentence, re.I):
            return sentence
        rest = re.match(r"[\s)\]]*,\s*", sentence[found[-1].end :])
        return sentence[found[-1].end + rest.end() :].rstrip(".") if rest else sentence

    def _causes(self) -> Iterator[Fact]:
        for part in self._of(Section.SUMMARY):
            if part.field is Field.CAUSE and not is_nothing(part.text):
                yield Fact(kind=Kind.CAUSE, line=part.block.line, text=_whole(part))
            elif part.field is Field.RESOLUTION and not is_nothing(part.text):
                yield Fact(kind=Kind.FIX_DETAIL, line=part.block.line, text=_whole(part))

    # The rest

    def _timeline(self) -> Iterator[Fact]:
        yield from Course(partial(moments, day=self._day), self._zone, self._start, self._end).facts(
            self._of(Section.TIMELINE)
        )

    def _in_detail(self) -> Iterator[Fact]:
        way_out = False
        for part in self._of(Section.CAUSE):
            if is_nothing(part.text):
                continue
            if part.field is not None:
                kind = Kind.CAUSE_DETAIL if part.field is Field.CAUSE else Kind.FIX_DETAIL
                yield Fact(kind=kind, line=part.block.line, text=_whole(part))
                continue
            said = sentences(_whole(part))
            turn = next((place for place, each in enumerate(said) if way_out or begins_way_out(each)), len(said))
            way_out = way_out or turn < len(said)
            for kind, texts in ((Kind.CAUSE_DETAIL, said[:turn]), (Kind.FIX_DETAIL, said[turn:])):
                if texts:
                    yield Fact(kind=kind, line=part.block.line, text=" ".join(texts))

    def _conclusion(self) -> Iterator[Fact]:
        for part in self._of(Section.CONCLUSION):
            yield Fact(kind=Kind.CONCLUSION, line=part.block.line, text=_whole(part))

    def _severity(self) -> str | None:
        words = [block.plain for block in self._found.preamble]
        words += [part.block.plain for part in self._of(Section.SUMMARY)]
        found = next((match for text in words if (match := _SEVERITY.search(text))), None)
        return f"{found[1].lower()}{found[2]}" if found else None

    def _odd(self) -> Iterator[str]:
        for part in self._found.parts:
            for each in moments(part.block.plain, self._day):
                zone = each.zone
                if zone and zone.label.isalpha() and zone.name not in ("", "UTC"):
                    known = {each.wall.replace(tzinfo=zone.rules, fold=fold).tzname() or "" for fold in (0, 1)}
                    if all(label.isalpha() and label != zone.label for label in known):
                        yield zone.label

    def _unknown(self) -> Iterator[tuple[str, str]]:
        for part in self._found.parts:
            for each in moments(part.block.plain, self._day):
                if each.unknown:
                    yield each.unknown, (each.zone or self._zone).label

    def _unplaced(self) -> Iterator[Unplaced]:
        for block in self._found.preamble:
            if not dates(block.plain) and not _SEVERITY.search(block.plain):
                yield Unplaced(line=block.line, text=block.plain, why="before_the_sections")
        course = Course(partial(moments, day=self._day), self._zone, self._start, self._end)
        for part in self._found.parts:
            line = part.block.line
            if part.section is Section.OTHER:
                yield Unplaced(line=line, text=part.block.plain, why="unknown_section")
            elif _is_lead_in(part):
                yield Unplaced(line=line, text=part.block.plain, why="lead_in")
            elif self._is_lost_row(part, course):
                yield Unplaced(line=line, text=part.block.plain, why="no_time")

    def _is_lost_row(self, part: Part, course: Course) -> bool:
        is_row = part.section is Section.TIMELINE and part.field in (None, Field.CHRONOLOGY)
        return is_row and not is_nothing(part.text) and course.timed(part)[0] is None


def _whole(part: Part) -> str:
    return f"{part.label}: {part.text}" if part.label else part.text


def _is_lead_in(part: Part) -> bool:
    """A line that only announces the list behind it."""
    return bool(part.label) and not part.text and part.block.shape in (Shape.LABEL, Shape.ITEM, Shape.TEXT)
