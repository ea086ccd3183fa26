"""What the tests of storage and jobs stand on: an empty database with all tables, a clock that stands, a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.jobs import Handler, Worker
from sandbox.clock import SetClock
from storage.database import Database
from storage.job_tables import job
from storage.queue import Job, enqueue
from tests.databases import DATABASES

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def database_file(folder: Path) -> str:
    """The address of a database with all tables; the same folder gives the same one again."""
    return DATABASES.address(folder).replace("sqlite+aiosqlite:", "sqlite:")


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[Database]:
    """A new database, open."""
    db = await Database.open(database_file(folder))
    try:
        yield db
    finally:
        await db.close()


@dataclass
class Workshop:
    """A database, a clock that stands at noon, and workers that end with the test. `ran` is what handlers note down."""

    db: Database
    clock: SetClock
    ran: list[Any] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    async def worker(self, handlers: Mapping[str, Handler], **settings: Any) -> Worker:
        worker = Worker(self.db, self.clock, handlers, **settings)
        self.workers.append(worker)
        await worker.start()
        return worker

    async def add(self, *jobs: Job) -> list[bool]:
        async with self.db.write() as session:
            return [await enqueue(session, one) for one in jobs]

    async def row(self, job_id: str) -> Any:
        """The job as it stands, None where there is none."""
        async with self.db.read() as session:
            return (await session.execute(select(job).where(job.c.id == job_id))).one_or_none()

    async def until(self, job_id: str, holds: Callable[[Any], bool]) -> None:
        """Wait in real time until the job's row is as it should be."""
        while not holds(await self.row(job_id)):  # noqa: ASYNC110  nothing tells when another task has committed
            await asyncio.sleep(0.01)

    async def until_running(self, job_id: str) -> None:
        await self.until(job_id, lambda row: row.state == "running")

    async def advance(self, worker: Worker, span: timedelta) -> None:
        """Let time go by; what falls due meanwhile runs at its own time."""
        await self.clock.advance(span, worker.idle)

    def at(self, seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)


@asynccontextmanager
async def workshop(folder: Path) -> AsyncIterator[Workshop]:
    async with open_database(folder) as db:
        shop = Workshop(db, SetClock(NOON))
        try:
            yield shop
        finally:
            for worker in shop.workers:
                await worker.stop(timedelta(0))
