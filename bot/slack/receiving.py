"""What both transports do with a payload: Bolt runs it, its answer is counted. Knows no socket and no HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.clock import Clock
from bot.metrics import Metrics
from bot.reference import new_reference, working_on

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connected:
    """Slack can reach us (again). `missed_since`: from when on something may never have come; None where nothing did.

    `first` is true once in a process, at its start; from when on things were missed then only the database knows.
    `readable_at`: when all that was missed has been said, so that its channels' histories can be read; None: now.
    """

    first: bool
    missed_since: datetime | None
    readable_at: datetime | None = None


#: After the last minute of which Slack left events out.
_LEFT_OUT = timedelta(minutes=2)
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0

OnConnected = Callable[[Connected], Awaitable[None]]


class Receiver:
    """One of them in each process. A listener that fails gives 500, which no transport acknowledges."""

    def __init__(
        self, app: AsyncApp, *, clock: Clock, metrics: Metrics, on_connected: OnConnected | None = None
    ) -> None:
        self.clock = clock
        self.metrics = metrics
        self._app = app
        self._on_connected = on_connected
        self._told: set[asyncio.Task[None]] = set()
        self._resting = 0  # of those that are told: who wait before they are tried again
        self._under_way = 0
        self._lost_since: datetime | None = None
        self._nothing = asyncio.Event()
        self._nothing.set()

    async def run(self, body: dict[str, Any], headers: Mapping[str, str]) -> BoltResponse:
        """Bolt's answer to a payload that is parsed and, over HTTP, verified already."""
        if body.get("type") == "app_rate_limited":
            # No event_callback, so that Bolt (1.30) knows no listener for it: what was over the limit never comes.
            log.warning("Slack sends too many events and leaves some out", extra={"limited": "30,000 an hour"})
            minute_at = _minute(body, self.clock)
            self.tell(Connected(first=False, missed_since=minute_at, readable_at=minute_at + _LEFT_OUT))
            return BoltResponse(status=200)
        # Handed over as from a socket also where it came by HTTP: given text, Bolt would parse it once more, and its
        # parser (1.30.0) makes {} of every form without a field `payload` in which that word occurs anywhere.
        request = AsyncBoltRequest(mode="socket_mode", body=body, headers=dict(headers))
        try:
            response = await self._app.async_dispatch(request)
        except Exception:
            # Bolt catches what listeners raise; this is Bolt itself, failing on a shape that it does not know.
            log.exception("a payload could not be taken in")
            response = BoltResponse(status=500)
        if body.get("type") == "event_callback":
            self._watch(taken=response.status == 200)
        return response

    def _watch(self, *, taken: bool) -> None:
        """Slack sends an event again for six minutes and then no more: once events are taken in again, look back."""
        if not taken:
            self._lost_since = self._lost_since or self.clock.now()
        elif self._lost_since is not None:
            lost_since, self._lost_since = self._lost_since, None
            self.tell(Connected(first=False, missed_since=lost_since))

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Around a payload, from its arrival until its answer is out; it gets its reference here."""
        self._under_way += 1
        self.metrics.under_way.inc()
        self._nothing.clear()
        try:
            with working_on(new_reference()):
                yield
        finally:
            self._under_way -= 1
            self.metrics.under_way.dec()
            if not self._under_way:
                self._nothing.set()

    def tell(self, connected: Connected) -> None:
        """Let whoever heals gaps know, without making a transport wait for it."""
        if self._on_connected is not None:
            task = asyncio.create_task(self._tell(self._on_connected, connected), name="connected")
            self._told.add(task)
            task.add_done_callback(self._told.discard)

    async def _tell(self, told: OnConnected, connected: Connected) -> None:
        """Until it is heard: the database may be away, and what was missed then would stay so."""
        wait = _FIRST_WAIT
        while True:
            try:
                return await told(connected)
            except Exception:
                log.exception("the healing of a gap could not be begun yet")
            self._resting += 1
            try:
                await self.clock.sleep(wait)
            finally:
                self._resting -= 1
            wait = min(_LONGEST_WAIT, wait * 2)

    @property
    def busy(self) -> bool:
        """Whether a payload is unanswered, or somebody is being told of a connection; not while that waits."""
        return bool(self._under_way or len(self._told) > self._resting)

    async def answered(self, seconds: float) -> None:
        """Return when no payload waits for its answer, or after so long (real time)."""
        if self._under_way:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._nothing.wait()

    async def finish(self, seconds: float) -> bool:
        """Wait until every payload is answered, at most so long (real time); False where that was not enough."""
        try:
            await asyncio.wait_for(self._nothing.wait(), seconds)
        except TimeoutError:
            log.warning("not every payload was answered in time", extra={"left": self._under_way})
            return False
        finally:
            for task in list(self._told):
                task.cancel()
        return True


def _minute(body: Mapping[str, Any], clock: Clock) -> datetime:
    try:
        return datetime.fromtimestamp(int(body["minute_rate_limited"]), UTC)
    except (KeyError, ValueError, TypeError, OSError, OverflowError):
        return clock.now()
