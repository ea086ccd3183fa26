"""The stage of a replay: a local workspace, a bot with a database of its own, and the one clock that both live by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot
from bot.app import Tocsin
from bot.cli.replaying.script import Script
from bot.settings import Secret, Settings
from sandbox import SetClock, Workspace

MANIFEST = Path(bot.__file__).with_name("manifest.yml")


@dataclass(slots=True)
class Stage:
    """Where a script is played. `settings` are the bot's, so that its draft can be asked for beside it."""

    clock: SetClock
    workspace: Workspace
    bot: Tocsin
    settings: Settings

    async def quiet(self) -> None:
        """Return when nothing is unacknowledged, no call is open and no job is due."""
        calm = 0
        while calm < 2:
            await self.workspace.quiet()
            calm = calm + 1 if self.bot.quiet and not self.workspace.busy else 0
            await asyncio.sleep(0 if calm else 0.001)

    async def stand_at(self, instant: datetime) -> None:
        """Move the clock on; whatever falls due in between happens in order, at its own time."""
        await self.quiet()
        if instant > self.clock.now():
            await self.clock.advance_to(instant.astimezone(UTC), self.quiet)


@asynccontextmanager
async def stage(script: Script, folder: Path, settings: Settings | None = None) -> AsyncIterator[Stage]:
    """Set up the people and channels of a script, start the bot, and take it all down at the end."""
    clock = SetClock(script.steps[0].at.astimezone(UTC) - timedelta(minutes=1))
    workspace = Workspace(MANIFEST, clock=clock)
    await workspace.start()
    try:
        for handle, about in script.people.items():
            name, zone = about.get("name") or handle, about.get("tz") or "UTC"
            workspace.add_person(handle, name=str(name), tz=str(zone), bot=bool(about.get("bot")))
        for channel in script.channels:
            await workspace.add_channel(channel, members=list(script.people))
        own = replace(
            settings or Settings(),
            slack_bot_token=Secret(workspace.bot_token),
            slack_app_token=Secret(workspace.app_token),
            slack_api_url=workspace.api_url,
            database_url=f"sqlite+aiosqlite:///{folder / 'replay.db'}",
            data_dir=folder,
            timezone=script.zone,
            timezone_label=script.zone_label,
        )
        tocsin = Tocsin(own, clock=clock)
        try:
            await tocsin.start()
            yield Stage(clock, workspace, tocsin, own)
        finally:
            await tocsin.stop()
    finally:
        await workspace.stop()
