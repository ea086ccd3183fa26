"""The two clocks: one stands until moved and stops at every deadline on the way, the other is real time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sandbox import SetClock, WallClock

NOON = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def test_a_set_clock_stands_until_moved() -> None:
    clock = SetClock(NOON)
    await asyncio.sleep(0.02)
    assert clock.now() == NOON
    await clock.advance_to(at(90))
    assert clock.now() == at(90)


def test_a_set_clock_takes_no_naive_start() -> None:
    with pytest.raises(ValueError):
        SetClock(datetime(2024, 3, 15))


async def test_a_set_clock_does_not_go_back() -> None:
    with pytest.raises(ValueError):
        await SetClock(NOON).advance_to(at(-1))


async def test_sleepers_wake_in_order_each_at_its_own_instant() -> None:
    clock = SetClock(NOON)
    woken: list[tuple[str, datetime]] = []

    async def sleeper(name: str, *spans: float) -> None:
        for span in spans:
            await clock.sleep(span)
            woken.append((name, clock.now()))

    tasks = [asyncio.create_task(sleeper("late", 30)), asyncio.create_task(sleeper("twice", 10, 10))]
    await asyncio.sleep(0)
    assert clock.next_deadline == at(10)
    await clock.advance_to(at(60))
    assert woken == [("twice", at(10)), ("twice", at(20)), ("late", at(30))]
    assert clock.next_deadline is None
    await asyncio.gather(*tasks)


async def test_what_falls_due_runs_before_the_clock_moves_on() -> None:
    clock = SetClock(NOON)
    done: list[datetime] = []
    busy, idle = asyncio.Event(), asyncio.Event()

    async def worker() -> None:
        await clock.sleep(10)
        busy.set()
        await asyncio.sleep(0.02)  # real work, during which the clock has to stand
        done.append(clock.now())
        busy.clear()
        idle.set()

    async def quiet() -> None:
        await asyncio.sleep(0)
        if busy.is_set():
            await asyncio.wait_for(idle.wait(), 1)

    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    await clock.advance_to(at(60), quiet)
    assert done == [at(10)]
    await task


async def test_wait_tells_an_event_from_a_deadline() -> None:
    clock = SetClock(NOON)
    event = asyncio.Event()
    first = asyncio.create_task(clock.wait(event, at(5)))
    await asyncio.sleep(0)
    event.set()
    assert await first is True
    event.clear()
    second = asyncio.create_task(clock.wait(event, at(5)))
    await asyncio.sleep(0)
    await clock.advance_to(at(5))
    assert await second is False


async def test_a_wait_that_is_over_already_returns_and_yields() -> None:
    clock = SetClock(NOON)
    event = asyncio.Event()
    assert await clock.wait(event, NOON) is False
    event.set()
    assert await clock.wait(event, at(-1)) is True


async def test_parked_is_false_while_a_woken_worker_works() -> None:
    clock = SetClock(NOON)
    wake, work = asyncio.Event(), asyncio.Event()

    async def worker() -> None:
        while True:
            await clock.wait(wake, at(100))
            wake.clear()
            await work.wait()

    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    assert clock.parked
    wake.set()
    assert not clock.parked
    for _ in range(5):
        await asyncio.sleep(0)
    assert not clock.parked, "the worker is between two waits"
    work.set()
    await asyncio.wait_for(clock.until_parked(), 1)
    assert clock.next_deadline == at(100)
    task.cancel()


async def test_a_worker_that_sleeps_on_the_clock_is_parked() -> None:
    clock = SetClock(NOON)
    wake, woken = asyncio.Event(), []

    async def worker() -> None:
        await clock.wait(wake)
        await clock.sleep(60)
        woken.append(clock.now())

    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    wake.set()
    await asyncio.sleep(0)
    await asyncio.wait_for(clock.advance_to(at(60)), 1)
    assert woken == [at(60)]
    await task


async def test_a_worker_that_ended_holds_nothing_up() -> None:
    clock = SetClock(NOON)
    wake = asyncio.Event()
    task = asyncio.create_task(clock.wait(wake))
    await asyncio.sleep(0)
    wake.set()
    await asyncio.wait_for(clock.until_parked(), 1)
    assert await task is True


async def test_the_wall_clock_waits_in_real_time() -> None:
    clock = WallClock()
    before = clock.now()
    event = asyncio.Event()
    assert await clock.wait(event, before + timedelta(milliseconds=30)) is False
    assert clock.now() >= before + timedelta(milliseconds=29)
    asyncio.get_running_loop().call_later(0.01, event.set)
    assert await clock.wait(event, before + timedelta(seconds=30)) is True
    await clock.advance_to(clock.now() + timedelta(milliseconds=20))
    await clock.sleep(0.01)
    assert clock.parked
    assert clock.next_deadline is None
