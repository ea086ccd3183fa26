"""`python -m tests.crash`: what the bot acknowledges it has, once, wherever it is killed. Prints figures; 1 if not so.

With both databases each has a process of its own, side by side.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path

from tests.crash import printing
from tests.crash.at_each import Boundary, die_at_each
from tests.crash.at_random import kill_at_random
from tests.crash.mortal import ROOT
from tests.crash.proof import prove
from tests.crash.stage import DATABASES, database_server, empty_database


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="random kills on each database (200)")
    parser.add_argument("--boundaries", type=int, help="die at so many boundaries only, chosen by chance (all)")
    parser.add_argument("--after", type=int, default=0, help="leave out the first so many: to go on where a run ended")
    parser.add_argument("--minutes", type=float, default=inf, help="for each of both sorts of kills; then it counts")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--seed", type=int, help="of who does what when; where in the bot a kill falls varies")
    chosen = parser.parse_args(arguments)
    if chosen.seed is None:
        chosen.seed = random.SystemRandom().randrange(10**6)
    return chosen


async def run(chosen: argparse.Namespace, server_url: str | None, folder: Path) -> int:
    """All three parts on one database; 1 where anything was lost, doubled, or acknowledged before it was synced."""
    database, faults = chosen.database, 0
    print(f"\n== {printing.NAMES[database]} (seed {chosen.seed}) ==", flush=True)
    if chosen.kills:
        place = _folder(folder, "random")
        url = await empty_database(server_url, place, "crash_random")
        until = time.monotonic() + 60 * chosen.minutes
        killed = await kill_at_random(database, url, place, kills=chosen.kills, seed=chosen.seed, until=until)
        print(printing.killed(killed), flush=True)
        faults += len(killed.reckoning.faults)
    if chosen.boundaries != 0:
        until = time.monotonic() + 60 * chosen.minutes
        place = _folder(folder, "story")
        told = await die_at_each(database, server_url, place, lambda names: _some(names, chosen), until=until)
        print(printing.told(told), flush=True)
        faults += len(told.reckoning.faults)
    proof = await prove(database, running=os.environ.get("TOCSIN_TEST_POSTGRES"))
    print(printing.proved(proof), flush=True)
    return int(bool(faults) or not proof.holds)


def _folder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _some(boundaries: Sequence[Boundary], chosen: argparse.Namespace) -> Sequence[Boundary]:
    boundaries = boundaries[chosen.after :]
    if chosen.boundaries is None or chosen.boundaries >= len(boundaries):
        return boundaries
    return random.Random(chosen.seed).sample(boundaries, chosen.boundaries)


def on_both(chosen: argparse.Namespace) -> int:
    """Each database in a process of its own; what each says is printed in one piece."""
    command = [sys.executable, "-m", "tests.crash", "--kills", str(chosen.kills), "--seed", str(chosen.seed)]
    command += ["--after", str(chosen.after), "--minutes", str(chosen.minutes)]
    command += [] if chosen.boundaries is None else ["--boundaries", str(chosen.boundaries)]
    print(
        f"Killing the bot on {' and '.join(printing.NAMES.values())}, seed {chosen.seed}: some minutes ...", flush=True
    )
    running = [
        subprocess.Popen([*command, "--database", one], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for one in DATABASES
    ]
    try:
        for one in running:
            print(one.communicate()[0], flush=True)
    finally:
        for one in running:
            one.terminate()
    return max(one.returncode != 0 for one in running)


def main() -> int:
    """As asked on the command line; the exit code."""
    chosen = options()
    if chosen.database == "both":
        return int(on_both(chosen))
    with database_server(chosen.database) as server_url, tempfile.TemporaryDirectory(prefix="tocsin-crash-") as folder:
        return asyncio.run(run(chosen, server_url, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
