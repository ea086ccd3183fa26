"""What one committed row costs on this disk, without anything of ours: the floor under every acknowledgement."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

ROWS = 600
WORDS = "the pool on db-3 is at 44 %" * 10


async def floor(url: str, folder: Path, pause: float) -> list[float]:
    """Seconds from the beginning of a transaction that adds one row to the end of its commit, sorted; one at a time,
    with `pause` seconds between. `url`: of the database beside which it is measured."""
    if url.startswith("sqlite"):
        return await _sqlite(folder.parent / "floor.db", pause)
    return await _postgresql(url, pause)


async def _sqlite(path: Path, pause: float) -> list[float]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS floor (words TEXT)")

    async def add() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO floor VALUES (?)", (WORDS,))
        connection.commit()

    taken = await _timed(add, pause)
    connection.close()
    return taken


async def _postgresql(url: str, pause: float) -> list[float]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("CREATE TABLE floor (words TEXT)")

    async def add() -> None:
        async with connection.transaction():
            await connection.execute("INSERT INTO floor VALUES ($1)", WORDS)

    taken = await _timed(add, pause)
    await connection.execute("DROP TABLE floor")
    await connection.close()
    return taken


async def _timed(add: Callable[[], Awaitable[None]], pause: float) -> list[float]:
    taken = []
    for _ in range(ROWS):
        await asyncio.sleep(pause)
        began = time.perf_counter()
        await add()
        taken.append(time.perf_counter() - began)
    return sorted(taken)
