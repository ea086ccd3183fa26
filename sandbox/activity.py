"""Counts what is under way in the workspace, so that one can wait until nothing is. It knows no reasons."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """How many calls and deliveries are open."""

    def __init__(self) -> None:
        self._open = 0
        self.steps = 0
        """How often something began or ended: while this rises, there is progress."""
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._open > 0

    def begin(self) -> None:
        """Something starts; each needs its own `end`."""
        self._open += 1
        self.steps += 1
        self._idle.clear()

    def end(self) -> None:
        """Something is over; the last one to end lets those go on who wait for idleness."""
        self._open -= 1
        self.steps += 1
        if self._open == 0:
            self._idle.set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """`begin` and `end` around a block, also where it raises."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    async def idle(self) -> None:
        """Return when nothing is open, and was not at once taken up again."""
        calm = 0
        while calm < 3:
            await self._idle.wait()
            await asyncio.sleep(0)
            calm = 0 if self.busy else calm + 1
