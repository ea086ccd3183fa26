"""A bot in a process of its own, for the tests that kill it: `python -m tests.crash_child`.

Imports everything once, which takes a second, then forks a bot for each line on its input (an `Order` as JSON), says
`{"pid": …}`, waits for that bot's end and says `{"dead": …}`. A bot does all that a start does: lock, migrate, open,
connect, heal. Only spans that would make the tests wait are shorter than in service. What there is to die at is in
`tests.crash.boundaries`; nothing in the bot knows of it.
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


async def live(order: dict[str, Any]) -> None:
    """Be a bot until killed."""
    random.seed()  # a fork inherits the state
    lease = timedelta(seconds=order["lease"])
    opening.READ_BACK_AFTER = timedelta(seconds=order["read_back"])
    watch = boundaries.install(Path(order["folder"]))
    watch.arm()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: (watch.arm(), say({"armed": True})))
    await Tocsin(settings_of(order), pace=Pace(lease, lease / 3, lease / 3)).start()
    say({"started": True})
    await asyncio.Event().wait()


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
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            try:
                asyncio.run(live(json.loads(line)))
            finally:
                os._exit(1)
        say({"pid": pid})
        say({"dead": os.waitpid(pid, 0)[1]})


if __name__ == "__main__":
    main()
