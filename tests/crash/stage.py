"""Where the killing takes place: a workspace that remembers, a bot that can die, a database to read. Knows no load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from sandbox import WallClock, Workspace
from sandbox.channels import Channel
from sandbox.people import Person
from storage.database import Database
from storage.job_tables import FAILED, READY, RUNNING, job
from tests.crash.mortal import PATIENCE, Mortal, mortal
from tests.postgres import fresh_database, server
from tests.rig import MANIFEST

DATABASES = ("sqlite", "postgresql")
#: Slack sends again after 0, 60 and 300 s; here a bot dies every second, so that goes faster too.
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (0, 0.5, 1, 2, 4, 8))
NO_DELAY = timedelta(0)
PEOPLE = ("ana", "ben", "cat", "dan")
#: A job that waits longer than this is a timer (an erasure, a fading button) and nothing to wait for, unless it waits
#: because it failed or its worker died.
SOON = timedelta(seconds=6)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Stage:
    """`ana`, `ben`, `cat` and `dan` in #ops; the bot is asked to invite `ben` and to announce in #incidents."""

    ws: Workspace
    bot: Mortal
    database_url: str
    died_at: datetime = _NEVER
    """When the bot was last killed."""
    _db: Database | None = None

    def person(self, handle: str) -> Person:
        return self.ws.person(handle)

    @property
    def ops(self) -> Channel:
        return self.ws.channel("ops")

    @property
    def rooms(self) -> list[Channel]:
        """The channels that the bot has made, oldest first."""
        return [one for one in self.ws.channels if one.is_channel and one.creator_id == self.ws.bot_user_id]

    async def connected(self) -> None:
        await asyncio.wait_for(self.ws.socket.connected(), PATIENCE)

    async def settled(self, patience: float = PATIENCE) -> None:
        """Return when every event is acknowledged or given up, and no job is left that is due soon.

        Raises TimeoutError where the bot did nothing for `patience` seconds although something is left.
        """
        progress, deadline = -1, 0.0
        while self.unheard() or self.ws.busy or await self.jobs_left():
            if self.progress > progress:
                progress, deadline = self.progress, time.monotonic() + patience
            elif time.monotonic() > deadline:
                left = f"{await self.jobs_left()} left, {self.unheard()} unheard"
                raise TimeoutError(f"nothing done in {patience:g} s: {left}")
            await asyncio.sleep(0.03)

    def unheard(self) -> int:
        """How many payloads are neither acknowledged nor given up; a retry that waits for its time is one."""
        return sum(one.outcome is None for one in self.ws.acks[-2_000:])

    def under_way(self) -> int:
        """How many payloads are with the bot that lives now."""
        latest = self.ws.acks[-500:]
        return sum(one.waiting is not None and one.sent_at > self.died_at for one in latest if one.sent_at is not None)

    @property
    def progress(self) -> int:
        """Grows with all that the bot does: acknowledgements and calls."""
        return len(self.ws.calls) + sum(one.acked_at is not None for one in self.ws.acks)

    async def database(self) -> Database:
        """The database beside the bot, to be read; there must have been a bot once."""
        if self._db is None:
            self._db = await Database.open(self.database_url, read_only=True)
        return self._db

    async def jobs_left(self) -> list[str]:
        """The jobs that run, are due soon, or were begun before."""
        async with (await self.database()).read() as session:
            soon = job.c.due_at < datetime.now(UTC) + SOON
            begun = (job.c.failures > 0) | (job.c.lost > 0)
            query = select(job.c.id).where(job.c.state.in_((READY, RUNNING)), soon | begun)
            return list((await session.execute(query)).scalars())

    async def jobs_failed(self) -> int:
        async with (await self.database()).read() as session:
            query = select(func.count()).select_from(job).where(job.c.state == FAILED)
            return int((await session.execute(query)).scalar_one())


@asynccontextmanager
async def stage(folder: Path, database_url: str, *, call: timedelta, under: Sequence[str] = ()) -> AsyncIterator[Stage]:
    """A stage whose Slack answers each call after `call`, its effect taken."""
    async with Workspace(MANIFEST, WallClock(), limits=False) as ws:
        ws.courier.retry_after = RETRY_AFTER
        for handle in PEOPLE:
            ws.add_person(handle, name=handle.title())
        await ws.add_channel("ops", members=PEOPLE)
        await ws.add_channel("incidents", members=["ana", "tocsin"])
        if call:
            ws.faults.add("*", "after", delay=call, times=None)
        async with mortal(ws, folder, database_url, under) as bot:
            here = Stage(ws, bot, database_url)
            try:
                yield here
            finally:
                if here._db is not None:
                    await here._db.close()


@contextmanager
def database_server(name: str) -> Iterator[str | None]:
    """The URL of a PostgreSQL server as it runs in service, with fsync; None where SQLite needs no server."""
    if name == "sqlite":
        yield None
    else:
        with server({"fsync": "on", "full_page_writes": "on"}) as url:
            yield url


async def empty_database(server_url: str | None, folder: Path, name: str) -> str:
    """The URL of a new database: on the server, or a file in the folder."""
    if server_url is None:
        return f"sqlite+aiosqlite:///{folder / 'tocsin.db'}"
    return await fresh_database(server_url, name)
