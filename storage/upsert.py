"""INSERT … ON CONFLICT DO NOTHING on both databases. Knows no table."""

from __future__ import annotations

from typing import Any

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
