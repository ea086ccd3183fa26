"""Killed anywhere, only the step in flight repeats, and it is told so."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from workshop import database_file

from storage.database import Database
from storage.job_tables import job, job_step

ROOT = Path(__file__).parent.parent


def run(url: str, effects: Path, *deadly: str) -> int:
    """Run the child to its end; its exit status."""
    command = [sys.executable, str(ROOT / "tests" / "jobs_child.py"), url, str(effects), *deadly]
    return subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, timeout=60, check=False).returncode


@pytest.mark.sqlite
async def test_killed_in_every_step_in_turn_only_the_step_in_flight_repeats(tmp_path):
    url, effects = database_file(tmp_path), tmp_path / "effects"
    for deadly in "135":
        assert run(url, effects, deadly) == -signal.SIGKILL
    assert run(url, effects) == 0  # no wait for a lease: the one process there is puts back what was running
    happened = [line.split() for line in effects.read_text().splitlines()]
    assert Counter(step for step, _ in happened) == {"1": 2, "2": 1, "3": 2, "4": 1, "5": 2}
    # The first run of a step after a kill may be its second: it cannot know, so it is told to look.
    assert [(step, int(attempt) > 1) for step, attempt in happened] == [
        ("1", False),
        ("1", True),
        ("2", True),
        ("3", True),
        ("3", True),
        ("4", True),
        ("5", True),
        ("5", True),
    ]
    db = await Database.open(url)
    async with db.read() as session:
        rows = {row.id: row for row in await session.execute(select(job).where(job.c.kind != "jobs.purge"))}
        assert (await session.execute(select(job_step))).all() == []
    await db.close()
    assert rows["job"].state == "done"
    assert rows["job"].failures == 0
    assert sorted(rows) == ["after:1", "after:2", "after:3", "after:4", "after:5", "job"]
