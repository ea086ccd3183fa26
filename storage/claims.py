"""What a worker writes about jobs: claims, leases, outcomes; it calls no handler and asks no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Row,
    bindparam,
    case,
    delete,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import ColumnElement

from storage.database import JOBS_CHANGED
from storage.job_tables import DONE, FAILED, READY, SUSPECT, gate, job, job_step
from storage.loading import values
from storage.prepared import filled, numbered
from storage.queue import IS_DONE, IS_RUNNING
from storage.taking import MINE, OTHERS, taking, waiting


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
        self._kinds = tuple(sorted(kinds))
        self._of = taking(self._kinds)

    async def claim(self, session: AsyncSession, now: datetime, most: int, *, suspect: bool = False) -> list[Claimed]:
        """Take up to `most` jobs that are due, the longest due first, at most one a lane: of those that are suspected
        to kill their process, or of the others.

        On PostgreSQL raises IntegrityError when another replica took the same lane in the same moment: roll back, ask
        again, and the lane is seen to be taken.
        """
        statement = self._of.claim_suspect if suspect else self._of.claim
        asked = {"now": now, "most": most, "lease": now + self.lease, "me": self._worker}
        rows = await session.execute(statement, asked)
        return [_claimed(row) for row in sorted(rows, key=lambda row: (row.due_at, row.run_at, row.seq))]

    async def ahead(self, session: AsyncSession, now: datetime, mine: Collection[str]) -> Ahead:
        """What comes next beside the jobs `mine`, which run here. A job behind another of its lane does not count."""
        held = filled(mine)
        asked = {"now": now, **numbered("mine", held)}
        [found] = await values(session, waiting(self._kinds, len(held)), asked)
        return Ahead(*found)

    async def take_over(self, session: AsyncSession, now: datetime, mine: Collection[str]) -> bool:
        """Put jobs whose lease has lapsed back to ready, those of dead and frozen workers; False where there are none.

        One whose row somebody else has locked in this moment is left for the next look.
        """
        return bool((await session.execute(_LAPSED, {"now": now, "mine": list(mine)})).all())

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
        whose = {"mine": list(mine), "me": self._worker}
        await session.execute(_RENEW, whose | {"lease": now + self.lease})
        return frozenset((await session.execute(_OURS, whose)).scalars())

    async def hold(self, session: AsyncSession, claimed: Claimed, now: datetime) -> bool:
        """Prolong one lease and lock the job's row until the transaction ends; False: fenced, another has it."""
        token = {"held": claimed.id, "token": claimed.claims, "lease": now + self.lease}
        return (await session.execute(_HOLD, token)).scalar_one_or_none() is not None

    async def get_on(self, session: AsyncSession, claimed: Claimed, now: datetime) -> bool:
        """As `hold`, for a job that has done a step: what it was suspected of is forgotten, but not the doubt whether
        the next step has happened."""
        token = {"held": claimed.id, "token": claimed.claims, "lease": now + self.lease}
        return (await session.execute(_GET_ON, token)).scalar_one_or_none() is not None

    async def get_on_together(self, session: AsyncSession, claimed: Sequence[Claimed], now: datetime) -> set[str]:
        """As `get_on`, for several jobs: the ids of those that are still ours."""
        tokens = filled([(one.id, one.claims) for one in claimed])
        asked = {"ids": [one for one, _ in tokens], "tokens": tokens, "lease": now + self.lease}
        return set((await session.execute(_GET_ON_TOGETHER, asked)).scalars())


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
_SEEN_ALIVE = {"lost": case((job.c.lost > 0, 1), else_=0)}
_GET_ON = _HOLD.values(_SEEN_ALIVE)
_GET_ON_TOGETHER = (
    update(job)
    # Their ids besides, by which they are found.
    .where(job.c.id.in_(bindparam("ids", expanding=True)), IS_RUNNING)
    .where(tuple_(job.c.id, job.c.claims).in_(bindparam("tokens", expanding=True)))
    .values(lease_until=bindparam("lease"), **_SEEN_ALIVE)
    .returning(job.c.id)
)

_HELD_BY_ME = (IS_RUNNING, job.c.worker == bindparam("me"), job.c.id.in_(MINE))
# Never waiting for a row while others are held: whoever waits the other way round ends in a deadlock.
_LAPSED = (
    update(job).where(_unlocked(OTHERS, job.c.lease_until <= bindparam("now"))).values(_HANDED_BACK).returning(job.c.id)
)
_OURS = select(job.c.id).where(*_HELD_BY_ME)
_RENEW = update(job).where(_unlocked(*_HELD_BY_ME)).values(lease_until=bindparam("lease"))


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
