"""Group commit: one writer takes what waits, commits once, releases each waiter. Knows no table and no kind of work.

Measured: 5,000 to 13,000 rows/s with full durability, against 300 to 700 with a commit each.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database

R = TypeVar("R")
Work = Callable[[AsyncSession], Awaitable[R]]

MOST_AT_ONCE = 128
MOST_WAITING = 5_000


class Overloaded(Exception):
    """More waits than can be written soon: the sender is to try again later. Nothing was written."""


class GroupCommit:
    """Runs pieces of work in shared transactions. A piece is done when `run` returns: then it is durable.

    Work must touch nothing but its session: where a batch fails, each of its pieces is run again in a transaction of
    its own, so that a bad one fails alone.
    """

    def __init__(self, db: Database, *, most_at_once: int = MOST_AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._db = db
        self._most_at_once = most_at_once
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[Work[Any], asyncio.Future[Any]]] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def run(self, work: Work[R]) -> R:
        """The result of `work` after its commit. Raises what `work` raises, what the commit raises, and Overloaded."""
        if len(self._waiting) >= self._most_waiting:
            raise Overloaded
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain(), name="group commit")
        return await done

    async def _drain(self) -> None:
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_at_once))]
            batch = [(work, done) for work, done in taken if not done.cancelled()]
            if len(batch) > 1 and await self._together(batch):
                continue
            for work, done in batch:
                await self._alone(work, done)

    async def _together(self, batch: list[tuple[Work[Any], asyncio.Future[Any]]]) -> bool:
        """One transaction for all; False where any of it failed, and then nothing of it was written."""
        results = []
        try:
            async with self._db.write() as session:
                for work, _ in batch:
                    results.append(await work(session))
                    await session.flush()
        except Exception:
            return False  # which of them it was shows when each is run alone
        for (_, done), result in zip(batch, results, strict=True):
            if not done.cancelled():
                done.set_result(result)
        return True

    async def _alone(self, work: Work[Any], done: asyncio.Future[Any]) -> None:
        try:
            async with self._db.write() as session:
                result = await work(session)
        except Exception as fault:
            if not done.cancelled():
                done.set_exception(fault)
            return
        if not done.cancelled():
            done.set_result(result)

    async def drain(self) -> None:
        """Wait until nothing waits any more."""
        while self._writer is not None and not self._writer.done():
            await asyncio.wait([self._writer])
