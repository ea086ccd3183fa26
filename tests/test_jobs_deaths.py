"""Who is blamed when the process dies: a job that dies alone, again and again; nobody else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from workshop import NOON, Workshop, database_file, workshop

from bot.jobs import JobContext
from storage.database import Database
from storage.job_tables import job
from storage.queue import Job

ROOT = Path(__file__).parent.parent


def dying(url: str, kills: int) -> list[int]:
    """What the child says: how often it died, and how many deaths `slow` was charged with after the kills."""
    command = [sys.executable, str(ROOT / "tests" / "deaths_child.py"), url, str(kills)]
    ran = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, timeout=60, check=True, capture_output=True)
    return [int(figure) for figure in ran.stdout.split()]


async def state_of(url: str) -> dict[str, tuple[str, str | None]]:
    db = await Database.open(url)
    async with db.read() as session:
        rows = await session.execute(select(job).where(job.c.kind != "jobs.purge"))
        found = {row.id: (row.state, row.error) for row in rows}
    await db.close()
    return found


@pytest.mark.sqlite
async def test_a_job_that_kills_its_process_is_given_up_after_six_deaths_and_the_one_beside_it_is_done(
    tmp_path: Path,
) -> None:
    url = database_file(tmp_path)
    assert dying(url, 0)[0] == 6
    reason = "the process died 6 times while it ran, at the end with nothing else in hand"
    assert await state_of(url) == {"slow": ("done", None), "poison": ("failed", reason)}


@pytest.mark.sqlite
async def test_a_storm_of_kills_is_held_against_no_job(tmp_path: Path) -> None:
    url = database_file(tmp_path)
    assert dying(url, 8) == [8, 3], "it was in hand at three deaths, and tried no more while the storm went on"
    assert await state_of(url) == {"slow": ("done", None)}


async def begun(shop: Workshop, job_id: str) -> None:
    while job_id not in shop.ran:  # noqa: ASYNC110  nothing tells
        await asyncio.sleep(0.01)


async def suspected(shop: Workshop, *job_ids: str) -> None:
    """The process has died three times with these in hand."""
    async with shop.db.write() as session:
        await session.execute(job.update().where(job.c.id.in_(job_ids)).values(lost=3))


async def test_a_suspected_job_runs_with_nothing_else_in_hand_once_the_process_has_lived_a_while(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with workshop(tmp_path) as shop:
        doors = {name: asyncio.Event() for name in ("suspect", "next suspect", "before")}

        async def handler(ctx: JobContext, payload: Mapping[str, Any]) -> None:
            shop.ran.append(ctx.job.id)
            if ctx.job.id in doors:
                await doors[ctx.job.id].wait()

        await shop.add(Job("suspect", "k", NOON, lane="x"), Job("next suspect", "k", NOON), Job("at once", "k", NOON))
        await shop.add(Job("behind", "k", NOON, lane="x"))
        await suspected(shop, "suspect", "next suspect")
        worker = await shop.worker({"k": handler}, calm=timedelta(seconds=15))
        await worker.idle()
        assert shop.ran == ["at once"]
        assert worker.next_due_at() == shop.at(15)
        await shop.add(Job("before", "k", NOON))
        await begun(shop, "before")
        await shop.clock.advance(timedelta(seconds=15))
        await shop.add(Job("after", "k", shop.at(15)))
        await asyncio.sleep(0.05)
        assert shop.ran == ["at once", "before"], "it waits until nothing else is in hand, and others wait for it"
        doors["before"].set()
        await begun(shop, "suspect")
        await shop.add(Job("meanwhile", "k", shop.at(15)))
        await asyncio.sleep(0.05)
        assert shop.ran == ["at once", "before", "suspect"]
        doors["suspect"].set()
        await begun(shop, "next suspect")
        assert shop.ran == ["at once", "before", "suspect", "next suspect"]
        doors["next suspect"].set()
        await worker.idle()
        assert sorted(shop.ran[4:]) == ["after", "behind", "meanwhile"]
        assert [line for line in caplog.messages if "job.alone" in line and "lost=3" in line]


async def test_a_step_that_is_done_lifts_the_suspicion_and_leaves_the_doubt(tmp_path: Path) -> None:
    async with workshop(tmp_path) as shop:
        attempts: list[tuple[str, int]] = []
        stuck = asyncio.Event()

        async def handler(ctx: JobContext, payload: Mapping[str, Any]) -> None:
            async def call(attempt: int) -> None:
                attempts.append(("one", attempt))

            async def hang(attempt: int) -> None:
                attempts.append(("two", attempt))
                await stuck.wait()

            await ctx.step("one", call)
            await ctx.step("two", hang)

        await shop.add(Job("a", "k", NOON))
        await suspected(shop, "a")
        worker = await shop.worker({"k": handler}, calm=timedelta(0))
        while ("two", 4) not in attempts:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.01)
        assert (await shop.row("a")).lost == 1
        await worker.stop(timedelta(0))
        again = await shop.worker({"k": handler}, calm=timedelta(hours=1))
        stuck.set()
        await again.idle()
        assert (await shop.row("a")).state == "done"
        assert attempts == [("one", 4), ("two", 4), ("two", 3)]
