"""The two apps under test, each in a process of its own beside a Slack that only measures: Tocsin and a bare one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
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
class Under:
    """An app under test, connected."""

    slack: Slack
    pid: int

    def cpu_seconds(self) -> float:
        """What its process has used of the processors until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def bare() -> AsyncIterator[Under]:
    """A Bolt app as it comes, whose listeners do nothing."""
    async with _running("bench.bare", with_address=True) as app:
        yield app


@asynccontextmanager
async def tocsin(database_url: str, folder: Path, *, fsync: float = 0.0) -> AsyncIterator[Under]:
    """Tocsin with one open incident, whose channel the load is sent to. `fsync`: seconds added to each commit."""
    await _seed(database_url)
    async with _running("bench.ours", str(fsync), TOCSIN_DATABASE_URL=database_url, TOCSIN_DATA_DIR=str(folder)) as app:
        yield app


@asynccontextmanager
async def _running(module: str, *arguments: str, with_address: bool = False, **settings: str) -> AsyncIterator[Under]:
    async with Slack() as slack:
        tokens = {"SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_APP_TOKEN": "xapp-bench", "SLACK_API_URL": slack.api_url}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *([slack.api_url] if with_address else arguments),
            env=os.environ | tokens | settings | {"TOCSIN_LOG_LEVEL": "warning"},
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            await slack.connected()
            await asyncio.sleep(1.0)  # what happens once, at the start, is no part of any figure here
            yield Under(slack, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


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
