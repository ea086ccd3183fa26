"""One incident, told the same way each time, while the bot dies at one boundary of it: the next telling at the next.

People insist: who gets no answer types the same again, and Slack sends again what was not acknowledged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sandbox import Message
from sandbox.channels import Channel
from sandbox.people import Person
from tests.crash.people import Asked
from tests.crash.reckoning import Reckoning, reckon
from tests.crash.stage import Stage, stage

NO_DELAY = timedelta(0)
#: A bot that lives answers within this; one that is dead is not waited for.
ANSWERED_WITHIN = timedelta(seconds=0.6)
SENT_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (0, 0.1, 0.3, 1, 3, 8))
PATIENCE = 30.0


@dataclass(slots=True)
class Told:
    """All tellings on one stage. `died`: the boundaries it died at, `missed`: those that a telling did not pass."""

    database: str
    boundaries: int
    seconds: float = 0.0
    died: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    reckoning: Reckoning = field(default_factory=Reckoning)


class Teller:
    """Tells stories on one stage, and begins a new bot whenever one has died."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        self.asked: list[Asked] = []
        self._words = 0
        self._told: dict[str, str] = {}
        self._newcomers = 0

    async def watch(self) -> None:
        """Begin a bot after each death, until cancelled."""
        while True:
            await self.here.bot.dead()
            await self.here.bot.begin()

    async def through(self, target: str | None) -> bool:
        """An incident from its declaration to its draft; whether the bot died at `target`."""
        deaths, bot = len(self.here.bot.ends), self.here.bot
        watching = asyncio.create_task(self.watch())
        title, mark = self._word(target), self._word(target)
        await bot.arm(target, note=target is None)
        lead = self._newcomer()
        await self._types("declare", lead, self.here.ops, f"declare trouble {title} sev2", title)
        room = await self._room(title)
        await self._record(lead, room)
        await self._types("resolve", lead, room, f"resolve all well {mark}", mark)
        await self.here.settled()
        await _ended(watching)
        await bot.arm(None)
        return len(bot.ends) > deaths

    async def starting(self, target: str | None) -> bool:
        """What was said while no bot was there is taken in by one that dies at `target` while it starts."""
        title, mark, bot = self._word(target), self._word(target), self.here.bot
        lead = self._newcomer()
        await self._types("declare", lead, self.here.ops, f"declare trouble {title} sev2", title)
        room = await self._room(title)
        bot.kill()
        await bot.dead()
        await self._record_unheard(lead, room)
        deaths = len(bot.ends)
        await bot.begin(target=target, note=target is None)
        if not bot.alive:
            await bot.begin()
        watching = asyncio.create_task(self.watch())
        await self.here.settled()
        await _ended(watching)
        await bot.arm(None)
        await self._types("resolve", lead, room, f"resolve all well {mark}", mark)
        await self.here.settled()
        return len(bot.ends) > deaths

    async def _record(self, lead: Person, room: Channel) -> None:
        ben = self.here.person("ben")
        plain = await self._hears(lead.says(f"the pool is full {self._word()}", room))
        typed = await self._hears(ben.says(f"!action looked at the pool {self._word()}", room))
        await self._hears(ben.edits(typed, typed.text + " take 2"))
        await self._hears(ben.reacts(plain, "test_tube"))
        await self._hears(lead.edits(plain, plain.text + " take 2"))
        other = await self._hears(ben.says(f"so is the queue {self._word()}", room, plain))
        await self._hears(lead.pins(other))
        word = self._word()
        await self._types("record", ben, room, f"note checked the pool {word}", word)

    async def _record_unheard(self, lead: Person, room: Channel) -> None:
        ben = self.here.person("ben")
        plain = await lead.says(f"the pool is full {self._word()}", room)
        await ben.says(f"!action looked at the pool {self._word()}", room)
        await ben.reacts(plain, "test_tube")

    def _newcomer(self) -> Person:
        """Somebody whom the bot has never heard of: who that is must be asked in every telling."""
        self._newcomers += 1
        one = self.here.ws.add_person(f"new{self._newcomers}", name=f"Nora {self._newcomers}")
        self.here.ops.members[one.id] = None
        return one

    def _word(self, target: str | None = None) -> str:
        self._words += 1
        word = f"w{self._words}z"
        self._told[word] = target or ""
        return word

    async def _hears(self, doing: Awaitable[Message | None]) -> Message:
        """Somebody does something in the channel; the next thing is done once that is acknowledged."""
        done = await doing
        deadline = time.monotonic() + PATIENCE
        while self.here.unheard() and time.monotonic() < deadline:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.003)
        return done  # type: ignore[return-value]

    async def _types(self, kind: str, person: Person, room: Channel, line: str, word: str) -> None:
        asked = Asked(kind, word, room)
        self.asked.append(asked)
        deadline = time.monotonic() + PATIENCE
        while asked.answer is None and time.monotonic() < deadline:
            await self.here.connected()
            asked.answers.append(await person.types(f"/incident {line}", room))

    async def _room(self, title: str) -> Channel:
        """The incident's channel, once everything in it is made."""
        await self.here.settled()
        return next(room for room in self.here.rooms if room.name.endswith(f"-{title}"))

    def named(self, fault: str) -> str:
        """A fault with the boundary at which the bot died in that incident."""
        at = next((f" (died at: {self._told[word]})" for word in fault.split() if self._told.get(word)), "")
        return fault + at


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


Telling = Callable[[Teller, str | None], Awaitable[bool]]
TELLINGS: tuple[Telling, ...] = (Teller.through, Teller.starting)


async def die_at_each(
    database: str, database_url: str, folder: Path, choose: Callable[[Sequence[str]], Sequence[str]]
) -> Told:
    """Tell each story once to learn its boundaries, then once for each that `choose` picks; reckon in the end."""
    begun = time.monotonic()
    told = Told(database, 0)
    async with stage(folder, database_url, call=NO_DELAY) as here:
        here.ws.courier.ack_within, here.ws.courier.retry_after = ANSWERED_WITHIN, SENT_AGAIN
        await here.bot.begin()
        teller = Teller(here)
        for telling in TELLINGS:
            await telling(teller, None)  # some things are looked up once and for all
            here.bot.passed()
            await telling(teller, None)
            boundaries = list(dict.fromkeys(here.bot.passed()))
            told.boundaries += len(boundaries)
            for target in choose(boundaries):
                await _die_at(teller, telling, target, told)
        here.bot.kill()
        await here.bot.dead()
        await here.bot.begin()
        await here.settled()
        told.reckoning = await reckon(here, teller.asked)
        told.reckoning.faults = [teller.named(fault) for fault in told.reckoning.faults]
    told.seconds = time.monotonic() - begun
    return told


async def _die_at(teller: Teller, telling: Telling, target: str, told: Told) -> None:
    """Tell a story in which the bot dies there; a second time where it did not come by."""
    for _ in range(2):
        if await telling(teller, target):
            told.died.append(target)
            return
    told.missed.append(target)
