"""A local workspace with a real Bolt app connected to it, for the sandbox's own tests; it knows nothing of our bot."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Channel, Person, SetClock, Workspace

NOON = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Probe"},
    "features": {
        "bot_user": {"display_name": "probe"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/probe", "description": "escaped", "should_escape": True},
            {"command": "/raw", "description": "as typed"},
        ],
        "shortcuts": [
            {"name": "Mark", "type": "message", "callback_id": "mark", "description": "-"},
            {"name": "Open", "type": "global", "callback_id": "open", "description": "-"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": """commands chat:write channels:manage channels:read channels:history channels:join groups:write
            groups:read groups:history im:write im:read im:history mpim:write users:read users:read.email
            usergroups:read pins:read pins:write bookmarks:read bookmarks:write reactions:read reactions:write
            files:read files:write app_mentions:read team:read""".split()  # noqa: SIM905
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": """message.channels message.groups message.im app_mention reaction_added reaction_removed
            pin_added pin_removed member_joined_channel member_left_channel channel_created channel_rename
            channel_archive channel_unarchive channel_deleted channel_id_changed group_rename group_archive
            user_change file_shared app_home_opened subteam_updated subteam_members_changed""".split()  # noqa: SIM905
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def manifest_without(*, scopes: tuple[str, ...] = (), events: tuple[str, ...] = ()) -> dict[str, Any]:
    """The probe's manifest with some scopes and subscriptions taken away."""
    changed = deepcopy(MANIFEST)
    bot = changed["oauth_config"]["scopes"]["bot"]
    changed["oauth_config"]["scopes"]["bot"] = [s for s in bot if s not in scopes]
    subscriptions = changed["settings"]["event_subscriptions"]
    subscriptions["bot_events"] = [e for e in subscriptions["bot_events"] if e not in events]
    return changed


class Rig:
    """The workspace, two people in #ops and #side (bo alone in the latter), and the probe app."""

    def __init__(self, ws: Workspace, clock: SetClock) -> None:
        self.ws, self.clock = ws, clock
        self.client = AsyncWebClient(token=ws.bot_token, base_url=ws.api_url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, signing_secret=ws.signing_secret, process_before_response=True)
        self.heard: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.on_event: Callable[[dict[str, Any], Any], Awaitable[None]] | None = None
        """What the probe does with an event, given its body and Bolt's request."""
        self.handlers: list[AsyncSocketModeHandler] = []
        self.app.event(re.compile(".*"))(self._hear)

    ana: Person
    bo: Person
    ops: Channel
    side: Channel

    async def _hear(self, event: dict[str, Any], body: dict[str, Any], req: Any) -> None:
        self.heard.append(event)
        self.bodies.append(body)
        if self.on_event is not None:
            await self.on_event(body, req)

    async def connect(self, **options: Any) -> AsyncSocketModeHandler:
        """One more socket for the probe."""
        handler = AsyncSocketModeHandler(self.app, self.ws.app_token, **options)
        before = len(self.ws.socket.connections)
        await handler.connect_async()
        await self.ws.socket.connected(before + 1)
        self.handlers.append(handler)
        return handler

    def kinds(self) -> list[str]:
        """The events heard so far, as type or type/subtype."""
        return ["/".join(filter(None, (e["type"], e.get("subtype")))) for e in self.heard]

    async def adds_bot(self, *channels: Channel) -> None:
        """Have the probe in these channels, and forget what it heard of that."""
        for channel in channels:
            member = self.ws.people[next(iter(channel.members))]
            await member.invites(channel, [self.ws.bot_person])
        await self.ws.settled()
        self.heard.clear()
        self.bodies.clear()

    async def close(self) -> None:
        for handler in self.handlers:
            await handler.close_async()
        await self.ws.stop()


@asynccontextmanager
async def rig(
    manifest: dict[str, Any] = MANIFEST, *, connected: bool = True, joined: bool = True, **options: Any
) -> AsyncIterator[Rig]:
    """A running workspace with the probe connected and, unless told otherwise, in #ops."""
    clock = SetClock(NOON)
    ws = Workspace(manifest, clock, **options)
    await ws.start()
    made = Rig(ws, clock)
    made.ana = ws.add_person("ana-oncall", name="Ana Reyes", tz="America/Los_Angeles")
    made.bo = ws.add_person("bo", name="Bo Ek", tz="Europe/Stockholm")
    made.ops = await ws.add_channel("ops", members=["ana-oncall", "bo"])
    made.side = await ws.add_channel("side", members=["bo"])
    try:
        if connected:
            await made.connect()
        if joined:
            await made.adds_bot(made.ops)
        yield made
    finally:
        await made.close()


async def error_of(call: Any) -> str:
    """The error that a Web API call is refused with; "ok" when it is not."""
    try:
        await call
    except SlackApiError as refusal:
        return str(refusal.response["error"])
    return "ok"


SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
