"""Who and what there is in the workspace: people, groups and channels by handle, name and id. It causes no events."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sandbox.channels import Channel, name_fault
from sandbox.clock import Clock
from sandbox.ids import Ids
from sandbox.messages import Bot
from sandbox.people import Guest, Person
from sandbox.views import View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


@dataclass(eq=False)
class Group:
    """A user group; `members` are user ids."""

    id: str
    handle: str
    name: str
    members: list[str]
    disabled: bool = False


class Roster:
    """The part of Workspace that knows people and places."""

    team: str
    team_id: str
    bot_user_id: str

    def __init__(self, ids: Ids, clock: Clock) -> None:
        self.ids = ids
        self.clock = clock
        self.people: dict[str, Person] = {}
        """By user id."""
        self.groups: dict[str, Group] = {}
        """By handle."""
        self._channels: dict[str, Channel] = {}

    @property
    def _ws(self) -> "Workspace":
        from sandbox.workspace import Workspace

        assert isinstance(self, Workspace)
        return self

    def add_person(
        self, handle: str, *, name: str | None = None, tz: str = "UTC", bot: bool = False, guest: Guest = None,
        stranger: bool = False, deleted: bool = False, email: str | None = None,
    ) -> Person:  # fmt: skip
        """A new user; `handle` is both Slack's name and the display name."""
        if self.by_handle(handle) is not None:
            raise ValueError(f"there is a {handle!r} already")
        person = Person(self._ws, self.ids.make("U"), handle, name or handle, tz, guest=guest)
        person.stranger, person.deleted, person.display_name = stranger, deleted, handle
        person.team_id = self.ids.make("T") if stranger else self.team_id
        person.email = email or f"{handle}@{self.team}.test"
        if bot:
            person.bot = Bot(self.ids.make("B"), self.ids.make("A"), name or handle, person.id, self.team_id)
        self.people[person.id] = person
        return person

    def add_group(self, handle: str, members: Iterable[str | Person], name: str | None = None) -> Group:
        """A user group, its members given by handle."""
        ids = [self.person_id(m) for m in members]
        group = self.groups[handle] = Group(self.ids.make("S"), handle, name or handle, ids)
        return group

    async def add_channel(
        self, name: str, *, members: Iterable[str | Person] = (), private: bool = False, shared: bool = False
    ) -> Channel:
        """A channel that was there before: its members came without system messages or events."""
        fault = None if name == "general" else name_fault(name)
        if fault or self.channel_named(name):
            raise ValueError(f"no channel can be called {name!r}: {fault or 'name_taken'}")
        ids = [self.person_id(m) for m in members]
        kind: Literal["public", "private"] = "private" if private else "public"
        creator = ids[0] if ids else "USLACKBOT"
        channel = Channel(self.ids.make("C", 11), name, kind, creator, self.clock.now(), self.team_id, shared=shared)
        channel.members, channel.general = dict.fromkeys(ids), name == "general"
        self.enter_channel(channel)
        return channel

    def person(self, handle: str) -> Person:
        """The person with this handle; LookupError when there is none."""
        found = self.by_handle(handle)
        if found is None:
            raise LookupError(f"nobody is called {handle!r}")
        return found

    def person_id(self, who: str | Person) -> str:
        """The user id of a person, or of whoever has this handle."""
        return who.id if isinstance(who, Person) else self.person(who).id

    def by_handle(self, handle: str) -> Person | None:
        """The person of a handle or display name, None where there is none."""
        return next((p for p in self.people.values() if handle in (p.handle, p.display_name)), None)

    @property
    def bot_person(self) -> Person:
        """The app's own bot user, for what people do with it (inviting, removing)."""
        return self.people[self.bot_user_id]

    @property
    def channels(self) -> list[Channel]:
        """All conversations, in the order they came to be."""
        return list(self._channels.values())

    def channel(self, name: str) -> Channel:
        """The channel with this name (a leading # is allowed); LookupError when there is none."""
        found = self.channel_named(name.lstrip("#"))
        if found is None:
            raise LookupError(f"no channel is called {name!r}")
        return found

    def channel_named(self, name: str) -> Channel | None:
        """The channel of that name (no `#`), archived ones too; None where there is none."""
        return next((c for c in self.channels if c.is_channel and c.name == name), None)

    def channel_by_id(self, channel_id: str) -> Channel | None:
        """The conversation of any kind with that id, None where there is none."""
        return self._channels.get(channel_id)

    def enter_channel(self, channel: Channel) -> None:
        """Make a conversation known under its id."""
        self._channels[channel.id] = channel

    def forget_channel(self, channel: Channel) -> None:
        """Every method answers `channel_not_found` for it from now on."""
        self._channels.pop(channel.id, None)

    def view_by_id(self, view_id: str | None, external_id: str | None = None) -> View | None:
        """An open modal or a published home, by its id or external id."""
        for person in self.people.values():
            for view in [*person.stack, *([person.home] if person.home else [])]:
                if view_id == view.id or (external_id and external_id == view.definition.get("external_id")):
                    return view
        return None
