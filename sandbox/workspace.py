"""The workspace: one Slack team on this machine, with its people, channels, clock and one installed app."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sandbox import rooms
from sandbox.activity import Activity
from sandbox.answers import Hook
from sandbox.blockcheck import Drawn
from sandbox.channels import Channel
from sandbox.clock import Clock, WallClock
from sandbox.courier import FAILED, TIMED_OUT, Courier, Delivery
from sandbox.events import emit, send
from sandbox.faults import Faults
from sandbox.files import File
from sandbox.httpmode import RequestUrl
from sandbox.ids import Ids, ts_after
from sandbox.limits import Limits
from sandbox.messages import Bot, Message
from sandbox.people import Person
from sandbox.profile import group_payload
from sandbox.roster import Group, Roster
from sandbox.scopes import read_manifest
from sandbox.server import Server
from sandbox.socket import SocketServer
from sandbox.text import posted
from sandbox.triggers import Trigger
from sandbox.views import View
from sandbox.webapi.call import CallRecord

JSON = dict[str, Any]


class Workspace(Roster):
    """A local Slack: `start` it, point a bot at `api_url`, and let its people act.

    The attributes that are plain switches may be set at any time; each defaults to the stricter reading of what
    Slack does.
    """

    def __init__(
        self,
        manifest: Mapping[str, Any] | Path | str,
        clock: Clock | None = None,
        *,
        team: str = "acme",
        connections_honour_old_acks: bool = True,
        transport: Literal["socket", "http"] = "socket",
        request_url: str | None = None,
        port: int = 0,
        limits: bool = True,
        seed: int = 1,
    ) -> None:
        super().__init__(Ids(seed), clock or WallClock())
        self.manifest = read_manifest(manifest)
        self.team = team
        self.activity = Activity()
        self._identify()
        self.files: dict[str, File] = {}
        self.hooks: dict[str, Hook] = {}
        self.triggers: dict[str, Trigger] = {}
        self.calls: list[CallRecord] = []
        """Every Web API call, in order."""
        self.drawn: list[Drawn] = []
        self.expected: set[tuple[str, str]] = set()
        self.faults = Faults()
        self.limits = Limits(self.clock, on=limits)
        self.courier = Courier(self, silence=FAILED if transport == "socket" else TIMED_OUT)
        self.socket = SocketServer(self, honour_old_acks=connections_honour_old_acks, seed=seed)
        self.server = Server(self, port)
        self.scheduled: dict[str, JSON] = {}
        """Messages that wait for their time (chat.scheduleMessage), by id."""
        self._background: set[asyncio.Task[None]] = set()
        self._last_event_ts: str | None = None
        self._transport, self.request_url = transport, request_url
        self._switches()
        self._add_the_bot()

    def _identify(self) -> None:
        self.team_id, self.app_id = self.ids.make("T"), self.ids.make("A")
        self.bot_user_id = self.ids.make("U")
        self.bot = Bot(self.ids.make("B"), self.app_id, self.manifest.name, self.bot_user_id, self.team_id)
        self.bot_token = f"xoxb-{self.ids.hex(12)}-{self.ids.hex(24)}"
        self.app_token = f"xapp-1-{self.app_id}-{self.ids.hex(24)}"
        self.signing_secret, self.verification_token = self.ids.hex(32), self.ids.hex(24)

    def _switches(self) -> None:
        self.metadata_changes = True
        """Whether pins and replies show up as message_changed of the message they belong to."""
        self.unfurls_links = True
        """Whether links get previews, which is another message_changed."""
        self.labels_mentions = True
        """Whether a mention in a command arrives as <@U1|ana> instead of <@U1>."""
        self.rename_fixes_names = False
        """Whether conversations.rename bends a name to fit instead of refusing it."""
        self.unarchive_keeps_members = False
        self.user_groups_are_paid_for = True
        """False makes usergroups.* answer plan_upgrade_required."""
        self.creation_restricted = False
        """True makes conversations.create answer restricted_action, as a team's settings can."""
        self.pages_run_short = True
        """Whether the first of several pages of a list is shorter than was asked for."""
        self.pages_run_empty = False
        """Whether the first page of every list is empty, although its cursor leads on."""
        self.revoked = False
        """True makes every call with the bot's token answer token_revoked."""
        self.leaves_events_out = False
        """True drops every event, as Slack does above 30,000 an hour, and says so once a minute (app_rate_limited)."""
        self.custom_emoji: set[str] = set()
        """The team's own emoji, which reactions.add then knows."""
        self.serves_login_page = False  # where a file's address was asked for, with 200
        self.shares_files_late = True
        """Whether an uploaded file appears in its channel only after completeUploadExternal has answered."""

    def _add_the_bot(self) -> None:
        me = Person(self, self.bot_user_id, self.manifest.bot_name, self.manifest.name, bot=self.bot)
        me.team_id, me.display_name = self.team_id, self.manifest.bot_name
        self.people[me.id] = me

    # Coming and going

    async def start(self) -> None:
        """Bind to 127.0.0.1, on a free port unless one was given."""
        await self.server.start()
        if self._transport == "socket":
            self.courier.transport = self.socket
        else:
            self.courier.transport = RequestUrl(self)

    async def stop(self) -> None:
        """Stop delivering, close the server, and cancel what is left."""
        await self.courier.stop()
        await self.server.stop()
        if self.courier.transport is not None:
            await self.courier.transport.close()
        for task in list(self._background):
            task.cancel()

    async def __aenter__(self) -> "Workspace":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where the workspace listens, without a path."""
        return self.server.url

    @property
    def api_url(self) -> str:
        """The base URL for slack_sdk, with its trailing slash."""
        return f"{self.url}/api/"

    # What admins do

    async def verifies_request_url(self) -> bool:
        """Send the challenge that saving the request URL sends (HTTP mode); whether it came back."""
        transport = self.courier.transport
        return isinstance(transport, RequestUrl) and await transport.verifies_url()

    async def deletes_channel(self, channel: Channel) -> None:
        """An administrator deletes a channel; every method answers `channel_not_found` then."""
        rooms.delete(self, channel, "USLACKBOT")

    async def changes_channel_id(self, channel: Channel) -> str:
        """Give a channel another id, as sharing with an organisation does; the new id."""
        return rooms.change_id(self, channel)

    async def uninstalls_app(self) -> None:
        """Remove the app: its token is dead from now on, and it hears of it."""
        self.revoked = True
        emit(self, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user_id]}})
        emit(self, {"type": "app_uninstalled"})

    async def sends_event(self, event: JSON, channel: Channel | None = None) -> Delivery:
        """Deliver an event as it is given, subscribed to or not: for shapes that people here cannot bring about."""
        return send(self, event, channel)

    async def changes_group(self, handle: str, members: Iterable[str | Person]) -> Group:
        """Give a user group other members; the app hears what changed."""
        before = set(self.groups[handle].members)
        group = self.groups[handle]
        group.members = [self.person_id(member) for member in members]
        body = group_payload(group, with_users=True, with_count=True, team_id=self.team_id)
        emit(self, {"type": "subteam_updated", "subteam": body})
        changes = {
            "added_users": [m for m in group.members if m not in before],
            "removed_users": sorted(before - set(group.members)),
        }
        emit(self, {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": self.team_id} | changes)
        return group

    # Being quiet

    @property
    def busy(self) -> bool:
        """Whether anything is unacknowledged, open or on its way; retries that wait for their time don't count."""
        return self.activity.busy

    async def settled(self, patience: float | None = None) -> bool:
        """Return when nothing is unacknowledged, no call is open and nothing is on its way.

        With a set clock a payload that the app will never acknowledge stays open until the clock reaches its 3
        seconds: `patience` (real seconds) bounds the waiting, and the answer tells whether it is quiet.
        """
        try:
            await asyncio.wait_for(self.activity.idle(), patience)
        except TimeoutError:
            return False
        return True

    async def quiet(self, patience: float | None = 10.0) -> None:
        """Return when it is settled and everybody who waits on the clock has nothing to do but wait.

        This is the callback for `SetClock.advance_to`. After `patience` real seconds in which nothing began or ended
        it returns anyway, so that time-outs can come.
        """
        asking = asyncio.current_task()

        async def both() -> None:
            while True:
                await self.activity.idle()
                await self.clock.until_parked(asking)
                await asyncio.sleep(0)
                if not self.busy and self.clock.parked_but(asking):
                    return

        while True:
            steps = self.activity.steps
            try:
                await asyncio.wait_for(both(), patience)
                return
            except TimeoutError:
                if steps == self.activity.steps:
                    return

    @property
    def next_timer_at(self) -> datetime | None:
        """The earliest instant at which the workspace itself has something to do; None when it has not."""
        posts = [datetime.fromtimestamp(s["post_at"], UTC) for s in self.scheduled.values()]
        return min([*posts, *([self.courier.next_timer_at] if self.courier.next_timer_at else [])], default=None)

    # What was seen of the app

    @property
    def acks(self) -> list[Delivery]:
        """Every payload that was delivered, with what became of it."""
        return self.courier.deliveries

    @property
    def refused(self) -> list[CallRecord]:
        """The calls that were answered with an error, save injected faults and what `expects` names."""
        return [c for c in self.calls if c.error and not c.injected and (c.method, c.error) not in self.expected]

    def expects(self, method: str, error: str) -> None:
        """Say that a test provokes this error, so that `refused` leaves it out."""
        self.expected.add((method, error))

    # Small things that all rooms need

    def issue_trigger(self, person: Person, view: View | None = None) -> Trigger:
        """A trigger for one modal; `view` is the modal it was clicked in, None for a message."""
        trigger_id = f"{self.ids.hex(3)}.{self.ids.hex(3)}.{self.ids.hex(16)}"
        trigger = self.triggers[trigger_id] = Trigger(trigger_id, person, self.clock.now(), view)
        return trigger

    def background(self, task: "asyncio.Task[None]") -> None:
        """Keep a task that waits for the clock until it ends or the workspace stops."""
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def next_event_ts(self) -> str:
        """An event's own ts, later than every one before it."""
        self._last_event_ts = ts_after(self.clock.now(), self._last_event_ts)
        return self._last_event_ts

    def new_hash(self) -> str:
        """A view's `hash`, which changes with each of its states."""
        return f"{int(self.clock.now().timestamp())}.{self.ids.hex(8)}"

    def give_view_ids(self, definition: JSON) -> None:
        """Blocks of a view without ids get them."""
        for block in definition.get("blocks", []):
            if not block.get("block_id"):
                block["block_id"] = self.ids.block_id()

    def permalink(self, message: Message) -> str:
        """The address of a message; the host is a reserved one that leads nowhere."""
        link = f"https://{self.team}.slack.test/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
        return f"{link}?thread_ts={message.thread_ts}&cid={message.channel.id}" if message.is_reply else link

    @staticmethod
    def stored(text: str) -> str:
        """What an app or webhook posted, as Slack stores it."""
        return posted(text)
