"""This process among the replicas of one database: its sign of life there, and who else lives. Knows no Slack."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.jobs import Pace
from bot.metrics import Metrics
from storage.database import Database
from storage.replicas import Replica, forget_all, forget_replica, live_replicas, note_replica, note_strangers

log = logging.getLogger(__name__)


class Replicas:
    """One of them in each process. Where there can be no others (SQLite), it leaves one sign and looks for none.

    `links` is how many connections to Slack this process keeps: told before the first is opened, so that another
    replica never takes one of ours for a stranger's.
    """

    def __init__(
        self, db: Database, clock: Clock, pace: Pace, metrics: Metrics, *, name: str, release: str, links: int
    ) -> None:
        self._db = db
        self._clock = clock
        self._pace = pace
        self._metrics = metrics
        self._me = Replica(name, release, links, clock.now(), clock.now())
        self._among_others = db.dialect == "postgresql" and pace.poll is not None
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Give the first sign of life. Raises what the database raises."""
        self._metrics.replicas.set(1)
        await self._sign(alone=self._db.dialect == "sqlite")
        if self._among_others:
            self._beating = asyncio.create_task(self._beat_on(), name="replica")

    async def stop(self) -> None:
        """Take the sign of life back, so that nobody counts on what this process held."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        with suppress(SQLAlchemyError, OSError):  # it lapses by itself
            async with self._db.write() as session:
                await forget_replica(session, self._me.name)

    async def links_of_others(self) -> int:
        """How many connections to Slack the other live replicas keep. Raises what the database raises."""
        return sum(one.links for one in await self._living() if one.name != self._me.name)

    async def note_strangers(self, count: int) -> None:
        """Leave for `doctor` how many connections Slack counts beyond those of the live replicas."""
        with suppress(SQLAlchemyError, OSError):  # the log and the figures have it too
            async with self._db.write() as session:
                await note_strangers(session, self._me.name, count, self._clock.now())

    async def _living(self) -> list[Replica]:
        if not self._among_others:
            return []
        async with self._db.read() as session:
            return await live_replicas(session, self._clock.now() - self._pace.lease)

    async def _beat_on(self) -> None:
        while True:
            await self._clock.sleep(self._pace.heartbeat.total_seconds())
            try:
                await self._beat()
            except (SQLAlchemyError, OSError) as fault:
                log.warning(
                    "no sign of life could be left for the other replicas", extra={"fault": type(fault).__name__}
                )

    async def _beat(self) -> None:
        await self._sign(alone=False)
        self._metrics.replicas.set(len(await self._living()))

    async def _sign(self, *, alone: bool) -> None:
        async with self._db.write() as session:
            if alone:  # whoever left another one was killed
                await forget_all(session)
            await note_replica(session, replace(self._me, seen_at=self._clock.now()))
