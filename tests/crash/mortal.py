"""A bot as a process that can be killed: begun, armed, killed, and seen to be dead. Knows no story and no load."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from sandbox import Workspace
from tests.crash.boundaries import ORDERS

ROOT = Path(__file__).parents[2]
#: What takes longer than this many seconds never comes: a start, an import, an end.
PATIENCE = 90.0
#: What a dead replica's jobs wait for, and when a new channel is read back; in service 60 s each.
LEASE, READ_BACK = 2.0, 0.3
#: What the process that the bots are forked from tells.
HEARD = ("pid", "started", "armed", "rested", "dead")


class Mortal:
    """One bot at a time, each in a process of its own, forked from one that has imported everything."""

    def __init__(self, ws: Workspace, folder: Path, database_url: str) -> None:
        self._ws = ws
        self._folder = folder
        self._order = {
            "api_url": ws.api_url,
            "bot_token": ws.bot_token,
            "app_token": ws.app_token,
            "folder": str(folder),
            "database_url": database_url,
            "lease": LEASE,
            "read_back": READ_BACK,
        }
        self._forge: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._heard: dict[str, asyncio.Event] = {name: asyncio.Event() for name in HEARD}
        self.pid = 0
        self.ends: list[int] = []
        """How each bot ended, as `waitpid` tells; 9 is a kill."""

    async def open(self, under: Sequence[str] = ()) -> None:
        """Begin the process that the bots are forked from, under another program where one is given."""
        log = (self._folder / "bot.log").open("ab")
        command = [*under, sys.executable, "-m", "tests.crash_child"]
        environment = {"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")}
        pipe = subprocess.PIPE
        self._forge = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=log
        )
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Kill what still lives: the bot, then what it was forked from, which ends by itself or is made to."""
        self.kill()
        assert self._forge is not None
        assert self._forge.stdin is not None
        self._forge.stdin.close()
        try:
            await asyncio.wait_for(self._forge.wait(), PATIENCE)
        except TimeoutError:
            self._forge.kill()
        assert self._reader is not None
        with suppress(TimeoutError):  # whoever still held its output would keep us here
            await asyncio.wait_for(self._reader, 1)

    async def begin(
        self, *, target: str | None = None, note: bool = False, wait: bool = True, warm: bool = False
    ) -> None:
        """Begin a bot, armed from its first moment on as with `arm`. With `wait`, until it is connected or dead.

        `warm`: one that is not to be killed; it is brought to an end with `rest`, and what it worked out once is there
        for the later ones.
        """
        assert self._forge is not None
        assert self._forge.stdin is not None
        for event in self._heard.values():
            event.clear()
        self._orders(target, note)
        self._forge.stdin.write(json.dumps(self._order | {"warm": warm}).encode() + b"\n")
        await asyncio.wait_for(self._heard["pid"].wait(), PATIENCE)
        if wait:
            await self._either("started")

    async def rest(self) -> None:
        """End a bot that was begun `warm`, as a service is stopped."""
        os.kill(self.pid, signal.SIGTERM)
        await asyncio.wait_for(self._heard["rested"].wait(), PATIENCE)
        self.pid = 0
        await self._unlinked()

    async def arm(self, target: str | None, *, note: bool = False) -> None:
        """Have the bot that lives count its boundaries from here on and die at one; or `note` them; or neither."""
        self._orders(target, note)
        self._heard["armed"].clear()
        with suppress(ProcessLookupError):
            os.kill(self.pid or 1 << 30, signal.SIGUSR1)
            await self._either("armed")

    def _orders(self, target: str | None, note: bool) -> None:
        """What the bot reads when it is armed."""
        orders = {"target": target, "noted": str(self._folder / "passed") if note else None}
        (self._folder / ORDERS).write_text(json.dumps(orders))

    def passed(self) -> list[str]:
        """The boundaries passed since this was last asked."""
        noted = self._folder / "passed"
        names = noted.read_text().splitlines() if noted.exists() else []
        noted.unlink(missing_ok=True)
        return names

    def by_itself(self) -> list[str]:
        """What a bot said that ended without being killed, which none should: the last lines that any wrote."""
        if set(self.ends) <= {signal.SIGKILL}:
            return []
        lines = (self._folder / "bot.log").read_text().splitlines()[-12:]
        return [f"{sum(end != signal.SIGKILL for end in self.ends)} bots ended by themselves, the last words:", *lines]

    def kill(self) -> None:
        """kill -9, wherever it is."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Whether a bot was begun and its end not yet seen."""
        return self._heard["pid"].is_set() and not self._heard["dead"].is_set()

    async def dead(self) -> None:
        """Return when the bot that was killed is dead and the workspace has seen its link go."""
        await asyncio.wait_for(self._heard["dead"].wait(), PATIENCE)
        await self._unlinked()

    async def _unlinked(self) -> None:
        for _ in range(int(PATIENCE / 0.005)):
            if not self._ws.socket.connections:
                return
            await asyncio.sleep(0.005)
        raise TimeoutError("the link of a dead bot stays")

    async def dies_before(self, over: asyncio.Event) -> bool:
        """Wait for the bot's death or for `over`, whichever comes first; whether it is dead, its link gone."""
        await _first(self._heard["dead"], over)
        if self.alive:
            return False
        await self.dead()
        return True

    async def _either(self, name: str) -> None:
        if not await _first(self._heard[name], self._heard["dead"], within=PATIENCE):
            raise TimeoutError(f"the bot never said {name}")

    async def _read(self) -> None:
        assert self._forge is not None
        assert self._forge.stdout is not None
        async for line in self._forge.stdout:
            told: dict[str, Any] = json.loads(line)
            [(name, value)] = told.items()
            if name == "pid":
                self.pid = value
            elif name == "dead":
                self.pid = 0
                self.ends.append(value)
            self._heard[name].set()


async def _first(*events: asyncio.Event, within: float | None = None) -> bool:
    """Wait for one of these to be set; False where none was within so many seconds."""
    waiting = [asyncio.create_task(one.wait()) for one in events]
    done, _ = await asyncio.wait(waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return bool(done)


@asynccontextmanager
async def mortal(ws: Workspace, folder: Path, database_url: str, under: Sequence[str] = ()) -> AsyncIterator[Mortal]:
    """A bot to be killed, gone when the block ends."""
    one = Mortal(ws, folder, database_url)
    await one.open(under)
    try:
        yield one
    finally:
        await one.close()
