"""What somebody who watches a script being played sees: one moving line on a terminal, else a line for each thing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from datetime import datetime
from types import TracebackType
from zoneinfo import ZoneInfo

from bot.cli.replaying.script import Script, Step

_BAR = 20
_TAIL = 30
#: Steps in the words of whoever watches; the others show what was typed.
_DOES = {
    "join": "joins",
    "leave": "leaves",
    "react": "reacts",
    "unreact": "takes a reaction back",
    "invite": "invites",
    "upload": "uploads",
    "reply": "replies:",
    "pin": "pins a message",
    "delete": "deletes a message",
    "edit": "edits:",
}
#: So that a slow passage of the script is not waited out: no pause is longer than this many seconds.
_LONGEST_PAUSE = 5.0


class Screen:
    """Hears each step and each private answer, and shows them on stderr; paced when `speed` says so."""

    def __init__(self, script: Script, speed: float | None = None) -> None:
        self._script, self._speed = script, speed
        self._zone = ZoneInfo(script.zone)
        self._shown, self._last_at = 0, script.steps[0].at
        self._moving = sys.stderr.isatty()

    def __enter__(self) -> Screen:
        people = len(self._script.people)
        steps = len(self._script.steps)
        sys.stderr.write(f"Playing {self._script.name}: {steps} steps by {people} people, in a local workspace\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._clear()
        sys.stderr.write("\n" if not self._moving else "")
        sys.stderr.flush()

    async def begins(self, step: Step) -> None:
        """Show a step that is about to happen, after the pause before it."""
        await self._pause(step.at)
        self._shown += 1
        name = str(self._script.people[step.by].get("name") or step.by)
        deed = _DOES.get(step.do, "")
        what = " ".join(f"{deed} {step.text} {self._emoji(step)}".split())
        self._show(f"{step.at.astimezone(self._zone):%H:%M}  {name}: {what}", tail=len(what) // 2)

    async def answered(self, text: str) -> None:
        """Show what the bot answered, for that person's eyes only."""
        if not self._moving:
            self._show(f"         -> {text.splitlines()[0] if text else ''}")

    @staticmethod
    def _emoji(step: Step) -> str:
        emoji = str(step.more.get("emoji") or "").strip(":")
        return f":{emoji}:" if emoji else ""

    async def _pause(self, at: datetime) -> None:
        if self._speed:
            await asyncio.sleep(min(_LONGEST_PAUSE, max(0.0, (at - self._last_at).total_seconds() / self._speed)))
        self._last_at = max(at, self._last_at)

    def _show(self, line: str, tail: int = 0) -> None:
        width = shutil.get_terminal_size((100, 24)).columns
        if self._moving:
            done = _BAR * self._shown // len(self._script.steps)
            line = f"[{'#' * done}{'.' * (_BAR - done)}] {line}"
            self._clear()
            sys.stderr.write(_cut(line, width - 1, tail))
        else:
            sys.stderr.write(_cut(line, max(110, width), tail) + "\n")
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._moving:
            sys.stderr.write("\r\x1b[K")


def _cut(line: str, width: int, tail: int) -> str:
    """A line that fits; of what somebody typed its end stays too, where the times are."""
    if len(line) <= width:
        return line
    kept = min(tail, _TAIL)
    return f"{line[: width - kept - 1]}…{line[len(line) - kept :] if kept else ''}"
