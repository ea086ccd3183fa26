"""What a command is: a name, who may use it where, which keys it takes, and what it does. Knows no single one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain.timeline import Kind
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.gate import IN_THE_CHANNEL, MEMBERS, Who
from bot.slack.parts import WORDS, Part

Run = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Command:
    """A verb. `name` is what people type; its help stands in templates/<locale>/help.toml under it.

    `asked`: who may use it bare, where it is a question then; None: the same people. `anywhere`: it works outside of an
    incident's channel too. `message`: it can be typed as `!verb`. `writes`: it takes a write transaction. `listed`:
    `help` shows it. `double`: a second, identical one within a minute is recorded once. `parts` are what it takes
    before its keys and `needs` the keys that it cannot do without: its form is made of them. `records`: the kinds of
    the entries that it adds to the incident in whose channel it is typed (or, where it can be typed `anywhere`, to one
    of its own), where it does nothing else and asks for no lock: many of them can share a transaction. None for all
    others. `tail`: its words may end in ` at <time>` without a colon, which is taken out of them.
    """

    name: str
    run: Run
    aliases: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    allowed: frozenset[Who] = MEMBERS
    asked: frozenset[Who] | None = None
    anywhere: bool = False
    message: bool = False
    writes: bool = True
    listed: bool = True
    double: bool = True
    parts: tuple[Part, ...] = (WORDS,)
    needs: frozenset[str] = frozenset()
    tail: bool = True
    records: frozenset[Kind] = frozenset()

    def allows(self, line: str) -> frozenset[Who]:
        """Who may use it with what follows the verb, before that is read."""
        return self.allowed if line or self.asked is None else self.asked

    @property
    def has_form(self) -> bool:
        """Whether there is anything that a form could ask for."""
        return self.writes and bool(self.parts or self.needs)

    @property
    def key(self) -> str:
        """The name as a template's key."""
        return self.name.replace("-", "_")


#: Everybody in the channel may record; who sees other incidents is a member.
RECORDERS = IN_THE_CHANNEL
READERS_ANYWHERE = MEMBERS
AT = frozenset({"at"})
#: What people say of these may end in a time that is part of it; the draft would not print it elsewhere.
WITHOUT_TAIL = frozenset(
    {Kind.CAUSE, Kind.CAUSE_DETAIL, Kind.FIX_DETAIL, Kind.IMPROVEMENT, Kind.TASK, Kind.CONCLUSION}
    | {Kind.UPDATE, Kind.TITLE}
)
