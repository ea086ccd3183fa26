"""Two clocks of one form: one that stands until it is moved, one that is real time. They know nothing of Slack."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

Quiet = Callable[[], Awaitable[None]]


class Clock(Protocol):
    """What the workspace asks of a clock, and what the program under test may ask of the same object."""

    def now(self) -> datetime:
        """The instant, aware UTC."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds of this clock have passed."""

    async def wait(self, event: asyncio.Event, until: datetime | None = None) -> bool:
        """Wait for an event; False when `until` (aware UTC) came first, None waits for ever."""

    async def until_parked(self, asking: "asyncio.Task[Any] | None" = None) -> None:
        """Return when nobody but the one that asks has anything to do before the clock moves."""

    def parked_but(self, asking: "asyncio.Task[Any] | None") -> bool:
        """Whether nobody but `asking` has anything to do before the clock moves."""

    async def advance_to(self, instant: datetime, quiet: Quiet | None = None) -> None:
        """Move to an instant, deadline by deadline; `quiet` is awaited before the first and after each."""

    @property
    def next_deadline(self) -> datetime | None:
        """The earliest instant that somebody waits for, None where nobody does."""

    @property
    def parked(self) -> bool:
        """Whether nobody but the asking task has anything to do before the clock moves."""


@dataclass(eq=False)
class _Waiting:
    until: datetime | None
    event: asyncio.Event | None
    due: "asyncio.Future[Any]"
    task: "asyncio.Task[Any] | None" = field(default=None)


class _Register:
    """Who waits, on what and until when: the part that both clocks share.

    A task that has once called `wait` is a resident, that is a worker with a loop: until it ends it counts as
    parked only while it waits. So `parked` is also false while a woken worker works. Await `wait` from the
    worker's own task (not through `wait_for` or `gather`, which hide it behind a task of their own).
    """

    def __init__(self) -> None:
        self._waiting: dict[_Waiting, None] = {}
        self._residents: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._pulse = asyncio.Event()

    def now(self) -> datetime:
        raise NotImplementedError

    def _arm(self, waiting: _Waiting) -> Callable[[], None]:
        """Have `waiting.due` fire at its deadline; the answer takes that back."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Return when the clock has moved on by `seconds`; zero or less only yields."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        due = asyncio.get_running_loop().create_future()
        until = self.now() + timedelta(seconds=seconds)
        with self._registered(_Waiting(until, None, due, asyncio.current_task())) as waiting:
            await waiting.due

    async def wait(self, event: asyncio.Event, until: datetime | None = None) -> bool:
        """True when the event was set, False when `until` came first; None waits without end."""
        task = asyncio.current_task()
        if task is not None and task not in self._residents:
            self._residents.add(task)
            task.add_done_callback(lambda _: self._pulse.set())
        if event.is_set() or (until is not None and until <= self.now()):
            await asyncio.sleep(0)  # a caller that loops must not starve the others
            return event.is_set()
        waiting = _Waiting(until, event, asyncio.get_running_loop().create_future(), task)
        with self._registered(waiting):
            heard: asyncio.Future[Any] = asyncio.ensure_future(event.wait())
            try:
                await asyncio.wait({heard, waiting.due}, return_when=asyncio.FIRST_COMPLETED)
                return heard.done()
            finally:
                heard.cancel()

    @contextmanager
    def _registered(self, waiting: _Waiting) -> Iterator[_Waiting]:
        self._waiting[waiting] = None
        disarm = self._arm(waiting)
        self._pulse.set()
        try:
            yield waiting
        finally:
            disarm()
            waiting.due.cancel()
            del self._waiting[waiting]
            self._pulse.set()

    @property
    def next_deadline(self) -> datetime | None:
        """The earliest instant at which somebody who sleeps or waits wants to be woken."""
        return min((w.until for w in self._waiting if w.until is not None), default=None)

    @property
    def parked(self) -> bool:
        """True when nobody has anything to do before the clock moves or an event is set.

        The asking task itself never counts.
        """
        return self.parked_but(asyncio.current_task())

    def parked_but(self, asking: "asyncio.Task[Any] | None") -> bool:
        """`parked`, asked on behalf of another task."""
        now = self.now()
        for waiting in self._waiting:
            if waiting.event is not None and waiting.event.is_set():
                return False
            if waiting.until is not None and waiting.until <= now:
                return False
        at_rest = {waiting.task for waiting in self._waiting}
        return all(task.done() or task is asking or task in at_rest for task in self._residents)

    async def until_parked(self, asking: "asyncio.Task[Any] | None" = None) -> None:
        """Return as soon as `parked` is true."""
        asking = asking or asyncio.current_task()
        while not self.parked_but(asking):
            self._pulse.clear()
            await self._pulse.wait()


class SetClock(_Register):
    """A clock that stands still until `advance_to` moves it: nothing times out by itself."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def _arm(self, waiting: _Waiting) -> Callable[[], None]:
        return lambda: None

    async def advance_to(self, instant: datetime, quiet: Quiet | None = None) -> None:
        """Move to `instant`, stopping at every deadline on the way, in order.

        `quiet` is awaited before the first move and after each: it returns when all that fell due has run
        (`Workspace.quiet` is one). Without it each stop only yields until the clock is parked.
        Raises ValueError when the instant lies in the past.
        """
        if instant < self._now:
            raise ValueError(f"the clock stands at {self._now} and does not go back to {instant}")
        rest = quiet or self._yield
        await rest()
        while (deadline := self.next_deadline) is not None and deadline <= instant:
            self._stand_at(max(deadline, self._now))
            await rest()
        self._stand_at(instant.astimezone(UTC))
        await rest()

    async def advance(self, span: timedelta, quiet: Quiet | None = None) -> None:
        """`advance_to` by a span from now."""
        await self.advance_to(self._now + span, quiet)

    def _stand_at(self, instant: datetime) -> None:
        self._now = instant
        for waiting in list(self._waiting):
            if waiting.until is not None and waiting.until <= instant and not waiting.due.done():
                waiting.due.set_result(None)

    async def _yield(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        await self.until_parked()


class WallClock(_Register):
    """Real time, in the form of the clock that can be set; `advance_to` waits until the instant has come."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def _arm(self, waiting: _Waiting) -> Callable[[], None]:
        if waiting.until is None:
            return lambda: None
        loop = asyncio.get_running_loop()
        delay = (waiting.until - self.now()).total_seconds()

        def fire() -> None:
            if not waiting.due.done():
                waiting.due.set_result(None)

        handle = loop.call_later(max(delay, 0), fire)
        return handle.cancel

    async def advance_to(self, instant: datetime, quiet: Quiet | None = None) -> None:
        """Wait in real time until `instant`, then for `quiet`."""
        await self.sleep((instant - self.now()).total_seconds())
        if quiet is not None:
            await quiet()
