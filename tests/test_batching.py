"""Group commit: durable when it returns, a bad piece fails alone, too much is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from storage.artifacts import first_time
from storage.batching import GroupCommit, Overloaded
from storage.database import Database
from storage.migrate import migrate
from storage.tables import Inbox
from tests.rig import START

BAD = 17


async def _open(folder: Path) -> Database:
    url = f"sqlite+aiosqlite:///{folder / 'batch.db'}"
    await migrate(url)
    return await Database.open(url)


async def _keys(db: Database) -> set[str]:
    async with db.read() as session:
        return set((await session.execute(select(Inbox.key))).scalars())


async def test_what_returned_is_on_the_disk_and_shares_commits(tmp_path: Path) -> None:
    db = await _open(tmp_path)
    commits = 0
    batch = GroupCommit(db)

    @event.listens_for(Engine, "commit")
    def counted(_: object) -> None:
        nonlocal commits
        commits += 1

    try:

        async def work(key: str) -> bool:
            return await batch.run(lambda session: first_time(session, key, at=START))

        assert all(await asyncio.gather(*(work(f"k{n}") for n in range(300))))
        assert await _keys(db) == {f"k{n}" for n in range(300)}
        assert commits < 30
    finally:
        event.remove(Engine, "commit", counted)
        await db.close()


async def test_a_bad_piece_fails_alone(tmp_path: Path) -> None:
    db = await _open(tmp_path)
    batch = GroupCommit(db)

    async def bad(session: AsyncSession) -> None:
        await session.execute(text("INSERT INTO no_such_table VALUES (1)"))

    try:
        good = [batch.run(lambda session, n=n: first_time(session, f"good{n}", at=START)) for n in range(20)]
        results = await asyncio.gather(*good[:10], batch.run(bad), *good[10:], return_exceptions=True)
        assert isinstance(results[10], Exception)
        assert [one for place, one in enumerate(results) if place != 10] == [True] * 20
        assert await _keys(db) == {f"good{n}" for n in range(20)}
    finally:
        await db.close()


async def test_more_than_can_wait_is_refused_and_not_written(tmp_path: Path) -> None:
    db = await _open(tmp_path)
    batch = GroupCommit(db, most_waiting=5)
    try:
        calls = [batch.run(lambda session, n=n: first_time(session, f"k{n}", at=START)) for n in range(8)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(one, Overloaded) for one in results) == 3
        assert len(await _keys(db)) == 5
        full = GroupCommit(db, most_waiting=0)
        with pytest.raises(Overloaded):
            await full.run(lambda session: first_time(session, "never", at=START))
    finally:
        await db.close()


async def test_where_the_commit_fails_everybody_hears_it_and_nothing_is_kept(tmp_path: Path) -> None:
    db = await _open(tmp_path)
    batch = GroupCommit(db)

    async def refers_to_nothing(session: AsyncSession) -> None:
        await session.execute(text("PRAGMA defer_foreign_keys = ON"))  # so that only the commit finds it out
        await session.execute(text("INSERT INTO reaction VALUES (1, 999, '1.0', 'U1', 'eyes', '1.0', 1)"))

    try:
        calls = [batch.run(lambda session, n=n: first_time(session, f"k{n}", at=START)) for n in range(9)]
        results = await asyncio.gather(*calls, batch.run(refers_to_nothing), return_exceptions=True)
        assert [type(one) for one in results] == [IntegrityError] * 10
        assert await _keys(db) == set()
        assert await batch.run(lambda session: first_time(session, "k0", at=START))
        assert await _keys(db) == {"k0"}
    finally:
        await db.close()


@pytest.mark.parametrize("order", [range(40), range(39, -1, -1)], ids=["in order", "reversed"])
async def test_a_bad_item_of_many_written_at_once_fails_alone_whatever_the_order(tmp_path: Path, order: range) -> None:
    db = await _open(tmp_path)

    async def at_once(session: AsyncSession, items: Sequence[int]) -> set[int]:
        """Writes the even ones, and chokes on the bad one."""
        for item in items:
            if item == BAD:
                raise ValueError(item)
            if item % 2 == 0:
                await first_time(session, f"k{item}", at=START)
        return {place for place, item in enumerate(items) if item % 2 == 0}

    async def otherwise(session: AsyncSession, item: int) -> None:
        if item == BAD:
            raise ValueError(item)
        await first_time(session, f"k{item}", at=START)

    batch = GroupCommit(db, at_once=at_once)
    try:
        calls = [batch.take(item, lambda session, item=item: otherwise(session, item)) for item in order]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [item for item, one in zip(order, results, strict=True) if isinstance(one, ValueError)] == [BAD]
        assert await _keys(db) == {f"k{item}" for item in range(40) if item != BAD}
    finally:
        await db.close()


async def test_a_waiter_that_left_does_not_hold_up_the_others(tmp_path: Path) -> None:
    db = await _open(tmp_path)
    batch = GroupCommit(db)
    try:
        leaving = asyncio.create_task(batch.run(lambda session: first_time(session, "left", at=START)))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await batch.run(lambda session: first_time(session, "stayed", at=START))
        assert "stayed" in await _keys(db)
    finally:
        await db.close()
