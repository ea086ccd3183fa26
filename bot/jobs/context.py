"""What a handler is given: its job, and steps that happen once; it claims nothing and knows no kind of job."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.jobs.outcome import Fenced, Retry
from bot.jobs.together import Done, Together
from storage.claims import Claimed, Claims, finish
from storage.database import Database
from storage.gates import gate_of
from storage.steps import Step

R = TypeVar("R")

#: The part of a lease within which a call may still be begun: it must have landed before somebody else looks.
_CERTAIN = 0.75
_CARRIED_OUT: ContextVar[JobContext | None] = ContextVar("job", default=None)


async def still_ours() -> None:
    """To be asked before each call to the outside. Raises Fenced where the job that is carried out here is another
    worker's by now, since this process stood still for longer than a lease; in no job it does nothing."""
    if (context := _CARRIED_OUT.get()) is not None:
        await context.still_ours()


class JobContext:
    """One run of one job."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        claims: Claims,
        together: Together,
        job: Claimed,
        steps: Mapping[str, Step] | None = None,
    ) -> None:
        self.db = db
        self.clock = clock
        self.job = job
        self._claims = claims
        self._together = together
        self._steps = dict(steps or {})
        self._begun: set[str] = set()
        self._finished = False
        self._certain_until = clock.now() + claims.lease * _CERTAIN

    @contextmanager
    def carried_out(self) -> Iterator[None]:
        """Around its handler."""
        before = _CARRIED_OUT.set(self)
        try:
            yield
        finally:
            _CARRIED_OUT.reset(before)

    async def still_ours(self) -> None:
        """Raises Fenced where another worker has the job. Asks the database only when most of the lease is over."""
        now = self.clock.now()
        if now < self._certain_until:
            return
        async with self.db.write() as session:
            self._held(await self._claims.hold(session, self.job, now), now)

    def _held(self, ours: bool, now: datetime) -> None:
        if not ours:
            raise Fenced(self.job.id)
        self._certain_until = now + self._claims.lease * _CERTAIN

    async def step(
        self,
        name: str,
        call: Callable[[int], Awaitable[R]],
        save: Callable[[AsyncSession, R], Awaitable[None]] | None = None,
    ) -> R:
        """One outside call and what it leaves behind; the result of a step that is done is given without calling.

        `name` is unlike any other step's of the job and stays the same over releases. `call` is told the attempt: above
        1 it may have happened before, so it reads before it writes. Its result must be JSON (a tuple comes back as a
        list). Then one transaction stores the step together with what `save` writes. No transaction is open while
        `call` runs, and its own time limit must be far below the lease (60 s).

        Raises Fenced when another worker has the job by now, and whatever `call` and `save` raise.
        """
        known = self._steps.get(name)
        if known is not None and known.done:
            return cast(R, known.result)
        await self.still_ours()
        attempt = 1 + self.job.lost + (known.tries if known else 0)
        self._begun.add(name)
        try:
            answer = await call(attempt)
        except Retry:
            self._begun.discard(name)  # it says that nothing happened, so the next attempt need not look
            raise
        # Through JSON, so that the first run and a resumed one see the same.
        result = cast(R, json.loads(json.dumps(answer)))
        done = Done(self.job, name, result, self.clock.now())

        async def store(session: AsyncSession) -> None:
            await self._together.store(session, done)
            if save is not None:
                await save(session, result)

        await self._together.write(self.job, store, done)
        self._held(True, done.at)
        self._begun.discard(name)
        self._steps[name] = Step(result, done=True, tries=0)
        return result

    async def finish(self, save: Callable[[AsyncSession], Awaitable[None]] | None = None) -> None:
        """Close the job, in one transaction with what `save` writes, such as the next timer of a chain.

        A handler that returns without calling this is closed with nothing more. Raises Fenced.
        """
        if self._finished:
            raise RuntimeError(f"job {self.job.id} is finished already")

        async def close(session: AsyncSession) -> None:
            if not await finish(session, self.job, self.clock.now()):
                raise Fenced(self.job.id)
            if save is not None:
                await save(session)

        await self._together.write(self.job, close)
        self._finished = True

    async def gate(self, method: str) -> None:
        """Before calling a method that may be rate-limited: raises Retry while any worker was told to wait."""
        async with self.db.read() as session:
            until = await gate_of(session, method)
        if until is not None and (left := until - self.clock.now()).total_seconds() > 0:
            raise Retry(left)

    @property
    def finished(self) -> bool:
        """Whether the job is closed."""
        return self._finished

    @property
    def doubtful(self) -> Collection[str]:
        """Steps that were begun here and not stored: each may have happened."""
        return frozenset(self._begun)


Handler = Callable[[JobContext, Mapping[str, Any]], Awaitable[None]]
