"""A message and a channel's log of them, in Slack's shapes. Nothing here causes an event or asks who may."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sandbox.ids import epoch, instant_of, ts_after

if TYPE_CHECKING:
    from sandbox.channels import Channel
    from sandbox.files import File

JSON = dict[str, Any]
Metadata = Literal["none", "type", "all"]

NOT_PINNABLE = frozenset({
    "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive",
    "channel_unarchive", "channel_convert_to_private", "group_join", "group_leave", "group_topic", "group_purpose",
    "group_name", "group_archive", "group_unarchive", "pinned_item", "tombstone",
})  # fmt: skip

# How many people a message names for one emoji; Slack's own number is not documented, only that the count is right.
REACTORS_SHOWN = 5


@dataclass(frozen=True)
class Bot:
    """The bot that a message was posted by."""

    id: str
    app_id: str
    name: str
    user_id: str
    team_id: str

    def profile(self) -> JSON:
        """The `bot_profile` of its messages, and the answer of bots.info."""
        return {
            "id": self.id,
            "app_id": self.app_id,
            "user_id": self.user_id,
            "name": self.name,
            "icons": {},
            "deleted": False,
            "updated": 1,
            "team_id": self.team_id,
        }


@dataclass(eq=False)
class Message:
    """One message, or one ephemeral answer where `ephemeral_for` names its only reader."""

    channel: "Channel" = field(repr=False)
    ts: str
    text: str
    user_id: str | None = None
    bot: Bot | None = None
    team_id: str = ""
    subtype: str | None = None
    blocks: list[JSON] = field(default_factory=list, repr=False)
    attachments: list[JSON] = field(default_factory=list)
    files: list["File"] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    username: str | None = None
    client_msg_id: str | None = None
    metadata: JSON | None = None
    extra: JSON = field(default_factory=dict)
    edited: JSON | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinned: bool = False
    deleted: bool = False
    ephemeral_for: str | None = None

    @property
    def is_reply(self) -> bool:
        """In a thread and not its first message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def replies(self) -> list["Message"]:
        """The standing replies, oldest first."""
        return self.channel.log.replies(self.ts)

    def payload(self, metadata: Metadata = "none") -> JSON:
        """The message as history and events show it."""
        body: JSON = {"type": "message", "ts": self.ts, "text": self.text}
        if self.subtype or (self.broadcast and self.is_reply):
            body["subtype"] = self.subtype or "thread_broadcast"
        if self.user_id is not None:
            body["user"] = self.user_id
        if self.subtype is None or self.subtype == "file_share":
            body["team"] = self.team_id
        body |= self._author()
        for key, value in (
            ("client_msg_id", self.client_msg_id),
            ("blocks", self.blocks),
            ("attachments", self.attachments),
            ("edited", self.edited),
            ("files", [f.payload() for f in self.files]),
        ):
            if value:
                body[key] = value
        if self.files:
            body["upload"] = self.subtype == "file_share"
        body |= self._thread() | self.extra
        if self.reactions:
            body["reactions"] = [
                {"name": name, "users": users[:REACTORS_SHOWN], "count": len(users)}
                for name, users in self.reactions.items()
            ]
        if self.pinned:
            body["pinned_to"] = [self.channel.id]
        if self.metadata and metadata != "none":
            body["metadata"] = self.metadata if metadata == "all" else {"event_type": self.metadata["event_type"]}
        return body

    def _author(self) -> JSON:
        if self.bot is None:
            return {}
        body: JSON = {"bot_id": self.bot.id, "app_id": self.bot.app_id}
        if self.subtype == "bot_message":
            return body | {"username": self.username or self.bot.name}
        return body | {"bot_profile": self.bot.profile()}

    def _thread(self) -> JSON:
        if self.is_reply:
            body: JSON = {"thread_ts": self.thread_ts}
            parent = self.channel.log.get(self.thread_ts)
            if parent is not None and parent.user_id:
                body["parent_user_id"] = parent.user_id
            if self.broadcast and parent is not None:
                body["root"] = parent.payload()
            return body
        replies = self.replies
        if not replies:
            return {}
        users = list(dict.fromkeys(r.user_id or (r.bot.id if r.bot else "") for r in replies))
        return {
            "thread_ts": self.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": False,
        }


@dataclass(eq=False)
class Pin:
    """A pin on a message: who set it and when."""

    message: Message = field(repr=False)
    user_id: str
    at: datetime

    def payload(self, permalink: str) -> JSON:
        """As pins.list gives it."""
        return {
            "type": "message",
            "channel": self.message.channel.id,
            "created": epoch(self.at),
            "created_by": self.user_id,
            "message": self.message.payload() | {"permalink": permalink},
        }


class Log:
    """A channel's messages in order; each takes a timestamp later than the last one given."""

    def __init__(self) -> None:
        self._all: dict[str, Message] = {}
        self._replies: dict[str, list[Message]] = {}
        self._last: str | None = None
        self.whispers: list[Message] = []
        """Ephemeral answers, which no method reads back."""

    def next_ts(self, now: datetime) -> str:
        """A ts at or after `now` (aware UTC) that no message of the channel has."""
        self._last = ts_after(now, self._last)
        return self._last

    def add(self, message: Message) -> None:
        """Keep a message; what only one person sees goes to `whispers` and never into history."""
        if message.ephemeral_for is not None:
            self.whispers.append(message)
            return
        self._all[message.ts] = message
        if message.is_reply and message.thread_ts is not None:
            self._replies.setdefault(message.thread_ts, []).append(message)

    def get(self, ts: str | None) -> Message | None:
        """The standing message with this timestamp."""
        return self._all.get(ts or "")

    def remove(self, message: Message) -> None:
        """Take a message out of history and its thread; the value lives on, marked as deleted."""
        message.deleted = True
        self._all.pop(message.ts, None)
        if message.is_reply and message.thread_ts is not None:
            self._replies[message.thread_ts].remove(message)

    def replies(self, ts: str) -> list[Message]:
        """A thread's messages below its first, oldest first."""
        return self._replies.get(ts, [])

    def __iter__(self) -> Iterator[Message]:
        return iter(list(self._all.values()))

    @property
    def last_ts(self) -> str | None:
        """The last ts given out, None in an empty channel."""
        return self._last

    def resume(self, last_ts: str | None) -> None:
        """Give out only what comes after this ts from now on."""
        self._last = last_ts

    @property
    def last_at(self) -> datetime | None:
        """When the last ts was given out (aware UTC), None in an empty channel."""
        return None if self._last is None else instant_of(self._last)
