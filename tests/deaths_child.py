"""A worker in a process that dies again and again, for the tests of who is blamed for it.

Usage: deaths_child.py DATABASE KILLS. The first KILLS lives end amid the job `slow`, or once there is nothing to do.
With no KILLS there is a job `poison` beside it, which kills its process. Then each life lasts as long as it can, until
both are over. Says how often the process died, and how many deaths `slow` was charged with after KILLS.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta

from sqlalchemy import select

from bot.clock import SystemClock
from bot.jobs import Worker
from storage.database import Database
from storage.job_tables import job
from storage.queue import Job, enqueue

LONG = 0.1
MOST_LIVES = 20


begun = asyncio.Event()


async def slow(ctx, payload):
    async def call(attempt):
        begun.set()
        await asyncio.sleep(LONG)

    await ctx.step("one", call)


async def poison(ctx, payload):
    async def call(attempt):
        await asyncio.sleep(LONG / 2)
        os.kill(os.getpid(), signal.SIGKILL)

    await ctx.step("one", call)


async def live(url: str, calm: timedelta, busy: int) -> None:
    db = await Database.open(url)
    worker = Worker(db, SystemClock(), {"slow": slow, "poison": poison}, calm=calm)
    await worker.start()
    while [one for one in await jobs(db) if one.state not in ("done", "failed")]:
        if begun.is_set() or worker.quiet:
            os.write(busy, b".")
        await asyncio.sleep(0.02)
    await worker.stop()
    await db.close()


async def jobs(db):
    async with db.read() as session:
        return (await session.execute(select(job).where(job.c.kind.in_(["slow", "poison"])))).all()


async def prepare(url: str, *kinds: str) -> None:
    db = await Database.open(url)
    async with db.write() as session:
        for kind in kinds:
            await enqueue(session, Job(kind, kind, SystemClock().now()))
    await db.close()


async def lost(url: str) -> int:
    db = await Database.open(url)
    found = next(one.lost for one in await jobs(db) if one.kind == "slow")
    await db.close()
    return found


def dies(url: str, calm: timedelta, killed: bool) -> bool:
    """One life; whether it ended in death."""
    heard, busy = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(live(url, calm, busy))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(busy)
    if killed:
        os.read(heard, 1)
        os.kill(pid, signal.SIGKILL)
    ended = os.waitpid(pid, 0)[1]
    os.close(heard)
    return ended == signal.SIGKILL


def main(url: str, kills: int) -> None:
    asyncio.run(prepare(url, "slow", *([] if kills else ["poison"])))
    for _ in range(kills):
        assert dies(url, timedelta(seconds=30), True)
    charged = asyncio.run(lost(url))
    deaths = 0
    while deaths < MOST_LIVES and dies(url, timedelta(seconds=LONG), False):
        deaths += 1
    print(kills + deaths, charged)


main(sys.argv[1], int(sys.argv[2]))
