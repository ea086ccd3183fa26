"""The database: what a transaction promises, who may open the file, what doctor is told."""

import asyncio
import logging
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, event, exists, func, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from workshop import NOON, database_file, open_database

from storage.address import Address, refuse_network
from storage.columns import Json, UtcDateTime
from storage.database import Database
from storage.durability import doctor_facts
from storage.job_tables import gate
from storage.queue import Job, counts, enqueue
from storage.refusals import DatabaseInUse, DatabaseMissing, OnNetworkFileSystem, UnusableAddress

TRY = Table("try", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime), Column("what", Json))


async def add_gate(db: Database, method: str) -> None:
    async with db.write() as session:
        await session.execute(gate.insert().values(method=method, until=NOON))


async def gates(db: Database) -> list[str]:
    async with db.read() as session:
        return list((await session.execute(select(gate.c.method).order_by(gate.c.method))).scalars())


async def test_a_transaction_is_kept_whole_or_not_at_all(tmp_path):
    async with open_database(tmp_path) as db:
        await add_gate(db, "a")

        async def half():
            async with db.write() as session:
                await session.execute(gate.insert().values(method="b", until=NOON))
                raise KeyError

        with pytest.raises(KeyError):
            await half()
        assert await gates(db) == ["a"]


@pytest.mark.sqlite
async def test_who_waits_to_write_has_its_turn_however_soon_others_ask_again(tmp_path):
    """The intake writes one batch right after another; a job that is done must be able to say so meanwhile."""
    async with open_database(tmp_path) as db:
        rounds, asked, over = 0, asyncio.Event(), False

        async def again_and_again():
            nonlocal rounds
            while rounds < 200 and not over:
                async with db.write() as session:
                    rounds += 1
                    await session.execute(select(1))
                    asked.set()

        async def once():
            nonlocal over
            await asked.wait()
            await add_gate(db, "a")
            over = True

        await asyncio.gather(again_and_again(), once())
        assert rounds < 5


async def test_a_commit_that_is_broken_off_leaves_nothing_open(tmp_path):
    async with open_database(tmp_path) as db:
        broken = [True]

        @event.listens_for(Engine, "commit")
        def break_off(_connection):
            if broken:
                broken.clear()
                raise KeyError

        try:
            with pytest.raises(KeyError):
                await add_gate(db, "a")
            await add_gate(db, "b")
        finally:
            event.remove(Engine, "commit", break_off)
        assert await gates(db) == ["b"]


@pytest.mark.sqlite  # a server may also take a commit back whose sender has gone
async def test_jobs_are_told_of_though_whoever_added_them_is_cancelled_amid_the_commit(tmp_path):
    async with open_database(tmp_path) as db:
        told = []
        db.on_jobs(lambda: told.append("jobs"))

        async def add():
            async with db.write() as session:
                await enqueue(session, Job("a", "k", NOON))
                asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(add())
        async with db.read() as session:
            assert (await counts(session))["ready"] == 1
        assert told == ["jobs"]


@pytest.mark.sqlite
async def test_who_is_cancelled_twice_amid_a_commit_still_waits_for_its_end(tmp_path):
    began, go_on = threading.Event(), threading.Event()

    def stand_still(words):
        if words == "COMMIT":
            began.set()
            go_on.wait(30)

    async with open_database(tmp_path) as db:
        async with db.write() as session:
            raw = (await (await session.connection()).get_raw_connection()).dbapi_connection.cursor().connection
            raw.set_trace_callback(stand_still)
            go_on.set()
        began.clear()
        go_on.clear()
        writing = asyncio.create_task(add_gate(db, "a"))
        assert await asyncio.to_thread(began.wait, 30)
        for _ in range(2):
            writing.cancel()
            await asyncio.sleep(0.02)
            assert not writing.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
        await add_gate(db, "b")
        assert await gates(db) == ["a", "b"]


