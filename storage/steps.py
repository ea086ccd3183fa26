"""The steps of jobs as they are remembered: done, with their results, or begun and in doubt. Knows no claim."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Insert, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.behind import add_behind
from storage.job_tables import job_step


@dataclass(frozen=True, slots=True)
class Step:
    """What is known of a step. `tries`: how often it was begun and may have happened without being stored."""

    result: Any
    done: bool
    tries: int


async def steps_of(session: AsyncSession, job_id: str) -> dict[str, Step]:
    """What is stored of a job's steps, by name."""
    rows = await session.execute(_STEPS, {"of": job_id})
    return {row.name: Step(row.result, row.done_at is not None, row.tries) for row in rows}


async def store_step(session: AsyncSession, job_id: str, name: str, result: Any, *, at: datetime) -> None:
    """Remember a step as done."""
    values = {"job_id": job_id, "name": name, "result": result, "done_at": at}
    await session.execute(_KEEP[_dialect(session)], values)


def store_step_behind(session: AsyncSession, job_id: str, name: str, result: Any, *, at: datetime) -> None:
    """As `store_step`, written with others (`storage.behind`)."""
    values = {"job_id": job_id, "name": name, "result": result, "done_at": at}
    add_behind(session, _KEEP[_dialect(session)], values)


async def doubt_steps(session: AsyncSession, job_id: str, names: Collection[str]) -> None:
    """Remember that these steps were begun and may have happened."""
    for name in names:
        await session.execute(_DOUBT[_dialect(session)], {"job_id": job_id, "name": name, "tries": 1})


def _dialect(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def _said(insert: sqlite.Insert | postgresql.Insert, *names: str) -> sqlite.Insert | postgresql.Insert:
    return insert.values({name: bindparam(name) for name in ("job_id", "name", *names)})


def _keeping(insert: sqlite.Insert | postgresql.Insert) -> Insert:
    insert = _said(insert, "result", "done_at")
    known = {"result": insert.excluded.result, "done_at": insert.excluded.done_at}
    return insert.on_conflict_do_update(index_elements=_SAME, set_=known)


def _doubting(insert: sqlite.Insert | postgresql.Insert) -> Executable:
    return _said(insert, "tries").on_conflict_do_update(index_elements=_SAME, set_={"tries": job_step.c.tries + 1})


_STEPS = select(job_step).where(job_step.c.job_id == bindparam("of"))
_SAME = [job_step.c.job_id, job_step.c.name]
# Every step of every job makes one: put together once, a statement costs a quarter.
_INSERTS: dict[str, sqlite.Insert | postgresql.Insert] = {
    "sqlite": sqlite.insert(job_step),
    "postgresql": postgresql.insert(job_step),
}
_KEEP = {dialect: _keeping(insert) for dialect, insert in _INSERTS.items()}
_DOUBT = {dialect: _doubting(insert) for dialect, insert in _INSERTS.items()}
