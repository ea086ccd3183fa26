"""Brings the tables up to the code at start, under a lock and after a copy; knows the migrations, not the tables.

Alembic costs 12 MB and 0.2 s, so it is imported only when one SELECT shows the schema behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.address import Address, refuse_network
from storage.database import own_file
from storage.refusals import SchemaIsBehind, SchemaIsNewer

MIGRATIONS = Path(__file__).with_name("migrations")
#: "tocsin": one number that everybody takes before changing the tables.
ADVISORY_LOCK = 0x746F6373696E


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` did. `before` is None for an empty database; `backup` is the copy of the file, if one was made."""

    before: str | None
    now: str
    backup: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.now


def head() -> str:
    """The newest schema that this code knows. Migrations are numbered in one line: 0001, 0002, …"""
    return _known()[-1]


async def migrate(url: str, *, allowed: bool = True) -> Migrated:
    """Bring the database of `url` to `head`, making it if there is none. Call before `Database.open`.

    All or nothing. On SQLite takes the file for that long (DatabaseInUse) and first copies what is in it to
    `<file>.<old>-to-<new>.backup`; on PostgreSQL replicas take turns, and the second finds it done. Raises
    SchemaIsNewer; SchemaIsBehind where there is something to do and it is not `allowed`; and what `Address.parse` and
    `refuse_network` raise.
    """
    address = Address.parse(url)
    if address.path is None:
        return await _migrate_postgresql(address, allowed)
    return await asyncio.to_thread(_migrate_sqlite, address, address.path, allowed)


async def schema_of(url: str) -> str | None:
    """Which schema the database has; None: none yet. Changes nothing, also beside a running bot."""
    address = Address.parse(url)
    if address.path is not None:
        return await asyncio.to_thread(_sqlite_revision, address.path)
    engine = create_async_engine(address.url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            return await _postgresql_revision(connection)
    finally:
        await engine.dispose()


def _known() -> list[str]:
    return sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _behind(revision: str | None, allowed: bool) -> bool:
    """Whether to migrate from `revision`; raises where that is refused."""
    if revision == head():
        return False
    if revision is not None and revision not in _known():
        raise SchemaIsNewer(
            f"the database was made by a later release (schema {revision}, this one knows {head()}): "
            "run that release, or go back to a copy of the database from before"
        )
    if not allowed:
        raise SchemaIsBehind(
            f"the database has schema {revision or 'none'} and this release needs {head()}: run `tocsin db upgrade`"
        )
    return True


def _migrate_sqlite(address: Address, path: Path, allowed: bool) -> Migrated:
    refuse_network(path)
    before = _sqlite_revision(path)
    if not _behind(before, allowed):
        return Migrated(before, head())
    with own_file(address):
        before = _sqlite_revision(path)  # as it is now that nobody else can change it
        if not _behind(before, allowed):
            return Migrated(before, head())
        backup = _back_up(path, f"{before}-to-{head()}") if before is not None else None
        with _sqlite_engine(path) as engine, engine.begin() as connection:
            upgrade(connection)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError(f"the migration would leave rows of {broken[0]} without what they refer to")
    return Migrated(before, head(), backup)


def _sqlite_revision(path: Path) -> str | None:
    if not path.exists() or not path.stat().st_size:
        return None
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return None
    return str(row[0]) if row else None


def _back_up(path: Path, suffix: str) -> Path:
    """A consistent copy beside the file, readable by its owner alone; an older one of the same name is replaced."""
    copy = path.with_name(f"{path.name}.{suffix}.backup")
    part = copy.with_name(copy.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(part)) as target:
        source.backup(target)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    return part.replace(copy)


@contextlib.contextmanager
def _sqlite_engine(path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        # Off, since SQLite changes a column by copying the table and dropping the old one, which would take along the
        # rows that refer to it. Checked before the commit instead.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        yield engine
    finally:
        engine.dispose()


async def _migrate_postgresql(address: Address, allowed: bool) -> Migrated:
    engine = create_async_engine(address.url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            before = await _postgresql_revision(connection)
        if not _behind(before, allowed):
            return Migrated(before, head())
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            before = await _postgresql_revision(connection)
            if _behind(before, allowed):
                await connection.run_sync(upgrade)
        return Migrated(before, head())
    finally:
        await engine.dispose()


async def _postgresql_revision(connection: AsyncConnection) -> str | None:
    try:
        async with connection.begin_nested():
            row = (await connection.execute(text("SELECT version_num FROM alembic_version"))).first()
    except ProgrammingError:  # no such table
        return None
    return str(row[0]) if row else None


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction that is open on `connection`."""
    with_alembic(connection, lambda command, config: command.upgrade(config, "head"))


def with_alembic(connection: Connection, act: Callable[..., None]) -> None:
    """Call `act(alembic.command, config)` with a configuration made here: there is no alembic.ini."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    act(command, config)
