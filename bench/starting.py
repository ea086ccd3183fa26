"""What a start costs, until Slack has a connection, the memory it takes then, and the command line's own start.

What memory is after a hundred thousand messages, the table of the long channel says (`bench.intake`).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.apps import bare, tocsin
from bench.databases import databases
from bench.table import show, verdict

STARTS, TRIES = 3, 7
CONNECTED, MEMORY, HELP = 1.5, 100.0, 0.25
TOCSIN = str(Path(sys.executable).with_name("tocsin"))


def run() -> None:
    """Measure and print both tables."""
    rows = [_row("bare Bolt app", asyncio.run(_bare()), held=None)]
    with databases() as both:
        for name, where in both.items():
            found = asyncio.run(_ours(*where))
            held = found[0] < CONNECTED and found[1] < MEMORY
            rows.append(_row(name, found, held=held))
    note = f"The median of {STARTS}, on a database that is up to date. Promised: {CONNECTED} s and {MEMORY:.0f} MB."
    show("From the start of the process to Slack's hello", ["", "connected s", "PSS MB", ""], rows, note)
    _command_line()


async def _bare() -> tuple[float, float]:
    found = []
    for _ in range(STARTS):
        async with bare() as app:
            found.append((app.connected_in, app.program.megabytes()))
    return _medians(found)


async def _ours(url: str, folder: Path) -> tuple[float, float]:
    found = []
    for _ in range(STARTS):
        async with tocsin(url, folder) as app:
            found.append((app.connected_in, app.program.megabytes()))
    return _medians(found)


def _medians(found: Sequence[tuple[float, float]]) -> tuple[float, float]:
    seconds, megabytes = ([one[place] for one in found] for place in (0, 1))
    return sorted(seconds)[len(found) // 2], sorted(megabytes)[len(found) // 2]


def _row(name: str, found: tuple[float, float], *, held: bool | None) -> list[object]:
    return [name, *found, "" if held is None else verdict(held)]


def _command_line() -> None:
    nothing, bolt = [sys.executable, "-c", ""], [sys.executable, "-c", "import slack_bolt.async_app"]
    rows: list[list[object]] = [["python, nothing", _takes(nothing), ""], ["python, importing Bolt", _takes(bolt), ""]]
    took = _takes([TOCSIN, "--help"])
    rows.append(["tocsin --help", took, verdict(took < HELP)])
    show("The command line", ["", "seconds", ""], rows, f"The median of {TRIES}. Promised: under {HELP} s.")


def _takes(command: Sequence[str]) -> float:
    seconds = []
    for _ in range(TRIES):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[TRIES // 2]
