"""Claims jobs that are due, runs their handlers and records how each ended; it knows no kind of job but the purge."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.jobs.context import Handler, JobContext
from bot.jobs.ending import OnFailed, record_end, say
from bot.jobs.gates import Gates
from bot.jobs.outcome import DIED, MOST_LOST, Fenced, Permanent, trace_of
from bot.jobs.purge import PURGE, next_purge, purge_done
from bot.jobs.together import Together
from bot.reference import new_reference, working_on
from storage.claims import Claimed, Claims
from storage.database import Database
from storage.queue import enqueue
from storage.steps import Step, steps_of

log = logging.getLogger(__name__)

_PAUSE = timedelta(seconds=1)  # after an error of the database, before it is asked again
_BREATH = timedelta(milliseconds=50)  # a job that is due but locked by another replica is not asked for in a tight loop
_STUCK = 60.0  # seconds; a database that is slow or away answers, or refuses, well before
_CUT_OFF = 2.0  # seconds for a cancelled handler to leave


class Worker:
    """One of them in each process. Give it `db`'s jobs with `start`, take them back with `stop`.

    `handlers`: kind to handler; kinds it does not know are left for others. `lease`: a job whose worker was silent for
    so long is taken over. `poll`: how often to look for jobs that other processes added; None where there are no others
    (SQLite): then it sleeps until something is due or a commit of this process adds a job. `calm`: how long it has run
    before it tries a job that may be what kills its process, with nothing else in hand. `on_failed` writes in the
    transaction that gives a job up, so that the alert it enqueues is never lost. `gates` are told what other replicas
    were told. Jobs of a kind in `together` share transactions for what they have done. `after` is awaited before any
    are claimed: whoever is waited for by people goes first.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 8,
        lease: timedelta = timedelta(seconds=60),
        heartbeat: timedelta = timedelta(seconds=20),
        poll: timedelta | None = None,
        calm: timedelta = timedelta(seconds=15),
        on_failed: OnFailed | None = None,
        gates: Gates | None = None,
        together: Collection[str] = (),
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._handlers = {**handlers, PURGE: purge_done}
        self._concurrency = concurrency
        self._heartbeat = heartbeat
        self._poll = poll
        self._calm = calm
        self._on_failed, self._gates, self._after = on_failed, gates, after
        self.name = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._claims = Claims(self.name, self._handlers, lease)
        self._together = Together(db, self._claims, together)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._fenced: set[str] = set()
        self._wake = asyncio.Event()
        self._rested = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._closing = self._closed = self._parked = False
        self._until: datetime | None = None
        self._due_at: datetime | None = None
        self._beat_at: datetime | None = None
        self._calm_at = clock.now() + calm
        self._alone_at: datetime | None = None  # when a suspected job is to be tried; None: there is none
        self._round_at: float | None = None  # when the round under way began, by the event loop's clock

    async def start(self) -> None:
        """Begin. On SQLite, where nobody else can be running, what a killed process left is ready again at once."""
        async with self._db.write() as session:
            if self._db.dialect == "sqlite":
                await self._claims.release_all(session)
            await enqueue(session, next_purge(self._clock.now()))
        self._db.on_jobs(self.wake)
        self._loop = asyncio.create_task(self._run(), name="job worker")

    async def stop(self, grace: timedelta = timedelta(seconds=10)) -> None:
        """Claim no more, let what runs end within `grace` (real time), hand the rest back; none counts as failed."""
        if self._loop is None:
            return
        self._closing = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=grace.total_seconds())
        for task in self._running.values():
            task.cancel()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=_CUT_OFF)
        self._closed = True
        self.wake()
        await self._loop
        self._loop = None
        self._db.off_jobs(self.wake)
        await self._together.drain()
        async with self._db.write() as session:
            await self._claims.release_own(session)  # of handlers that would not leave

    def wake(self) -> None:
        """Look for jobs now. Commits of this process that touch jobs do this by themselves."""
        self._wake.set()

    @property
    def turns(self) -> bool:
        """Whether the loop goes round: it neither ended by itself nor has been in one round for a minute."""
        if self._loop is None or self._loop.done():
            return False
        return self._round_at is None or self._loop.get_loop().time() - self._round_at < _STUCK

    @property
    def quiet(self) -> bool:
        """Nothing runs here, and nothing that this worker could run is due."""
        if not self._parked or self._running or self._wake.is_set():
            return False
        return self._until is None or self._until > self._clock.now()

    async def idle(self) -> None:
        """Come back when `quiet`."""
        while not self.quiet:
            if self._loop is None or self._loop.done():
                raise RuntimeError("the worker is not running")
            self._rested.clear()
            await self._rested.wait()

    def next_due_at(self) -> datetime | None:
        """When the next job is due, None if there is none; exact while `quiet`. The daily purge is a job too."""
        return self._due_at

    async def _run(self) -> None:
        while not self._closed:
            if self._after is not None:
                await self._after()
            now = self._clock.now()
            self._round_at = asyncio.get_running_loop().time()
            try:
                self._until = await self._round(now)
            except IntegrityError:  # another replica took one of the lanes; by now it shows
                self._until = now + _BREATH
            except Exception as error:
                log.error("jobs.database_error error=%s trace=%s", type(error).__name__, trace_of(error)[-3:])
                self._until = now + _PAUSE
            self._round_at = None
            # A round clears what woke it, so that `stop` may have called during it and would not be heard again.
            if self._wake.is_set() or self._closed:
                await asyncio.sleep(0)
                continue
            self._parked = True
            self._rested.set()
            await self._clock.wait(self._wake, self._until)
            self._parked = False

    async def _round(self, now: datetime) -> datetime | None:
        """Claim what is due and begin it; answers when to look again, None: when woken."""
        woken = self._wake.is_set()
        self._wake.clear()
        mine = list(self._running)
        if mine and self._beat_at is not None and self._beat_at <= now:
            await self._beat(now, mine)
        alone, free = self._room(now)
        due_at = lapse_at = None
        claimed: list[Claimed] = []
        if free > 0:
            # Most looks for what other replicas left find nothing, and cost half of a claim then.
            due_at, lapse_at = (now, None) if woken else await self._glance(now, mine)
            if any(at is not None and at <= now for at in (due_at, lapse_at)):
                claimed, due_at, lapse_at = await self._claim(now, mine, free, alone=alone)
        for job in claimed:
            self._begin(job, now)
        if free > 0 and self._room(now)[0] != alone:
            self._wake.set()  # those that run alone have their turn now, or the others
        self._due_at = due_at
        if due_at is not None and due_at <= now:
            due_at = now + _BREATH
        beat_at = self._beat_at if self._running else None
        poll_at = now + self._poll if self._poll is not None and free > 0 else None
        return min((at for at in (due_at, lapse_at, beat_at, poll_at) if at is not None), default=None)

    async def _glance(self, now: datetime, mine: Collection[str]) -> tuple[datetime | None, datetime | None]:
        """As `_look_ahead`; and what other replicas were told besides."""
        async with self._db.glance() as session:
            if self._gates is not None and self._poll is not None:
                await self._gates.learn(session, now)
            return await self._look_ahead(session, now, mine)

    async def _claim(
        self, now: datetime, mine: list[str], free: int, *, alone: bool
    ) -> tuple[list[Claimed], datetime | None, datetime | None]:
        """What is ours from now on, and what `_look_ahead` says of the rest, where all that is due was claimed."""
        due_at = lapse_at = None
        async with self._db.write() as session:
            if self._gates is not None and self._poll is not None:
                await self._gates.learn(session, now)
            claimed = await self._claims.claim(session, now, free, suspect=alone)
            if len(claimed) < free:
                held = [*mine, *(job.id for job in claimed)]
                due_at, lapse_at = await self._look_ahead(session, now, held)
            if lapse_at is not None and lapse_at <= now:
                if await self._claims.take_over(session, now, mine):
                    self._wake.set()
                lapse_at = now + _BREATH
        return claimed, due_at, lapse_at

    def _room(self, now: datetime) -> tuple[bool, int]:
        """Whether it is a suspected job's turn, and how many may be claimed; such a one only when nothing is in hand.

        While it runs nothing asks for the next, so that it stays its turn.
        """
        alone = self._alone_at is not None and self._alone_at <= now
        if self._closing:
            return alone, 0
        return alone, int(not self._running) if alone else self._concurrency - len(self._running)

    async def _look_ahead(
        self, session: AsyncSession, now: datetime, held: Collection[str]
    ) -> tuple[datetime | None, datetime | None]:
        """When a job is due next, suspected ones at their time, and when another worker's lease lapses."""
        due_at, lapse_at, suspect_at = await self._claims.ahead(session, now, held)
        self._alone_at = max(suspect_at, self._calm_at) if suspect_at is not None else None
        return min((at for at in (due_at, self._alone_at) if at is not None), default=None), lapse_at

    async def _beat(self, now: datetime, mine: list[str]) -> None:
        async with self._db.write() as session:
            ours = await self._claims.renew(session, now, mine)
        for job_id in set(mine) - ours:
            if (task := self._running.get(job_id)) is not None:
                self._fenced.add(job_id)
                task.cancel()
        self._beat_at = now + self._heartbeat

    def _begin(self, job: Claimed, now: datetime) -> None:
        if not self._running:
            self._beat_at = now + self._heartbeat
        self._running[job.id] = asyncio.create_task(self._perform(job), name=f"job {job.id}")

    async def _perform(self, job: Claimed) -> None:
        with working_on(job.reference or new_reference()):
            await self._carry_out(job)

    def _context(self, job: Claimed, steps: Mapping[str, Step] | None = None) -> JobContext:
        return JobContext(self._db, self._clock, self._claims, self._together, job, steps)

    async def _carry_out(self, job: Claimed) -> None:
        ctx = self._context(job)
        try:
            if job.claims > 1:
                async with self._db.read() as session:
                    ctx = self._context(job, await steps_of(session, job.id))
            if job.lost >= MOST_LOST:
                raise Permanent(f"{DIED} {job.lost} times while it ran, at the end with nothing else in hand")
            if job.suspect:
                say(log, logging.WARNING, "alone", job)
            with ctx.carried_out():
                await self._handlers[job.kind](ctx, job.payload)
            if not ctx.finished:
                await ctx.finish()
            say(log, logging.INFO, "done", job)
        except asyncio.CancelledError:
            await self._settle(ctx, None)
        except Exception as error:
            await self._settle(ctx, error)
        finally:
            self._running.pop(job.id, None)
            self._fenced.discard(job.id)
            self._wake.set()

    async def _settle(self, ctx: JobContext, error: Exception | None) -> None:
        """Record an end other than well; `error` is None for a job that was cut off."""
        if isinstance(error, Fenced) or ctx.job.id in self._fenced:
            say(log, logging.WARNING, "fenced", ctx.job)
        elif ctx.finished:  # the handler raised after its closing transaction, which stands
            say(log, logging.ERROR, "raised_after_end", ctx.job, error)
        else:
            try:
                await record_end(ctx, error, self._on_failed)
            except Exception as failure:  # the database is away: the lease lapses, and somebody takes the job over
                say(log, logging.ERROR, "not_recorded", ctx.job, failure)
