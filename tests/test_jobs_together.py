"""Jobs of a kind that shares transactions: what many have done at once is written together, each ends for itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import Engine, event

from bot.jobs import Fenced
from storage.claims import Claims
from storage.queue import Job, enqueue
from tests.workshop import NOON, workshop

MANY, LEASE = 12, timedelta(seconds=60)
#: One that another replica has taken over by the time, and one whose end cannot be written the first time.
FROZEN, FAULTY = "job 3", "job 7"


async def test_steps_done_at_once_share_a_transaction_and_one_that_fails_or_is_fenced_spoils_no_other(tmp_path):
    async with workshop(tmp_path) as shop:
        begun, together, fenced, commits = [], asyncio.Event(), [], []

        async def handler(ctx, payload):
            async def call(attempt):
                begun.append(ctx.job.id)
                await together.wait()
                return attempt

            async def save(session, attempt):
                await enqueue(session, Job(f"effect of {ctx.job.id}", "other", NOON))

            async def end(session):
                await enqueue(session, Job(f"end of {ctx.job.id}", "other", NOON))
                if (ctx.job.id, ctx.job.claims) == (FAULTY, 1):
                    raise ValueError

            try:
                await ctx.step("one", call, save)
            except Fenced:
                fenced.append(ctx.job.id)
                raise
            await ctx.finish(end)

        worker = await shop.worker({"k": handler}, concurrency=MANY, heartbeat=timedelta(days=1), together={"k"})
        ids = [f"job {number}" for number in range(MANY)]
        await shop.add(*(Job(one, "k", NOON) for one in ids))
        while len(begun) < MANY:  # noqa: ASYNC110  all of them are in their steps
            await asyncio.sleep(0.01)
        await _taken_over(shop, FROZEN)

        def count(connection):
            commits.append(connection)

        event.listen(Engine, "commit", count)
        together.set()
        await worker.idle()
        event.remove(Engine, "commit", count)
        assert len(commits) < MANY, "of its own, each would have had two"
        assert fenced == [FROZEN]
        row = await shop.row(FROZEN)
        assert (row.state, row.worker) == ("running", "other")
        row = await shop.row(FAULTY)
        assert (row.state, row.failures, row.error.partition(" ")[0]) == ("ready", 1, "ValueError")
        assert await shop.row(f"end of {FAULTY}") is None
        await shop.advance(worker, timedelta(seconds=30))
        assert begun.count(FAULTY) == 1, "its step was done"
        for one in ids:
            ended = one != FROZEN
            assert (await shop.row(one)).state == ("done" if ended else "running"), one
            for effect in ("effect", "end"):
                assert (await shop.row(f"{effect} of {one}") is not None) == ended, one


async def _taken_over(shop, job_id):
    other, later = Claims("other", {"k"}, LEASE), shop.at(61)
    async with shop.db.write() as session:
        mine = [f"job {number}" for number in range(MANY) if f"job {number}" != job_id]
        await other.take_over(session, later, mine)
        (got,) = await other.claim(session, later, 1)
    assert got.id == job_id
