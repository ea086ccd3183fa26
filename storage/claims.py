"""What a worker writes about jobs: claims, leases, outcomes; it calls no handler and asks no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Row,
    ScalarSelect,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import BindParameter, ColumnElement

from storage.database import JOBS_CHANGED
from storage.job_tables import DONE, FAILED, READY, RUNNING, SUSPECT, gate, job, job_step
from storage.queue import IS_DONE, IS_READY, IS_RUNNING

#: A job that fails this often no longer holds its lane up: the later ones go first until its next try.
HOLDS_LANE = 5


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job as it was claimed. `run_at` is no later than its first step, so what it did lies after it.

    `claims` is the fencing token. `failures` counts tries that raised, `lost` claims whose end nobody saw; with a step
    that is stored it goes back to one. `reference` is that of the payload which asked for it.
    """

    id: str
    kind: str
    lane: str | None
    payload: Mapping[str, Any]
    run_at: datetime
    claims: int
    failures: int
    lost: int
    reference: str | None

    @property
    def suspect(self) -> bool:
        """Whether it may be what kills its process: then nothing else is in hand while it runs."""
        return self.lost >= SUSPECT


class Ahead(NamedTuple):
    """When a job is due next, when another worker's lease lapses, when a suspected job is due. None: never as yet."""

    due_at: datetime | None
    lapse_at: datetime | None
    suspect_at: datetime | None


class Claims:
    """The statements of one worker. `worker` is unlike any other process's, `kinds` are those it has handlers for.

    A job whose worker was silent for `lease` is taken over. A kind it does not know is left alone: in a rolling upgrade
    the newer release runs it.
    """

    def __init__(self, worker: str, kinds: Collection[str], lease: timedelta) -> None:
        self._worker = worker
        self.lease = lease
        mine: BindParameter[Any] = bindparam("mine", expanding=True)
        known = job.c.kind.in_(sorted(kinds))
        free = and_(IS_READY, known, ~_held_up(sorted(kinds)))
        self._claim = self._claiming(and_(free, ~_IS_SUSPECT))
        self._claim_suspect = self._claiming(and_(free, _IS_SUSPECT))
        others = and_(IS_RUNNING, job.c.id.not_in(mine))
        self._ahead = select(
            _earliest(job.c.due_at, and_(free, ~_IS_SUSPECT)),
            _earliest(job.c.lease_until, others),
            _earliest(job.c.due_at, and_(free, _IS_SUSPECT)),
        )
        # Never waiting for a row while others are held: whoever waits the other way round ends in a deadlock.
        lapsed = _unlocked(others, job.c.lease_until <= bindparam("now"))
        self._lapsed = update(job).where(lapsed).values(_HANDED_BACK).returning(job.c.id)
        self._ours = select(job.c.id).where(IS_RUNNING, job.c.worker == worker, job.c.id.in_(mine))
        self._renew = update(job).where(_unlocked(IS_RUNNING, job.c.worker == worker, job.c.id.in_(mine)))

    def _claiming(self, which: ColumnElement[bool]) -> Update:
        due = select(job.c.id).where(which, job.c.due_at <= bindparam("now"))
        due = due.order_by(job.c.due_at, job.c.run_at, job.c.seq).limit(bindparam("most"))
        # A common table expression and not `IN (SELECT … LIMIT …)`, which PostgreSQL may run more than once.
        chosen = due.with_for_update(skip_locked=True, of=job).cte("due")
        changed = update(job).where(job.c.id.in_(select(chosen.c.id)))
        values = {"state": RUNNING, "claims": job.c.claims + 1, "lease_until": bindparam("lease")}
        return changed.values(**values, worker=self._worker).returning(job)

    async def claim(self, session: AsyncSession, now: datetime, most: int, *, suspect: bool = False) -> list[Claimed]:
        """Take up to `most` jobs that are due, the longest due first, at most one a lane: of those that are suspected
        to kill their process, or of the others.

        On PostgreSQL raises IntegrityError when another replica took the same lane in the same moment: roll back, ask
        again, and the lane is seen to be taken.
        """
        statement = self._claim_suspect if suspect else self._claim
        rows = await session.execute(statement, {"now": now, "most": most, "lease": now + self.lease})
        return [_claimed(row) for row in sorted(rows, key=lambda row: (row.due_at, row.run_at, row.seq))]

    async def ahead(self, session: AsyncSession, now: datetime, mine: Collection[str]) -> Ahead:
        """What comes next beside the jobs `mine`, which run here. A job behind another of its lane does not count."""
        return Ahead(*(await session.execute(self._ahead, {"now": now, "mine": list(mine)})).one())

    async def take_over(self, session: AsyncSession, now: datetime, mine: Collection[str]) -> bool:
        """Put jobs whose lease has lapsed back to ready, those of dead and frozen workers; False where there are none.

        One whose row somebody else has locked in this moment is left for the next look.
        """
        return bool((await session.execute(self._lapsed, {"now": now, "mine": list(mine)})).all())

    async def release_all(self, session: AsyncSession) -> None:
        """Put every running job back to ready: for the only process there is, which has just started."""
        await session.execute(update(job).where(IS_RUNNING).values(_HANDED_BACK))

    async def release_own(self, session: AsyncSession) -> None:
        """Put back what this worker still holds: it is leaving, which is no death."""
        values = _HANDED_BACK | {"lost": case((job.c.lost == 0, 1), else_=job.c.lost)}
        await session.execute(update(job).where(IS_RUNNING, job.c.worker == self._worker).values(values))

    async def renew(self, session: AsyncSession, now: datetime, mine: Collection[str]) -> frozenset[str]:
        """Prolong the leases of `mine`; answers those that are still ours.

        One whose row somebody else has locked in this moment keeps its lease as it is: there are two more beats in it.
        """
        await session.execute(self._renew.values(lease_until=now + self.lease), {"mine": list(mine)})
        return frozenset((await session.execute(self._ours, {"mine": list(mine)})).scalars())

    async def hold(self, session: AsyncSession, claimed: Claimed, now: datetime) -> bool:
        """Prolong one lease and lock the job's row until the transaction ends; False: fenced, another has it."""
        token = {"held": claimed.id, "token": claimed.claims, "lease": now + self.lease}
        return (await session.execute(_HOLD, token)).scalar_one_or_none() is not None

    async def get_on(self, session: AsyncSession, claimed: Claimed, now: datetime) -> bool:
        """As `hold`, for a job that has done a step: what it was suspected of is forgotten, but not the doubt whether
        the next step has happened."""
        token = {"held": claimed.id, "token": claimed.claims, "lease": now + self.lease}
        return (await session.execute(_GET_ON, token)).scalar_one_or_none() is not None


