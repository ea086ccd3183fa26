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
        self._stirred = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._open > 0

    def begin(self) -> None:
        """Something starts; each needs its own `end`."""
        self._open += 1
        self.stir()
        self._idle.clear()

    def end(self) -> None:
        """Something is over; the last one to end lets those go on who wait for idleness."""
        self._open -= 1
        self.stir()
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

    def stir(self) -> None:
        """Something changed that those who watch may want to look at."""
        self.steps += 1
        self._stirred.set()
        self._stirred = asyncio.Event()

    async def stirred(self, since: int) -> None:
        """Return as soon as `steps` is not what it was."""
        while self.steps == since:
            await self._stirred.wait()

    async def idle(self) -> None:
        """Return when nothing is open, and was not at once taken up again."""
        calm = 0
        while calm < 3:
            await self._idle.wait()
            await asyncio.sleep(0)
            calm = 0 if self.busy else calm + 1
