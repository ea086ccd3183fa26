"""Steps, retries, timers and the end of a worker, under a clock that stands until it is moved."""

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from workshop import NOON, workshop

from bot.clock import SystemClock
from bot.jobs import Permanent, Retry
from storage.job_tables import gate, job, job_step
from storage.queue import Job, enqueue, retry

MINUTE = timedelta(minutes=1)


async def test_a_step_that_is_done_is_not_called_again(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            async def call(attempt):
                shop.ran.append("call")
                return ("C1", {"ts": 1})

            shop.ran.append(await ctx.step("create", call))
            if ctx.job.failures == 0:
                raise OSError
            shop.ran.append("end")

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", NOON))
        await shop.advance(worker, MINUTE)
        stored = ["C1", {"ts": 1}]  # both times as JSON gives it back
        assert shop.ran == ["call", stored, stored, "end"]


async def test_a_step_and_what_it_saves_are_stored_together_or_not_at_all(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            async def call(attempt):
                shop.ran.append(attempt)
                return attempt

            async def save(session, result):
                await enqueue(session, Job(f"effect:{result}", "other", NOON))
                if result == 1:
                    raise ValueError

            await ctx.step("one", call, save)

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", NOON))
        await shop.advance(worker, MINUTE)
        assert shop.ran == [1, 2]
        assert await shop.row("effect:1") is None
        assert (await shop.row("effect:2")).state == "ready"


async def test_only_a_step_that_may_have_happened_is_told_of_a_second_attempt(tmp_path):
    async with workshop(tmp_path) as shop:
        blows = [OSError(), Retry(timedelta(seconds=1)), None, None]

        async def handler(ctx, payload):
            async def limited(attempt):
                shop.ran.append(("limited", attempt))
                raise_if(blows.pop(0) if blows and isinstance(blows[0], Retry) else None)

            async def fails(attempt):
                shop.ran.append(("fails", attempt))
                raise_if(blows.pop(0) if blows and isinstance(blows[0], OSError) else None)

            await ctx.step("fails", fails)
            await ctx.step("limited", limited)

        def raise_if(error):
            if error is not None:
                raise error

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", NOON))
        await shop.advance(worker, MINUTE)
        # The step that raised may have happened; the one that was told 429 did not.
        assert shop.ran == [("fails", 1), ("fails", 2), ("limited", 1), ("limited", 1)]


async def test_a_failing_job_waits_longer_each_time_and_is_given_up_visibly(tmp_path, caplog):
    async with workshop(tmp_path) as shop:
        alerts = []

        async def handler(ctx, payload):
            shop.ran.append((ctx.clock.now() - NOON).total_seconds())
            raise ValueError("xoxb-secret and what ana said")

        async def on_failed(session, failed):
            alerts.append(failed.error)
            await enqueue(session, Job(f"alert:{failed.id}", "alert", NOON))

        worker = await shop.worker({"k": handler}, on_failed=on_failed)
        with caplog.at_level(logging.DEBUG):
            await shop.add(Job("a", "k", NOON, payload={"words": "never"}))
            await shop.advance(worker, timedelta(hours=1))
        waits = [after - before for before, after in zip(shop.ran, shop.ran[1:], strict=False)]
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]
        row = await shop.row("a")
        assert row.state == "failed"
        assert row.error.startswith("ValueError at tests/test_jobs_time.py:")
        assert alerts == [row.error]
        assert await shop.row("alert:a") is not None
        assert "job_id=a kind=k" in caplog.text
        for never in ("xoxb", "ana said", "words"):
            assert never not in caplog.text
            assert never not in row.error


async def test_what_is_of_no_use_to_repeat_is_given_up_at_once_even_if_the_alert_fails(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append(1)
            raise Permanent("restricted_action")

        async def on_failed(session, failed):
            await enqueue(session, Job("half", "alert", NOON))
            raise KeyError

        worker = await shop.worker({"k": handler}, on_failed=on_failed)
        await shop.add(Job("a", "k", NOON))
        await shop.advance(worker, MINUTE)
        assert shop.ran == [1]
        assert (await shop.row("a")).error == "restricted_action"
        assert await shop.row("half") is None


async def test_a_rate_limit_holds_every_job_that_calls_the_method_and_counts_as_no_failure(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            await ctx.gate(payload["method"])
            at = (ctx.clock.now() - NOON).total_seconds()
            shop.ran.append((ctx.job.id, at))
            if ctx.job.id == "first" and at < 30:
                raise Retry(timedelta(seconds=30), payload["method"])

        worker = await shop.worker({"k": handler})
        post, update = {"method": "chat.postMessage"}, {"method": "chat.update"}
        await shop.add(Job("first", "k", NOON, payload=post))
        await worker.idle()
        await shop.advance(worker, timedelta(seconds=5))
        await shop.add(Job("second", "k", shop.at(5), payload=post), Job("other", "k", shop.at(5), payload=update))
        await shop.advance(worker, MINUTE)
        assert sorted(shop.ran) == [("first", 0), ("first", 30), ("other", 5), ("second", 30)]
        assert (await shop.row("first")).failures == 0


async def test_a_shorter_wait_does_not_open_a_gate_early(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            raise Retry(timedelta(seconds=payload["seconds"]), "m") if ctx.job.claims == 1 else Permanent("end")

        worker = await shop.worker({"k": handler})
        await shop.add(*(Job(f"j{n}", "k", NOON, payload={"seconds": n}) for n in (90, 10)))
        await worker.idle()
        async with shop.db.read() as session:
            assert (await session.execute(select(gate.c.until))).scalar_one() == shop.at(90)


async def test_a_chain_of_timers_runs_each_at_its_own_time(tmp_path):
    async with workshop(tmp_path) as shop:

        async def remind(ctx, payload):
            n, at = payload["n"], ctx.clock.now()
            shop.ran.append((n, (at - NOON).total_seconds()))

            async def save(session):
                await enqueue(session, Job(f"remind:{n + 1}", "remind", at + 30 * MINUTE, payload={"n": n + 1}))

            await ctx.finish(save)

        worker = await shop.worker({"remind": remind})
        await shop.add(Job("remind:1", "remind", NOON + 30 * MINUTE, payload={"n": 1}))
        await worker.idle()
        assert worker.next_due_at() == NOON + 30 * MINUTE
        assert shop.ran == []
        await shop.clock.advance_to(NOON + 125 * MINUTE, worker.idle)  # one leap, stopping where something is due
        assert shop.ran == [(1, 1800), (2, 3600), (3, 5400), (4, 7200)]
        assert worker.next_due_at() == NOON + 150 * MINUTE


async def test_a_worker_with_nothing_to_do_does_not_look(tmp_path):
    async with workshop(tmp_path) as shop:
        worker = await shop.worker({})
        await worker.idle()
        rounds = 0
        look = shop.db.write

        def counting():
            nonlocal rounds
            rounds += 1
            return look()

        shop.db.write = counting  # type: ignore[method-assign]
        await asyncio.sleep(0.3)
        assert rounds == 0
        assert worker.quiet
        worker.wake()
        assert not worker.quiet
        await worker.idle()
        assert rounds == 1
        del shop.db.write


async def test_other_processes_jobs_are_found_by_looking_now_and_then(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append(ctx.job.id)

        worker = await shop.worker({"k": handler}, poll=timedelta(seconds=1))
        await worker.idle()
        shop.db.off_jobs(worker.wake)  # as if another process had added it
        await shop.add(Job("a", "k", NOON))
        await asyncio.sleep(0.05)
        assert shop.ran == []
        await shop.advance(worker, timedelta(seconds=1))
        assert shop.ran == ["a"]
        shop.db.on_jobs(worker.wake)


async def test_stopping_waits_then_hands_back_without_a_failure(tmp_path):
    async with workshop(tmp_path) as shop:
        attempts, begun, stuck = [], asyncio.Event(), asyncio.Event()

        async def slow(ctx, payload):
            async def call(attempt):
                attempts.append(attempt)
                begun.set()
                if attempt == 1:
                    await stuck.wait()

            await ctx.step("one", call)

        async def short(ctx, payload):
            await asyncio.sleep(0.05)

        worker = await shop.worker({"slow": slow, "short": short})
        await shop.add(Job("slow", "slow", NOON), Job("short", "short", NOON))
        await begun.wait()
        await worker.stop(timedelta(seconds=0.3))
        assert (await shop.row("short")).state == "done"
        row = await shop.row("slow")
        assert (row.state, row.failures, row.lost, row.lease_until) == ("ready", 0, 0, None)
        await shop.add(Job("late", "short", NOON))
        assert (await shop.row("late")).state == "ready"
        again = await shop.worker({"slow": slow, "short": short})
        await again.idle()
        assert attempts == [1, 2]


async def test_a_stop_is_heard_while_the_worker_lets_others_go_first(tmp_path):
    """A command is in flight when the process is told to end; the round that waited for it clears what woke it."""
    waits, answered = asyncio.Event(), asyncio.Event()

    async def answers_first() -> None:
        waits.set()
        await answered.wait()

    async with workshop(tmp_path) as shop:
        worker = await shop.worker({}, after=answers_first)
        await waits.wait()
        stopping = asyncio.create_task(worker.stop())
        await asyncio.sleep(0)
        answered.set()
        async with asyncio.timeout(20):
            await stopping


async def test_a_handler_that_will_not_leave_cannot_write_after_the_stop(tmp_path):
    async with workshop(tmp_path) as shop:
        let_go, written = asyncio.Event(), []

        async def stubborn(ctx, payload):
            async def call(attempt):
                while not let_go.is_set():
                    try:
                        await let_go.wait()
                    except asyncio.CancelledError:
                        continue

            async def save(session, result):
                written.append(1)

            await ctx.step("one", call, save)

        worker = await shop.worker({"k": stubborn})
        await shop.add(Job("a", "k", NOON), Job("suspect", "k", NOON))
        await shop.until_running("suspect")
        async with shop.db.write() as session:
            await session.execute(job.update().where(job.c.id == "suspect").values(lost=3))
        await worker.stop(timedelta(0))
        rows = [await shop.row("a"), await shop.row("suspect")]
        assert [(row.state, row.lost) for row in rows] == [("ready", 1), ("ready", 3)], "to leave is not to die"
        let_go.set()
        await asyncio.sleep(0.1)
        assert written == []


async def test_a_job_that_kills_its_process_every_time_is_given_up_and_tried_again_it_looks_first(tmp_path):
    async with workshop(tmp_path) as shop:

        async def call(attempt):
            shop.ran.append(attempt)

        async def handler(ctx, payload):
            await ctx.step("post", call)

        await shop.add(Job("a", "k", NOON))
        async with shop.db.write() as session:
            await session.execute(job.update().where(job.c.id == "a").values(lost=6))
        worker = await shop.worker({"k": handler})
        await worker.idle()
        assert (await shop.row("a")).state == "ready", "not before the process has lived a while"
        await shop.advance(worker, timedelta(seconds=15))
        assert shop.ran == []
        assert "died 6 times" in (await shop.row("a")).error
        async with shop.db.write() as session:
            assert await retry(session, "a", at=NOON)
        await worker.idle()
        assert shop.ran == [4], "what a killed worker may have done is not done blindly again"


async def test_done_jobs_are_forgotten_after_a_week_and_failed_ones_are_not(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            if payload.get("bad"):
                raise Permanent("bad")

        worker = await shop.worker({"k": handler})
        await shop.add(Job("good", "k", NOON), Job("bad", "k", NOON, payload={"bad": True}))
        await shop.advance(worker, timedelta(days=6))
        assert await shop.row("good") is not None
        async with shop.db.read() as session:
            # Instants are compared where they are stored, so each is stored in the one form.
            ended = select(func.count()).where(job.c.finished_at == NOON, job.c.id == "good")
            assert (await session.execute(ended)).scalar_one() == 1
        await shop.advance(worker, timedelta(days=3))
        assert await shop.row("good") is None
        assert (await shop.row("bad")).state == "failed"
        async with shop.db.read() as session:
            waiting = await session.execute(select(func.count()).where(job.c.state == "ready"))
            assert waiting.scalar_one() == 1  # the next purge
            assert (await session.execute(select(func.count()).select_from(job_step))).scalar_one() == 0


async def test_an_error_of_the_database_ends_no_worker(tmp_path):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            shop.ran.append(ctx.job.id)

        worker = await shop.worker({"k": handler})
        await worker.idle()
        async with shop.db.write() as session:
            await session.run_sync(lambda s: s.connection().exec_driver_sql("ALTER TABLE job RENAME TO away"))
        worker.wake()
        await asyncio.sleep(0.1)
        async with shop.db.write() as session:
            await session.run_sync(lambda s: s.connection().exec_driver_sql("ALTER TABLE away RENAME TO job"))
            await enqueue(session, Job("a", "k", NOON))
        await shop.advance(worker, MINUTE)
        assert shop.ran == ["a"]


async def test_the_system_clock_waits_for_the_event_or_the_instant_whichever_comes_first():
    clock, event = SystemClock(), asyncio.Event()
    begun = clock.now()
    assert not await clock.wait(event, begun + timedelta(seconds=0.05))
    assert clock.now() - begun >= timedelta(seconds=0.05)
    assert not await clock.wait(event, begun)
    asyncio.get_running_loop().call_later(0.02, event.set)
    assert await clock.wait(event, clock.now() + timedelta(seconds=30))
    assert await clock.wait(event, None)
    assert clock.now() - begun < timedelta(seconds=5)


@pytest.mark.parametrize("ending", ["return", "finish"])
async def test_a_job_is_closed_by_its_handlers_return_or_by_finish(tmp_path, ending):
    async with workshop(tmp_path) as shop:

        async def handler(ctx, payload):
            if ending == "finish":
                await ctx.finish()
                with pytest.raises(RuntimeError):
                    await ctx.finish()

        worker = await shop.worker({"k": handler})
        await shop.add(Job("a", "k", NOON))
        await worker.idle()
        row = await shop.row("a")
        assert (row.state, row.finished_at, row.lease_until) == ("done", NOON, None)
