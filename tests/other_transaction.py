"""Somebody else's transaction on the bot's PostgreSQL, and who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg

from tests.rig import Rig

Theirs: TypeAlias = "asyncpg.Connection[Any]"


@asynccontextmanager
async def other(rig: Rig) -> AsyncIterator[Theirs]:
    """A transaction, committed at the end of the block."""
    connection = await asyncpg.connect(rig.settings.database_url.replace("+asyncpg", ""))
    try:
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()


async def waiting(theirs: Theirs, count: int) -> None:
    """Return when so many connections wait for a lock."""
    ask = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(10):
        while await theirs.fetchval(ask) < count:  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)
