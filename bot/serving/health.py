"""Whether the bot lives and whether it is of use now, with the reasons. Knows no HTTP and no Slack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.clock import Clock
from bot.metrics import Metrics
from storage.database import Database
from storage.migrate import head
from storage.probing import Queue, queue_now, schema_written

log = logging.getLogger(__name__)

#: Real seconds. Orchestrators give a probe one to ten.
_PATIENCE = 3.0
#: For so long a look at the database holds: whoever asks a thousand times a second costs no more than one.
_FRESH = 2.0


class Health:
    """The composition root fills it in as the rooms open; what is None is not open yet."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self.metrics = metrics
        self.db: Database | None = None
        self.worker_turns: Callable[[], bool] | None = None
        """Whether the loop that runs jobs goes round."""
        self.slack_trouble: Callable[[], str | None] | None = None
        """Why nothing comes from Slack, None while it does."""
        self.stopping = False
        self._written = _Look(self._write)
        self._queue = _Look(self._count)

    def alive(self) -> Mapping[str, str]:
        """What is wrong so that only a new start helps; empty where all is well, also before the start is over."""
        if self.worker_turns is not None and not self.stopping and not self.worker_turns():
            return {"jobs": "the loop that runs jobs has come to a stop"}
        return {}

    async def ready(self) -> Mapping[str, str]:
        """What keeps the bot from being of use, by room: database, schema, slack; empty where nothing does."""
        if self.stopping:
            return {"bot": "stopping"}
        found = dict(await self._database_troubles())
        if self.slack_trouble is None:
            found["slack"] = "starting"
        elif (trouble := self.slack_trouble()) is not None:
            found["slack"] = trouble
        return found

    async def _database_troubles(self) -> Mapping[str, str]:
        if self.db is None:
            return {"database": "starting"}
        schema = await self._written.now()
        if isinstance(schema, Exception):
            return {"database": _told(schema)}
        # A later schema is well: every migration lets the release before it run on.
        return {"schema": f"{schema} is older than this release's {head()}"} if schema < head() else {}

    async def figures(self) -> bytes:
        """Prometheus's text, with the jobs as they stand now; without them where the database is away."""
        found = await self._queue.now() if self.db is not None else None
        if isinstance(found, Queue):
            self.metrics.queue(found.states, found.due, found.waiting)
        else:
            self.metrics.database_away()
        return self.metrics.exposed()

    async def close(self) -> None:
        """Let go of looks under way, before the database is closed."""
        self.stopping = True
        await asyncio.gather(self._written.close(), self._queue.close())

    async def _write(self) -> str:
        assert self.db is not None
        return await schema_written(self.db)

    async def _count(self) -> Queue:
        assert self.db is not None
        return await queue_now(self.db, self._clock.now())


class _Look:
    """One look at a time, for all who ask meanwhile, and the same answer for a short while after."""

    def __init__(self, look: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._look = look
        self._under_way: asyncio.Task[Any] | None = None
        self._answer: Any = None
        self._good_until = 0.0

    async def now(self) -> Any:
        """What it saw, or the exception that it met."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._good_until:
            return self._answer
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._look(), name="look")
        looking = self._under_way
        # Not cancelled when it takes too long: it may hold the one connection that writes, in whatever state.
        await asyncio.wait([looking], timeout=_PATIENCE)
        if not looking.done():
            return TimeoutError()
        if self._under_way is looking:
            self._under_way = None
            fault = looking.exception()
            self._answer = looking.result() if fault is None else fault
            self._good_until = loop.time() + _FRESH
            if fault is not None:
                log.warning("the database cannot be used", extra={"fault": type(fault).__name__})
        return self._answer

    async def close(self) -> None:
        """End a look that is under way."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)


def _told(fault: Exception) -> str:
    """An error's class and no more: its text may name hosts and paths, and anybody may ask."""
    return "does not answer" if isinstance(fault, TimeoutError) else f"cannot be written to ({type(fault).__name__})"
