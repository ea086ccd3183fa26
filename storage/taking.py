"""Which jobs a worker may take, and what it waits for beside them, as statements; runs none and knows no worker."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ScalarSelect,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql.expression import BindParameter, ColumnElement

from storage.job_tables import RUNNING, SUSPECT, job
from storage.prepared import any_of
from storage.queue import IS_READY, IS_RUNNING

#: A job that fails this often no longer holds its lane up: the later ones go first until its next try.
HOLDS_LANE = 5

#: The ids of the jobs that the worker has in hand.
MINE: BindParameter[Any] = bindparam("mine", expanding=True)
#: What other workers have in hand.
OTHERS = and_(IS_RUNNING, job.c.id.not_in(MINE))
#: Written out, so that the index of these few is used.
_IS_SUSPECT: ColumnElement[bool] = job.c.lost >= literal_column(str(SUSPECT))


class Taking(NamedTuple):
    """What a worker asks again and again about jobs of the kinds it knows."""

    claim: Update
    claim_suspect: Update


@lru_cache(4)
def taking(kinds: tuple[str, ...]) -> Taking:
    """Put together once, as all of this: it takes longer than all else of a worker's start."""
    free = _free(kinds)
    return Taking(claim=_claiming(and_(free, ~_IS_SUSPECT)), claim_suspect=_claiming(and_(free, _IS_SUSPECT)))


@lru_cache(16)
def waiting(kinds: tuple[str, ...], mine: int) -> Select[Any]:
    """When a job is due, when a lease of somebody else lapses, when a suspected job is due; so many are in hand."""
    free = _free(kinds)
    others = and_(IS_RUNNING, job.c.id.not_in(any_of("mine", mine))) if mine else IS_RUNNING
    instants: list[Any] = [
        _earliest(job.c.due_at, and_(free, ~_IS_SUSPECT)),
        _earliest(job.c.lease_until, others),
        _earliest(job.c.due_at, and_(free, _IS_SUSPECT)),
    ]
    return select(*instants)


@lru_cache(4)
def _free(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    known = [_written_out(kind) for kind in kinds]
    return and_(IS_READY, job.c.kind.in_(known), ~_held_up(known))


def _claiming(which: ColumnElement[bool]) -> Update:
    due = select(job.c.id).where(which, job.c.due_at <= bindparam("now"))
    due = due.order_by(job.c.due_at, job.c.run_at, job.c.seq).limit(bindparam("most"))
    # A common table expression and not `IN (SELECT … LIMIT …)`, which PostgreSQL may run more than once.
    chosen = due.with_for_update(skip_locked=True, of=job).cte("due")
    changed = update(job).where(job.c.id.in_(select(chosen.c.id)))
    values = {"state": RUNNING, "claims": job.c.claims + 1, "lease_until": bindparam("lease")}
    return changed.values(**values, worker=bindparam("me")).returning(job)


def _earliest(at: ColumnElement[datetime], which: ColumnElement[bool]) -> ScalarSelect[datetime]:
    return select(at).where(which).order_by(at).limit(1).scalar_subquery()


def _held_up(kinds: list[ColumnElement[str]]) -> ColumnElement[bool]:
    """Whether a lane is taken, or an earlier job of it goes first (also one that waits for its next try)."""
    other, before = job.alias("other"), job.alias("before")
    taken = exists().where(other.c.lane == job.c.lane, other.c.state == _literal(IS_RUNNING))
    first = exists().where(
        before.c.lane == job.c.lane,
        before.c.state == _literal(IS_READY),
        tuple_(before.c.run_at, before.c.seq, before.c.id) < tuple_(job.c.run_at, job.c.seq, job.c.id),
        # One that has failed often steps aside, but only while it waits: two of a lane are never both free to go.
        or_(before.c.failures < HOLDS_LANE, before.c.due_at <= bindparam("now")),
        before.c.kind.in_(kinds),
    )
    return or_(taken, first)


def _written_out(kind: str) -> ColumnElement[str]:
    """A kind is a word of our own; bound, those in a list are put into the statement's text anew at each execution."""
    return literal_column("'" + kind.replace("'", "''") + "'", job.c.kind.type)


def _literal(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return condition.right  # type: ignore[no-any-return]
