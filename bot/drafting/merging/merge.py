"""Three texts of one draft made into one: new facts flow in, edits stay, what contradicts itself is shown and asked.

No edit is lost, and of a fact that was taken back nothing is left but what people wrote around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.drafting.merging.asking import Say, answered, asked, asking, asks, indent_of, quote_of
from bot.drafting.merging.lines import Line, read, write
from bot.drafting.merging.pairing import pair_edited, pair_made
from bot.drafting.merging.statement import Statement, fuse
from bot.drafting.merging.weaving import weave
from bot.drafting.merging.words import added, likeness


@dataclass(frozen=True, slots=True)
class Merged:
    """`text` is what stands now, `asks` how many of its lines ask somebody to decide."""

    text: str
    asks: int


def merge(
    base: str, mine: str, theirs: str, say: Say, *, given: str | None = None, older: Sequence[str] = ()
) -> Merged:
    """`mine` is what people made of `base`; `theirs` what the record makes of it now.

    `given` is the text that people were given to edit, where lines asked something in it that `base` has not; None: it
    was `base`. `older` are drafts made before `base`: their words of a fact that was taken back go too. The same texts
    give the same one; where nobody changed anything, to the byte.
    """
    base, mine, theirs = (text.replace("\r\n", "\n") for text in (base, mine, theirs))
    if mine in (base, theirs):
        return Merged(theirs, asking(theirs))
    edited = answered(read(base if given is None else given), read(mine))
    text = write(edited) if base == theirs else write(_Merge(read(base), edited, read(theirs), say, older).lines())
    return Merged(mine if base == theirs and edited == read(mine) else text, asking(text))


class _Merge:
    def __init__(
        self, base: Sequence[Line], mine: Sequence[Line], theirs: Sequence[Line], say: Say, older: Sequence[str]
    ) -> None:
        self._base, self._mine, self._theirs, self._say = base, mine, theirs, say
        self._made = pair_made(base, theirs)
        self._edited = pair_edited(base, mine)
        cited = {number for line in theirs for number in line.refs}
        #: Entries that the draft rested on and rests on no more.
        self._dead = {number for line in base for number in line.refs} - cited
        self._older = [line for text in older if self._dead for line in read(text) if set(line.refs) & self._dead]
        self._new = {line.text for place, line in enumerate(theirs) if place not in self._made}
        self._said = {line.content.strip() for line in theirs}

    def lines(self) -> list[Line]:
        """Everything in its order, blank lines where two that never stood together would run into each other."""
        found: list[Line] = []
        strange = False
        for b, m, t in weave(len(self._mine), self._edited, len(self._theirs), self._made):
            own = t is None or m is None
            made = list(
                self._one(
                    None if b is None else self._base[b],
                    None if m is None else self._mine[m],
                    None if t is None else self._theirs[t],
                )
            )
            for line in made:
                found.append(_apart(found[-1], line) if found and (own or strange or len(made) > 1) else line)
                strange = own or len(made) > 1
        return [replace(line, gap=0) if place == 0 else line for place, line in enumerate(found)]

    def _one(self, base: Line | None, mine: Line | None, theirs: Line | None) -> Iterator[Line]:
        match base, mine, theirs:
            case _, None, None:
                return
            case None, None, Line():
                yield theirs
            case None, Line(), None:
                yield from self._written(mine)
            case Line(), None, Line():
                yield from self._struck(base, theirs)
            case Line(), Line(), None:
                yield from self._dropped(base, mine)
            case Line(), Line(), Line():
                yield from self._both(base, mine, theirs)

    def _written(self, mine: Line) -> Iterator[Line]:
        """What somebody wrote as a line of its own; or a copy of a statement, which goes with its fact."""
        if mine.refs and mine.text in self._new:
            return  # somebody has put in what comes in now
        if asks(mine):
            if self._holds(mine):
                yield mine
            return
        dead = [number for number in mine.refs if number in self._dead]
        copied = [line for line in self._base if set(line.refs) & set(dead)]
        if not copied:
            yield mine
            return
        nearest = max(copied, key=lambda line: likeness(line.content, mine.content))
        yield from self._left(nearest, mine)

    def _holds(self, mine: Line) -> bool:
        """Whether a line that asks still shows what the record says; one that shows nothing of it always holds."""
        quoted = quote_of(mine)
        return quoted is None or any(quoted in said for said in self._said)

    def _struck(self, base: Line, theirs: Line) -> Iterator[Line]:
        """Somebody took a line out. It stays out, unless the record says something else now."""
        if base.content.strip() != theirs.content.strip() and not base.is_heading and theirs.refs:
            yield self._ask("struck", base, theirs)

    def _dropped(self, base: Line, mine: Line) -> Iterator[Line]:
        """The record says nothing of a line any more."""
        if mine.content.strip() == base.content.strip():
            return
        alive = base.refs and not set(base.refs) & self._dead
        if alive or base.is_heading or (not base.refs and base.label):
            yield mine
        else:
            yield from self._left(base, mine)

    def _left(self, base: Line, mine: Line) -> Iterator[Line]:
        """Of a fact that was taken back: what people wrote around it, and that it was."""
        own = added(base.text, mine.text, record=f"{base.text} {self._older_words(base)}")
        if own:
            lead = mine.lead if mine.listed else f"{indent_of(mine)}- "
            yield Line(f"{lead}{own}", mine.gap, mine.section)
            numbers = [number for number in base.refs if number in self._dead]
            yield asked(self._say("taken_back", {"numbers": numbers}), indent_of(mine) + "  ", mine.section)

    def _both(self, base: Line, mine: Line, theirs: Line) -> Iterator[Line]:
        gap = theirs.gap if mine.gap == base.gap else mine.gap
        if mine.text == base.text:
            yield replace(theirs, gap=gap)
            return
        touches = not base.refs or bool(set(base.refs) & self._dead)
        dead = self._dead if touches else frozenset()
        statement: Statement = fuse(base, mine, theirs, dead, whole=touches, older=self._older_words(base))
        yield Line(statement.text, gap, theirs.section)
        if statement.lost:
            numbers = [number for number in base.refs if number in self._dead]
            yield asked(self._say("taken_back", {"numbers": numbers}), indent_of(theirs) + "  ", theirs.section)
        if statement.contradicts:
            yield self._ask("changed", base, theirs)

    def _older_words(self, base: Line) -> str:
        """What earlier drafts said of the facts of a line that were taken back."""
        dead = set(base.refs) & self._dead if base.refs else self._dead
        return " ".join(line.content for line in self._older if set(line.refs) & dead)

    def _ask(self, name: str, base: Line, theirs: Line) -> Line:
        said: Mapping[str, object] = {"record": theirs.content.strip(), "numbers": list(theirs.refs)}
        indent = indent_of(theirs) + ("  " if theirs.listed else "")
        return asked(self._say(name, said), indent, theirs.section)


def _apart(above: Line, line: Line) -> Line:
    """A blank line between two that Markdown would run together."""
    quoted = asks(line) or asks(above)
    needed = line.is_heading or above.is_heading or (above.listed != line.listed and not quoted)
    nested = above.listed and line.text.startswith("  ")
    return replace(line, gap=1) if needed and not nested and not line.gap else line
