"""INSERT … ON CONFLICT on both databases. Knows no table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel


async def insert_once(session: AsyncSession, table: type[SQLModel], **values: Any) -> int | None:
    """Insert a row unless one like it stands (any unique key counts); its primary key, or None where one stood."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    primary = next(iter(SQLModel.metadata.tables[str(table.__tablename__)].primary_key.columns))
    done = await session.execute(insert.values(**values).on_conflict_do_nothing().returning(primary))
    found: int | None = done.scalar_one_or_none()
    return found


def replacing(
    table: Table, same: Sequence[str], taken: Sequence[str], first: Sequence[str] = ()
) -> Mapping[str, Insert]:
    """By the database's name: what adds a row, or changes its columns `taken` where one with equal columns `same`, a
    unique key, stands already. Columns `first` are written only when it is added. Put together once a process."""

    def build(insert: sqlite.Insert | postgresql.Insert) -> Insert:
        newer = {name: insert.excluded[name] for name in taken}
        insert = insert.values({name: bindparam(name) for name in (*same, *taken, *first)})
        return insert.on_conflict_do_update(index_elements=[table.c[name] for name in same], set_=newer)

    return {
        "sqlite": build(sqlite.insert(table).inline()),
        "postgresql": build(postgresql.insert(table).inline()),
    }
