"""The file in which a workspace and what each person has read are written down, a moment after anything changed."""

import asyncio
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.keeping import NotKept, take_up, written
from sandbox.page.unread import Marks

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

_GATHERS = 0.3
"""Seconds in which changes gather before they are written."""


class Notebook:
    """One file of one workspace. Written whole each time, so that a crash leaves the last one or the new one."""

    def __init__(self, path: Path, ws: "Workspace", marks: Marks) -> None:
        self._path = path
        self._ws = ws
        self._marks = marks
        self._last = ""
        self._writing: asyncio.Task[None] | None = None

    def read(self) -> bool:
        """Take up what the file holds, into a workspace without anybody; False where there is none. Raises NotKept."""
        if not self._path.exists():
            return False
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            take_up(self._ws, kept["workspace"])
            self._marks.take_up(kept["marks"])
        except (ValueError, KeyError, TypeError) as fault:
            raise NotKept(f"{self._path}: {fault}") from fault
        return True

    async def start(self) -> None:
        """Write now, and again whenever something changed."""
        self.write()
        self._writing = asyncio.get_running_loop().create_task(self._follow())

    async def stop(self) -> None:
        """Write for the last time."""
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing
        self.write()

    def write(self) -> None:
        """Write, if anything is not as it was last; for nobody else's eyes."""
        text = json.dumps({"workspace": written(self._ws), "marks": self._marks.kept()})
        if text == self._last:
            return
        fresh = self._path.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(text)
        fresh.replace(self._path)
        self._last = text

    async def _follow(self) -> None:
        while True:
            await self._ws.activity.stirred(self._ws.activity.steps)
            await asyncio.sleep(_GATHERS)
            self.write()
