"""What somebody asked, as any transport brings it, and how it reads. Carries nothing out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.domain.keys import Keyed
from bot.domain.timeline import Source
from bot.slack.command import Command
from bot.slack.commands import find, split_verb
from storage.queue import Job


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked, as any transport brings it. `key` is the sender's own and is stored hashed.

    `incident_number` names the incident where the asking happened outside of its channel (a button). `form` is what a
    modal's fields said, `message_ts` the message it is about, `version` that of the entry when the modal was opened,
    `offer` the private answer whose button was clicked: its buttons are readings of one and the same thing.
    """

    user_id: str
    channel_id: str
    text: str
    key: str
    source: Source
    incident_number: int | None = None
    form: Keyed | None = None
    message_ts: str | None = None
    version: int | None = None
    offer: str | None = None

    def hashed_key(self, *, once: bool = False) -> str:
        """The key as stored: a trigger id may open modals for three seconds and belongs in no database.

        `once`: what an offer records, it records once, however often its buttons are clicked.
        """
        key = self.offer if once and self.offer else self.key
        return hashlib.sha256(f"{self.source}:{key}".encode()).hexdigest()[:40]


@dataclass(slots=True)
class Read:
    """A request as it reads: its verb, what follows, and the command. `read_private` is the number of what it read,
    `answers` the job that takes it for an answer, where an escalation waits for whoever typed it."""

    request: Request
    verb: str
    line: str
    again: bool
    command: Command | None
    read_private: str | None = None
    answers: Job | None = None

    @property
    def name(self) -> str:
        """The command's own name; empty where it is none."""
        return self.command.name if self.command else ""

    @property
    def writes(self) -> bool:
        """Whether it takes a write transaction."""
        return self.command is None or self.command.writes

    @property
    def shares(self) -> bool:
        """Whether it can share one: it was typed, and only adds to the incident where that was, or opens one."""
        return self.command is not None and bool(self.command.records) and self.request.source is Source.COMMAND

    @property
    def opens(self) -> bool:
        """Whether it is to open an incident of its own, in a transaction that it shares."""
        return self.shares and self.command is not None and self.command.anywhere


def read(request: Request) -> Read:
    """A request as it reads."""
    text = request.text.strip()
    again = request.source is Source.BUTTON and text.startswith("again ")
    verb, line = split_verb(text.removeprefix("again ") if again else text)
    return Read(request, verb, line, again, find(verb) if verb else find("menu"))
