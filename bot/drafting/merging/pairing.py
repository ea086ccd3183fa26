"""Which line of one text is which line of another. Knows nothing of merging."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from difflib import SequenceMatcher

from bot.drafting.merging.lines import Line
from bot.drafting.merging.words import likeness

#: From here on two wordings are one statement that somebody rewrote.
ALIKE = 0.5

Pairs = dict[int, int]
"""The index in the later text -> the index in the base; each at most once."""
Key = Callable[[Line], Hashable]


def pair_made(base: Sequence[Line], later: Sequence[Line]) -> Pairs:
    """Lines of two generated texts: the same statement keeps its references and its place in the document."""
    pairing = _Pairing(base, later)
    pairing.by(lambda line: (line.section, line.text))
    pairing.by(lambda line: (line.section, line.label, line.refs) if line.refs else None)
    pairing.by(lambda line: (line.section, line.refs[0]) if line.refs else None)
    pairing.by(lambda line: (line.section, line.label) if line.label else None)
    pairing.by(lambda line: line.text if line.refs or line.is_heading else None)
    pairing.by(lambda line: line.lead if line.lead.strip() == "#" else None)
    pairing.alike(lambda line: line.refs[0] if line.refs else None)
    return pairing.pairs


def pair_edited(base: Sequence[Line], edited: Sequence[Line]) -> Pairs:
    """Lines of a text and of what somebody made of it: unchanged, rewritten in their place, or moved."""
    pairing = _Pairing(base, edited)
    matcher = SequenceMatcher(
        None, [line.text.strip() for line in base], [line.text.strip() for line in edited], autojunk=False
    )
    changed = []
    for tag, b1, b2, e1, e2 in matcher.get_opcodes():
        if tag == "equal":
            for offset in range(b2 - b1):
                pairing.join(e1 + offset, b1 + offset)
        elif tag == "replace":
            changed.append((range(b1, b2), range(e1, e2)))
    for old, new in changed:
        pairing.by(lambda line: line.refs or None, old, new)
        pairing.alike(lambda line: 0, old, new)
        pairing.by(lambda line: line.label or None, old, new)
    pairing.by(lambda line: line.text.strip())
    pairing.alike(lambda line: line.refs or None)
    return pairing.pairs


class _Pairing:
    def __init__(self, base: Sequence[Line], later: Sequence[Line]) -> None:
        self._base, self._later = base, later
        self._free_base = set(range(len(base)))
        self._free_later = set(range(len(later)))
        self.pairs: Pairs = {}

    def join(self, later: int, base: int) -> None:
        self.pairs[later] = base
        self._free_later.discard(later)
        self._free_base.discard(base)

    def by(self, key: Key, old: Iterable[int] | None = None, new: Iterable[int] | None = None) -> None:
        """Join what is left and has the same key, in order; None is no key."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in sorted(self._free_base if old is None else self._free_base & set(old), reverse=True):
            waiting[key(self._base[index])].append(index)
        for index in sorted(self._free_later if new is None else self._free_later & set(new)):
            found = key(self._later[index])
            if found is not None and waiting.get(found):
                self.join(index, waiting[found].pop())

    def alike(self, key: Key, old: Iterable[int] | None = None, new: Iterable[int] | None = None) -> None:
        """Join what is left, has the same key and is alike, the most alike first."""
        among: dict[Hashable, list[int]] = defaultdict(list)
        for index in self._free_base if old is None else self._free_base & set(old):
            among[key(self._base[index])].append(index)
        found = []
        for index in self._free_later if new is None else self._free_later & set(new):
            name = key(self._later[index])
            for other in among.get(name, []) if name is not None else []:
                alike = likeness(self._base[other].content, self._later[index].content)
                found += [(-alike, abs(index - other), index, other)] if alike >= ALIKE else []
        for _, _, index, other in sorted(found):
            if index in self._free_later and other in self._free_base:
                self.join(index, other)
