"""The timeline of a written postmortem, in either style: labelled facts, or one line an instant. Knows no entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.detection import read_class
from bot.domain.timeline import Kind
from bot.drafting.written.blocks import Shape
from bot.drafting.written.moments import Written, Zone
from bot.drafting.written.names import Field, Section
from bot.drafting.written.outline import Part
from bot.drafting.written.prose import called, is_assumption, is_nothing, sentences
from bot.drafting.written.told import Fact

_DETECTED = re.compile(r"\b(?:detect|alert|notic|reported|complain|monitoring (?:showed|indicated))", re.I)
_MISLED = re.compile(
    r"\b(?:mislead|red herring|dead[- ]end|false lead|ruled out|wild goose|turned out (?:to be )?(?:unrelated|not))",
    re.I,
)
_ESCALATED = re.compile(r"\b(?:escalat|paged|called in|handed over to)", re.I)
_FOUND = re.compile(
    r"\b(?:identified|became (?:evident|clear)|determined|found (?:that|the|to)|confirmed|discovered|reali[sz]ed)",
    re.I,
)
_FIXED = re.compile(
    r"\b(?:fixed|corrected|resolved|restored|rolled back|reverted|patched|fully recovered|back to normal)", re.I
)
_TRIED = re.compile(
    r"\b(?:increased|restarted|deployed|applied|scaled|failed over|disabled|enabled|optimi[sz]ed|cleared)", re.I
)
_ENDED = re.compile(r"\b(?:resolved|restored|recovered|over|ended|back to normal)\b", re.I)
_SEPARATOR = re.compile(r"\s*(?:\]\s*[:–—-]?|[:–—|→]|->|-(?=\s))\s*")

Clocks = Callable[[str], Sequence[Written]]


class Course:
    """Reads parts of the timeline; `zone`, `start` and `end` are the document's, `clocks` finds those of its texts."""

    def __init__(self, clocks: Clocks, zone: Zone, start: datetime | None, end: datetime | None) -> None:
        self._clocks, self._zone, self._start, self._end = clocks, zone, start, end
        self._detected = False

    def facts(self, parts: list[Part]) -> Iterator[Fact]:
        """What the timeline says, in its order. A part without a field and without a time is left out."""
        detected = self._detection([part for part in parts if part.field in (Field.DETECTED, Field.METHOD)])
        if detected is not None:
            self._detected = True
            yield detected
        last = next((part for part in reversed(parts) if self._is_row(part)), None)
        for part in parts:
            if part.field in (Field.DETECTED, Field.METHOD) or is_nothing(part.text):
                continue
            if self._is_row(part):
                yield from self._row(part, is_last=part is last)
            else:
                yield from self._labelled(part)

    def joined(self, parts: Iterable[Part]) -> Iterator[Part]:
        """The parts, with what stands below an instant of the timeline, and has no time itself, joined to its words."""
        above: Part | None = None
        for part in parts:
            block, rows = part.block, part.section is Section.TIMELINE and self._is_row(part)
            under = above is not None and block.shape is Shape.ITEM and block.depth > above.block.depth
            if rows and under and above is not None and self.timed(part)[0] is None:
                said = f"{part.label}: {part.text}" if part.label else part.text
                above = replace(above, text=f"{above.text.rstrip(' :;.')}; {said}")
                continue
            if above is not None:
                yield above
            above = part if rows and block.shape is Shape.ITEM and self.timed(part)[0] is not None else None
            if above is None:
                yield part
        if above is not None:
            yield above

    def _is_row(self, part: Part) -> bool:
        return part.field in (None, Field.CHRONOLOGY)

    def _detection(self, parts: list[Part]) -> Fact | None:
        at = next((found for part in parts for found in self._moments(part.text)), None)
        said = [part.text for part in parts if part.field is Field.METHOD or not self._moments(part.text)]
        if not parts or (at is None and not any(said)):
            return None
        text = " ".join(said)
        by = next((part.noticed_by for part in parts if part.noticed_by), None) or read_class(text)
        data = {"by": by} if by else {}
        return Fact(kind=Kind.DETECTED, line=parts[0].block.line, text=text, at=at, data=data)

    def _labelled(self, part: Part) -> Iterator[Fact]:
        at, approximate, text = self.timed(part)
        base = Fact(kind=Kind.NOTE, line=part.block.line, text=text, at=at, approximate=approximate)
        if part.field is Field.ACTIONS:
            yield from _actions(base)
        elif part.field is Field.MISLEADING:
            yield replace(base, kind=Kind.RULED_OUT)
        elif part.field is Field.ESCALATION:
            yield replace(base, kind=Kind.ESCALATED, data={"to": called(text)})
        else:
            yield from self._fix(base)

    def _fix(self, base: Fact) -> Iterator[Fact]:
        """How it was resolved; the sentence that names the end is the end's own words."""
        said = sentences(base.text)
        if len(said) > 1 or base.at is None:
            ends = [each for each in said if self._names_end(each)]
            said = [each for each in said if each not in ends]
            if said:
                yield replace(base, kind=Kind.FIX, text=" ".join(said))
            for each in ends:
                yield replace(base, kind=Kind.RESOLVED, text=each, at=self._end)
        else:
            yield replace(base, kind=Kind.FIX)

    def _names_end(self, sentence: str) -> bool:
        return self._end is not None and bool(_ENDED.search(sentence)) and self._end in self._moments(sentence)

    def _row(self, part: Part, *, is_last: bool) -> Iterator[Fact]:
        at, approximate, text = self.timed(part)
        if at is None:
            return
        kind = self._kind(text, ends=is_last or at == self._end)
        data: dict[str, object] = {}
        if kind is Kind.DETECTED:
            self._detected = True
            data = {"by": by} if (by := read_class(text)) else {}
        elif kind is Kind.ESCALATED:
            data = {"to": called(text)}
        yield Fact(kind=kind, line=part.block.line, text=text, at=at, approximate=approximate, data=data)

    def _kind(self, text: str, *, ends: bool) -> Kind:
        """What a line of the second style is, by its words; the first that says how it was noticed is the detection."""
        rules = (
            (not self._detected and _DETECTED.search(text), Kind.DETECTED),
            (_MISLED.search(text), Kind.RULED_OUT),
            (_ESCALATED.search(text), Kind.ESCALATED),
            (_FIXED.search(text) or (ends and _TRIED.search(text)), Kind.FIX),
            (_FOUND.search(text), Kind.NOTE),
            (is_assumption(text), Kind.HYPOTHESIS),
        )
        return next((kind for fits, kind in rules if fits), Kind.ACTION)

    def timed(self, part: Part) -> tuple[datetime | None, bool, str]:
        """A line's time, whether it is about, and its words; None where it does not begin with one."""
        if part.label and (found := self._clocks(part.label)):
            return self._instant(found[0]), found[0].approximate, part.text
        text = f"{part.label}: {part.text}" if part.label else part.text
        found = self._clocks(text)
        if found and _is_lead(text[: found[0].start]):
            behind = _SEPARATOR.match(text, found[0].end)
            if behind:
                return self._instant(found[0]), found[0].approximate, text[behind.end() :].strip()
        return None, False, text

    def _moments(self, text: str) -> list[datetime]:
        return [self._instant(each) for each in self._clocks(text)]

    def _instant(self, found: Written) -> datetime:
        """A clock without a date is the first such one from an hour before the start on: midnight may lie between."""
        at = found.at(self._zone)
        early = self._start is not None and at < self._start - timedelta(hours=1)
        return at + timedelta(days=1) if early and not found.dated else at


def _is_lead(before: str) -> bool:
    """Only a date, a weekday or a word like `At` may stand before the clock that a line begins with."""
    words = re.sub(r"\b(?:at|on|by|the|of|[a-z]{3,9}day|\d+(?:st|nd|rd|th|t)?|[a-z]{3,9}|t)\b", " ", before, flags=re.I)
    return len(before) <= 32 and not re.search(r"\w", words)


def _actions(base: Fact) -> Iterator[Fact]:
    """What was done, and what was assumed meanwhile: sentences of a kind stay together."""
    run: list[str] = []
    kind = Kind.ACTION
    for sentence in sentences(base.text):
        own = Kind.HYPOTHESIS if is_assumption(sentence) else Kind.ACTION
        if run and own is not kind:
            yield replace(base, kind=kind, text=" ".join(run))
            run = []
        kind = own
        run.append(sentence)
    if run:
        yield replace(base, kind=kind, text=" ".join(run))
