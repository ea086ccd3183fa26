"""A copy of a draft that people edit where it lies, and that comes back in Markdown of its own. Knows not where it is.

What differs between the copy as it was read right after it was written and as it is read now is an edit, and nothing
else: bullets, escapes, blank lines and the like are how the place writes things down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.citing import HIDDEN, hidden
from bot.drafting.merging.lines import Line, read, write
from bot.drafting.merging.pairing import pair_edited
from bot.drafting.merging.plain import carried_over, plain_lines, words_of

#: What stands in the copy and is no part of the draft: its title, and the note at its head.
ASIDE = -1
Shown = tuple[str, int | None]
"""A line as the copy showed it, and which line of the draft it shows; None where that could not be told."""


@dataclass(frozen=True, slots=True)
class Copy:
    """`written` is the draft as it went into the copy, `shown` the lines of the copy that showed it."""

    written: str
    shown: tuple[Shown, ...]

    def edited(self, now: str) -> Copy | None:
        """The draft with what somebody changed in the copy, which reads `now`; None where nobody changed anything."""
        return _Reading(self, now).copy()


def distance(content: str, text: str) -> int:
    """How many lines only one of the two has: the copy as it reads, and a draft."""
    return len(set(_said(text)) ^ set(_said(content)))


def copy_of(note: str, written: str, content: str) -> Copy:
    """The copy as it reads right after `written` went into it behind `note`.

    A line with words that were never written was edited in between: it is taken as if it had shown what was written.
    """
    ours = plain_lines(f"{note}\n\n{written}")
    seen = _said(content)
    pairs = pair_edited([Line(one) for one in ours], [Line(one) for one in seen])
    head, every = len(read(note)), set().union(*map(words_of, ours), set())
    shown: list[Shown] = []
    for place, text in enumerate(seen):
        at = pairs.get(place)
        if at is None:
            title = place == 0 and text.startswith("#")
            if title or words_of(text) <= every:
                shown.append((text, ASIDE if title else None))
        elif at < head:
            shown.append((text, ASIDE))
        else:
            # The place may show two lines of a paragraph as one.
            near = set().union(*map(words_of, ours[max(head, at - 1) : at + 3]))
            shown.append((text if words_of(text) <= near else ours[at], at - head))
    return Copy(written, tuple(shown))


class _Reading:
    def __init__(self, copy: Copy, now: str) -> None:
        self._copy = copy
        self._written = read(copy.written)
        self._shown = [Line(text) for text, _ in copy.shown]
        self._now = [Line(text) for text in _hidden(_said(now), copy.shown)]
        self._pairs = pair_edited(self._shown, self._now)
        self._pair_by_place()
        self._changed = False

    def copy(self) -> Copy | None:
        lines: list[tuple[Line, int | None]] = []
        shown: list[tuple[str, int | Line | None]] = []
        for place, line in enumerate(self._now):
            made, at = self._one(place, line)
            if made is not None:
                lines.append((made, at))
            shown.append((line.text, made if made is not None else at))
        places = [at for _, at in lines if at is not None]
        self._keep_the_unseen(lines)
        taken_out = bool(places) and len(lines) < len(self._written) + sum(at is None for _, at in lines)
        if not (self._changed or taken_out or places != sorted(places)):
            return None
        spaced = _spaced(lines, self._written)
        where = {id(line): index for index, (line, _) in enumerate(lines)}
        told = tuple((text, where[id(at)] if isinstance(at, Line) else at) for text, at in shown)
        return Copy(write(spaced), told)

    def _one(self, place: int, line: Line) -> tuple[Line | None, int | None]:
        """A line of the copy as a line of the draft, with its place there; or (None, why there is none)."""
        before = self._pairs.get(place)
        if before is None:
            self._changed = True
            return line, None
        text, at = self._copy.shown[before]
        if at == ASIDE or (at is None and (text == line.text or text.startswith(HIDDEN))):
            return None, at
        if at is None:
            self._changed = True
            return line, None
        ours = self._written[at]
        if text == line.text or text.startswith(HIDDEN):
            return ours, at
        self._changed = True
        return Line(carried_over(ours.text, text, line.text), ours.gap, ours.section), at

    def _keep_the_unseen(self, lines: list[tuple[Line, int | None]]) -> None:
        """Lines of the draft that the copy never showed stay behind what they stood behind; all of them, where nothing
        of the draft is left in the copy: nobody takes out a draft by emptying its copy."""
        seen = {at for _, at in self._copy.shown if at is not None}
        left = {at for _, at in lines if at is not None}
        for at in range(len(self._written)):
            if at not in left and (at not in seen or not left & seen):
                above = [index for index, (_, other) in enumerate(lines) if other is not None and other == at - 1]
                lines.insert(above[0] + 1 if above else self._behind(lines, at), (self._written[at], at))

    def _behind(self, lines: Sequence[tuple[Line, int | None]], at: int) -> int:
        earlier = [index for index, (_, other) in enumerate(lines) if other is not None and other < at]
        return earlier[-1] + 1 if earlier else 0

    def _pair_by_place(self) -> None:
        """A line whose words were overwritten for good stays so, though somebody edited it in the copy; and another
        title is a title still."""
        now_of = {before: place for place, before in self._pairs.items()}
        for index, (text, at) in enumerate(self._copy.shown):
            place = now_of.get(index - 1, -1) + 1
            if index in now_of or place in self._pairs or place >= len(self._now):
                continue
            if text.startswith(HIDDEN) or (
                at == ASIDE and self._shown[index].is_heading and self._now[place].is_heading
            ):
                self._pairs[place], now_of[index] = index, place


def _said(content: str) -> list[str]:
    return [line for line in plain_lines(content) if line]


def _hidden(lines: Sequence[str], shown: Sequence[Shown]) -> list[str]:
    """The lines, where one was overwritten for good since only what it is known by."""
    if not any(text.startswith(HIDDEN) for text, _ in shown):
        return list(lines)
    known = {text for text, _ in shown}
    return [marked if (marked := hidden(line)) in known else line for line in lines]


def _spaced(lines: Sequence[tuple[Line, int | None]], written: Sequence[Line]) -> list[Line]:
    """The lines with blank ones between them as they were, and where two never stood together as Markdown needs it."""
    found: list[Line] = []
    for index, (line, at) in enumerate(lines):
        above = lines[index - 1] if index else None
        gap = 0
        if above is not None:
            together = above[0].listed and line.listed
            own = at is None or above[1] is None
            gap = (0 if together else max(1, line.gap)) if own else line.gap
        found.append(Line(line.text, gap, line.section))
    return found
