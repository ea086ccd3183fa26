"""Who gets which job when: claims, lanes, arming again, fencing."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from workshop import NOON, workshop

from bot.jobs import Fenced, Permanent, Retry
from storage.claims import Claims
from storage.job_tables import job
from storage.queue import Job, cancel, counts, enqueue, failed_jobs, move, rearm, retry

pytestmark = pytest.mark.databases
LEASE = timedelta(seconds=60)


async def test_twenty_claimers_at_once_take_each_job_once(tmp_path):
    async with workshop(tmp_path) as shop:
        await shop.add(*(Job(f"j{n}", "k", NOON, lane=f"lane{n % 40}") for n in range(200)))
        taken: list[str] = []

        async def claimer(name: str) -> None:
            claims = Claims(name, {"k"}, LEASE)
            while True:
                async with shop.db.write() as session:
                    got = await claims.claim(session, NOON, 3)
                    lanes = await session.execute(
                        select(func.count()).where(job.c.state == "running").group_by(job.c.lane)
                    )
                    assert set(lanes.scalars()) <= {1}
                if not got:
                    return
                taken.extend(one.id for one in got)
                async with shop.db.write() as session:
                    await session.execute(
                        update(job).where(job.c.id.in_([one.id for one in got])).values(state="done", lease_until=None)
                    )

        await asyncio.gather(*(claimer(f"w{n}") for n in range(20)))
        assert sorted(taken) == sorted(f"j{n}" for n in range(200))


async def test_a_lane_runs_one_job_at_a_time_in_order_beside_other_lanes(tmp_path):
    async with workshop(tmp_path) as shop:
        inside: set[str] = set()
        most = 0

        async def handler(ctx, payload):
            nonlocal most
            lane = ctx.job.lane
            assert lane not in inside
            inside.add(lane)
            most = max(most, len(inside))
            await asyncio.sleep(0.002)
            shop.ran.append((lane, payload["n"]))
            inside.remove(lane)

        # The later ones are added first: order is by run_at, and by arrival where that is the same.
        await shop.add(*(Job(f"b{n}", "k", NOON, lane=f"lane{n % 3}", payload={"n": n}) for n in range(9)))
        await shop.add(*(Job(f"a{n}", "k", shop.at(-5), lane=f"lane{n % 3}", payload={"n": -9 + n}) for n in range(9)))
        worker = await shop.worker({"k": handler})
        await worker.idle()
        for lane in ("lane0", "lane1", "lane2"):
            numbers = [n for ran, n in shop.ran if ran == lane]
            assert numbers == sorted(numbers)
            assert len(numbers) == 6
        assert most == 3


async def test_the_database_itself_refuses_two_running_jobs_of_one_lane(tmp_path):
    async with workshop(tmp_path) as shop:
        await shop.add(Job("a", "k", NOON, lane="x"), Job("b", "k", NOON, lane="x"))
        with pytest.raises(IntegrityError):
            async with shop.db.write() as session:
                await session.execute(update(job).values(state="running"))


async def test_a_job_waiting_for_its_next_try_holds_its_lane_but_not_for_ever(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append((ctx.job.id, (ctx.clock.now() - NOON).total_seconds()))
            if ctx.job.id == "first":
                raise ValueError

        await shop.add(Job("first", "k", NOON, lane="x"), Job("second", "k", NOON, lane="x"))
        worker = await shop.worker({"k": handler})
        await worker.idle()
        assert shop.ran == [("first", 0)]
        await shop.advance(worker, timedelta(seconds=200))
        # 2 + 4 + 8 + 16 s after its tries, then the fifth failure lets the other go.
        assert shop.ran == [*(("first", at) for at in (0, 2, 6, 14, 30)), ("second", 30), ("first", 62), ("first", 126)]


async def test_an_id_is_taken_once_done_or_not(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append(ctx.job.id)

        assert await shop.add(Job("a", "k", NOON), Job("a", "k", NOON)) == [True, False]
        worker = await shop.worker({"k": handler})
        await worker.idle()
        assert await shop.add(Job("a", "k", NOON)) == [False]
        await worker.idle()
        assert shop.ran == ["a"]


async def test_what_is_rolled_back_is_no_job(tmp_path):
    async with workshop(tmp_path) as shop:

        async def add_and_fail():
            async with shop.db.write() as session:
                await enqueue(session, Job("a", "k", NOON))
                raise KeyError

        with pytest.raises(KeyError):
            await add_and_fail()
        assert await shop.row("a") is None


async def test_kinds_without_a_handler_are_left_for_another_release(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append(ctx.job.id)

        await shop.add(Job("new", "later", NOON, lane="x"), Job("old", "k", NOON, lane="x"))
        worker = await shop.worker({"k": handler})
        await worker.idle()
        assert shop.ran == ["old"]
        assert (await shop.row("new")).state == "ready"


async def test_arming_again_while_waiting_keeps_one_job_and_the_earlier_time(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append((payload["n"], (ctx.clock.now() - NOON).total_seconds()))

        worker = await shop.worker({"k": handler})
        for n, seconds in enumerate((30, 10, 20)):
            async with shop.db.write() as session:
                await rearm(session, Job("card", "k", shop.at(seconds), payload={"n": n}))
        await shop.advance(worker, timedelta(minutes=5))
        assert shop.ran == [(2, 10)]


async def test_arming_again_while_running_runs_once_more_after_with_fresh_steps(tmp_path):
    async with workshop(tmp_path) as shop:
        value, seen = 0, []
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def handler(ctx, payload):
            async def look(attempt):
                return value

            seen.append(await ctx.step("look", look))
            begun.set()
            await go_on.wait()

        worker = await shop.worker({"k": handler})
        await shop.add(Job("card", "k", NOON))
        await begun.wait()
        value = 7
        for _ in range(3):
            async with shop.db.write() as session:
                await rearm(session, Job("card", "k", NOON))
        assert seen == [0]
        go_on.set()
        await worker.idle()
        assert seen == [0, 7]
        value = 8
        async with shop.db.write() as session:  # and when it is done
            await rearm(session, Job("card", "k", NOON))
        await worker.idle()
        assert seen == [0, 7, 8]


async def test_news_that_comes_while_a_job_fails_for_good_is_not_lost(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append(ctx.job.id)
            if len(shop.ran) == 1:
                async with shop.db.write() as session:
                    await rearm(session, Job("card", "k", NOON))
                raise Permanent("gone")

        worker = await shop.worker({"k": handler})
        await shop.add(Job("card", "k", NOON))
        await worker.idle()
        assert len(shop.ran) == 2
        assert (await shop.row("card")).state == "done"


async def test_arming_again_does_not_hurry_a_job_that_waits_out_a_failure(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append((ctx.clock.now() - NOON).total_seconds())
            if len(shop.ran) == 1:
                raise Retry(timedelta(seconds=30))

        worker = await shop.worker({"k": handler})
        await shop.add(Job("card", "k", NOON))
        await worker.idle()
        await shop.advance(worker, timedelta(seconds=10))
        async with shop.db.write() as session:
            await rearm(session, Job("card", "k", shop.clock.now()))
        await shop.advance(worker, timedelta(minutes=5))
        assert shop.ran == [0, 30]


async def test_a_waiting_job_can_be_moved_and_cancelled_and_its_id_stays_used(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append((ctx.job.id, (ctx.clock.now() - NOON).total_seconds()))

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", shop.at(10)), Job("b", "k", shop.at(10)))
        async with shop.db.write() as session:
            assert await move(session, "a", shop.at(40))
            assert await cancel(session, "b", at=NOON)
            assert not await cancel(session, "c", at=NOON)
        assert await shop.add(Job("b", "k", shop.at(10))) == [False]
        await shop.advance(worker, timedelta(minutes=1))
        assert shop.ran == [("a", 40)]
        async with shop.db.write() as session:
            assert not await move(session, "a", shop.at(80))


async def test_a_worker_that_was_silent_too_long_is_fenced_and_writes_nothing(tmp_path):
    async with workshop(tmp_path) as shop:
        frozen, outcome = asyncio.Event(), []

        async def slow(ctx, payload):
            async def call(attempt):
                await frozen.wait()
                return "late"

            async def save(session, result):
                outcome.append("saved")

            try:
                await ctx.step("one", call, save)
            except Fenced:
                outcome.append("fenced")
                raise

        first = await shop.worker({"k": slow}, heartbeat=timedelta(days=1))
        await shop.add(Job("a", "k", NOON, lane="x"))
        await shop.until_running("a")
        other = Claims("other", {"k"}, LEASE)
        later = shop.at(61)
        async with shop.db.write() as session:  # a second replica, once the lease has lapsed
            assert await other.claim(session, later, 5) == []
            assert (await other.ahead(session, later, [])).lapse_at == shop.at(60)
            await other.take_over(session, later, [])
            (got,) = await other.claim(session, later, 5)
        assert (got.id, got.claims, got.lost) == ("a", 2, 1)
        frozen.set()
        await first.idle()
        assert outcome == ["fenced"]
        row = await shop.row("a")
        assert (row.state, row.worker, row.failures) == ("running", "other", 0)


@pytest.mark.postgresql
async def test_who_takes_over_or_renews_waits_for_nobody_and_so_is_in_no_deadlock(tmp_path):
    """A worker did it while the same process armed these jobs anew at its start: the start ended in a deadlock."""
    async with workshop(tmp_path) as shop:
        dead, other = Claims("dead", {"k"}, LEASE), Claims("other", {"k"}, LEASE)
        await shop.add(*(Job(name, "k", NOON, lane=name) for name in "abc"))
        async with shop.db.write() as session:
            await dead.claim(session, NOON, 5)
        async with shop.db.write() as arming, asyncio.timeout(10):
            await rearm(arming, Job("b", "k", NOON))
            async with shop.db.write() as session:
                assert await dead.renew(session, NOON, ["a", "b", "c"]) == {"a", "b", "c"}, "a locked one is still ours"
            async with shop.db.write() as session:
                assert await other.take_over(session, shop.at(61), [])
            async with shop.db.write() as session:
                assert not await other.take_over(session, shop.at(61), []), "what is locked is left alone"
        assert [(await shop.row(name)).state for name in "abc"] == ["ready", "running", "ready"]
        async with shop.db.write() as session:
            assert await other.take_over(session, shop.at(61), [])
        assert (await shop.row("b")).lost == 1


async def test_a_heartbeat_keeps_a_long_job_from_being_taken_over(tmp_path):
    async with workshop(tmp_path) as shop:
        end = asyncio.Event()

        async def handler(ctx, payload):
            await end.wait()

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", NOON))
        await shop.until_running("a")
        for _ in range(6):
            await shop.clock.advance(timedelta(seconds=20), None)
            renewed = shop.clock.now() + timedelta(seconds=50)
            await shop.until("a", lambda row, renewed=renewed: row.lease_until >= renewed)
        end.set()
        await worker.idle()
        assert (await shop.row("a")).claims == 1


async def test_a_failed_job_is_shown_and_can_be_tried_again_from_where_it_stopped(tmp_path):
    async with workshop(tmp_path) as shop:
        broken = True

        async def handler(ctx, payload):
            async def call(attempt):
                shop.ran.append(attempt)
                return 1

            await ctx.step("one", call)
            if broken:
                raise Permanent("not_in_channel")

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", NOON, payload={"incident": 3}))
        await worker.idle()
        async with shop.db.read() as session:
            (failed,) = await failed_jobs(session)
            assert (await counts(session))["failed"] == 1
        assert (failed.id, failed.error, failed.payload) == ("a", "not_in_channel", {"incident": 3})
        broken = False
        async with shop.db.write() as session:
            assert await retry(session, "a", at=NOON)
        await worker.idle()
        assert shop.ran == [1]
        assert (await shop.row("a")).state == "done"
