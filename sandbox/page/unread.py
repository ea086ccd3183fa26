"""How far each person has read in each channel, and so what is new to them. It draws nothing and tells nobody."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.channels import Channel
from sandbox.ids import ts_micros
from sandbox.messages import Message
from sandbox.rendering import mentioned

if TYPE_CHECKING:
    from sandbox.people import Person

_FOR_ALL = {"here", "channel", "everyone"}


class Marks:
    """The newest ts that each person has had before their eyes, by channel."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def kept(self) -> dict[str, str]:
        """All marks, for writing down."""
        return dict(self._seen)

    def take_up(self, kept: Mapping[str, str]) -> None:
        """Go on from what `kept` gave."""
        self._seen = dict(kept)

    def of(self, person: "Person", channel: Channel) -> str:
        """The ts up to which a person has read a channel; zero where they have never looked."""
        return self._seen.get(f"{person.id} {channel.id}", "0.0")

    def read(self, person: "Person", channel: Channel) -> bool:
        """A person has all of a channel before their eyes; whether anything in it was new."""
        newest = max((m.ts for m in _visible(person, channel)), key=ts_micros, default="0.0")
        if ts_micros(newest) <= ts_micros(self.of(person, channel)):
            return False
        self._seen[f"{person.id} {channel.id}"] = newest
        return True

    def new(self, person: "Person", channel: Channel) -> tuple[int, int]:
        """How many messages are new to a member, and how many of them call for this person."""
        if person.id not in channel.members:
            return 0, 0
        mark = ts_micros(self.of(person, channel))
        fresh = [m for m in _visible(person, channel) if ts_micros(m.ts) > mark and m.user_id != person.id]
        calling = [m for m in fresh if m.ephemeral_for or not channel.is_channel or _calls(m, person)]
        return len(fresh), len(calling)


def _visible(person: "Person", channel: Channel) -> list[Message]:
    stored = [m for m in channel.log if not m.is_reply or m.broadcast]
    return stored + [m for m in channel.log.whispers if m.ephemeral_for == person.id and not m.deleted]


def _calls(message: Message, person: "Person") -> bool:
    return bool({person.id, *_FOR_ALL} & set(mentioned(message.text)))
