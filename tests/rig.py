"""A local workspace with the bot in it, over real sockets and a real database, on one clock that tests move."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import Tocsin
from bot.jobs import Pace
from bot.settings import Secret, Settings
from sandbox import SetClock, Workspace
from sandbox.answers import Answer
from sandbox.channels import Channel
from sandbox.courier import ACK_WITHIN
from sandbox.messages import Message
from sandbox.people import Person
from sandbox.seen import Seen
from tests.databases import DATABASES
from tests.phone import misfits
from tests.yaml_files import read_yaml

MANIFEST: dict[str, Any] = read_yaml(Path(__file__).parent.parent / "manifest.yml")
START = datetime(2024, 3, 15, 10, 0, tzinfo=UTC)  # a Friday
#: One bot looks for no others, so that a day goes by without 86,400 looks.
ALONE = Pace(poll=None)


@dataclass(slots=True)
class Rig:
    """`ana`, `ben` (members), `gus` (a guest), `olga` (from another organisation), `pager` (a bot) are in #ops."""

    clock: SetClock
    ws: Workspace
    bot: Tocsin
    settings: Settings
    ops: Channel

    def person(self, handle: str) -> Person:
        return self.ws.person(handle)

    async def quiet(self) -> None:
        """Nothing is unacknowledged, no call is open and no job is due."""
        calm = 0
        while calm < 2:
            await self.ws.quiet()
            calm = calm + 1 if self.bot.quiet and not self.ws.busy else 0
            # To look oftener costs a tenth of the processor that a test takes, and other workers wait for it.
            await asyncio.sleep(0 if calm else 0.003)

    async def types(self, handle: str, text: str, channel: Channel | None = None) -> Answer:
        """Type a command (in the incident's channel, or #ops before there is one) and let all of it happen."""
        answer = await self.person(handle).types(text, channel or self.room)
        await self.quiet()
        return answer

    async def says(
        self, handle: str, text: str, channel: Channel | None = None, thread: Message | None = None
    ) -> Message:
        message = await self.person(handle).says(text, channel or self.room, thread)
        await self.quiet()
        return message

    async def later(self, span: timedelta) -> None:
        """Let time pass; what falls due in between happens."""
        await self.quiet()
        await self.clock.advance_to(self.clock.now() + span, self.quiet)
        await self.quiet()

    async def declare(self, text: str = "checkout is down sev1", by: str = "ana") -> Channel:
        """Declare an incident in #ops; everybody joins its channel, which is returned."""
        await self.types(by, f"/incident declare {text}", self.ops)
        room = self.room
        assert room is not self.ops, "no channel was opened"
        for person in self.ws.people.values():
            if person.id != self.ws.bot_user_id:
                room.members[person.id] = None
        return room

    @property
    def room(self) -> Channel:
        """The channel of the newest incident, or #ops."""
        made = [one for one in self.ws.channels if one.is_channel and one.creator_id == self.ws.bot_user_id]
        return made[-1] if made else self.ops

    async def clicks(self, handle: str, target: Answer | Seen | str, label: str) -> str:
        """Click a button and let all of it happen; the words that come back to whoever clicked."""
        answer = await self.person(handle).clicks(target, label)
        await self.quiet()
        assert answer.failed is None, answer.failed
        return answer.later[-1].text if answer.later else ""

    def posts(self, channel: Channel | None = None) -> list[Seen]:
        """What the bot posted for everybody in a channel, system messages aside."""
        seen = self.person("ana").sees(channel or self.room)
        return [one for one in seen if one.by == "tocsin" and not one.ephemeral and one.subtype in (None, "file_share")]

    def whispers(self, handle: str, channel: Channel | None = None) -> list[Seen]:
        """What one person alone was told in a channel."""
        return [one for one in self.person(handle).sees(channel or self.room) if one.ephemeral]

    async def timeline(self, handle: str = "ana") -> str:
        """The incident's timeline, as a person reads it."""
        return (await self.types(handle, "/incident timeline")).text

    async def restart(self) -> None:
        """Stop the bot and start a new one on the same database."""
        await self.bot.stop()
        unheard = self.ws.busy
        await self.begin(Tocsin(self.settings, clock=self.clock, pace=ALONE), unheard=unheard)

    async def begin(self, bot: Tocsin, *, unheard: bool = False) -> None:
        """Start a bot; over HTTP Slack is told its address. `unheard`: the one before left a payload without an answer,
        which Slack gives up after three seconds and sends again."""
        self.bot = bot
        await bot.start()
        if self.settings.transport == "http":
            self.ws.request_url = f"http://127.0.0.1:{bot.ports[-1]}/slack/events"
        if unheard:
            await self.clock.advance(ACK_WITHIN)
        await self.quiet()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def number(answer: Answer) -> int:
    """The entry's number in an answer."""
    found = re.search(r"#(\d+)", answer.text)
    assert found, answer.text
    return int(found.group(1))


@asynccontextmanager
async def running(folder: Path, *, pace: Pace = ALONE, **changed: object) -> AsyncIterator[Rig]:
    """A rig with its bot connected. `changed` are settings; `transport="http"` makes Slack send over HTTP too.

    `pace` is for who starts more than one bot.
    """
    clock = SetClock(START)
    over_http: Any = {"transport": "http", "request_url": "-"} if changed.get("transport") == "http" else {}
    ws = Workspace(MANIFEST, clock=clock, **over_http)
    await ws.start()
    try:
        ws.add_person("ana", name="Ana Reyes", tz="UTC")
        ws.add_person("ben", name="Ben Okafor", tz="America/New_York")
        ws.add_person("gus", name="Gus Lind", guest="multi")
        ws.add_person("olga", name="Olga Out", stranger=True)
        ws.add_person("pager", name="Pager", bot=True)
        ops = await ws.add_channel("ops", members=["ana", "ben", "gus", "olga", "pager"])
        settings = replace(
            Settings(),
            slack_bot_token=Secret(ws.bot_token),
            slack_app_token=Secret(ws.app_token),
            slack_signing_secret=Secret(ws.signing_secret),
            http_port=0,
            slack_api_url=ws.api_url,
            data_dir=folder,
            **({} if "database_url" in changed else {"database_url": DATABASES.address(folder)}),
            # A picture takes a third of a second; the tests of pictures turn it on.
            **({"draft_picture": "off"} | changed),  # type: ignore[arg-type]
        )
        bot = Tocsin(settings, clock=clock, pace=pace)
        rig = Rig(clock, ws, bot, settings, ops)
        try:
            await rig.begin(bot)
            yield rig
        finally:
            await rig.bot.stop()
        assert [(one.faults, one.body) for one in ws.drawn if one.faults] == [], "Slack would not show it"
        assert [found for one in ws.drawn for found in misfits(one.body)] == [], "it does not fit a phone"
    finally:
        await ws.stop()
