"""Transactions that meet on PostgreSQL: jobs and commands about one incident don't end each other's."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from storage.artifacts import keep_artifact
from storage.incidents import lock_incident
from tests.databases import DATABASES
from tests.rig import Rig

pytestmark = pytest.mark.postgresql
LOCKED_OUT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_a_command_that_the_database_ends_for_anothers_sake_is_carried_out_all_the_same(
    rig: Rig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    room = await rig.declare()
    url = make_url(DATABASES.address(tmp_path)).set(drivername="postgresql").render_as_string(False)
    other, pause = await asyncpg.connect(url), await asyncpg.connect(url)
    await pause.execute("BEGIN; LOCK TABLE entry IN EXCLUSIVE MODE")  # the command holds the incident by then
    await other.execute("BEGIN; SET LOCAL deadlock_timeout = '60s'; SELECT id FROM job FOR UPDATE")
    typing = asyncio.create_task(rig.person("ana").types("/incident severity sev2", room))
    await locked_out(pause, 1)
    crossing = asyncio.create_task(other.execute("SELECT id FROM incident FOR UPDATE"))
    await locked_out(pause, 2)
    await pause.execute("COMMIT")  # now the command waits for a job, and whoever holds that for the command
    await asyncio.wait_for(crossing, 20)
    await other.execute("COMMIT")
    answer = await typing
    await rig.quiet()
    await asyncio.gather(other.close(), pause.close())
    assert "sev2" in answer.text
    assert [one.levelno for one in caplog.records if "deadlock" in str(getattr(one, "fault", ""))] == [logging.WARNING]
    assert len([one for one in rig.posts(room) if "the severity from sev1 to sev2" in one.text]) == 1


async def locked_out(asked: asyncpg.Connection, count: int) -> None:
    """Until so many wait for others."""
    async with asyncio.timeout(20):
        while await asked.fetchval(LOCKED_OUT) != count:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.005)


async def test_what_a_job_notes_down_of_an_incident_does_not_wait_for_a_command_about_it(rig: Rig) -> None:
    await rig.declare()
    db = rig.bot._db
    assert db is not None
    async with db.write() as command, asyncio.timeout(20):
        incident = await lock_incident(command, 1)
        async with db.write() as job:
            await keep_artifact(job, incident.id, "a picture", at=rig.clock.now(), ref="F1")
