"""One statement in three wordings made into one, part by part. Knows no document."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.drafting.merging.lines import Line, Segment, made_of
from bot.drafting.merging.weaving import weave
from bot.drafting.merging.words import added, without


@dataclass(frozen=True, slots=True)
class Statement:
    """`contradicts`: both sides changed the same part, and what people wrote stands; `lost`: people had written into
    something that was taken back."""

    text: str
    contradicts: bool
    lost: bool


def fuse(base: Line, mine: Line, theirs: Line, dead: Collection[int], *, whole: bool, older: str = "") -> Statement:
    """The statement with both sides' changes. `dead` are entries that were taken back; `whole`: words of the base, and
    `older` ones of the record, that theirs no longer has go with them."""
    fusing = _Fusing(base, theirs, dead, older if whole else None)
    lead = theirs.lead if mine.lead == base.lead or theirs.lead != base.lead else mine.lead
    label, head = mine.label, mine.head
    if base.label == mine.label or theirs.label == mine.label:
        label = theirs.label
    head = fusing.words(base.head, mine.head, theirs.head)
    segments = list(fusing.segments(base.segments, mine.segments, theirs.segments))
    return Statement(made_of(lead, label, head, segments), fusing.contradicts, fusing.lost)


class _Fusing:
    def __init__(self, base: Line, theirs: Line, dead: Collection[int], older: str | None) -> None:
        self._gone, self._left = base.content, theirs.content
        self._dead, self._older = dead, older
        self.contradicts = False
        self.lost = False

    def words(self, base: str, mine: str, theirs: str) -> str:
        """The words of one part."""
        if mine.strip() == base.strip() or mine == theirs:
            return theirs
        if theirs.strip() == base.strip():
            return mine
        own = without(self._gone, self._older, self._left, mine) if self._older is not None else mine
        if not own.strip():
            return theirs
        self.contradicts = self.contradicts or bool(theirs.strip())
        return own

    def segments(
        self, base: Sequence[Segment], mine: Sequence[Segment], theirs: Sequence[Segment]
    ) -> Iterator[Segment]:
        """The words with their references: apart where a line has several facts, each known by its entries."""
        if len(base) == len(mine) == len(theirs):
            mine_of = theirs_of = {place: place for place in range(len(base))}
        else:
            mine_of, theirs_of = _paired(base, mine), _paired(base, theirs)
        for b, m, t in weave(len(mine), mine_of, len(theirs), theirs_of):
            made = self._segment(
                None if b is None else base[b], None if m is None else mine[m], None if t is None else theirs[t]
            )
            if made is not None:
                yield made

    def _segment(self, base: Segment | None, mine: Segment | None, theirs: Segment | None) -> Segment | None:
        if mine is None:
            if base is None or theirs is None:
                return theirs
            return None if theirs.words.strip(" ,") == base.words.strip(" ,") else theirs
        if base is None:
            return mine
        if theirs is None:
            if self._older is None and not set(base.numbers) & set(self._dead):
                return None if mine.words == base.words else mine
            own = added(base.words, mine.words, record=f"{base.words} {self._older or ''}")
            self.lost = self.lost or bool(own)
            return Segment(f" {own}") if own else None
        ref = theirs.ref if mine.ref == base.ref or set(mine.numbers) & set(self._dead) else mine.ref
        return Segment(self.words(base.words, mine.words, theirs.words), ref)


def _paired(base: Sequence[Segment], later: Sequence[Segment]) -> dict[int, int]:
    """By the entries they rest on; what rests on none by its place behind the others."""
    free = list(range(len(base)))
    found: dict[int, int] = {}
    for exact in (True, False):
        for index, segment in enumerate(later):
            if index in found:
                continue
            for place in free:
                same = base[place].numbers == segment.numbers
                first = base[place].numbers[:1] == segment.numbers[:1]
                if same if exact else first:
                    found[index] = place
                    free.remove(place)
                    break
    return found
