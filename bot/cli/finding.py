"""One line of `tocsin doctor`: what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` needs nothing; `warn` can wait; `fail` keeps the bot from working. `todo` is what mends it, or empty.

    `away` marks a failure to reach something, as against something reached and found wrong.
    """

    level: Level
    what: str
    todo: str = ""
    away: bool = False

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.what}" + (f"\n      -> {self.todo}" if self.todo else "")
