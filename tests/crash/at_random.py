"""kill -9 at random moments of a bot under load: while it starts, connects, heals, takes in, opens, resolves."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from pathlib import Path

from tests.crash.people import Crowd, sends_again
from tests.crash.printing import say_progress
from tests.crash.reckoning import Reckoning, reckon
from tests.crash.stage import Stage, stage

#: Each call of Slack takes so long, its effect taken: time for a kill to fall between the effect and the answer.
CALL = timedelta(milliseconds=25)
#: One start in so many is killed before it is done.
NEVER_UP = 8
LONGEST_START = 0.15
#: A bot that is up lives until it has done a random number of things, fewer than this: machines differ in speed.
MOST_DONE = 50
#: The first bot does so much, less before few kills, and is stopped, so that later ones are quick.
WARM = 200
#: Nothing new is declared in the last kills, so that some incidents are resolved under them.
LAST = 4


@dataclass(frozen=True, slots=True)
class Killed:
    """What a series of kills came to. `events`: how many payloads were delivered, `calls`: how many calls made."""

    database: str
    kills: int
    unfinished_starts: int
    events: int
    calls: int
    seconds: float
    reckoning: Reckoning


async def kill_at_random(
    database: str, database_url: str, folder: Path, *, kills: int, seed: int, pause: float = 0.03, until: float = inf
) -> Killed:
    """Kill so often, or until then by the monotonic clock, start once more, wait until all is done, and reckon. The
    seed decides who does what, and when the kills fall; where in the bot they fall depends on the machine too."""
    loop, chance = asyncio.get_running_loop(), random.Random(seed)
    begun = loop.time()
    async with stage(folder, database_url, call=CALL) as here:
        crowd = Crowd(here, chance, pause)
        await here.bot.begin(warm=True)  # the tables are made by a start that is left alone
        crowd.begin()
        await _so_much(here, min(WARM, 4 * kills))
        await here.bot.rest()
        await here.bot.begin(wait=False)
        done = unfinished = 0
        while done < kills and loop.time() < until:
            unfinished += await _one_kill(here, crowd, chance)
            await here.bot.begin(wait=False)
            done += 1
            say_progress(f"at random on {database}", done, kills)
        await here.connected()
        await crowd.end()
        _resolve_some(crowd, chance)
        await crowd.answered()
        sends_again(here, chance, 20)
        await here.settled()
        await _last_restart(here)
        found = await reckon(here, crowd.asked)
        if (acknowledged := sum(one.acknowledged for one in found.tallies.values())) < done:
            found.faults.append(f"only {acknowledged} things were acknowledged: too little was going on to be killed")
        spent = loop.time() - begun
        return Killed(database, done, unfinished, len(here.ws.acks), len(here.ws.calls), spent, found)


async def _one_kill(here: Stage, crowd: Crowd, chance: random.Random) -> bool:
    """Let the bot live a while and kill it; whether it never got up."""
    if chance.randrange(NEVER_UP) == 0:
        await asyncio.sleep(chance.uniform(0, LONGEST_START))
    else:
        await here.connected()
        if chance.random() < 0.3:
            sends_again(here, chance)
        await _so_much(here, chance.randrange(MOST_DONE))
        await asyncio.sleep(chance.uniform(0, 0.03))
    never_up = not here.ws.socket.connections
    here.bot.kill()
    await here.bot.dead()
    here.died_at = here.ws.clock.now()
    return never_up


async def _so_much(here: Stage, count: int) -> None:
    """So many acknowledgements and calls more, or none came for a while."""
    done, deadline = here.progress + count, time.monotonic() + 6
    while here.progress < done and time.monotonic() < deadline:  # noqa: ASYNC110  nothing tells
        await asyncio.sleep(0.005)


def _resolve_some(crowd: Crowd, chance: random.Random) -> None:
    """Of those still open some are resolved now, so that both kinds are reckoned."""
    for word in list(crowd.open)[:LAST]:
        room = crowd.room_of(word)
        if room is not None and crowd.stage.person("ana").id in room.members and chance.random() < 0.5:
            crowd.resolve(word)


async def _last_restart(here: Stage) -> None:
    """What is reckoned is what a bot finds that starts after everything."""
    here.bot.kill()
    await here.bot.dead()
    await here.bot.begin()
    await here.settled()
