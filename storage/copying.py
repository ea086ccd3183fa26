"""Moves all rows of an SQLite file into an empty PostgreSQL database, in one transaction; knows no table by name.

Either everything is there afterwards, compared row for row with the source, or nothing is: the tables themselves are
made in the same transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, String, Table, Text, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import storage.beside
import storage.job_tables
import storage.tables  # noqa: F401  both fill the metadata
from storage.address import Address
from storage.comparing import first_difference
from storage.database import Database
from storage.finding import INDEX
from storage.migrate import ADVISORY_LOCK, head, schema_of, upgrade
from storage.refusals import DatabaseMissing, SchemaIsBehind, SchemaIsNewer, StorageRefusal, UnusableAddress

_BATCH = 1_000
_VERSIONS = "alembic_version"
#: What PostgreSQL's text cannot hold stands there as this sign, which says that something unreadable was here.
NUL, INSTEAD = "\x00", "\N{REPLACEMENT CHARACTER}"


class TargetNotEmpty(StorageRefusal):
    """The database to copy into holds something already."""


class CopyFailed(StorageRefusal):
    """The copy was given up; nothing of it is in the target."""


class CopyDiffers(CopyFailed):
    """What was written is not what was read."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What `copy` did: rows by table, in the order they were written; `mended`: texts with U+0000, by table."""

    rows: Mapping[str, int]
    mended: Mapping[str, int]


async def copy(source: str, target: str) -> Copied:
    """Copy the SQLite database of the address `source` into the PostgreSQL database of `target`.

    The source is locked meanwhile and stays as it is. Raises UnusableAddress where they are not of these two sorts,
    DatabaseMissing, DatabaseInUse where a bot runs on the source, SchemaIsBehind and SchemaIsNewer for a source whose
    tables are not of this release, TargetNotEmpty, CopyDiffers, CopyFailed, and what the server raises.
    """
    await _check_source(source)
    to = Address.parse(target)
    if to.dialect != "postgresql":
        raise UnusableAddress("the copy goes to PostgreSQL: postgresql+asyncpg://user:password@host/name")
    db = await Database.open(source)
    try:
        async with db.read() as session, _transaction(to) as connection:
            await _refuse_strangers(session)
            await _prepare(connection)
            rows: dict[str, int] = {}
            mended: dict[str, int] = {}
            for table in SQLModel.metadata.sorted_tables:
                rows[table.name], mended[table.name] = await _copy_table(session, connection, table)
                await _advance_sequence(connection, table)
            for table in SQLModel.metadata.sorted_tables:
                if (found := await first_difference(session, connection, table, mend)) is not None:
                    raise CopyDiffers(f"{found}; nothing was kept of the copy")
            return Copied(rows, {name: count for name, count in mended.items() if count})
    finally:
        await db.close()


def mend(row: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """A row as PostgreSQL can hold it: the same, except for U+0000 in text, which it refuses (in JSON it does not)."""
    values = dict(row)
    for column in table.columns:
        value = values[column.name]
        if isinstance(value, str) and NUL in value and isinstance(column.type, String | Text):
            values[column.name] = value.replace(NUL, INSTEAD)
    return values


async def _check_source(url: str) -> None:
    address = Address.parse(url)
    if address.path is None:
        raise UnusableAddress("the copy comes from an SQLite file; between PostgreSQL servers, pg_dump does it")
    if not address.path.exists():  # asked here, since whoever opens it for writing makes it
        raise DatabaseMissing(f"there is no database at {address.path}")
    schema = await schema_of(url)
    if schema is not None and schema > head():
        raise SchemaIsNewer(f"the file was made by a later release (schema {schema}, this one knows {head()})")
    if schema != head():
        raise SchemaIsBehind(f"the file has schema {schema or 'none'}, not {head()}: run `tocsin db upgrade` first")


async def _refuse_strangers(session: AsyncSession) -> None:
    """Nothing may be left behind without a word: a table that we do not know could not be copied."""
    found = await session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
    names = {str(name) for (name,) in found if not str(name).startswith(("sqlite_", INDEX))}
    if unknown := sorted(names - set(SQLModel.metadata.tables) - {_VERSIONS}):
        raise CopyFailed(f"the file holds tables that are not ours, and would not be copied: {', '.join(unknown)}")


@asynccontextmanager
async def _transaction(to: Address) -> AsyncIterator[AsyncConnection]:
    settings = {"application_name": "tocsin db copy", "timezone": "UTC"}
    engine = create_async_engine(
        to.url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 10, "server_settings": settings}
    )
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _prepare(connection: AsyncConnection) -> None:
    """Make the tables, hold them against everybody else until the commit, and see that nothing is in them."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    found = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
    names = {str(name) for (name,) in found}
    if foreign := sorted(names - set(SQLModel.metadata.tables) - {_VERSIONS}):
        raise TargetNotEmpty(f"the target holds tables that are not ours ({foreign[0]}): give the bot a database alone")
    if _VERSIONS in names:
        version = (await connection.execute(text(f"SELECT version_num FROM {_VERSIONS}"))).scalar()  # noqa: S608
        if version is not None and version > head():
            raise SchemaIsNewer(f"the target was made by a later release (schema {version}, this one knows {head()})")
    await connection.run_sync(upgrade)
    tables = SQLModel.metadata.sorted_tables
    await connection.execute(text(f"LOCK TABLE {', '.join(table.name for table in tables)} IN EXCLUSIVE MODE"))
    for table in tables:
        if (await connection.execute(select(table).limit(1))).first() is not None:
            raise TargetNotEmpty(f"the target is not empty: {table.name} holds rows; name a new, empty database")


async def _copy_table(session: AsyncSession, connection: AsyncConnection, table: Table) -> tuple[int, int]:
    """How many rows were written, and how many of them had to be mended."""
    count = mended = 0
    rows = await session.stream(select(table).order_by(*table.primary_key.columns))
    async for batch in rows.partitions(_BATCH):
        values = [mend(dict(row._mapping), table) for row in batch]
        mended += sum(value != dict(row._mapping) for value, row in zip(values, batch, strict=True))
        try:
            await connection.execute(insert(table), values)
        except DBAPIError as error:
            # The driver's words may hold a value, which is somebody's words.
            kind = type(getattr(error.orig, "__cause__", None) or error.orig).__name__
            where = f"{table.name}, rows {count + 1} to {count + len(values)} by key"
            raise CopyFailed(f"PostgreSQL takes no such row: {where} ({kind}); nothing was kept of the copy") from None
        count += len(values)
    return count, mended


async def _advance_sequence(connection: AsyncConnection, table: Table) -> None:
    """The next row that the bot adds has an id of its own: a sequence does not see the ids that were written."""
    [*keys] = table.primary_key.columns
    if len(keys) != 1 or not isinstance(keys[0].type, Integer):
        return
    highest = (await connection.execute(select(func.max(keys[0])))).scalar()
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, keys[0].name)
        await connection.execute(select(func.setval(sequence, highest)))
