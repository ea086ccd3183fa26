"""Times, numbers and names that stand in no entry and are not computed by a definition beside them. Knows no point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations

from bot.domain.incident import whole_minutes
from bot.drafting.checking.claims import Claim, addresses, lengths, names, numbers, value_of, words
from bot.drafting.checking.grounds import Ground, Grounds
from bot.drafting.checking.paper import Paper
from bot.drafting.clocks import ENGLISH
from bot.drafting.written.blocks import Block, Shape
from bot.drafting.written.moments import Written, dated, moments
from bot.drafting.written.names import Field, Section

_ORDINAL = re.compile(r"(\s*)(\d{1,9})[.)]\s")
_TOLD = (Section.SUMMARY, Section.TIMELINE)
_COUNTED = re.compile(r"(?P<word>[^\W\d]+) (?P<number>\d+)\Z")
_OWNER = re.compile(r"\bowner:\s*(?P<whom>.+?)\s*(?=—|\Z)")
_WHOM = re.compile(r"(?:—\s|\A)(?:Escalated )?to (?P<whom>[^:—]+?)(?=:|\.\Z|\s—|\Z)")
_BY = re.compile(r"\b(?:answered|declared.*?|, ) ?by (?P<whom>.+?)(?= at \S*\d|\.\Z| \([a-z ]+\)(?: |\Z))", re.I)
_WEEKDAY = re.compile(rf"\b(?P<day>{'|'.join(ENGLISH.weekdays)}|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)),?\s+\Z")
_CALENDAR = frozenset(word.casefold() for full in (*ENGLISH.weekdays, *ENGLISH.months) for word in (full, full[:3])) | {
    "am",
    "pm",
}


#: Characters before which a bullet's own clock stands.
LEAD = 24

Judged = tuple[Claim, str, bool]
"""A claim, what it is, and whether the entries say it."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """Something that no entry says. `what` is time, length, number, name or reference; `elsewhere` are the entries
    that do say it, though the line does not cite them."""

    line: int
    what: str
    text: str
    elsewhere: tuple[int, ...] = ()


def unproved(paper: Paper, openers: frozenset[str] = frozenset()) -> tuple[Unproved, ...]:
    """Everything that the entries do not say, by line; nothing where no entry is known.

    `openers` are the words, in small, that may begin a sentence with a capital and are no names.
    """
    if paper.grounds is None:
        return ()
    proof = _Proof(paper, paper.grounds, openers)
    found = [each for block, above in _nested(paper.blocks) for each in proof.of(block, above)]
    found += proof.ordinals()
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.line))


def _nested(found: Iterable[Block]) -> Iterator[tuple[Block, tuple[int, ...]]]:
    """Each block with the references of the list items that it stands under."""
    within: list[Block] = []
    for block in found:
        if block.shape is Shape.ITEM:
            while within and within[-1].depth >= block.depth:
                within.pop()
        else:
            within = []
        yield block, tuple(number for each in within for number in each.refs)
        if block.shape is Shape.ITEM:
            within.append(block)


class _Proof:
    def __init__(self, paper: Paper, grounds: Grounds, openers: frozenset[str]) -> None:
        self._paper, self._grounds, self._clock = paper, grounds, grounds.clock
        every = grounds.every
        labels = {grounds.clock.label(at).casefold() for each in every for at in each.instants}
        self._no_names = paper.said | labels | _CALENDAR
        self._openers = openers
        self._all_words = self._no_names.union(grounds.about, *(each.words for each in every))
        first = next((at for each in every for at in each.instants), None)
        self._day = paper.day or (grounds.clock.day(first) if first else None)
        self._fields = {part.block.line: part.field for part in paper.outline.parts if part.section in _TOLD}
        self._counted: dict[str, int] = {}

    def of(self, block: Block, above: tuple[int, ...]) -> Iterator[Unproved]:
        """What one block claims and its entries do not say; `above` are those of the item that it stands under."""
        text = block.plain
        cited = self._grounds.of(block.refs) if block.refs else self._grounds.every
        for number in dict.fromkeys(block.refs):
            if number not in self._grounds.entries:
                yield Unproved(block.line, "reference", f"[{number}]")
        if not self._grounds.has_words:
            yield from self._leading_clock(block, cited)
            return
        found = [
            *self._addresses(text, cited),
            *self._times(text, cited),
            *self._lengths(text, cited, block.refs, above),
        ]
        taken = [claim for claim, _, _ in found] + self._labels(text) + self._counting(block)
        found += self._numbers(text, cited, taken)
        found += self._names(block, cited, taken)
        for claim, what, is_proved in found:
            if not is_proved:
                yield Unproved(block.line, what, claim.text.strip(), self._elsewhere(what, claim))

    def _leading_clock(self, block: Block, cited: list[Ground]) -> Iterator[Unproved]:
        """Of a bullet whose entries are known by their times alone: the clock that it begins with."""
        if block.shape is not Shape.ITEM or not block.refs or block.line not in self._fields:
            return
        if not all(each.instants for each in cited):
            return
        for claim, what, is_proved in self._times(block.plain, cited):
            if claim.start < LEAD and ":" in claim.text and not is_proved:
                yield Unproved(block.line, what, claim.text.strip())

    def _labels(self, text: str) -> list[Claim]:
        """The incident's own label, and that of another with the same prefix which it is a duplicate of."""
        found = re.finditer(rf"\b{re.escape(self._grounds.label.rpartition('-')[0])}-\d+\b", text)
        return [Claim(each.start(), each.end(), each[0]) for each in found if each[0].casefold() in self._grounds.about]

    def _counting(self, block: Block) -> list[Claim]:
        """The number of a label that only counts on (`Window 2:`), in words of ours."""
        found = _COUNTED.match(block.label)
        if found is None or found["word"].casefold() not in self._paper.said:
            return []
        word, number = found["word"], int(found["number"])
        last, self._counted[word] = self._counted.get(word, 0), number
        return [Claim(found.start("number"), found.end("number"), found["number"])] if number == last + 1 else []

    # Addresses, times, lengths

    def _addresses(self, text: str, cited: list[Ground]) -> Iterator[Judged]:
        for claim in addresses(text):
            known = frozenset().union(*(each.addresses for each in cited))
            yield claim, "name", claim.text.rstrip(".,;:!?'\"*_)]") in known

    def _times(self, text: str, cited: list[Ground]) -> Iterator[Judged]:
        instants = [at for each in cited for at in each.instants]
        days = {self._clock.day(at) for at in instants} | {day for each in cited for day in each.days}
        said = frozenset().union(*(each.numbers for each in cited))
        for start, end, day in dated(text, self._day.year if self._day else None):
            shown = text[start:end]
            claim = Claim(start, end, shown)
            known = [each for each in days if _same_day(each, day, shown)]
            weekday = _WEEKDAY.search(text[:start])
            right = any(not weekday or ENGLISH.weekdays[each.weekday()].startswith(weekday["day"]) for each in known)
            yield claim, "time", right or (not known and all(value_of(n.text) in said for n in numbers(shown)))
        for found in self._paper.moments(text) if self._paper.day else moments(text, self._day):
            claim = Claim(found.start, found.end, text[found.start : found.end])
            literal = all(value_of(each.text) in said for each in numbers(claim.text))
            yield claim, "time", literal or any(self._is(found, at) for at in instants)

    def _is(self, found: Written, at: datetime) -> bool:
        """Whether a printed clock is that instant's, to what it prints."""
        local, zone = self._clock.local(at), found.zone
        if zone is not None and zone.label != self._clock.label(at):
            local = at.astimezone(zone.rules)
            if (local.tzname() or "") != zone.label and zone.name == self._grounds.zone:
                return False
        wall = found.wall
        if found.dated and (local.month, local.day) != (wall.month, wall.day):
            return False
        return (local.hour, local.minute, local.second if found.seconds else 0) == (
            wall.hour,
            wall.minute,
            wall.second,
        )

    def _lengths(
        self, text: str, cited: list[Ground], refs: tuple[int, ...], above: tuple[int, ...]
    ) -> Iterator[Judged]:
        claims = lengths(text)
        computed = set(self._grounds.minutes)
        if claims and refs:
            instants = {at for each in (*cited, *self._grounds.of(above)) for at in each.instants}
            bounds = {at for at in (self._grounds.start, self._grounds.end) if at is not None}
            computed |= {_whole(a, b) for a, b in combinations(sorted(instants | bounds), 2)} | {0}
        for claim in claims:
            literal = any(claim.text.casefold() in each.text for each in cited)
            yield claim, "length", claim.minutes in computed or literal

    # Numbers and names

    def _numbers(self, text: str, cited: list[Ground], taken: list[Claim]) -> list[Judged]:
        said = frozenset().union(*(each.numbers for each in cited))
        free = [claim for claim in numbers(text) if not _within(claim, taken)]
        return [(claim, "number", value_of(claim.text) in said) for claim in free]

    def _names(self, block: Block, cited: list[Ground], taken: list[Claim]) -> Iterator[Judged]:
        if block.shape is Shape.HEADING and block.depth > 1 and not self._paper.has_refs:
            return  # a document of another making has headings of its own
        own = frozenset().union(*(each.words for each in cited))
        for claim in self._placed(block):
            yield claim, "name", _known(claim.text, own, self._no_names)
        for claim, begins in names(block.plain):
            if _within(claim, taken):
                continue
            yield claim, "name", _known(claim.text, self._all_words, self._openers if begins else frozenset())

    def _placed(self, block: Block) -> Iterator[Claim]:
        """Words that stand where only names stand, whatever they look like."""
        text = block.plain
        if self._fields.get(block.line) in (Field.SERVICES, Field.UNAFFECTED):
            yield from words(text.partition(":")[2] if ":" in text else text)
            return
        if not block.refs:
            return
        for pattern in (_OWNER, _WHOM, _BY):
            for found in pattern.finditer(text):
                yield from words(found["whom"])

    def _elsewhere(self, what: str, claim: Claim) -> tuple[int, ...]:
        if what == "number":
            return tuple(each.number for each in self._grounds.every if value_of(claim.text) in each.numbers)[:3]
        if what == "name":
            small = claim.text.casefold().lstrip("@")
            return tuple(each.number for each in self._grounds.every if small in each.words)[:3]
        return ()

    def ordinals(self) -> Iterator[Unproved]:
        """Numbers in front of list items that do not count on: those are no counting."""
        before: dict[int, int] = {}
        lines = self._paper.text.splitlines()
        for block in self._paper.blocks:
            if block.shape is not Shape.ITEM:
                before = before if block.shape is Shape.TEXT else {}
                continue
            found = _ORDINAL.match(lines[block.line - 1]) if block.line <= len(lines) else None
            if found is None:
                continue
            number, last = int(found[2]), before.get(block.depth, 0)
            if number not in (1, last + 1):
                yield Unproved(block.line, "number", found[2])
            before[block.depth] = number if number in (1, last + 1) else last + 1


def _same_day(known: date, said: date, shown: str) -> bool:
    same = (known.month, known.day) == (said.month, said.day)
    return same and (known.year == said.year or not re.search(r"\d{4}", shown))


def _known(word: str, *allowed: frozenset[str]) -> bool:
    """Whether a word, or each piece of a compound one, is among those; genitive and plural count as the word."""

    def among(piece: str) -> bool:
        return any(piece in each or piece.removesuffix("s") in each for each in allowed)

    small = word.casefold().lstrip("@").replace("’", "'").removesuffix("'s")
    pieces = [piece for piece in re.split(r"[^\w]+|_", small) if piece and not piece.isdigit()]
    return among(small) or all(among(piece) for piece in pieces)


def _whole(start: datetime, end: datetime) -> int:
    span: timedelta = end - start
    return whole_minutes(span)


def _within(claim: Claim, taken: Iterable[Claim]) -> bool:
    return any(each.start < claim.end and claim.start < each.end for each in taken)
