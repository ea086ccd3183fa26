"""The people of the workspace: who they are, what they can do with mouse and keyboard, and what they see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sandbox import interactions, posting, rooms
from sandbox.answers import Answer, SubmitResult
from sandbox.canvas import given_back
from sandbox.channels import Channel
from sandbox.errors import NotPossible
from sandbox.events import emit
from sandbox.files import File
from sandbox.hands import Hands
from sandbox.messages import NOT_PINNABLE, Bot, Message
from sandbox.profile import user_payload
from sandbox.seen import Seen, look
from sandbox.text import rich_text, typed_message
from sandbox.views import View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
Guest = Literal["multi", "single"] | None


@dataclass(eq=False)
class Person(Hands):
    """One user of the workspace. What a person could not do in Slack raises NotPossible."""

    ws: "Workspace" = field(repr=False)
    id: str
    handle: str
    """Slack's name, by which the person is mentioned."""
    name: str
    """The full name."""
    tz: str = "UTC"
    bot: Bot | None = None
    """Set where this is another app's bot, such as an alert sender."""
    guest: Guest = None
    stranger: bool = False
    """From another organisation, met through Slack Connect."""
    enterprise_id: str | None = None
    """Of an Enterprise Grid organisation; the app's own is that of its bot user."""
    deleted: bool = False
    team_id: str = ""
    display_name: str = ""
    email: str | None = None
    clock24: bool = False
    """Whether this person's Slack shows 14:05 instead of 2:05 PM."""
    stack: list[View] = field(default_factory=list, repr=False)
    home: View | None = field(default=None, repr=False)
    """What the app published to this person's App Home."""

    # Commands, messages, reactions

    async def types(self, text: str, channel: Channel) -> Answer:
        """Type a slash command. Returns when it is acknowledged or has failed before this person's eyes."""
        self._writes_in(channel)
        return await interactions.command(self.ws, self, text, channel)

    async def says(
        self, text: str, channel: Channel, thread: Message | None = None, *, broadcast: bool = False
    ) -> Message:
        """Post a message, or a reply in a thread."""
        self._writes_in(channel)
        stored = typed_message(self.ws, text)
        parts: JSON = {"user_id": self.id, "bot": self.bot, "team_id": self.team_id}
        if self.bot is None:
            parts |= {"client_msg_id": self.ws.ids.uuid(), "blocks": [rich_text(self.ws, stored)]}
        if thread is not None:
            if thread.deleted or thread.channel is not channel:
                raise NotPossible(f"there is no thread {thread.ts} in #{channel.name}")
            parts |= {"thread_ts": thread.thread_ts or thread.ts, "broadcast": broadcast}
        return posting.post(self.ws, channel, stored, unfurl=True, **parts)

    async def posts_by_webhook(self, channel: Channel, text: str, **parts: Any) -> Message:
        """Post as an incoming webhook does: a bot_message with a bot's id and no user; `text` is Slack's own marks."""
        if self.bot is None:
            raise NotPossible(f"{self.handle} is no bot")
        self._not_archived(channel)
        stored = self.ws.stored(text)
        return posting.post(
            self.ws, channel, stored, unfurl=True, bot=self.bot, subtype="bot_message", username=self.name, **parts
        )

    async def edits(self, message: Message, text: str) -> None:
        """Reword one's own message. Raises NotPossible for somebody else's."""
        self._own(message)
        stored = typed_message(self.ws, text) if self.bot is None else self.ws.stored(text)
        blocks = [rich_text(self.ws, stored)] if self.bot is None else []
        posting.edit(self.ws, message, self.id, text=stored, blocks=blocks)

    async def deletes(self, message: Message) -> None:
        """Delete one's own message. Raises NotPossible for somebody else's."""
        self._own(message)
        posting.delete(self.ws, message)

    async def dismisses(self, message: Message) -> None:
        """Put away a message that is only visible to oneself; the app hears nothing of it."""
        if message.ephemeral_for != self.id:
            raise NotPossible(f"{message.ts} is not for {self.handle} alone")
        message.deleted = True

    async def reacts(self, message: Message, emoji: str) -> None:
        """Add a reaction; a second one with the same emoji changes nothing."""
        self._reaches(message)
        if self.id not in message.reactions.get(emoji, []):
            posting.react(self.ws, message, self.id, emoji)

    async def unreacts(self, message: Message, emoji: str) -> None:
        """Take one's reaction away. Raises NotPossible where there is none."""
        self._reaches(message)
        if self.id not in message.reactions.get(emoji, []):
            raise NotPossible(f"{self.handle} has no :{emoji}: on {message.ts}")
        posting.unreact(self.ws, message, self.id, emoji)

    async def pins(self, message: Message) -> None:
        """Pin a message. Raises NotPossible for system messages and what is pinned already."""
        self._reaches(message)
        if message.subtype in NOT_PINNABLE or message.pinned:
            raise NotPossible(f"{message.ts} cannot be pinned")
        posting.pin(self.ws, message, self.id)

    async def unpins(self, message: Message) -> None:
        """Unpin a message, whoever pinned it. Raises NotPossible where it is not pinned."""
        self._reaches(message)
        if not message.pinned:
            raise NotPossible(f"{message.ts} is not pinned")
        posting.unpin(self.ws, message, self.id)

    async def uploads(
        self, name: str, channel: Channel, content: bytes = b"-", *, text: str = "", thread: Message | None = None
    ) -> Message:
        """Share a file, with words or without."""
        self._writes_in(channel)
        file = File(self.ws.ids.make("F", 11), name, name, self.id, self.ws.clock.now(), self.ws.url)
        file.content, file.uploaded, file.completed = content, True, True
        self.ws.files[file.id] = file
        stored = typed_message(self.ws, text)
        parts: JSON = {"user_id": self.id, "files": [file], "subtype": "file_share", "team_id": self.team_id}
        if thread is not None:
            parts["thread_ts"] = thread.thread_ts or thread.ts
        return posting.post(self.ws, channel, stored, **parts)

    async def edits_canvas(self, channel: Channel, text: str) -> None:
        """Leave this in the channel's canvas: what `reads_canvas` gives, with what one changed in it."""
        self._writes_in(channel)
        canvas = self._canvas(channel)
        if canvas is None:
            raise NotPossible(f"#{channel.name} has no canvas")
        canvas.content = text.encode()

    # Channels

    async def joins(self, channel: Channel) -> None:
        """Join a public channel; a member's join does nothing."""
        self._not_archived(channel)
        if self.id in channel.members:
            return
        if channel.private:
            raise NotPossible(f"#{channel.name} is private")
        if self.guest:
            raise NotPossible(f"{self.handle} is a guest and must be invited")
        rooms.join(self.ws, channel, self.id)

    async def leaves(self, channel: Channel) -> None:
        """Leave a channel; private ones can then only be entered by invitation."""
        rooms.leave(self.ws, channel, self.id)

    async def invites(self, channel: Channel, people: Iterable["Person"]) -> None:
        """Bring people into a channel one is in."""
        self._writes_in(channel)
        for person in people:
            rooms.join(self.ws, channel, person.id, self.id)

    async def kicks(self, channel: Channel, person: "Person") -> None:
        """Remove somebody from a channel one is in."""
        self._writes_in(channel)
        rooms.leave(self.ws, channel, person.id, remover_id=self.id)

    async def sets_topic(self, channel: Channel, topic: str) -> None:
        """Set the topic by hand; empty words clear it."""
        self._writes_in(channel)
        rooms.set_topic(self.ws, channel, self.id, typed_message(self.ws, topic))

    async def renames(self, channel: Channel, name: str) -> None:
        """Rename a channel by hand; the name is taken as it stands."""
        self._writes_in(channel)
        rooms.rename(self.ws, channel, self.id, name)

    async def archives(self, channel: Channel) -> None:
        """Archive a channel: nobody can write in it any more."""
        self._writes_in(channel)
        rooms.archive(self.ws, channel, self.id)

    async def unarchives(self, channel: Channel) -> None:
        """Open an archived channel again, which no bot can."""
        rooms.unarchive(self.ws, channel, self.id)

    async def converts_to_private(self, channel: Channel) -> None:
        """Make a public channel private; its id stays."""
        self._writes_in(channel)
        rooms.convert_to_private(self.ws, channel, self.id)

    async def opens_direct(self, *people: "Person") -> Channel:
        """The direct conversation with these people, or with the app where none are given."""
        others = [p.id for p in people] or [self.ws.bot_user_id]
        return rooms.open_direct(self.ws, [self.id, *others])

    async def changes(self, **fields: Any) -> None:
        """Change the profile (name, display_name, tz, deleted, …); the app hears user_change."""
        for name, value in fields.items():
            if name not in ("handle", "name", "display_name", "tz", "deleted", "guest", "email"):
                raise TypeError(f"{name!r} cannot be changed")
            setattr(self, name, value)
        emit(self.ws, {"type": "user_change", "user": self.payload(), "cache_ts": 0})

    async def opens_home(self, tab: Literal["home", "messages"] = "home") -> None:
        """Open the app's home; the app hears app_home_opened."""
        channel = await self.opens_direct()
        event: JSON = {"type": "app_home_opened", "user": self.id, "channel": channel.id, "tab": tab}
        emit(self.ws, event | ({"view": self.home.payload()} if self.home else {}))

    # What the person sees

    def sees(self, channel: Channel, thread: Message | None = None, *, threads: bool = False) -> list[Seen]:
        """All that this person sees in a channel, oldest first: its messages and their own ephemeral ones.

        With `thread` only that thread; with `threads` the replies of all threads among the rest.
        """
        return look(self.ws, self, channel, thread, all_=threads)

    def reads_canvas(self, channel: Channel) -> str | None:
        """The channel's canvas as Slack words it; None where there is none that this person may see."""
        canvas = self._canvas(channel)
        hidden = channel.private and self.id not in channel.members
        return None if canvas is None or hidden else given_back(canvas.content.decode(), canvas.title)

    @property
    def view(self) -> View | None:
        """The modal on top, None when none is open."""
        return self.stack[-1] if self.stack else None

    async def submits(self, values: JSON | None = None) -> SubmitResult:
        """Fill the modal on top and submit it; what the client itself refuses never reaches the app."""
        return await self._submit(values or {})

    def payload(self) -> JSON:
        """The user object."""
        return user_payload(self)

    def _canvas(self, channel: Channel) -> File | None:
        canvas = self.ws.files.get(channel.canvas_id or "")
        return None if canvas is None or canvas.deleted else canvas

    # What is possible

    def _writes_in(self, channel: Channel) -> None:
        self._not_archived(channel)
        if self.id not in channel.members:
            raise NotPossible(f"{self.handle} is not in #{channel.name}")

    def _not_archived(self, channel: Channel) -> None:
        if channel.archived:
            raise NotPossible(f"#{channel.name} is archived")
        if self.deleted:
            raise NotPossible(f"{self.handle} is deactivated")

    def _reaches(self, message: Message) -> None:
        self._writes_in(message.channel)
        if message.deleted or message.ephemeral_for:
            raise NotPossible(f"the message {message.ts} is not there to be acted on")

    def _own(self, message: Message) -> None:
        self._reaches(message)
        by_webhook = self.bot is not None and message.bot is self.bot
        if message.user_id != self.id and not by_webhook:
            raise NotPossible(f"{message.ts} is not {self.handle}'s message")
