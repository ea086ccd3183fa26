"""Labels side by side in as few lines as they need, none over another. Knows no time and no colour.

Widths are estimates from the font's average, since a picture must come out the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width

#: What is drawn before a label's words, and the least room between two labels.
SIGN, GAP = 14.0, 10.0
_NARROW = frozenset("iljtfrI.,:;'|!()[] ")
_BROAD = frozenset("mwMWABCDEGHKNOPQRSUVXYZ@%&—")


@dataclass(frozen=True, slots=True)
class Placed:
    """A label in its line. `x` is the sign's, `text_x` where the words begin, or end where `at_end` is true."""

    row: int
    x: float
    text_x: float
    at_end: bool
    text: str


def wide(text: str, size: float) -> float:
    """About how wide a text is, in the units of `size`."""
    return sum(_of(character) for character in text) * size


def _of(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.0
    return 0.31 if character in _NARROW else 0.78 if character in _BROAD else 0.59


def cut(text: str, room: float, size: float) -> str:
    """The text, shortened with an ellipsis to the room it has; '' where not even a few letters fit."""
    if wide(text, size) <= room:
        return text
    kept = text
    while kept and wide(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…" if len(kept) > 3 else ""


class Rows:
    """Lines of labels that are filled from the left; `most` lines at the most, then signs stand without words."""

    def __init__(self, left: float, right: float, size: float, most: int) -> None:
        self._left, self._right, self._size, self._most = left, right, size, most
        self._taken: list[list[tuple[float, float]]] = []

    @property
    def count(self) -> int:
        """How many lines are in use; at least one."""
        return max(len(self._taken), 1)

    def place(self, x0: float, x1: float, text: str) -> Placed:
        """A sign (or a bar) from `x0` to `x1` with its words to the right, or to the left where there is more room."""
        beside, before = self._right - x1 - SIGN, x0 - SIGN - self._left
        at_end = wide(text, self._size) > beside and before > beside
        shown = cut(text, max(before if at_end else beside, 0), self._size)
        length = wide(shown, self._size)
        span = (x0 - SIGN - length, x1 + SIGN) if at_end else (x0 - SIGN / 2, x1 + SIGN + length)
        row = self._free(span)
        if row is None:
            shown, row = "", self._most - 1
        return Placed(row, x0, x0 - SIGN * 0.8 if at_end else x1 + SIGN * 0.8, at_end, shown)

    def _free(self, span: tuple[float, float]) -> int | None:
        for row, taken in enumerate(self._taken):
            if all(span[1] + GAP <= since or until + GAP <= span[0] for since, until in taken):
                taken.append(span)
                return row
        if len(self._taken) == self._most:
            return None
        self._taken.append([span])
        return len(self._taken) - 1
