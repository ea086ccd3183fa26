"""The figures of the kills as a person reads them: tables, and how sure they make one."""

from __future__ import annotations

from collections.abc import Iterable

from tests.crash.reckoning import COMMANDS, EVENTS, Reckoning, Tally


def table(rows: Iterable[Iterable[object]], *, head: Iterable[str]) -> str:
    """Columns set under their heads: words to the left, figures to the right."""
    cells = [[str(cell) for cell in row] for row in [list(head), *rows]]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    lines = []
    for row in cells:
        first, *others = (
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join([first, *others]).rstrip())
    return "\n".join(lines)


def tallies(found: Reckoning) -> str:
    """acknowledged / stored / lost / doubled, by kind and in sum."""
    rows: list[tuple[object, ...]] = []
    for title, kinds in (("events", EVENTS), ("commands", COMMANDS)):
        some = [found.tallies[kind] for kind in kinds]
        rows.append((title, *_figures(_sum(some))))
        rows += [(f"  {kind}", *_figures(found.tallies[kind])) for kind in kinds]
    return table(rows, head=("", "acknowledged", "stored", "lost", "doubled"))


def made(found: Reckoning) -> str:
    """How many of each thing an incident has, at least and at most."""
    rows = [(thing, len(counts), min(counts), max(counts)) for thing, counts in found.made.items() if counts]
    return table(rows, head=("per incident", "incidents", "min", "max"))


def sureness(tries: int, *, of: str) -> str:
    """The rule of three: what no fault in so many independent tries proves, at 95 %."""
    most = f"{3 / tries:.2%}" if tries > 3 else "nothing"
    return f"0 of {tries} {of} proves less than {most} (rule of three, 95 %)"


def _sum(some: Iterable[Tally]) -> Tally:
    whole = Tally()
    for one in some:
        whole.acknowledged += one.acknowledged
        whole.stored += one.stored
        whole.lost += one.lost
        whole.doubled += one.doubled
    return whole


def _figures(one: Tally) -> tuple[int, int, int, int]:
    return one.acknowledged, one.stored, one.lost, one.doubled
