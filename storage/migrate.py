"""Brings the tables up to the code at start, under a lock and after a copy; knows the migrations, not the tables.

Alembic costs 12 MB and 0.2 s, so it is imported only when one SELECT shows the schema behind.

With the schema stands the oldest one whose release still runs on it (`oldest` in a migration, the one before where it
says nothing). So a release goes on, and starts, on tables that a later one has changed, unless that one took away what
it needs; only then is it refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.address import Address, refuse_network
from storage.database import own_file
from storage.refusals import DatabaseInUse, SchemaIsBehind, SchemaIsNewer

MIGRATIONS = Path(__file__).with_name("migrations")
#: "tocsin": one number that everybody takes before changing the tables.
ADVISORY_LOCK = 0x746F6373696E
_VERSIONS = "alembic_version"
# A change of a table waits for all transactions that use it, and all later ones wait for it: rather not wait long, and
# try again.
_LOCK_TIMEOUT = "900ms"
_TRIES, _PAUSE = 30, 1.0
_LOCK_NOT_AVAILABLE = "55P03"
_OLDEST = re.compile(r'^oldest = "(\w+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a database's tables are. `schema` is None where there are none; `oldest`: what releases of that schema and
    later ones can work with them; None where the database does not say."""

    schema: str | None
    oldest: str | None = None

    @property
    def later(self) -> bool:
        """Whether a later release has changed them."""
        return self.schema is not None and self.schema not in _known()

    @property
    def usable(self) -> bool:
        """Whether this release can work with them, once it has brought them up to itself where they are behind."""
        return not self.later or (self.oldest is not None and self.oldest <= head())


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` did. `before` is None for an empty database; `backup` is the copy of the file, if one was made.

    `now` is later than `head` where a later release was here before, and this one can work with what it left.
    """

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
    `<file>.<old>-to-<new>.backup`; on PostgreSQL replicas take turns, the second finds it done, and whoever works with
    the tables meanwhile waits less than a second (DatabaseInUse where that cannot be had). Raises SchemaIsNewer;
    SchemaIsBehind where there is something to do and it is not `allowed`; and what `Address.parse` and `refuse_network`
    raise.
    """
    address = Address.parse(url)
    if address.path is None:
        return await _migrate_postgresql(address, allowed)
    return await asyncio.to_thread(_migrate_sqlite, address, address.path, allowed)


async def schema_of(url: str) -> str | None:
    """Which schema the database has; None: none yet. Changes nothing, also beside a running bot."""
    return (await standing(url)).schema


async def standing(url: str) -> Standing:
    """What the database's tables are. Changes nothing, also beside a running bot."""
    address = Address.parse(url)
    if address.path is not None:
        return await asyncio.to_thread(_sqlite_standing, address.path)
    engine = create_async_engine(address.url, poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            return await _postgresql_standing(connection)
    finally:
        await engine.dispose()


def _known() -> list[str]:
    return sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _behind(found: Standing, allowed: bool) -> bool:
    """Whether to migrate what was found; raises where that is refused."""
    if found.later and not found.usable:
        raise SchemaIsNewer(
            f"the database was changed by a later release (schema {found.schema}, this one knows {head()}), and this "
            "one cannot work with it: run that release, or go back to a copy of the database from before"
        )
    if found.later or found.schema == head():
        return False
    if not allowed:
        raise SchemaIsBehind(
            f"the database has schema {found.schema or 'none'} and this release needs {head()}: run `tocsin db upgrade`"
        )
    return True


def _migrate_sqlite(address: Address, path: Path, allowed: bool) -> Migrated:
    refuse_network(path)
    found = _sqlite_standing(path)
    if not _behind(found, allowed):
        return Migrated(found.schema, found.schema or head())
    with own_file(address):
        found = _sqlite_standing(path)  # as it is now that nobody else can change it
        if not _behind(found, allowed):
            return Migrated(found.schema, found.schema or head())
        before = found.schema
        backup = _back_up(path, f"{before}-to-{head()}") if before is not None else None
        with _sqlite_engine(path) as engine, engine.begin() as connection:
            upgrade(connection)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError(f"the migration would leave rows of {broken[0]} without what they refer to")
    return Migrated(before, head(), backup)


def _sqlite_standing(path: Path) -> Standing:
    if not path.exists() or not path.stat().st_size:
        return Standing(None)
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            row = connection.execute(f"SELECT * FROM {_VERSIONS}").fetchone()  # noqa: S608
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return Standing(None)
    return _standing(dict(row) if row else None)


def _standing(row: Mapping[str, Any] | None) -> Standing:
    return Standing(str(row["version_num"]), row.get("oldest")) if row else Standing(None)


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
            before = await _postgresql_standing(connection)
        if not _behind(before, allowed):
            return Migrated(before.schema, before.schema or head())
        for _ in range(_TRIES):
            if (done := await _tried_on_postgresql(engine, allowed)) is not None:
                return done
            await asyncio.sleep(_PAUSE)
    finally:
        await engine.dispose()
    raise DatabaseInUse("the tables could not be changed, since others hold them all the time: try again in a while")


async def _tried_on_postgresql(engine: AsyncEngine, allowed: bool) -> Migrated | None:
    """None where somebody held a table for too long; nothing was changed then."""
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
            found = await _postgresql_standing(connection)
            if not _behind(found, allowed):
                return Migrated(found.schema, found.schema or head())
            await connection.run_sync(upgrade)
            return Migrated(found.schema, head())
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return None


async def _postgresql_standing(connection: AsyncConnection) -> Standing:
    try:
        async with connection.begin_nested():
            row = (await connection.execute(text(f"SELECT * FROM {_VERSIONS}"))).mappings().first()  # noqa: S608
    except ProgrammingError:  # no such table
        return Standing(None)
    return _standing(dict(row) if row else None)


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in the transaction that is open on `connection`."""
    with_alembic(connection, lambda command, config: command.upgrade(config, "head"))
    columns = {column["name"] for column in inspect(connection).get_columns(_VERSIONS)}
    if "oldest" not in columns:
        connection.execute(text(f"ALTER TABLE {_VERSIONS} ADD COLUMN oldest VARCHAR(32)"))
    connection.execute(text(f"UPDATE {_VERSIONS} SET oldest = :oldest"), {"oldest": oldest()})  # noqa: S608


def oldest() -> str:
    """The oldest schema whose release runs on the tables of this one, as the last migration has it that says so."""
    told = [
        _OLDEST.search(path.read_text(encoding="utf-8")) for path in sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    ]
    return [found.group(1) for found in told if found][-1]


def with_alembic(connection: Connection, act: Callable[..., None]) -> None:
    """Call `act(alembic.command, config)` with a configuration made here: there is no alembic.ini."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    act(command, config)
