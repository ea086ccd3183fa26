"""Several replicas on one database: each serves everything, timers fire once, a stranger beside them is noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select

from bot.app import Tocsin
from bot.jobs import Pace
from storage.tables import Message
from tests.rig import Rig, running

pytestmark = pytest.mark.postgresql
#: As in service, but that a look for what others left costs a test less.
PACE = Pace(poll=timedelta(seconds=10))
REPLICAS: tuple[Literal["first", "last"], ...] = ("first", "last")


@dataclass(slots=True)
class Twins:
    """The rig's bot and another one, connected after it."""

    rig: Rig
    other: Tocsin

    def all_to(self, which: Literal["first", "last"]) -> None:
        """Which of the two gets all payloads from here on; jobs go to whoever is quicker."""
        self.rig.ws.socket.routing = which

    async def quiet(self) -> None:
        calm = 0
        while calm < 2:
            await self.rig.quiet()
            calm = calm + 1 if self.other.quiet and self.rig.bot.quiet and not self.rig.ws.busy else 0
            await asyncio.sleep(0 if calm else 0.001)

    async def later(self, span: timedelta) -> None:
        """Let time pass for both."""
        await self.rig.clock.advance_to(self.rig.clock.now() + span, self.quiet)


@asynccontextmanager
async def twins(folder: Path) -> AsyncIterator[Twins]:
    async with running(folder, pace=PACE) as rig:
        other = Tocsin(rig.settings, clock=rig.clock, pace=PACE)
        await other.start()
        try:
            yield Twins(rig, other)
        finally:
            await other.stop()


async def test_every_replica_serves_every_payload(tmp_path: Path) -> None:
    async with twins(tmp_path) as two:
        rig, ana = two.rig, two.rig.person("ana")
        two.all_to("first")
        room = await rig.declare()
        two.all_to("last")  # it has never heard of that channel, nor of anybody
        said = await rig.says("ben", "no errors on the core switches")
        await ana.reacts(said, "pushpin")
        noted = await rig.types("ana", "/incident note pool of 12")
        two.all_to("first")
        await rig.person("ben").edits(said, "no errors on the core switches, twice")
        await rig.clicks("ana", noted, "Undo")
        await rig.types("ana", "/incident form update")
        two.all_to("last")
        form = ana.view
        assert form is not None, "no form opened"
        await ana.submits({"words": "half of the carts are back"})
        await two.quiet()
        assert ana.view is None
        two.all_to("first")
        told = await rig.timeline()
        assert "no errors on the core switches, twice" in told
        assert "half of the carts are back" in told
        assert "pool of 12" not in told
        assert [post.text for post in rig.posts(room)][-1].count("half of the carts are back") == 1
        assert rig.ws.refused == []


async def test_a_channel_that_another_replica_is_opening_is_ours_as_soon_as_it_is(tmp_path: Path) -> None:
    async with twins(tmp_path) as two:
        rig = two.rig
        # The channel is there in Slack, its row is not yet: what is said meanwhile is, for both, in none of ours.
        rig.ws.faults.add("conversations.create", "after", delay=timedelta(seconds=5))
        two.all_to("first")
        await rig.person("ana").types("/incident declare checkout is down sev1", rig.ops)
        await until(lambda: rig.room is not rig.ops)
        room = rig.room
        room.members[rig.person("ben").id] = None
        for which in REPLICAS:
            two.all_to(which)
            await rig.person("ben").says(f"said too early to the {which}", room)
            await until(lambda: rig.ws.acks[-1].outcome == "acknowledged")
        await rig.clock.advance(timedelta(seconds=5))
        await two.quiet()
        for which in REPLICAS:
            two.all_to(which)
            heard = await rig.person("ben").says(f"!note heard by the {which}", room)
            await two.quiet()
            assert "white_check_mark" in heard.reactions
        await two.later(timedelta(minutes=2))
        assert await texts(rig) == {f"said too early to the {which}" for which in REPLICAS} | {
            f"!note heard by the {which}" for which in REPLICAS
        }


async def test_timers_fire_once(tmp_path: Path) -> None:
    async with twins(tmp_path) as two:
        rig = two.rig
        await rig.declare()
        await two.later(timedelta(minutes=12))
        assert len([one for one in rig.whispers("ana") if "nobody who leads" in one.text]) == 1
        await rig.types("ana", "/incident lead me")
        before = len(rig.whispers("ana"))
        await two.later(timedelta(minutes=65))
        due = [one.text for one in rig.whispers("ana")[before:] if "last word" in one.text]
        assert len(due) == 2


async def test_connections_beyond_those_of_the_live_replicas_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with twins(tmp_path) as two:
        rig = two.rig
        await two.later(timedelta(seconds=21))
        await rig.ws.socket.disconnect("refresh_requested")  # both come back, and Slack counts two
        await rig.ws.socket.connected(2)
        await two.quiet()
        assert "not ours" not in caplog.text
        await until(lambda: figure(rig.bot, "tocsin_replicas") == 2)
        rig.ws.socket.add_ghosts(1)
        mine = rig.ws.socket.connections[0]
        await rig.ws.socket.disconnect("refresh_requested", mine)
        await rig.ws.socket.connected(3)
        await until(lambda: "not ours" in caplog.text)  # said once the others are counted
        await two.quiet()
        told = [one for one in caplog.records if "not ours" in one.getMessage()]
        assert [(one.levelno, one.counted, one.of_other_replicas) for one in told] == [(logging.WARNING, 3, 1)]  # type: ignore[attr-defined]
        assert figure(rig.bot, "tocsin_foreign_connections") + figure(two.other, "tocsin_foreign_connections") == 1
        rig.ws.socket.bury_ghosts()


async def test_one_that_ends_well_is_counted_no_more_and_a_silent_one_after_its_lease(tmp_path: Path) -> None:
    async with twins(tmp_path) as two:
        third = Tocsin(two.rig.settings, clock=two.rig.clock, pace=PACE)
        await third.start()
        await two.later(timedelta(seconds=21))
        await until(lambda: figure(two.other, "tocsin_replicas") == 3)
        await third.stop()
        await two.later(timedelta(seconds=21))
        await until(lambda: figure(two.other, "tocsin_replicas") == 2)


def figure(bot: Tocsin, name: str) -> float:
    lines = bot.metrics.exposed().decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


async def texts(rig: Rig) -> set[str | None]:
    """What the transcript holds."""
    async with rig.bot._db.read() as session:  # type: ignore[union-attr]
        return set((await session.execute(select(Message.text))).scalars())


async def until(holds: Callable[[], object]) -> None:
    """Wait, in real time, for what happens beside the test."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
