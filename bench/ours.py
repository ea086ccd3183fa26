"""Tocsin in a process of its own, exactly as `tocsin run` starts it. Usage: `python -m bench.ours FSYNC_SECONDS`.

Its settings come from the environment. The seconds are added to each commit, as a slow disk would add them.
"""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy import Engine, event
from sqlalchemy.util import await_only

from bot.__main__ import main


def slow_down(seconds: float) -> None:
    """Have every commit on SQLite take so much longer, without holding up anything else of the process."""

    @event.listens_for(Engine, "commit")
    def wait(_: object) -> None:
        await_only(asyncio.sleep(seconds))


if __name__ == "__main__":
    if float(sys.argv[1]):
        slow_down(float(sys.argv[1]))
    sys.argv[1:] = ["run"]
    main()
