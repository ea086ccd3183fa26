"""What it costs to keep each message of an incident's channel before it is acknowledged.

Every table ends with a proof: each message that was acknowledged is in the database, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.apps import Under, bare, stored, tocsin
from bench.databases import DURABLE, SLOW, SLOW_DISK, databases
from bench.slack import Outcome
from bench.table import percentile, show, verdict

WARM_UP, MEASURED, RATE, SECONDS = 1_000, 8_000, 100, 30
SMALL, LARGE, WINDOW, TURNS = 1_000, 100_000, 8_000, 8
FASTEST, LATE, SLOWER = 0.5, 0.100, 1.15  # SLOWER is noise: two runs of one and the same differ by as much
MEMORY = 130.0  # megabytes
HEADS = (
    "",
    "msg/s",
    "of bare",
    "p50 ms",
    "p99 ms",
    "most ms",
    "CPU µs",
    "PSS MB",
    "acked",
    "stored",
    "lost",
    "twice",
    "",
)


def run() -> None:
    """Measure and print the three tables."""
    _fastest()
    _slow_disk()
    _long_channel()


def _fastest() -> None:
    """As fast as this machine can, everything kept with full durability; the bare app before and after."""

    async def load(app: Under) -> Outcome:
        return await app.slack.as_fast_as_it_can(MEASURED)

    with databases(DURABLE) as both:
        before = asyncio.run(_bare(load))
        ours = {name: asyncio.run(_ours(load, *where)) for name, where in both.items()}
        after = asyncio.run(_bare(load))
    pace = (before.rate + after.rate) / 2
    rows = [before.row("bare Bolt app", pace)]
    rows += [one.row(name, pace, one.rate / pace >= FASTEST) for name, one in ours.items()]
    show(
        "Messages as fast as this machine can, 100 unacknowledged at a time, on the disk before the acknowledgement",
        HEADS,
        [*rows, after.row("bare Bolt app, again", pace)],
        "The load comes from a process of its own. Promised: at least 0.5 of the bare app, which keeps nothing.",
    )


def _slow_disk() -> None:
    async def load(app: Under) -> Outcome:
        return await app.slack.at_a_rate(RATE, SECONDS)

    rows = []
    with databases(SLOW) as both:
        bare_one = asyncio.run(_bare(load))
        rows.append(bare_one.row("bare Bolt app", bare_one.rate))
        for name, where in both.items():
            one = asyncio.run(_ours(load, *where, fsync=SLOW_DISK if name == "SQLite" else 0.0))
            rows.append(one.row(name, bare_one.rate, one.percentile(0.99) < LATE and one.percentile(1.0) < 3.0))
    show(
        f"{RATE} messages a second for {SECONDS} s, each commit {SLOW_DISK * 1000:.0f} ms slower",
        HEADS,
        rows,
        "Promised: p99 under 100 ms, none over 3,000 (Slack sends an app 8 a second at most).",
    )


def _long_channel() -> None:
    """A channel that has few messages beside one that has many."""
    rows = []
    with databases(DURABLE) as some, databases(DURABLE) as others:
        for name in some:
            few, many = asyncio.run(_side_by_side(some[name], others[name]))
            # By processor time, which others on the machine disturb less than the clock's.
            held = many.each < few.each * SLOWER and many.megabytes < MEMORY
            rows += [few.row(f"{name}, of {SMALL:,}", few.rate), many.row(f"{name}, of {LARGE:,}", few.rate, held)]
    heads = [*HEADS[:2], "of few", *HEADS[3:]]
    note = f"Over {WINDOW:,} messages each, by turns. Promised: no more work for each, and under {MEMORY:.0f} MB."
    show("A channel of few messages and of many", heads, rows, note)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A load, and what the app's processor time, memory and database say of it; `kept` is None for the bare app."""

    outcome: Outcome
    cpu_seconds: float
    megabytes: float
    kept: list[str] | None = None

    @property
    def rate(self) -> float:
        return len(self.outcome.acknowledged) / self.outcome.seconds

    @property
    def each(self) -> float:
        """Seconds of the processor a message."""
        return self.cpu_seconds / self.outcome.sent

    @property
    def lost(self) -> int:
        return len(self.outcome.acknowledged - set(self.kept or ()))

    @property
    def doubled(self) -> int:
        return len(self.kept or ()) - len(set(self.kept or ()))

    def percentile(self, share: float) -> float:
        """Seconds within which so many were acknowledged; never, where some were not."""
        one = self.outcome
        return percentile(one.latencies, share) if len(one.acknowledged) == one.sent else float("inf")

    def row(self, name: str, pace: float, held: bool = True) -> list[object]:
        """`held` is what was promised besides that nothing is lost or doubled."""
        times = [self.percentile(share) * 1000 for share in (0.5, 0.99, 1.0)]
        figures = [*times, self.each * 1_000_000, self.megabytes, len(self.outcome.acknowledged)]
        proof: list[object] = ["", "", "", ""]
        if self.kept is not None:
            whole = held and not self.lost and not self.doubled
            proof = [len(self.kept), self.lost, self.doubled, verdict(whole)]
        return [name, self.rate, self.rate / pace, *figures, *proof]


Load = Callable[[Under], Awaitable[Outcome]]


async def _bare(load: Load) -> _Measured:
    async with bare() as app:
        return await _loaded(app, load)


async def _ours(load: Load, url: str, folder: Path, fsync: float = 0.0) -> _Measured:
    async with tocsin(url, folder, fsync=fsync) as app:
        found = await _loaded(app, load)
    return replace(found, kept=await stored(url))


async def _side_by_side(small: tuple[str, Path], large: tuple[str, Path]) -> tuple[_Measured, _Measured]:
    """By turns, since the machine's speed changes from one minute to the next."""
    async with tocsin(*small) as few, tocsin(*large) as many:
        await few.slack.as_fast_as_it_can(SMALL)
        await many.slack.as_fast_as_it_can(LARGE - WINDOW)
        turns = [[await _turn(app) for app in (few, many)] for _ in range(TURNS)]
    of_few, of_many = (_all_of(each) for each in zip(*turns, strict=True))
    return replace(of_few, kept=await stored(small[0])), replace(of_many, kept=await stored(large[0]))


async def _turn(app: Under) -> _Measured:
    return await _measured(app, app.slack.as_fast_as_it_can(WINDOW // TURNS))


def _all_of(turns: Sequence[_Measured]) -> _Measured:
    outcomes = [turn.outcome for turn in turns]
    outcome = Outcome(
        sent=sum(one.sent for one in outcomes),
        seconds=sum(one.seconds for one in outcomes),
        latencies=sorted(latency for one in outcomes for latency in one.latencies),
        acknowledged=set().union(*(one.acknowledged for one in outcomes)),
        told={},
        strays=sum(one.strays for one in outcomes),
    )
    return _Measured(outcome, sum(turn.cpu_seconds for turn in turns), turns[-1].megabytes)


async def _loaded(app: Under, load: Load) -> _Measured:
    """Once with what is measured by nobody, so that caches are as warm as they are in use."""
    await app.slack.as_fast_as_it_can(WARM_UP)
    return await _measured(app, load(app))


async def _measured(app: Under, load: Awaitable[Outcome]) -> _Measured:
    before = app.program.cpu_seconds()
    outcome = await load
    return _Measured(outcome, app.program.cpu_seconds() - before, app.program.megabytes())
