"""Three sequences woven into one: the order of the new, with what people added where they added it. Knows no text."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping

Triple = tuple[int | None, int | None, int | None]
"""(base, mine, theirs): indices of one thing in each; None where it does not stand there."""


def weave(count: int, mine_of: Mapping[int, int], new: int, theirs_of: Mapping[int, int]) -> Iterator[Triple]:
    """Everything that stands in any of the three.

    `count` and `new` are how many stand in mine and in theirs; the maps lead from an index there to that in the base.
    What stands in theirs keeps its order there; what only mine has, or has moved, stays behind what it stood behind.
    """
    in_mine = {base: index for index, base in mine_of.items()}
    in_theirs = {base: index for index, base in theirs_of.items()}
    settled = _settled([(index, mine_of[index]) for index in sorted(mine_of) if mine_of[index] in in_theirs])
    behind: dict[int | None, list[Triple]] = defaultdict(list)
    anchor: int | None = None
    for index in range(count):
        base = mine_of.get(index)
        if index in settled:
            anchor = base
        else:
            behind[anchor].append((base, index, in_theirs.get(base) if base is not None else None))
    yield from behind[None]
    for index in range(new):
        base = theirs_of.get(index)
        if base is None:
            yield None, None, index
        elif base not in in_mine:
            yield base, None, index
        elif in_mine[base] in settled:
            yield base, in_mine[base], index
            yield from behind[base]


def _settled(pairs: list[tuple[int, int]]) -> set[int]:
    """The most of mine that stand in the order of the base; the others were moved."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, (_, base) in enumerate(pairs):
        at = bisect_left(tails, base)
        before.append(places[at - 1] if at else None)
        if at == len(tails):
            tails.append(base)
            places.append(place)
        else:
            tails[at], places[at] = base, place
    found: set[int] = set()
    step = places[-1] if places else None
    while step is not None:
        found.add(pairs[step][0])
        step = before[step]
    return found
