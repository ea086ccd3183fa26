"""The figures of the kills as a person reads them: tables, and how sure they make one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.crash.proof import STRICT, Proof
from tests.crash.reckoning import COMMANDS, EVENTS, Reckoning, Tally

if TYPE_CHECKING:  # they say how far they are
    from tests.crash.at_each import Told
    from tests.crash.at_random import Killed

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MOST_FAULTS = 40


def killed(one: Killed) -> str:
    """The random kills."""
    found = one.reckoning
    return "\n".join(
        [
            f"\nkill -9 at {one.kills} random moments, {one.unfinished_starts} of them before it was connected; "
            f"{one.events:,} payloads delivered, {one.calls:,} calls made, {one.seconds:.0f} s",
            *_outcome(found),
            f"  Commands never seen answered, however often typed: {found.unanswered} (none is there twice).",
            *(f"  Refused {count} times and typed again: {words}" for words, count in found.refused.most_common(5)),
            *_verdict(found, sureness(one.kills)),
        ]
    )


def told(one: Told) -> str:
    """The kills at each boundary."""
    missed = [f"  not passed when told again: {name}" for name in one.missed]
    return "\n".join(
        [
            f"\nkill -9 at {len(one.died)} of {one.boundaries or 'many'} boundaries (before and after each commit, "
            f"acknowledgement and call of one incident's story, and of a start), {one.seconds:.0f} s",
            *missed,
            *_outcome(one.reckoning),
            *_verdict(one.reckoning, _share(one)),
        ]
    )


def proved(one: Proof) -> str:
    """The order of sync and acknowledgement."""
    said = ", ".join(f"{fact.name} {fact.value}" for fact in one.facts if fact.name in STRICT)
    if one.missing is not None:
        return f"\nNot proved that the sync comes before the acknowledgement: {one.missing}"
    lines = [
        f"\nTraced: {one.traced} of {one.acknowledged} acknowledgements followed, from the write of their text "
        f"into the database's log over the sync of that log to the frame on the socket;",
        f"  {len(one.early)} went out before the sync had returned, the closest {one.shortest * 1000:.2f} ms after it. "
        f"{said}",
    ]
    lines += [f"  EARLY: {words}" for words in one.early] + [f"  not met in the log: {words}" for words in one.nowhere]
    return "\n".join(lines)


def _outcome(found: Reckoning) -> list[str]:
    return [tallies(found), made(found)]


def _verdict(found: Reckoning, sure: str) -> list[str]:
    if not found.faults:
        return [f"  Nothing lost, nothing doubled, exactly one of each. {sure}"]
    more = len(found.faults) - MOST_FAULTS
    told = [f"  FAULT {fault}" for fault in found.faults[:MOST_FAULTS]]
    return [*told, *([f"  and {more} more"] if more > 0 else [])]


def say_progress(what: str, done: int, of: int) -> None:
    """A line on stderr now and then, for whoever waits."""
    if done and done % 25 == 0 and of:
        print(f"  ... {done} of {of} {what}", file=sys.stderr, flush=True)


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


def sureness(tries: int) -> str:
    """The rule of three: what no fault in so many independent tries proves, at 95 %."""
    if tries < 10:
        return f"0 of {tries} random kills proves little."
    return f"0 of {tries} random kills proves that fewer than {3 / tries:.1%} do harm (rule of three, at 95 %)."


def _share(one: Told) -> str:
    if len(one.died) == one.boundaries:
        return "Those are all boundaries that this story passes: nothing is left to chance."
    return "The others were left out."


def _sum(some: Iterable[Tally]) -> Tally:
    whole = Tally()
    for one in some:
        whole.add(one)
    return whole


def _figures(one: Tally) -> tuple[int, int, int, int]:
    return one.acknowledged, one.stored, one.lost, one.doubled
