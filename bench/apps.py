"""The two apps under test, each in a process of its own beside a Slack that only measures: Tocsin and a bare one."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from bench.slack import CHANNEL, TEAM, Slack
from storage.database import Database
from storage.incidents import add_incident, remember_channel, take_incident_number
from storage.migrate import migrate
from storage.people import workspace_of
from storage.tables import Channel, Incident, Message


@dataclass(frozen=True, slots=True)
class Program:
    """A process of its own; `began` is when it was started, by `time.perf_counter`."""

    pid: int
    began: float

    def cpu_seconds(self) -> float:
        """What it has used of the processors until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Its memory: PSS, in which pages shared with other processes count by their share."""
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{self.pid}/smaps_rollup").read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1024


@dataclass(frozen=True, slots=True)
class Under:
    """An app under test, connected; `connected_in` is how many seconds after its start."""

    slack: Slack
    program: Program
    connected_in: float


@asynccontextmanager
async def bare() -> AsyncIterator[Under]:
    """A Bolt app as it comes, whose listeners do nothing."""
    async with Slack() as slack, program("bench.bare", **slack.settings()) as started:
        yield await _connected(slack, started)


@asynccontextmanager
async def echo() -> AsyncIterator[Under]:
    """What acknowledges and does nothing else."""
    async with Slack() as slack, program("bench.echo", **slack.settings()) as started:
        yield await _connected(slack, started)


@asynccontextmanager
async def tocsin(database_url: str, folder: Path, *, fsync: float = 0.0) -> AsyncIterator[Under]:
    """Tocsin with one open incident, whose channel the load is sent to. `fsync`: seconds added to each commit."""
    await _seed(database_url)
    async with (
        Slack() as slack,
        program("bench.ours", str(fsync), **slack.settings(), **at(database_url, folder)) as ran,
    ):
        yield await _connected(slack, ran)


def at(database_url: str, folder: Path) -> dict[str, str]:
    """The settings of Tocsin that say where it keeps things."""
    return {"TOCSIN_DATABASE_URL": database_url, "TOCSIN_DATA_DIR": str(folder)}


@asynccontextmanager
async def program(module: str, *arguments: str, **settings: str) -> AsyncIterator[Program]:
    """`python -m module`, ended with the block; `settings` are added to its environment."""
    command = [sys.executable, "-m", module, *arguments]
    environment = os.environ | settings | {"TOCSIN_LOG_LEVEL": "error"}
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield Program(process.pid, began)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _connected(slack: Slack, started: Program) -> Under:
    await slack.connected()
    took = time.perf_counter() - started.began
    await asyncio.sleep(1.0)  # what happens once, at the start, is no part of any other figure
    return Under(slack, started, took)


async def _seed(database_url: str) -> None:
    """An incident with its channel, as a declaration leaves it."""
    await migrate(database_url)
    db = await Database.open(database_url)
    async with db.write() as session:
        workspace = await workspace_of(session, TEAM)
        number = await take_incident_number(session, workspace.id)
        now = datetime.now(UTC)
        incident = Incident(
            workspace_id=workspace.id, number=number, zone="UTC", title="checkout is down", declared_at=now
        )
        await add_incident(session, incident)
        await remember_channel(session, workspace.id, CHANNEL, incident_id=incident.id, name="inc-1")
    await db.close()


async def stored(database_url: str) -> list[str]:
    """The ts of every message of the incident's channel that is kept with its words, as the database says."""
    db = await Database.open(database_url)
    try:
        async with db.read() as session:
            query = select(col(Message.ts)).join(Channel, col(Channel.id) == col(Message.channel_id))
            query = query.where(col(Channel.slack_id) == CHANNEL, col(Message.text).is_not(None))
            return list((await session.execute(query)).scalars())
    finally:
        await db.close()
