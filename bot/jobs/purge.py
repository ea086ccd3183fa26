"""The one job that jobs need for themselves: what is done is forgotten after a week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs.context import JobContext
from storage.claims import purge
from storage.queue import Job, enqueue

PURGE = "jobs.purge"
#: How long a done job keeps its id used: longer than any sender sends again.
KEPT = timedelta(days=7)


def next_purge(now: datetime) -> Job:
    """The purge of the midnight (UTC) after `now`; every replica names it the same, so there is one."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return Job(id=f"{PURGE}:{midnight:%Y-%m-%d}", kind=PURGE, run_at=midnight)


async def purge_done(ctx: JobContext, _payload: Mapping[str, Any]) -> None:
    """Delete what was done a week ago, and set the next one."""
    now = ctx.clock.now()

    async def save(session: AsyncSession) -> None:
        await purge(session, now - KEPT)
        await enqueue(session, next_purge(now))

    await ctx.finish(save)