async def finish(session: AsyncSession, claimed: Claimed, now: datetime) -> bool:
    """Close a job, or start it once more if it was armed again meanwhile; False: fenced."""
    ours = {"held": claimed.id, "token": claimed.claims, "now": now}
    if (await session.execute(_FINISH, ours)).scalar_one_or_none() is None:
        return False
    await session.execute(_FORGET_STEPS, {"of": claimed.id})
    return True


async def put_back(
    session: AsyncSession, claimed: Claimed, due_at: datetime | None, *, failures: int = 0, error: str | None = None
) -> bool:
    """Give a job back, not to be tried before `due_at` (None: as it was), with `failures` more. False: fenced."""
    values: dict[str, Any] = {"state": READY, "lease_until": None, "failures": job.c.failures + failures}
    if due_at is not None:
        values["due_at"] = due_at
    if error is not None:
        values["error"] = error
    session.info[JOBS_CHANGED] = True
    return await _put(session, claimed, values) is not None


async def give_up(session: AsyncSession, claimed: Claimed, error: str, now: datetime) -> str | None:
    """Mark a job failed; its steps stay, so that it can be tried again from where it stopped.

    One that was armed again meanwhile starts again. Answers the state it is in now; None: fenced.
    """
    # What it is remembered to have lost tells the next try that its steps may have happened.
    lost = case((job.c.again_at.is_not(None), 0), else_=job.c.lost)
    values = _over(FAILED, literal(now, job.c.finished_at.type)) | {"error": error, "lost": lost}
    state = await _put(session, claimed, values)
    if state == READY:
        await session.execute(delete(job_step).where(job_step.c.job_id == claimed.id))
    return state


async def purge(session: AsyncSession, before: datetime) -> int:
    """Delete what was done before `before`, and gates that opened before; how many jobs went."""
    await session.execute(delete(gate).where(gate.c.until < before))
    gone = await session.execute(delete(job).where(IS_DONE, job.c.finished_at < before).returning(job.c.id))
    return len(gone.all())


_HANDED_BACK: dict[str, Any] = {"state": READY, "lease_until": None, "lost": job.c.lost + 1}


def _unlocked(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """The jobs of which this holds, without those whose rows somebody else has locked."""
    found = select(job.c.id).where(*where).with_for_update(skip_locked=True).cte("unlocked")
    return job.c.id.in_(select(found.c.id))


#: Written out, so that the index of these few is used.
_IS_SUSPECT: ColumnElement[bool] = job.c.lost >= literal_column(str(SUSPECT))


def _earliest(at: ColumnElement[datetime], which: ColumnElement[bool]) -> ScalarSelect[datetime]:
    return select(at).where(which).order_by(at).limit(1).scalar_subquery()


def _held_up(kinds: list[str]) -> ColumnElement[bool]:
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


def _literal(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return condition.right  # type: ignore[no-any-return]


def _over(state: str, now: ColumnElement[datetime]) -> dict[str, Any]:
    """`now` is said of which type, since a CASE takes a bare value for any, which SQLite stores in another form."""
    again = job.c.again_at.is_not(None)
    return {
        "state": case((again, READY), else_=state),
        "run_at": case((again, job.c.again_at), else_=job.c.run_at),
        "due_at": case((again, job.c.again_at), else_=job.c.due_at),
        "finished_at": case((again, null()), else_=now),
        "again_at": None,
        "failures": 0,
        "lost": 0,
        "lease_until": None,
    }


#: The statements of every step of every job, put together once.
_HOLD = (
    update(job)
    .where(job.c.id == bindparam("held"), job.c.claims == bindparam("token"), IS_RUNNING)
    .values(lease_until=bindparam("lease"))
    .returning(job.c.state)
)
_FINISH = (
    update(job)
    .where(job.c.id == bindparam("held"), job.c.claims == bindparam("token"), IS_RUNNING)
    .values(_over(DONE, bindparam("now", type_=job.c.finished_at.type)) | {"error": None})
    .returning(job.c.state)
)
_FORGET_STEPS = delete(job_step).where(job_step.c.job_id == bindparam("of"))
_GET_ON = _HOLD.values(lost=case((job.c.lost > 0, 1), else_=0))


async def _put(session: AsyncSession, claimed: Claimed, values: dict[str, Any]) -> str | None:
    """Change a job that is still ours; the state it is in now, None: fenced."""
    ours = (job.c.id == claimed.id, job.c.claims == claimed.claims, IS_RUNNING)
    done = await session.execute(update(job).where(*ours).values(values).returning(job.c.state))
    state: str | None = done.scalar_one_or_none()
    return state


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        row.id, row.kind, row.lane, row.payload, row.run_at, row.claims, row.failures, row.lost, row.reference
    )
