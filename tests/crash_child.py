"""A bot in a process of its own, for the tests that kill it: `python -m tests.crash_child`.

Imports everything once, which takes a second, then forks a bot for each line on its input (an `Order` as JSON), says
`{"pid": …}`, waits for that bot's end and says `{"dead": …}`. A bot does all that a start does: lock, migrate, open,
connect, heal. Only spans that would make the tests wait are shorter than in service. What there is to die at is in
`tests.crash.boundaries`; nothing in the bot knows of it.

An order to warm up is carried out in the first process itself, until SIGTERM: whatever a bot works out once (compiled
statements and templates, sources read) those forked later find done, which is two thirds of their processor time.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import random
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import Tocsin
from bot.domain.when import warm_up
from bot.jobs import Pace
from bot.settings import Secret, Settings
from bot.slack import opening
from tests.compiled import share_compiled_statements
from tests.crash import boundaries


def settings_of(order: dict[str, Any]) -> Settings:
    """A bot's settings as an order names them."""
    return replace(
        Settings(),
        slack_bot_token=Secret(order["bot_token"]),
        slack_app_token=Secret(order["app_token"]),
        slack_api_url=order["api_url"],
        database_url=order["database_url"],
        data_dir=Path(order["folder"]),
        announce_channel="#incidents",
        invite=("ben",),
    )


async def live(order: dict[str, Any], watch: boundaries.Watch) -> None:
    """Be a bot until killed, or told to end."""
    random.seed()  # a fork inherits the state
    lease = timedelta(seconds=order["lease"])
    opening.READ_BACK_AFTER = timedelta(seconds=order["read_back"])
    watch.arm()
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, lambda: (watch.arm(), say({"armed": True})))
    loop.add_signal_handler(signal.SIGTERM, over.set)
    bot = Tocsin(settings_of(order), pace=Pace(lease, lease / 3, lease / 3))
    await bot.start()
    say({"started": True})
    await over.wait()
    await bot.stop()


def die_with_parent() -> None:
    """No bot is left over where its test is ended by force (Linux; elsewhere one may be)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def say(line: dict[str, Any]) -> None:
    """Tell whoever reads our output, at once."""
    os.write(1, json.dumps(line).encode() + b"\n")


def main() -> None:
    """Fork a bot for each order, one after the other."""
    die_with_parent()
    warm_up()
    share_compiled_statements()
    watch: boundaries.Watch | None = None
    for line in sys.stdin:
        order = json.loads(line)
        watch = watch or boundaries.install(Path(order["folder"]))
        if order["warm"]:
            say({"pid": os.getpid()})
            asyncio.run(live(order, watch))
            say({"rested": True})
            continue
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            try:
                asyncio.run(live(order, watch))
            finally:
                os._exit(1)
        say({"pid": pid})
        say({"dead": os.waitpid(pid, 0)[1]})


if __name__ == "__main__":
    main()