async def test_waiting_for_another_program_that_writes_holds_nothing_else_up(tmp_path):
    async with open_database(tmp_path) as db:
        if db.address.path is None:
            pytest.skip("its server waits, not we")
        other = sqlite3.connect(db.address.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(add_gate(db, "a"))
        assert await asyncio.wait_for(gates(db), 1) == []
        await asyncio.sleep(0.05)
        assert not waiting.done()
        other.execute("COMMIT")
        other.close()
        await asyncio.wait_for(waiting, 1)
        assert await gates(db) == ["a"]


@pytest.mark.sqlite
async def test_writers_take_turns_and_none_overwrites_what_another_read(tmp_path):
    async with open_database(tmp_path) as db:
        async with db.write() as session:
            await session.execute(text("CREATE TABLE counter (n INTEGER)"))
            await session.execute(text("INSERT INTO counter VALUES (0)"))

        async def count_up():
            async with db.write() as session:
                n = (await session.execute(text("SELECT n FROM counter"))).scalar_one()
                await asyncio.sleep(0)
                await session.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

        await asyncio.gather(*(count_up() for _ in range(50)))
        async with db.read() as session:
            assert (await session.execute(text("SELECT n FROM counter"))).scalar_one() == 50


async def test_a_reader_sees_one_snapshot_holds_no_writer_up_and_cannot_write(tmp_path):
    async with open_database(tmp_path) as db:
        async with db.read() as session:
            assert (await session.execute(select(func.count()).select_from(gate))).scalar_one() == 0
            await asyncio.wait_for(add_gate(db, "a"), 5)
            assert (await session.execute(select(func.count()).select_from(gate))).scalar_one() == 0
            with pytest.raises(DBAPIError, match=r"read-?only"):
                await session.execute(gate.insert().values(method="b", until=NOON))
        assert await gates(db) == ["a"]


async def test_a_writer_cancelled_anywhere_leaves_the_next_one_a_clean_start(tmp_path):
    async with open_database(tmp_path) as db:
        chance = random.Random(7)
        kept = 0
        for n in range(60):
            task = asyncio.create_task(add_gate(db, f"cancelled {n:02}"))
            await asyncio.sleep(chance.random() * 0.006)
            task.cancel()
            await asyncio.wait([task])
            kept += not task.cancelled()
            await asyncio.wait_for(add_gate(db, f"whole {n:02}"), 5)
        found = await gates(db)
        assert len([name for name in found if name.startswith("whole")]) == 60
        assert kept <= len(found) - 60 <= 60


async def test_rows_that_refer_to_nothing_are_refused(tmp_path):
    async with open_database(tmp_path) as db:

        async def orphan():
            async with db.write() as session:
                await session.execute(text("INSERT INTO job_step (job_id, name) VALUES ('none', 'x')"))

        with pytest.raises(Exception, match=r"(?i)foreign key"):
            await orphan()


async def test_the_file_is_its_owners_alone_with_all_that_lies_beside_it(tmp_path):
    old = os.umask(0)
    try:
        path = tmp_path / "new" / "tocsin.db"
        db = await Database.open(f"sqlite:///{path}")
        async with db.write() as session:
            await session.execute(text("CREATE TABLE t (n INTEGER)"))
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == ["tocsin.db", "tocsin.db-shm", "tocsin.db-wal", "tocsin.db.lock"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        await db.close()
        path.chmod(0o644)
        await (await Database.open(f"sqlite:///{path}")).close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(old)


@pytest.mark.sqlite
async def test_one_process_owns_the_file_and_another_is_told_which(tmp_path):
    url = database_file(tmp_path)
    code = f"""
import asyncio
from storage.database import Database
db = asyncio.run(Database.open({url!r}))
print("open", flush=True)
input()
"""
    root = Path(__file__).parent.parent
    with subprocess.Popen(  # noqa: ASYNC220  it is up in a moment
        [sys.executable, "-c", code], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(DatabaseInUse, match=f"in use by process {other.pid};"):
            await Database.open(url)
        visitor = await Database.open(url, read_only=True)
        assert await gates(visitor) == []
        await visitor.close()
        other.kill()
    await (await Database.open(url)).close()  # a killed process holds nothing


@pytest.mark.sqlite
async def test_a_visitor_reads_what_was_just_committed_and_changes_no_byte(tmp_path):
    async with open_database(tmp_path) as db:
        await add_gate(db, "a")
        files = [tmp_path / "tocsin.db", tmp_path / "tocsin.db-wal"]
        before = [file.read_bytes() for file in files]
        visitor = await Database.open(f"sqlite:///{files[0]}", read_only=True)
        assert visitor.read_only
        assert await gates(visitor) == ["a"]
        with pytest.raises(RuntimeError):
            await add_gate(visitor, "b")
        await visitor.close()
        assert [file.read_bytes() for file in files] == before


@pytest.mark.sqlite
async def test_a_visitor_reads_a_file_nobody_has_open_and_one_left_by_a_killed_bot(tmp_path):
    url = database_file(tmp_path)
    visitor = await Database.open(url, read_only=True)
    assert await gates(visitor) == []
    await visitor.close()
    with pytest.raises(DatabaseMissing):
        await Database.open(f"sqlite:///{tmp_path}/none.db", read_only=True)
    assert not (tmp_path / "none.db").exists()
    code = f"""
import asyncio, os, sys
sys.path.insert(0, "tests")
from storage.database import Database
from test_database import add_gate
async def main():
    await add_gate(await Database.open({url!r}), "kept")
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    root = Path(__file__).parent.parent
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], cwd=root, check=False)
    log = (tmp_path / "tocsin.db-wal").read_bytes()
    assert log
    visitor = await Database.open(url, read_only=True)
    assert await gates(visitor) == ["kept"]
    await visitor.close()
    assert (tmp_path / "tocsin.db-wal").read_bytes() == log


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("sqlite:////var/lib/tocsin.db", "sqlite+aiosqlite:////var/lib/tocsin.db"),
        ("sqlite+aiosqlite:////var/lib/tocsin.db", "sqlite+aiosqlite:////var/lib/tocsin.db"),
        ("postgres://u:p@host/name", "postgresql+asyncpg://u:p@host/name"),
        ("postgresql+asyncpg://u:p@host:5433/name", "postgresql+asyncpg://u:p@host:5433/name"),
    ],
)
def test_addresses_are_read_as_people_write_them(given, url):
    assert Address.parse(given).url.render_as_string(hide_password=False) == url


@pytest.mark.parametrize("given", ["", "tocsin.db", "mysql://host/x", "sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_addresses_of_no_use_are_refused(given):
    with pytest.raises(UnusableAddress):
        Address.parse(given)


def test_no_password_is_shown():
    assert "geheim" not in str(Address.parse("postgresql://u:geheim@host/name"))
    with pytest.raises(UnusableAddress) as refused:
        Address.parse("mysql://u:geheim@host/name")
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "refused"), [("ext4", False), ("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("overlay", False)]
)
def test_network_file_systems_are_refused(tmp_path, kind, refused):
    mounts = tmp_path / "mounts"
    inner = tmp_path / "with space"
    mounts.write_text(
        f"/dev/sda / ext4 rw 0 0\nhost:/x {str(inner.resolve()).replace(' ', chr(92) + '040')} {kind} rw 0 0\n"
    )
    refuse_network(tmp_path / "tocsin.db", mounts)
    if refused:
        with pytest.raises(OnNetworkFileSystem, match=kind):
            refuse_network(inner / "tocsin.db", mounts)
    else:
        refuse_network(inner / "tocsin.db", mounts)


@pytest.mark.sqlite
async def test_doctor_is_told_what_makes_commits_last(tmp_path):
    async with open_database(tmp_path) as db:
        facts = {fact.name: fact for fact in await doctor_facts(db)}
        assert facts["journal_mode"].value == "wal"
        assert facts["synchronous"].value == "full"
        assert facts["file mode"].value == "0600"
        assert {name for name, fact in facts.items() if fact.fault} <= {"SQLite version"}
        (tmp_path / "tocsin.db").chmod(0o640)
        visitor = await Database.open(f"sqlite:///{tmp_path}/tocsin.db", read_only=True)
        seen = {fact.name: fact for fact in await doctor_facts(visitor)}
        await visitor.close()
        assert "chmod 600" in seen["file mode"].fault


@pytest.mark.postgresql
async def test_doctor_is_told_where_a_server_does_not_make_commits_last(tmp_path):
    async with open_database(tmp_path) as db:
        facts = {fact.name: fact for fact in await doctor_facts(db)}
        assert facts["synchronous_commit"].fault is None
        assert facts["fsync"].fault, "the server of the tests runs without"
        async with db.write() as session:
            name = (await session.execute(text("SELECT current_database()"))).scalar_one()
            await session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    async with open_database(tmp_path) as db:
        facts = {fact.name: fact for fact in await doctor_facts(db)}
        assert "lost" in facts["synchronous_commit"].fault


@pytest.mark.postgresql
async def test_who_only_glances_waits_for_no_transaction(tmp_path):
    async with open_database(tmp_path) as db:
        async with db.glance() as session:
            [first], [second] = [(await session.execute(text("SELECT now()"))).one() for _ in range(2)]
        async with db.read() as session:
            [third], [fourth] = [(await session.execute(text("SELECT now()"))).one() for _ in range(2)]
    assert first < second < third == fourth


async def test_the_driver_logs_no_values(tmp_path, caplog):
    with caplog.at_level(logging.DEBUG):
        async with open_database(tmp_path) as db:
            await add_gate(db, "what ana said")
    assert "what ana said" not in caplog.text


instants = st.datetimes(
    min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=st.just(UTC)
) | st.datetimes(
    min_value=datetime(2020, 1, 1),
    max_value=datetime(2030, 1, 1),
    timezones=st.sampled_from([timezone(timedelta(hours=h, minutes=m)) for h in (-12, 0, 5, 14) for m in (0, 30)]),
)


@given(st.lists(instants, min_size=1, max_size=20))
def test_instants_come_back_as_they_were_and_compare_as_instants(given):
    column = UtcDateTime()
    from sqlalchemy.dialects import sqlite

    dialect = sqlite.dialect()
    kept = [column.process_bind_param(one, dialect) for one in given]
    assert [column.process_result_value(one, dialect) for one in kept] == given
    assert {len(one) for one in kept} == {27}
    assert sorted(kept) == [column.process_bind_param(one, dialect) for one in sorted(given)]


async def test_columns_keep_json_and_instants_and_refuse_a_naive_one(tmp_path):
    async with open_database(tmp_path) as db:
        what = {"b": [1, None, "ü\u0000😀"], "a": {}}
        async with db.write() as session:
            await session.run_sync(lambda s: TRY.metadata.create_all(s.connection()))
            await session.execute(TRY.insert(), [{"at": NOON, "what": what}, {"at": None, "what": None}])
        async with db.read() as session:
            first, second = (await session.execute(select(TRY).order_by(TRY.c.id))).all()
            assert (first.at, first.what, list(first.what)) == (NOON, what, ["b", "a"])
            assert (second.at, second.what) == (None, None)
            assert (await session.execute(select(func.min(TRY.c.at)))).scalar_one() == NOON
            late = NOON.astimezone(timezone(timedelta(hours=9))) + timedelta(microseconds=1)
            assert (await session.execute(select(exists().where(TRY.c.at < late, TRY.c.at >= NOON)))).scalar_one()
            with pytest.raises(StatementError, match="without a zone"):
                await session.execute(select(TRY).where(TRY.c.at < datetime(2026, 1, 1)))
