"""A start beside a PostgreSQL that is not ready: waited for in words, for a bounded time, and then all is well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from bot.app import Tocsin
from bot.cli.outcome import UNREACHABLE, explain
from bot.settings import Settings
from tests.postgres import Server, fresh_database, own_server
from tests.rig import ALONE, Rig, free_port, running

pytestmark = pytest.mark.postgresql
Hindrance = Callable[[Server, str], AbstractAsyncContextManager[None]]
FEW = {"max_connections": "12", "superuser_reserved_connections": "0"}
WAITS = "the database does not take us yet"


async def connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))


@asynccontextmanager
async def stopped(server: Server, _url: str) -> AsyncIterator[None]:
    """As where both are started together, and the server comes up later."""
    server.stop()
    yield
    server.start()


@asynccontextmanager
async def full(_server: Server, url: str) -> AsyncIterator[None]:
    """Others have all connections, as a predecessor has that was killed until the server sees that it is gone."""
    async with AsyncExitStack() as held:
        with suppress(asyncpg.TooManyConnectionsError):
            while True:
                held.push_async_callback((await connect(url)).close)
        yield


@asynccontextmanager
async def locked(_server: Server, url: str) -> AsyncIterator[None]:
    """The server ends a transaction for the sake of another, as it does in a deadlock."""
    other = await connect(url)
    await other.execute(f"ALTER DATABASE {make_url(url).database} SET lock_timeout = '100ms'")
    async with other.transaction():
        await other.execute("LOCK TABLE replica")
        yield
    await other.close()


async def test_a_start_waits_for_a_server_that_is_away_or_full_or_in_whose_way_others_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_server(FEW) as server:
        url = await fresh_database(server.url, "waits")
        async with running(tmp_path, database_url=url, health_port=free_port()) as rig:
            room = await rig.declare()
            for hindrance in (stopped, full, locked):
                await starts_amid(rig, hindrance(server, url), caplog)
                assert "#" in (await rig.types("ana", f"/incident note after {hindrance.__name__}", room)).text
            await gives_up(rig, server, monkeypatch)
            await rig.begin(Tocsin(rig.settings, clock=rig.clock, pace=ALONE))


async def starts_amid(rig: Rig, hindrance: AbstractAsyncContextManager[None], log: pytest.LogCaptureFixture) -> None:
    await rig.bot.stop()
    log.clear()
    async with hindrance:
        starting = asyncio.create_task(rig.begin(Tocsin(rig.settings, clock=rig.clock, pace=ALONE)))
        async with asyncio.timeout(20):
            while WAITS not in log.text:
                assert not starting.done(), f"it ended at once: {starting.exception()}"
                await asyncio.sleep(0.01)
    async with asyncio.timeout(20):
        await starting
    assert {one.levelno for one in log.records if one.message == WAITS} == {logging.WARNING}


async def gives_up(rig: Rig, server: Server, patience: pytest.MonkeyPatch) -> None:
    """At once where waiting cannot help, else after a while; in words both times."""
    await rig.bot.stop()
    elsewhere = replace(rig.settings, database_url=rig.settings.database_url.replace("/waits", "/nowhere"))
    assert await refused(rig, elsewhere) == (
        UNREACHABLE,
        'the database cannot be used: database "nowhere" does not exist',
    )
    patience.setattr("storage.patience.LONGEST", 0.5)
    server.stop()
    code, words = await refused(rig, rig.settings)
    server.start()
    assert code == UNREACHABLE, words
    assert words.startswith("no connection")


async def refused(rig: Rig, settings: Settings) -> tuple[int, str]:
    """How `tocsin run` would end with these settings."""
    bot = Tocsin(settings, clock=rig.clock, pace=ALONE)
    with pytest.raises(Exception) as fault:
        async with asyncio.timeout(20):
            await bot.start()
    await bot.stop()
    return explain(fault.value)
