"""The database gone for a while: nothing is acknowledged that is not kept, it is said, all is well again by itself."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from sandbox.channels import Channel
from sandbox.courier import Delivery
from storage.job_tables import gate
from storage.tables import Message
from tests.postgres import fresh_database, own_server
from tests.rig import Rig, running

SAID = "somebody pulled the cable " * 200  # more than fits into what is left of a page
Gone = Callable[[Rig], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def locked(rig: Rig) -> AsyncIterator[None]:
    """Another program writes, and goes on writing."""
    other = sqlite3.connect(rig.settings.data_dir / "tocsin.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@asynccontextmanager
async def full(rig: Rig) -> AsyncIterator[None]:
    """SQLite's own limit on the file gives the error that a full disk gives."""
    await pragma(rig, "max_page_count = 1")
    assert rig.bot._db is not None
    with suppress(OperationalError):
        while True:  # until no page has room
            async with rig.bot._db.write() as session:
                await session.execute(gate.insert().values(method=secrets.token_hex(100), until=rig.clock.now()))
    yield
    await pragma(rig, "max_page_count = 1073741823")


@asynccontextmanager
async def read_only(rig: Rig) -> AsyncIterator[None]:
    """As where the file's system was mounted again for reading alone."""
    await pragma(rig, "query_only = ON")
    yield
    await pragma(rig, "query_only = OFF")


async def pragma(rig: Rig, setting: str) -> None:
    """Set on the one connection that writes."""
    assert rig.bot._db is not None
    assert rig.bot._db._writer is not None
    connection = await rig.bot._db._writer.raw_connection()
    connection.driver_connection.execute(f"PRAGMA {setting}").fetchall()  # type: ignore[union-attr]
    connection.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("gone", [locked, full, read_only])
async def test_a_file_that_cannot_be_written_for_a_while(
    tmp_path: Path, gone: Gone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as rig:
        room = await rig.declare()
        with monkeypatch.context() as shorter:
            shorter.setattr("storage.driver.PATIENCE", 0.6)
            shorter.setattr("bot.slack.dispatch.PATIENCE", 0.4)
            async with gone(rig):
                await while_it_is_gone(rig, room)
        await well_again(rig, room)


async def test_a_server_that_is_stopped_amid_work_and_started_again(tmp_path: Path) -> None:
    with own_server() as postgres:
        async with running(tmp_path, database_url=await fresh_database(postgres.url, "gone")) as rig:
            room = await rig.declare()
            # A call is under way, whose outcome can then not be noted down.
            hanging = rig.ws.faults.add("chat.postMessage", "after", delay=timedelta(seconds=1))
            await rig.person("ana").types("/incident severity sev2", room)
            await until(lambda: hanging.left == 0)
            postgres.stop()
            await rig.clock.advance(timedelta(seconds=1))
            await while_it_is_gone(rig, room)
            postgres.start()
            await well_again(rig, room)
            assert len([one for one in rig.posts(room) if "the severity from sev1 to sev2" in one.text]) == 1


async def while_it_is_gone(rig: Rig, room: Channel) -> None:
    await rig.person("ben").says(SAID, room)
    for n in range(6):  # a full disk has room for little things here and there
        answer = await rig.person("ana").types(f"/incident note {n} {SAID[:2000]}", room)
        assert answer.failed is None
        if "#" not in answer.text:
            break
    assert "database does not answer now" in answer.text
    assert SAID[:500].strip() in answer.text, "what was typed is given back"
    await seconds_pass(rig, lambda: message(rig).attempts == 2)  # Slack waits for three, and sends it again at once
    assert message(rig).outcome is None, "Slack was told that we have what we do not have"


async def well_again(rig: Rig, room: Channel) -> None:
    """Nobody does anything for it."""
    await seconds_pass(rig, lambda: not rig.ws.busy)  # the second attempt is over too
    await rig.later(timedelta(minutes=3))
    assert message(rig).outcome == "acknowledged"
    assert rig.bot._db is not None
    async with rig.bot._db.read() as session:
        kept = list((await session.execute(select(Message.text))).scalars())  # type: ignore[call-overload]
    assert [text.strip() for text in kept if text] == [SAID.strip()]
    assert "#" in (await rig.types("ana", "/incident note all is well", room)).text
    told = await rig.timeline()
    assert told.count("all is well") == 1
    await rig.types("ana", "/incident resolve", room)
    assert rig.posts(room)[-1].files


def message(rig: Rig) -> Delivery:
    """How the event of what ben said fares."""
    return next(one for one in rig.ws.acks if one.kind == "events_api" and one.payload["event"].get("text") == SAID)


async def until(holds: Callable[[], object]) -> None:
    """Wait, in real time, for what happens beside the test."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def seconds_pass(rig: Rig, holds: Callable[[], object]) -> None:
    """By the workspace's clock, until something has come of them."""
    async with asyncio.timeout(20):
        while not holds():
            await rig.clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0.02)
