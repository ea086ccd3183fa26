"""Migrations: the tables they build, when they run, what they leave behind when they may not."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel
from workshop import database_file, open_database

from storage import job_tables, migrate, tables
from storage.database import Database
from storage.finding import INDEX
from storage.refusals import DatabaseInUse, SchemaIsBehind, SchemaIsNewer

ROOT = Path(__file__).parent.parent
#: What SQLite's full text makes for itself is nobody's table.
COMPARED = {
    "compare_type": True,
    "compare_server_default": True,
    "include_name": lambda name, *_: not (name or "").startswith(INDEX),
}


def query(path: Path, statement: str) -> list[tuple]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(statement).fetchall()
    connection.close()
    return found


def words(statement: str | None) -> list[str]:
    """A CREATE statement without its order, which differs."""
    return sorted((statement or "").replace(",", " ").split())


@pytest.mark.sqlite
def test_the_migrations_build_the_tables_and_nothing_else(tmp_path):
    url = database_file(tmp_path)
    assert job_tables.job.metadata is tables.Incident.metadata
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, SQLModel.metadata) == []
    built = {
        name: sql
        for name, sql in query(tmp_path / "tocsin.db", "SELECT name, sql FROM sqlite_master")
        if not name.startswith(("sqlite_", "alembic_", INDEX))
    }
    engine.dispose()
    # Alembic does not compare partial indexes' conditions, or names of constraints: so the statements themselves.
    SQLModel.metadata.create_all(fresh := create_engine(f"sqlite:///{tmp_path}/fresh.db"))
    fresh.dispose()
    wanted = {
        name: sql
        for name, sql in query(tmp_path / "fresh.db", "SELECT name, sql FROM sqlite_master")
        if not name.startswith("sqlite_")
    }
    assert {name: words(sql) for name, sql in built.items()} == {name: words(sql) for name, sql in wanted.items()}


def test_every_constraint_has_a_name():
    for table in SQLModel.metadata.tables.values():
        assert [constraint for constraint in table.constraints if not constraint.name] == []


async def test_a_new_database_is_made_through_the_migrations_and_a_current_one_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path}/deep/tocsin.db"
    assert await migrate.schema_of(url) is None
    done = await migrate.migrate(url)
    assert (done.before, done.now, done.backup, done.changed) == (None, migrate.head(), None, True)
    path = tmp_path / "deep" / "tocsin.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = await migrate.migrate(url)
    assert (again.before, again.changed) == (migrate.head(), False)
    assert path.read_bytes() == before


@pytest.mark.sqlite
async def test_a_copy_is_made_before_rows_are_migrated(tmp_path, one_more):
    url, old = database_file(tmp_path), migrate.head()
    path = tmp_path / "tocsin.db"
    db = await Database.open(url)
    async with db.write() as session:
        await session.run_sync(
            lambda s: s.connection().exec_driver_sql("INSERT INTO gate VALUES ('a', '2026-11-21T12:00:00.000000Z')")
        )
    await db.close()
    new = one_more("op.add_column('gate', sa.Column('why', sa.String()))")
    done = await migrate.migrate(url)
    assert (done.before, done.now) == (old, new)
    assert done.backup == tmp_path / f"tocsin.db.{old}-to-{new}.backup"
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    assert query(done.backup, "SELECT * FROM gate") == [("a", "2026-11-21T12:00:00.000000Z")]
    assert query(path, "SELECT * FROM gate") == [("a", "2026-11-21T12:00:00.000000Z", None)]
    assert await migrate.schema_of(url) == new
    assert [file.name for file in tmp_path.glob("*.part")] == []


async def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path, one_more):
    url, old = database_file(tmp_path), migrate.head()
    one_more("op.create_table('half', sa.Column('n', sa.Integer())); raise KeyError('broken')")
    with pytest.raises(KeyError):
        await migrate.migrate(url)
    assert await migrate.schema_of(url) == old
    assert query(tmp_path / "tocsin.db", "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    async with open_database(tmp_path):
        pass


@pytest.mark.sqlite
async def test_a_changed_table_keeps_the_rows_that_refer_to_it_and_none_may_lose_their_hold(tmp_path, one_more):
    url = database_file(tmp_path)
    path = tmp_path / "tocsin.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO job (id, kind, payload, state, run_at, seq, due_at) "
            "VALUES ('a', 'k', '{}', 'ready', '', 1, '')"
        )
        connection.execute("INSERT INTO job_step (job_id, name) VALUES ('a', 'one')")
    connection.close()
    one_more(
        "with op.batch_alter_table('job', recreate='always') as batch: batch.add_column(sa.Column('x', sa.String()))"
    )
    await migrate.migrate(url)
    assert query(path, "SELECT job_id, name FROM job_step") == [("a", "one")]
    assert len(query(path, "PRAGMA foreign_key_list(job_step)")) == 1


@pytest.mark.sqlite
async def test_a_migration_that_orphans_rows_is_refused(tmp_path, one_more):
    url, old = database_file(tmp_path), migrate.head()
    one_more("op.execute(\"INSERT INTO job_step (job_id, name) VALUES ('none', 'one')\")")
    with pytest.raises(RuntimeError, match="job_step"):
        await migrate.migrate(url)
    assert await migrate.schema_of(url) == old


@pytest.mark.sqlite
async def test_a_newer_schema_is_refused_in_words_and_not_touched(tmp_path):
    url = database_file(tmp_path)
    path = tmp_path / "tocsin.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999', oldest = '9998'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SchemaIsNewer, match="9999"):
        await migrate.migrate(url)
    assert path.read_bytes() == before


async def test_migrating_can_be_left_to_the_operator(tmp_path, one_more):
    url, old = database_file(tmp_path), migrate.head()
    assert not (await migrate.migrate(url, allowed=False)).changed
    one_more("op.add_column('gate', sa.Column('why', sa.String()))")
    with pytest.raises(SchemaIsBehind, match="db upgrade"):
        await migrate.migrate(url, allowed=False)
    assert await migrate.schema_of(url) == old


@pytest.mark.sqlite
async def test_no_migration_runs_while_a_bot_has_the_file(tmp_path, one_more):
    async with open_database(tmp_path) as db:
        one_more("op.add_column('gate', sa.Column('why', sa.String()))")
        with pytest.raises(DatabaseInUse):
            await migrate.migrate(f"sqlite:///{db.address.path}")


async def test_alembic_is_not_even_imported_when_there_is_nothing_to_do(tmp_path):
    url = database_file(tmp_path)
    code = f"""
import asyncio, sys
from storage.migrate import migrate
assert not asyncio.run(migrate({url!r})).changed
sys.exit("alembic" in sys.modules or "storage.tables" in sys.modules)
"""
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_each_release_follows_one_other() -> None:
    """Two that were written side by side are one after the other, by the number that their file begins with."""
    versions = {path.name[:4]: path.read_text() for path in (ROOT / "storage/migrations/versions").glob("0*.py")}
    assert len(versions) == len(list((ROOT / "storage/migrations/versions").glob("0*.py")))
    for number, written in versions.items():
        before = f'"{int(number) - 1:04}"' if number != "0001" else "None"
        assert f'revision = "{number}"\ndown_revision = {before}\n' in written.replace('oldest = "0001"\n', "")
