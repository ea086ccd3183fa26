"""Writes down how a run of a job ended other than well; it runs nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs.context import JobContext
from bot.jobs.outcome import LONGEST_AWAY, MOST_FAILURES, Away, Permanent, Retry, reason_of, trace_of, wait_after
from storage.claims import Claimed, give_up, put_back
from storage.gates import close_gate
from storage.job_tables import FAILED
from storage.queue import FailedJob
from storage.steps import doubt_steps

log = logging.getLogger(__name__)

OnFailed = Callable[[AsyncSession, FailedJob], Awaitable[None]]


async def record_end(ctx: JobContext, error: Exception | None, on_failed: OnFailed | None) -> None:
    """Give the job back or give it up, in one transaction; `error` is None for a job that was cut off.

    `on_failed` writes in the transaction that gives a job up; if it raises, the job is given up without it.
    """
    job, now = ctx.job, ctx.clock.now()
    async with ctx.db.write() as session:
        if error is None:
            event, ours = "handed_back", await put_back(session, job, None)
        elif isinstance(error, Retry):
            event, ours = "waits", await put_back(session, job, now + error.after)
            if error.method is not None:
                await close_gate(session, error.method, now + error.after)
        elif _is_the_last(job, error, now):
            event, ours = await _give_up(session, job, reason_of(error), now)
            if event == "failed" and on_failed is not None:
                failed = FailedJob(job.id, job.kind, job.lane, job.payload, reason_of(error), now)
                await _tell(session, on_failed, failed, job)
        else:
            due_at = now + wait_after(job.failures + 1)
            event, ours = "raised", await put_back(session, job, due_at, failures=1, error=reason_of(error))
        if ours:
            await doubt_steps(session, job.id, ctx.doubtful)
    level = {"failed": logging.ERROR, "raised": logging.WARNING}.get(event, logging.INFO)
    say(log, level, event if ours else "fenced", job, error)


def _is_the_last(job: Claimed, error: Exception, now: datetime) -> bool:
    if isinstance(error, Away) and now - job.run_at <= LONGEST_AWAY:
        return False
    return isinstance(error, Permanent) or job.failures + 1 >= MOST_FAILURES


async def _give_up(session: AsyncSession, job: Claimed, reason: str, now: datetime) -> tuple[str, bool]:
    state = await give_up(session, job, reason, now)
    return ("failed" if state == FAILED else "failed_and_again"), state is not None


async def _tell(session: AsyncSession, on_failed: OnFailed, failed: FailedJob, job: Claimed) -> None:
    try:
        async with session.begin_nested():
            await on_failed(session, failed)
    except Exception as error:
        say(log, logging.ERROR, "alert_not_written", job, error)


def say(to: logging.Logger, level: int, event: str, job: Claimed, error: BaseException | None = None) -> None:
    """One line about a job: which, of what kind, an error's class and place; never its payload or an error's text."""
    facts: dict[str, object] = {"job_id": job.id, "kind": job.kind, "claims": job.claims, "failures": job.failures}
    if job.lost:
        facts["lost"] = job.lost
    if error is not None and not isinstance(error, Retry):
        facts |= {"error": reason_of(error), "trace": trace_of(error)[-4:]}
    to.log(level, "job.%s %s", event, " ".join(f"{name}={fact}" for name, fact in facts.items()), extra=facts)
