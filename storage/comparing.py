"""Says whether a table holds the same rows in two databases, by a digest of each row; shows nobody's words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

_BATCH = 1_000
Mend = Callable[[Mapping[str, Any], Table], Mapping[str, Any]]


async def first_difference(session: AsyncSession, connection: AsyncConnection, table: Table, mend: Mend) -> str | None:
    """Where the two tables first differ, in words; None: nowhere. `mend` is applied to the rows of `session` alone.

    Both are read by primary key, side by side, so that memory stays small and a row that is missing shows.
    """
    rows = await session.stream(_by_key(table))
    # Text is sorted by its bytes on SQLite, and on PostgreSQL as the server's language has it, unless told otherwise.
    copies = (await connection.stream(_by_key(table, "C"))).partitions(_BATCH)
    held: AsyncIterator[Row[Any]] = (row async for batch in copies for row in batch)
    count = 0
    async for batch in rows.partitions(_BATCH):
        for row in batch:
            copied = await anext(held, None)
            if copied is None:
                return f"{table.name} has only {count} rows"
            if digest(mend(dict(row._mapping), table)) != digest(dict(copied._mapping)):
                return f"{table.name} differs in the row {_key(dict(row._mapping), table)}"
            count += 1
    return None if await anext(held, None) is None else f"{table.name} has more than {count} rows"


def digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 of a row: equal for equal values of equal types, whichever database they come from."""
    values = [[name, type(value).__name__, _plain(value)] for name, value in sorted(row.items())]
    return hashlib.sha256(json.dumps(values).encode()).digest()  # the order of a JSON value's keys counts


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _by_key(table: Table, collation: str | None = None) -> Select[Any]:
    keys = [
        column.collate(collation) if collation and isinstance(column.type, String) else column
        for column in table.primary_key.columns
    ]
    return select(table).order_by(*keys)


def _key(row: Mapping[str, Any], table: Table) -> str:
    """The key of a row as it may be shown: ids of ours."""
    return ", ".join(f"{column.name} {row[column.name]}" for column in table.primary_key.columns)
