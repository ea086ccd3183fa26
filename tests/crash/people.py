"""People under whom the bot is killed: they declare, talk, type, edit, react, pin and resolve, and try again.

Every line carries a word of its own (`w17z`), by which it is found again wherever it went.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass, field

from sandbox import Message
from sandbox.answers import Answer
from sandbox.channels import Channel
from sandbox.people import Person
from tests.crash.stage import PEOPLE, Stage

MARKS = ("pushpin", "hammer_and_wrench", "test_tube", "no_entry_sign", "star")
VERBS = ("note", "action", "suspect", "impact", "cause")
MOST_OPEN = 3
#: Nobody says more while so much waits for its acknowledgement, with a bot and in all: how much one can take depends on
#: the machine, and what it takes too late is sent again and again.
MOST_UNDER_WAY, MOST_UNHEARD = 12, 24
#: A room is resolved after so many seconds, some time before the last kills.
RESOLVED_AFTER = 4.0
#: Somebody who gets no answer types the same again, within the minute in which the bot takes it for the same.
TRIES, TRIED_FOR, TRIED_AFTER = 10, 40.0, 0.1


@dataclass(slots=True)
class Asked:
    """One command as somebody meant it, with all attempts at typing it."""

    kind: str
    """declare, resolve or record."""
    word: str
    channel: Channel
    answers: list[Answer] = field(default_factory=list)

    @property
    def answer(self) -> Answer | None:
        """The answer that was seen, refusals aside; None where none came."""
        return next((one for one in self.answers if one.failed is None and not says_refused(one.text)), None)

    @property
    def refusals(self) -> list[str]:
        """What was read that said that nothing, or most likely nothing, was recorded."""
        said = [one.text.partition("\n")[0] for one in self.answers if says_refused(one.text)]
        return [re.sub(r"[0-9a-f]{8}\.$", "…", words) for words in said]  # each has a reference of its own


def says_refused(words: str | None) -> bool:
    """Whether an answer says that nothing was recorded, or most likely nothing."""
    return bool(re.search(r"nothing was recorded|most likely not recorded", words or "", re.IGNORECASE))


class Crowd:
    """Who acts, by chance, until told to stop. `asked` is all they typed as commands."""

    def __init__(self, stage: Stage, chance: random.Random, pause: float = 0.03) -> None:
        self.stage = stage
        self.asked: list[Asked] = []
        self.open: dict[str, float] = {}
        """The word of each incident that nobody has resolved yet -> when it was declared."""
        self._chance = chance
        self._pause = pause
        self._words = 0
        self._over = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._typing: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Let everybody act."""
        self._tasks = [asyncio.create_task(self._live(handle)) for handle in PEOPLE]

    async def end(self) -> None:
        """Let everybody finish what they do."""
        self._over.set()
        await asyncio.gather(*self._tasks)
        await self.answered()

    async def answered(self) -> None:
        """Return when every command is answered or given up."""
        await asyncio.gather(*self._typing)

    def word(self) -> str:
        """A word that nobody said before."""
        self._words += 1
        return f"w{self._words}z"

    async def _live(self, handle: str) -> None:
        person = self.stage.person(handle)
        while not self._over.is_set():
            if self._fit():
                await self._act(person)
            await asyncio.sleep(self._chance.uniform(0, 2 * self._pause))

    def _fit(self) -> bool:
        """Whether to say more now; little while no bot listens."""
        if self.stage.unheard() >= MOST_UNHEARD:
            return False
        if not self.stage.ws.socket.connections:
            return self._chance.random() < 0.2
        return self.stage.under_way() < MOST_UNDER_WAY

    async def _act(self, person: Person) -> None:
        if person.handle == "ana" and self._leads(person):
            return
        room = await self._room(person)
        if room is None:
            return
        doing = self._chance.choices(
            (self._talks, self._types_verb, self._edits, self._reacts, self._pins, self._commands),
            weights=(30, 18, 14, 18, 5, 15),
        )[0]
        await doing(person, room)

    def _leads(self, ana: Person) -> bool:
        """Ana declares and resolves, so that a few incidents are open at any time."""
        if len(self.open) < MOST_OPEN:
            word = self.word()
            self.open[word] = time.monotonic()
            self._types(Asked("declare", word, self.stage.ops), ana, f"declare trouble {word} sev2")
            return True
        for word, since in self.open.items():
            room = self.room_of(word)
            if time.monotonic() - since > RESOLVED_AFTER and room is not None and ana.id in room.members:
                self.resolve(word)
                return True
        return False

    def resolve(self, word: str) -> None:
        """Ana resolves the incident that was declared with this word."""
        room = self.room_of(word)
        assert room is not None
        self.open.pop(word, None)
        mark = self.word()
        self._types(Asked("resolve", mark, room), self.stage.person("ana"), f"resolve all well {mark}")

    def room_of(self, word: str) -> Channel | None:
        """The channel of an incident; the first where there are several, which the reckoning sees."""
        return next((room for room in self.stage.rooms if room.name.endswith(f"-{word}")), None)

    async def _room(self, person: Person) -> Channel | None:
        rooms = self.stage.rooms[-MOST_OPEN - 1 :]
        if not rooms:
            return None
        room = self._chance.choice(rooms)
        if person.id not in room.members:
            await person.joins(room)
        return room

    def _own(self, person: Person, room: Channel) -> list[Message]:
        return [one for one in list(room.log)[-40:] if one.user_id == person.id and one.subtype is None]

    def _plain(self, room: Channel) -> list[Message]:
        lately = list(room.log)[-40:]
        return [one for one in lately if one.bot is None and one.subtype is None and not one.text.startswith("!")]

    async def _talks(self, person: Person, room: Channel) -> None:
        plain = self._plain(room)
        thread = self._chance.choice(plain) if plain and self._chance.random() < 0.25 else None
        await person.says(f"the pool is full {self.word()}", room, thread)

    async def _types_verb(self, person: Person, room: Channel) -> None:
        await person.says(f"!{self._chance.choice(VERBS)} looked at the pool {self.word()}", room)

    async def _edits(self, person: Person, room: Channel) -> None:
        if own := self._own(person, room):
            message = self._chance.choice(own)
            words, _, version = message.text.partition(" take ")
            await person.edits(message, f"{words} take {int(version or 1) + 1}")

    async def _reacts(self, person: Person, room: Channel) -> None:
        if plain := self._plain(room):
            await person.reacts(self._chance.choice(plain), self._chance.choice(MARKS))

    async def _pins(self, person: Person, room: Channel) -> None:
        if plain := [one for one in self._plain(room) if not one.pinned]:
            await person.pins(self._chance.choice(plain))

    async def _commands(self, person: Person, room: Channel) -> None:
        word = self.word()
        self._types(Asked("record", word, room), person, f"{self._chance.choice(VERBS)} checked the pool {word}")

    def _types(self, asked: Asked, person: Person, line: str) -> None:
        """Type a command; nobody waits for its answer before they say the next thing."""
        self.asked.append(asked)
        self._typing.append(asyncio.create_task(self._insists(asked, person, line)))

    async def _insists(self, asked: Asked, person: Person, line: str) -> None:
        """Type it until it is answered, as people do who read that it failed."""
        begun = time.monotonic()
        while len(asked.answers) < TRIES and time.monotonic() - begun < TRIED_FOR:
            if asked.answers:
                await asyncio.sleep(TRIED_AFTER if asked.answers[-1].failed else 5 * TRIED_AFTER)
                await self.stage.connected()
            asked.answers.append(await person.types(f"/incident {line}", asked.channel))
            if asked.answer is not None:
                return


def sends_again(stage: Stage, chance: random.Random, most: int = 2) -> None:
    """Slack delivers some of the latest events once more, although they were acknowledged."""
    acked = [one for one in stage.ws.acks[-60:] if one.event_id and one.outcome == "acknowledged"]
    for one in chance.sample(acked, min(most, len(acked))):
        assert one.event_id is not None
        stage.ws.socket.redeliver(one.event_id)
