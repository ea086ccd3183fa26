"""Which replicas live, by the signs that they leave here; knows nothing of what they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.job_tables import replica

#: Rows of those that were killed go after this.
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Replica:
    """One process. `links` is how many connections to Slack it keeps; `seen_at` its last sign of life.

    `strangers`: how many Slack counted at `counted_at` beyond those of all live replicas; None: it has not counted yet.
    """

    name: str
    release: str
    links: int
    started_at: datetime
    seen_at: datetime
    strangers: int | None = None
    counted_at: datetime | None = None


async def note_replica(session: AsyncSession, one: Replica) -> None:
    """Leave a sign of life, and remove what those left who died long ago."""
    values = {name: getattr(one, name) for name in ("name", "release", "links", "started_at", "seen_at")}
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert(replica) if dialect == "postgresql" else sqlite.insert(replica)
    await session.execute(insert.values(values).on_conflict_do_update(index_elements=[replica.c.name], set_=values))
    await session.execute(delete(replica).where(replica.c.seen_at < one.seen_at - _FORGOTTEN))


async def note_strangers(session: AsyncSession, name: str, count: int, at: datetime) -> None:
    """What this replica was told when it last connected."""
    await session.execute(update(replica).where(replica.c.name == name).values(strangers=count, counted_at=at))


async def forget_replica(session: AsyncSession, name: str) -> None:
    """It has ended well."""
    await session.execute(delete(replica).where(replica.c.name == name))


async def forget_all(session: AsyncSession) -> None:
    """For the only process there is, which has just started."""
    await session.execute(delete(replica))


async def live_replicas(session: AsyncSession, since: datetime) -> list[Replica]:
    """Those that gave a sign of life at `since` or later, the oldest first."""
    return [one for one in await all_replicas(session) if one.seen_at >= since]


async def all_replicas(session: AsyncSession) -> list[Replica]:
    """Also those that died without a word in the last day, the oldest first."""
    rows = await session.execute(select(replica).order_by(replica.c.started_at, replica.c.name))
    return [_replica(row) for row in rows]


def _replica(row: Row[Any]) -> Replica:
    return Replica(row.name, row.release, row.links, row.started_at, row.seen_at, row.strangers, row.counted_at)
