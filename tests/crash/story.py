"""One incident, told the same way each time, while the bot dies at one boundary of it: the next telling at the next.

People insist: who gets no answer types the same again, and Slack sends again what was not acknowledged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sandbox import Message
from sandbox.channels import Channel
from sandbox.people import Person
from tests.crash.mortal import PATIENCE
from tests.crash.people import Asked
from tests.crash.stage import Stage


class Teller:
    """Tells stories on one stage, and begins a new bot whenever one has died."""

    def __init__(self, here: Stage) -> None:
        self.here = here
        self.asked: list[Asked] = []
        self._words = 0
        self._told: dict[str, str] = {}
        self._newcomers = 0
        self._over = asyncio.Event()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Within the block a bot that dies is followed by the next; after it one lives that dies nowhere."""
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._over.set()
            await watching
            self._over.clear()
        await self.here.bot.arm(None)
        if not self.here.bot.alive:  # it died at the very last
            await self.here.bot.begin()

    async def _watch(self) -> None:
        while await self.here.bot.dies_before(self._over):
            await self.here.bot.begin()

    async def through(self, target: str | None) -> bool:
        """An incident from its declaration to its draft; whether the bot died at `target`."""
        deaths, bot = len(self.here.bot.ends), self.here.bot
        title, mark = self._word(target), self._word(target)
        await bot.arm(target, note=target is None)
        async with self.watched():
            lead = self._newcomer()
            await self._types("declare", lead, self.here.ops, f"declare trouble {title} sev2", title)
            room = await self._room(title)
            await self._record(lead, room)
            await self._types("resolve", lead, room, f"resolve all well {mark}", mark)
            await self.here.settled()
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
        async with self.watched():
            await self.here.settled()
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
        for _ in range(2):  # on PostgreSQL the second is written without a transaction
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
            await asyncio.sleep(0.3 if asked.refusals else 0)
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


Telling = Callable[[Teller, str | None], Awaitable[bool]]
TELLINGS: tuple[Telling, ...] = (Teller.through, Teller.starting)
