"""A replica that dies or stands still amid its work: another takes it over within the lease, nothing is there twice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.channels import Channel
from storage.job_tables import job
from tests.crash.mortal import LEASE, mortal
from tests.crash.stage import Stage, stage
from tests.databases import DATABASES

pytestmark = pytest.mark.postgresql
#: What a take-over needs beside the lease, on a machine that is busy with other things.
SLACKNESS = 20.0
SLOW = timedelta(seconds=1)


async def test_a_frozen_replica_is_fenced_and_a_dead_ones_work_is_taken_over_within_the_lease(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with (
        stage(tmp_path / "one", DATABASES.address(tmp_path), call=timedelta(0)) as here,
        mortal(here.ws, tmp_path / "two", DATABASES.address(tmp_path)) as other,
    ):
        await here.bot.begin()
        slow = here.ws.faults.add("conversations.create", "after", delay=SLOW, times=None)
        await amid_its_opening(here, "frozen")
        os.kill(here.bot.pid, signal.SIGSTOP)
        await other.begin()
        here.ws.socket.routing = "last"
        await opened(here, 1)
        os.kill(here.bot.pid, signal.SIGCONT)
        await until(lambda: "job.fenced" in said_by(tmp_path / "one"))

        slow.left = 0
        hanging = here.ws.faults.add("bookmarks.add", delay=timedelta(minutes=5))
        await here.person("ana").types("/incident declare dead sev1", here.ops)
        await until(lambda: hanging.left == 0)
        pid = await carries_out(here, "open:2")
        assert pid in (here.bot.pid, other.pid)
        os.kill(pid, signal.SIGKILL)
        died = time.monotonic()
        await opened(here, 2)
        assert LEASE / 2 < time.monotonic() - died < LEASE + SLACKNESS
        assert here.bot.alive is not other.alive
        await once_each(here)


async def carries_out(here: Stage, job_id: str) -> int:
    """The process that has claimed a job."""
    async with (await here.database()).read() as session:
        worker = (await session.execute(select(job.c.worker).where(job.c.id == job_id))).scalar_one()
    return int(worker.split(":")[1])


async def amid_its_opening(here: Stage, title: str) -> None:
    """Declared, and the channel is made; whoever asked for it has no answer yet."""
    await here.person("ana").types(f"/incident declare {title} sev1", here.ops)
    await until(lambda: len(here.rooms) == 1)


async def opened(here: Stage, count: int) -> None:
    """So many incidents have all that belongs to them."""
    await until(lambda: [made(here, room) for room in here.rooms] == [ONE_OF_EACH] * count)


#: Cards, pins, bookmarks, announcements.
ONE_OF_EACH = (1, 1, 1, 1)


def made(here: Stage, room: Channel) -> tuple[int, int, int, int]:
    """What there is of an incident's channel, once those are in it who are to be."""
    ana, board = here.person("ana"), here.ws.channel("incidents")
    if not {ana.id, here.person("ben").id} <= room.members.keys():
        return 0, 0, 0, 0
    cards = sum("This channel is recorded" in one.text for one in ana.sees(room) if not one.ephemeral)
    told = sum(room.name.rpartition("-")[2] in one.text for one in ana.sees(board))
    return cards, len(room.pins), len(room.bookmarks), told


async def once_each(here: Stage) -> None:
    async with asyncio.timeout(30):
        while await here.jobs_left():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert [made(here, room) for room in here.rooms] == [ONE_OF_EACH] * 2
    assert await here.jobs_failed() == 0


def said_by(folder: Path) -> str:
    return (folder / "bot.log").read_text(errors="replace")


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
