"""Puts jobs on the table, each in the caller's own transaction; it runs none and knows no kind of job."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Executable,
    Row,
    ScalarSelect,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import ColumnElement

from bot.reference import reference
from storage.behind import add_behind
from storage.database import JOBS_CHANGED
from storage.job_tables import DONE, FAILED, READY, RUNNING, SUSPECT, job, job_step

# Written out in the statement, not bound: a planner uses a partial index only where it sees the value.
IS_READY: ColumnElement[bool] = job.c.state == literal_column(f"'{READY}'")
IS_RUNNING: ColumnElement[bool] = job.c.state == literal_column(f"'{RUNNING}'")
IS_DONE: ColumnElement[bool] = job.c.state == literal_column(f"'{DONE}'")
IS_FAILED: ColumnElement[bool] = job.c.state == literal_column(f"'{FAILED}'")


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(job.c.kind == bindparam("kind"), *where).scalar_subquery()


#: Three counts and no OR, so that each has its partial index.
_LATELY = select(
    _count(IS_READY, job.c.due_at < bindparam("until"))
    + _count(IS_RUNNING)
    + _count(IS_DONE, job.c.finished_at >= bindparam("since"))
)


def _earlier(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((one <= other, one), else_=other)  # min() of two is LEAST on one database and MIN on the other


def _rearming(insert: sqlite.Insert | postgresql.Insert) -> Executable:
    """What `rearm` does to a job of the same id that stands already."""
    asked = insert.excluded
    begun = exists().where(job_step.c.job_id == job.c.id, job_step.c.done_at.is_not(None))
    over, waiting = or_(IS_DONE, IS_FAILED), and_(IS_READY, ~begun)
    earlier = _earlier(job.c.run_at, asked.run_at)
    return insert.on_conflict_do_update(
        index_elements=[job.c.id],
        set_={
            "payload": asked.payload,
            "lane": case((over, asked.lane), else_=job.c.lane),
            "state": case((over, asked.state), else_=job.c.state),
            "run_at": case((over, asked.run_at), (waiting, earlier), else_=job.c.run_at),
            "seq": case((over, asked.seq), else_=job.c.seq),
            # A job that waits out a failure is not hurried by news.
            "due_at": case(
                (over, asked.run_at), (and_(waiting, job.c.due_at == job.c.run_at), earlier), else_=job.c.due_at
            ),
            "again_at": case(
                (or_(over, waiting), null()),
                else_=_earlier(func.coalesce(job.c.again_at, asked.run_at), asked.run_at),
            ),
            "failures": case((over, 0), else_=job.c.failures),
            "lost": case((over, 0), else_=job.c.lost),
            "error": case((over, null()), else_=job.c.error),
            "finished_at": case((over, null()), else_=job.c.finished_at),
            "reference": asked.reference,
        },
    )


#: Put together once, since that is most of what they cost; by the database's name.
_INSERTS: dict[str, sqlite.Insert | postgresql.Insert] = {
    "sqlite": sqlite.insert(job),
    "postgresql": postgresql.insert(job),
}
_ENQUEUE_BEHIND = {name: insert.on_conflict_do_nothing() for name, insert in _INSERTS.items()}
_ENQUEUE = {name: insert.returning(job.c.id) for name, insert in _ENQUEUE_BEHIND.items()}
_REARM = {name: _rearming(insert) for name, insert in _INSERTS.items()}
_FORGET_FAILED = delete(job_step).where(
    job_step.c.job_id == bindparam("again"), exists().where(job.c.id == bindparam("again"), IS_FAILED)
)


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done once, at or after `run_at`.

    `id` is the idempotency key: the same work always has the same id (`open:17`, `remind:17:3`), other work never.
    `kind` names the handler. Jobs of one `lane` run one at a time, in order of `run_at` and then of arrival; None runs
    beside everything. `payload` holds ids and never words, so that erasing words need not look here.
    """

    id: str
    kind: str
    run_at: datetime
    lane: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up, for people to see. `error` holds no words and no secrets."""

    id: str
    kind: str
    lane: str | None
    payload: Mapping[str, Any]
    error: str
    failed_at: datetime


async def enqueue(session: AsyncSession, new: Job) -> bool:
    """Add a job in this transaction; False where one of this id stands already, done or not."""
    found = await session.execute(_ENQUEUE[session.get_bind().dialect.name], _fresh(new))
    added = found.scalar_one_or_none() is not None
    session.info[JOBS_CHANGED] = True
    return added


def enqueue_behind(session: AsyncSession, new: Job) -> None:
    """As `enqueue`, for whoever need not know whether it stood already: written with others (`storage.behind`)."""
    add_behind(session, _ENQUEUE_BEHIND[session.get_bind().dialect.name], _fresh(new))
    session.info[JOBS_CHANGED] = True


async def rearm(session: AsyncSession, new: Job) -> None:
    """Have a job of this id run once from now on: for work that reads the newest state, such as refreshing a card.

    One that waits stays one and takes the earlier time of the two. One that runs, or has stored a step already, runs
    once more after. One that is done or failed starts again from its first step.
    """
    await rearm_all(session, [new])


async def rearm_all(session: AsyncSession, new: Sequence[Job]) -> None:
    """As `rearm`, for several jobs, one after another."""
    if new:
        await session.execute(_FORGET_FAILED, [{"again": one.id} for one in new])
        await session.execute(_REARM[session.get_bind().dialect.name], [_fresh(one) for one in new])
        session.info[JOBS_CHANGED] = True


async def cancel(session: AsyncSession, job_id: str, *, at: datetime) -> bool:
    """Take a job back; True if it was waiting. One that runs goes on, but not once more.

    Its id stays used, so that a late copy of what asked for it does not bring it back (`rearm` does).
    """
    await session.execute(update(job).where(job.c.id == job_id, IS_RUNNING).values(again_at=None))
    values = {"state": DONE, "finished_at": at, "again_at": None}
    return await _changed(session, update(job).where(job.c.id == job_id, IS_READY).values(values))


async def move(session: AsyncSession, job_id: str, run_at: datetime) -> bool:
    """Set a waiting job to another time; False where none of this id waits."""
    return await _changed(session, update(job).where(job.c.id == job_id, IS_READY).values(run_at=run_at, due_at=run_at))


async def retry(session: AsyncSession, job_id: str, *, at: datetime) -> bool:
    """Try a failed job again at `at`, from the step that failed; False where none of this id has failed."""
    lost = case((job.c.lost > SUSPECT, SUSPECT), else_=job.c.lost)  # what was given up for its deaths is tried alone
    values = {"state": READY, "due_at": at, "failures": 0, "lost": lost, "error": None, "finished_at": None}
    return await _changed(session, update(job).where(job.c.id == job_id, IS_FAILED).values(values))


async def lately(session: AsyncSession, kind: str, *, since: datetime, until: datetime) -> int:
    """How many jobs of a kind are done since `since`, run now, or are due before `until`."""
    return int((await session.execute(_LATELY, {"kind": kind, "since": since, "until": until})).scalar_one())


async def failed_jobs(session: AsyncSession, limit: int = 50) -> Sequence[FailedJob]:
    """Those given up and not tried again, the latest first."""
    rows = await session.execute(select(job).where(IS_FAILED).order_by(job.c.finished_at.desc()).limit(limit))
    return [_failed(row) for row in rows]


async def counts(session: AsyncSession) -> Mapping[str, int]:
    """How many jobs there are in each state: ready, running, done, failed."""
    rows = await session.execute(select(job.c.state, func.count()).group_by(job.c.state))
    return dict.fromkeys((READY, RUNNING, DONE, FAILED), 0) | {row[0]: row[1] for row in rows}


def _fresh(new: Job) -> dict[str, Any]:
    return {
        "id": new.id,
        "kind": new.kind,
        "lane": new.lane,
        "payload": dict(new.payload),
        "state": READY,
        "run_at": new.run_at,
        "due_at": new.run_at,
        # Order of arrival, for jobs of one instant (a clock that stands gives many): the two databases have no counter
        # in common. Never shown and never compared with an instant.
        "seq": time.time_ns(),
        "reference": reference() or None,
    }


async def _changed(session: AsyncSession, statement: Any) -> bool:
    done = (await session.execute(statement.returning(job.c.id))).scalar_one_or_none() is not None
    session.info[JOBS_CHANGED] = True
    return done


def _failed(row: Row[Any]) -> FailedJob:
    return FailedJob(row.id, row.kind, row.lane, row.payload, row.error or "", row.finished_at)
