"""The one way this program learns the time and waits for it; it knows no incident, no job and no database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

# The loop's timers run on a monotonic clock that stands still while a laptop sleeps and ignores a corrected wall
# clock, so a long wait is cut into pieces and the wall clock asked again after each.
_LONGEST_PIECE = timedelta(seconds=30)


class Clock(Protocol):
    """What everything that needs the time is given. Tests, replays and the demo give one that they move themselves."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back when this clock has gone on by `seconds`; nothing or less only yields to other tasks."""
        ...

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        """Come back with True when `event` is set, or with False when this clock reaches `until`.

        Without `until` only the event ends the wait. The event is not cleared. An event that is set already wins over
        an instant that is past already.
        """
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Come back after `seconds`."""
        await asyncio.sleep(max(0.0, seconds))

    async def wait(self, event: asyncio.Event, until: datetime | None) -> bool:
        """See `Clock.wait`."""
        if until is None:
            return await event.wait()
        while not event.is_set():
            left = until - self.now()
            if left <= timedelta(0):
                await asyncio.sleep(0)  # a caller that loops over past instants must not starve the others
                return event.is_set()
            try:
                await asyncio.wait_for(event.wait(), min(left, _LONGEST_PIECE).total_seconds())
            except TimeoutError:
                continue
        return True
