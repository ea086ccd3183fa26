"""Until when which method of Slack's may not be called, as all replicas see it; knows no job and no method."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.job_tables import gate
from storage.loading import values

_CLOSED = select(gate.c.method, gate.c.until).where(gate.c.until > bindparam("now"))


async def close_gate(session: AsyncSession, method: str, until: datetime) -> None:
    """Nobody may call `method` before `until`; an instant already set that lies later stays."""
    dialect = session.get_bind().dialect.name
    insert = (postgresql.insert(gate) if dialect == "postgresql" else sqlite.insert(gate)).values(
        method=method, until=until
    )
    later = case((gate.c.until >= insert.excluded.until, gate.c.until), else_=insert.excluded.until)
    await session.execute(insert.on_conflict_do_update(index_elements=[gate.c.method], set_={"until": later}))


async def gate_of(session: AsyncSession, method: str) -> datetime | None:
    """Until when `method` may not be called; may lie in the past. None: never closed."""
    return (await session.execute(select(gate.c.until).where(gate.c.method == method))).scalar_one_or_none()


async def gates_after(session: AsyncSession, now: datetime) -> dict[str, datetime]:
    """The gates that are closed after `now`, each with when it opens."""
    return dict(await values(session, _CLOSED, {"now": now}))
