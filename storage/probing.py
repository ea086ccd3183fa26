"""What probes ask of an open database: can it be written to, which schema has it, how do its jobs stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from storage.database import Database
from storage.job_tables import job
from storage.queue import IS_READY, counts


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs by state (ready, running, done, failed), how many of the ready ones have their time behind them, and for how
    long the oldest of those."""

    states: Mapping[str, int]
    due: int
    waiting: timedelta


async def schema_written(db: Database) -> str:
    """Commit something that changes no row, durably, and tell the schema. Raises what the database raises.

    A transaction that is only begun, or rolled back, notices neither a full disk nor a standby that was promoted away.
    """
    async with db.write() as session:
        if db.dialect == "sqlite":
            # The file's own field for applications, which nobody reads here: its page goes through log and fsync.
            await session.execute(text("PRAGMA user_version = 1"))
        else:
            await session.execute(text("SELECT pg_current_xact_id()"))
        return str((await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())


async def queue_now(db: Database, now: datetime) -> Queue:
    """How the jobs stand at this instant."""
    async with db.read() as session:
        due = select(func.count(), func.min(job.c.due_at)).where(IS_READY, job.c.due_at <= now)
        count, oldest = (await session.execute(due)).one()
        return Queue(await counts(session), int(count), now - oldest if oldest is not None else timedelta(0))
