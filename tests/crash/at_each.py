"""kill -9 at every boundary: each telling of a story ends the bot at another one, on several stages at once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from pathlib import Path

from tests.crash.printing import say_progress
from tests.crash.reckoning import Reckoning, reckon
from tests.crash.stage import NO_DELAY, empty_database, stage
from tests.crash.story import TELLINGS, Teller, Telling

#: A telling is mostly waiting (leases, retries, what Slack does later), so that two cores take four.
AT_ONCE = 4
#: A bot that lives answers within this; one that is dead is not waited for.
ANSWERED_WITHIN = timedelta(seconds=0.6)
SENT_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (0, 0.1, 0.3, 0.6, 1, 1, 2, 4, 8))

Boundary = tuple[Telling, str]


@dataclass(slots=True)
class Told:
    """All tellings. `boundaries`: how many there are, 0 where that was not learnt; `died`: those it died at, `missed`:
    those that two tellings did not pass."""

    database: str
    boundaries: int = 0
    seconds: float = 0.0
    died: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    reckoning: Reckoning = field(default_factory=Reckoning)


async def die_at_each(
    database: str,
    server_url: str | None,
    folder: Path,
    choose: Callable[[Sequence[Boundary]], Sequence[Boundary]],
    *,
    at_once: int = AT_ONCE,
    until: float = inf,
) -> Told:
    """Tell each story once to learn its boundaries, then once for each that `choose` picks; reckon in the end.

    No new telling begins after `until`, of the monotonic clock.
    """
    begun, told = time.monotonic(), Told(database)
    async with AsyncExitStack() as stack:
        tellers = [await _teller(stack, server_url, folder / str(n)) for n in range(at_once)]
        async with asyncio.TaskGroup() as group:  # some things are looked up once and for all
            for one in tellers:
                group.create_task(_warmed(one))
        boundaries = [(telling, name) for telling in TELLINGS for name in await _boundaries(tellers[0], telling)]
        told.boundaries, left = len(boundaries), deque(choose(boundaries))
        async with asyncio.TaskGroup() as group:
            for one in tellers:
                group.create_task(_die_at_those(one, left, told, until))
        for one in tellers:
            told.reckoning.add(await _reckoned(one))
    told.seconds = time.monotonic() - begun
    return told


async def die_at(database: str, server_url: str | None, folder: Path, boundaries: Sequence[Boundary]) -> Told:
    """Tell stories in which the bot dies at these boundaries; reckon in the end. How many there are is not learnt."""
    begun, told = time.monotonic(), Told(database)
    async with AsyncExitStack() as stack:
        teller = await _teller(stack, server_url, folder / "0")
        await teller.here.bot.begin()
        await _die_at_those(teller, deque(boundaries), told)
        told.reckoning = await _reckoned(teller)
    told.seconds = time.monotonic() - begun
    return told


async def _teller(stack: AsyncExitStack, server_url: str | None, folder: Path) -> Teller:
    """One with a stage and a database of its own."""
    folder.mkdir()  # noqa: ASYNC240  at once
    url = await empty_database(server_url, folder, f"crash_story_{folder.name}")
    here = await stack.enter_async_context(stage(folder, url, call=NO_DELAY))
    here.ws.courier.ack_within, here.ws.courier.retry_after = ANSWERED_WITHIN, SENT_AGAIN
    return Teller(here)


async def _warmed(teller: Teller) -> None:
    bot = teller.here.bot
    await bot.begin(warm=True)
    await teller.through(None)
    await bot.rest()
    await bot.begin()
    await teller.starting(None)


async def _boundaries(teller: Teller, telling: Telling) -> list[str]:
    teller.here.bot.passed()
    await telling(teller, None)
    return list(dict.fromkeys(teller.here.bot.passed()))


async def _die_at_those(teller: Teller, left: deque[Boundary], told: Told, until: float = inf) -> None:
    """Tell a story for each boundary left, so that the bot dies there; a second time where it did not come by."""
    while left and time.monotonic() < until:
        telling, target = left.popleft()
        died = await telling(teller, target) or await telling(teller, target)
        (told.died if died else told.missed).append(target)
        say_progress(f"at boundaries on {told.database}", len(told.died) + len(told.missed), told.boundaries)


async def _reckoned(teller: Teller) -> Reckoning:
    """What is there for a bot that starts after everything."""
    here = teller.here
    here.bot.kill()
    await here.bot.dead()
    await here.bot.begin()
    await here.settled()
    found = await reckon(here, teller.asked)
    found.faults = [teller.named(fault) for fault in found.faults]
    return found
