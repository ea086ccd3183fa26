"""Writes down what jobs have done: of those kinds of which many run at once, in transactions that they share.

Fifty incidents that are opened at once store four hundred steps; with a transaction each that was a third of the
processor. Knows no kind of job and calls nothing outside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs.outcome import Fenced
from storage.batching import GroupCommit
from storage.claims import Claimed, Claims
from storage.database import Database
from storage.steps import store_step, store_step_behind

R = TypeVar("R")
_STORED = "steps stored"


@dataclass(frozen=True, slots=True)
class Done:
    """A step of a job that was done at `at`, and its result."""

    job: Claimed
    name: str
    result: Any
    at: datetime


class Together:
    """One of them in each worker. `kinds`: those that share; what they write must touch nothing but its session, since
    it is written again where that of another one fails."""

    def __init__(self, db: Database, claims: Claims, kinds: Collection[str]) -> None:
        self._db = db
        self._claims = claims
        self._kinds = kinds
        self._group = GroupCommit(db, at_once=self._store_at_once)

    async def write(self, job: Claimed, work: Callable[[AsyncSession], Awaitable[R]], done: Done | None = None) -> R:
        """The result of `work` after its commit; `done` is the step that it stores. Raises what `work` raises."""
        if job.kind in self._kinds:
            return await self._group.run(work, done)
        async with self._db.write() as session:
            return await work(session)

    async def store(self, session: AsyncSession, done: Done) -> None:
        """Prolong a job's lease and remember its step, unless that was done for several already. Raises Fenced."""
        if (done.job.id, done.name) in session.info.get(_STORED, ()):
            return
        if not await self._claims.get_on(session, done.job, done.at):
            raise Fenced(done.job.id)
        await store_step(session, done.job.id, done.name, done.result, at=done.at)

    async def drain(self) -> None:
        """Wait until nothing is being written."""
        await self._group.drain()

    async def _store_at_once(self, session: AsyncSession, steps: Sequence[Done]) -> set[int]:
        """Those whose jobs are still ours; whoever is fenced hears it from `store`. What else they write is left."""
        if len(steps) > 1:
            jobs = {one.job.id: one.job for one in steps}
            ours = await self._claims.get_on_together(session, list(jobs.values()), max(one.at for one in steps))
            stored = [one for one in steps if one.job.id in ours]
            for one in stored:
                store_step_behind(session, one.job.id, one.name, one.result, at=one.at)
            session.info[_STORED] = {(one.job.id, one.name) for one in stored}
        return set()
