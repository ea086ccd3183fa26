"""A process with a worker, for the tests that kill it: five steps, each noted down in a file when it takes effect.

Usage: jobs_child.py DATABASE EFFECTS [STEP]. With STEP it kills itself in that step, after the effect and before the
step is stored.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import SystemClock
from bot.jobs import Worker
from storage.database import Database
from storage.queue import Job, enqueue


async def main(url: str, effects: Path, deadly: str | None) -> None:
    async def handler(ctx, payload):
        for number in "12345":

            async def call(attempt, number=number):
                with effects.open("a") as out:
                    out.write(f"{number} {attempt}\n")
                if number == deadly:
                    os.kill(os.getpid(), signal.SIGKILL)
                return number

            async def save(session, result):
                await enqueue(session, Job(f"after:{result}", "after", datetime(2100, 1, 1, tzinfo=UTC)))

            await ctx.step(number, call, save)

    db = await Database.open(url)
    clock = SystemClock()
    worker = Worker(db, clock, {"five": handler})
    await worker.start()
    async with db.write() as session:
        await enqueue(session, Job("job", "five", clock.now(), lane="x"))
    await worker.idle()
    await worker.stop()
    await db.close()


asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
