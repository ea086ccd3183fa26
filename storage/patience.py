"""Waits for a database that is not there yet, or that others are in the way of, for a start; knows no table."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from storage.address import Address
from storage.away import passes

log = logging.getLogger(__name__)

#: Real seconds. A server that is started together with the bot takes five to thirty; for a wrong address it is not
#: too long, since the log says at once what is waited for.
LONGEST = 60.0
_FIRST, _MOST = 0.25, 5.0

Answer = TypeVar("Answer")


async def patiently(url: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `ask` answers, which is asked again while the server of `url` is away, full, or ended it for others' sake.

    `ask` does all or nothing, one transaction at most. Raises what it raises for good at once (a wrong password, a
    schema of a later release), and after `LONGEST` what it raised last. An SQLite file is asked once: nobody starts it,
    and its own locks are waited for elsewhere.
    """
    server = Address.parse(url).dialect == "postgresql"
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + LONGEST, _FIRST
    while True:
        try:
            return await ask()
        except Exception as fault:
            left = deadline - loop.time()
            if not server or left <= 0 or not passes(fault):
                raise
            why = str(getattr(fault, "orig", None) or fault).partition("\n")[0] or type(fault).__name__
            log.warning("the database does not take us yet", extra={"fault": why, "seconds_left": round(left)})
        await asyncio.sleep(min(pause, left))
        pause = min(_MOST, pause * 2)
