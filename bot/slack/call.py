"""One thing somebody asks for: who, where, their text and the time, inside one transaction. Knows no transport."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import EmptyText, KeyTwice, TimeNeedsAnswer, TwoTimes, UnreadableTime
from bot.domain.keys import LISTS, Keyed, split_keys, unjoined
from bot.domain.markup import Names, plain
from bot.domain.timeline import Change, Entry, Kind, NewEntry, Origin, Source
from bot.domain.when import Moment, Precision, Question, Unreadable, read, trailing
from bot.incidents import Recorded, record
from bot.slack.bot import Bot
from bot.slack.following import align, came_by
from bot.slack.gate import Who, check, may
from bot.slack.people import who
from bot.slack.repeats import DOUBLE, fingerprint_of, keys_of
from bot.wording import Wire
from storage.ahead import held
from storage.declaring import declaring
from storage.entries import recorded_under, same_command
from storage.incidents import incident_by_id
from storage.people import names
from storage.tables import Channel, Incident, Person, Workspace
from storage.turns import take_turn
from storage.viewing import Viewer

#: Keys whose value people end with " at <time>": a list or a name, where such a tail is no part of it.
_TAILS = frozenset({None, "to", "services", "users", "by", "owner", "title", "kind", "link"})
#: What offers readings to choose from.
_CHOOSING = frozenset({Source.BUTTON, Source.MODAL, Source.SHORTCUT})
#: How our own buttons write a reading that can be chosen.
_READING = re.compile(r"(\d{4}-\d\d-\d\dT\S+)(?: (day|approximate))?")


@dataclass(slots=True)
class Call:
    """`verb` is the command's own name, `line` what follows it, both as typed; `now` aware UTC in whole seconds.

    `said_at` is the instant that stands in for `at:` (a message's own time), else None. `key` is the sender's own, so
    that the same call is recorded once. `incident` is the one this is about, or None outside of any. `form` is what a
    modal's fields said, in place of a line's keys. `revising` is the entry that an edited `!verb` message made before:
    what the call records becomes its next version. `recorded` says that something was. `read_back`: the message was not
    heard when it was said, but found in the channel's history later. `also`: what permissions call the actor besides.
    """

    bot: Bot
    session: AsyncSession
    workspace: Workspace
    actor: Person
    now: datetime
    key: str
    source: Source
    verb: str
    line: str
    channel_id: str
    channel: Channel | None = None
    incident: Incident | None = None
    said_at: datetime | None = None
    origin: Origin | None = None
    again: bool = False
    version: int | None = None
    form: Keyed | None = None
    revising: Entry | None = None
    recorded: bool = False
    read_back: bool = False
    also: frozenset[str] = frozenset()
    keyed: Keyed = field(default_factory=lambda: Keyed("", {}))
    time_words: str | None = None
    _names: Names | None = None

    @property
    def who(self) -> Who:
        """What the actor is in the workspace."""
        return who(self.actor)

    def may(self, act: str, allowed: frozenset[Who]) -> bool:
        """Whether the actor may do an act."""
        return may(self.who, act, allowed, self.bot.settings.permissions, self.also)

    def check(self, act: str, allowed: frozenset[Who]) -> None:
        """Raise NotAllowed where the actor may not do an act."""
        check(self.who, act, allowed, self.bot.settings.permissions, self.also)

    @property
    def zone(self) -> str:
        """The incident's zone, kept from its declaration; outside of any the one that is set."""
        return self.incident.zone if self.incident else self.bot.settings.timezone

    @property
    def typed_at(self) -> datetime:
        """When the words were typed, which spans count from: a `!verb` message's own time, else now."""
        typed = self.said_at if self.source is Source.MESSAGE and self.said_at else self.now
        return typed.replace(microsecond=0)

    @property
    def viewer(self) -> Viewer:
        """As whom this call reads other incidents: members see what is public, everybody the one they stand in."""
        within = self.channel.incident_id if self.channel else None
        return Viewer(self.workspace.id, within, sees_others=self.who is Who.MEMBER)

    @property
    def about(self) -> Incident:
        """The incident this is about; the dispatcher has made sure that there is one."""
        assert self.incident is not None
        return self.incident

    @property
    def typed(self) -> str:
        """The whole of what was typed, to be given back."""
        return f"{self.verb} {self.line}".strip()

    def say(self, name: str, /, **params: object) -> Wire:
        """A sentence in the workspace's language."""
        return self.bot.wording.say(name, **params)

    def label(self, name: str, /, **params: object) -> str:
        """A short one for a button."""
        return self.bot.wording.plain(f"labels.{name}", **params)

    async def names(self) -> Names:
        """Display names, read once a call, or once for all that share its transaction."""
        here = held(self.session) or declaring(self.session)
        if self._names is None and here is not None:
            self._names = here.names
        if self._names is None:
            self._names = await names(self.session, self.workspace.id)
            if here is not None:
                here.names = self._names
        return self._names

    async def plain(self, text: str) -> str:
        """Text as a person reads it."""
        # Without a bracket it names nobody, so that nobody's name need be read.
        return plain(text, await self.names() if "<" in text else Names())

    def parse(self, taken: frozenset[str], *, tail: bool = True) -> None:
        """Split the line by the keys this verb takes; the time words are read later, by `moment`.

        `tail`: its words may end in a time without a colon. Raises TwoTimes and KeyTwice.
        """
        self.keyed = self.split(taken)
        self.time_words = None
        if twice := sorted(self.keyed.repeated - LISTS):
            raise TwoTimes() if "at" in twice else KeyTwice(key=twice[0])
        if "at" in self.keyed.values:
            self.time_words = self.keyed.values["at"]
        elif "at" in taken and self.form is None and self.keyed.last in (_TAILS if tail else _TAILS - {None}):
            self._take_tail()

    def split(self, taken: frozenset[str]) -> Keyed:
        """The text and the keys of the line or the form, without reading any of them."""
        return self.form if self.form is not None else split_keys(self.line, taken)

    def _take_tail(self) -> None:
        """A trailing ` at <time>` counts without its colon; its words are taken out."""
        last = self.keyed.last
        value = self.keyed.values[last] if last else self.keyed.text
        found = trailing(value)
        if found is None:
            return
        rest, self.time_words = unjoined(found[0]), found[1]
        if last is None:
            self.keyed = replace(self.keyed, text=rest)
        else:
            self.keyed = replace(self.keyed, values={**self.keyed.values, last: rest})

    def without_time(self) -> str:
        """The command as typed but for its time words, for a button that says the time."""
        values = {key: value for key, value in self.keyed.values.items() if key != "at"}
        title = values.pop("title", None)
        words = [self.verb, *([f"title: {title} |"] if title else []), self.keyed.text]
        return " ".join([*(word for word in words if word), *(f"{key}: {value}" for key, value in values.items())])

    def require_text(self) -> str:
        """The text, which must not be empty. Raises EmptyText."""
        if not self.keyed.text.strip():
            raise EmptyText(verb=self.verb)
        return self.keyed.text.strip()

    def _chosen(self) -> Moment | None:
        """The reading that a button or form of ours says (`at: <instant> [precision]`): it was chosen already."""
        match = _READING.fullmatch(self.time_words or "") if self.source in _CHOOSING else None
        if match is None:
            return None
        try:
            at = datetime.fromisoformat(match.group(1))
        except ValueError:
            return None
        if at.tzinfo is None or at > self.now:
            return None
        return Moment(at.astimezone(UTC), Precision(match.group(2) or Precision.MINUTE), match.group(0), self.zone)

    def moment(self, *, is_start: bool = False, required: bool = False) -> Moment:
        """When it happened: what `at:` says, else the moment of the call.

        Raises UnreadableTime, and TimeNeedsAnswer where two readings are likely; both carry what was read.
        """
        if self.time_words is None:
            if required:
                raise EmptyText(verb=self.verb)
            at = (self.said_at or self.now).replace(microsecond=0)
            return Moment(at, Precision.SECOND, "", self.zone)
        if (chosen := self._chosen()) is not None:
            return chosen
        incident = self.incident
        past = incident is not None and incident.sort == "past"
        reading = read(
            self.time_words,
            now=self.typed_at,
            zone=self.zone,
            typist_zone=self.actor.tz,
            declared_at=incident.declared_at if incident else None,
            past_start=incident.started_at if past and incident else None,
            is_start=is_start,
        )
        if isinstance(reading, Question):
            raise TimeNeedsAnswer(question=reading, command=self.without_time())
        if isinstance(reading, Unreadable):
            raise UnreadableTime(
                reading=reading, words=reading.words, reason=reading.reason, command=self.without_time()
            )
        return reading

    def new(self, kind: Kind, text: str, moment: Moment, data: Mapping[str, Any] | None = None) -> NewEntry:
        """An entry that this call adds."""
        return NewEntry(
            kind=kind,
            text=text,
            occurred_at=moment.at,
            author_id=self.actor.user_id,
            recorded_by_id=self.actor.user_id,
            source=came_by(self.source, self.revising, self.read_back),
            key=f"{self.key}:{kind}",
            data=data or {},
            precision=str(moment.precision),
            time_words=moment.words or None,
            time_zone=moment.zone if moment.words else None,
            origin=self.origin,
            fingerprint=self.fingerprint(),
        )

    def fingerprint(self) -> str | None:
        """What makes two commands of a person the same; None for messages, each of which stands for itself."""
        if self.source not in (Source.COMMAND, Source.MODAL):
            return None
        within = self.incident.id if self.incident is not None else None
        return fingerprint_of(self.actor.user_id, within, self.verb, self.line)

    async def said_before(self) -> Entry | None:
        """The standing entry of an identical command within the last minute, unless it is to be recorded again."""
        fingerprint = self.fingerprint()
        if fingerprint is None or self.again:
            return None
        here = held(self.session)
        if declaring(self.session) is None and (here is None or here.incident is not self.incident):
            await take_turn(self.session, fingerprint)  # a second one at the same moment must see the first
        # The fingerprint says where it was typed; what `declare` made stands in another incident than that.
        return await same_command(self.session, fingerprint, self.now, DOUBLE)

    async def done_before(self, kinds: Collection[Kind]) -> Entry | None:
        """What this very call recorded when it came the first time: Slack sends again what it saw no answer to.

        `kinds` are all that it can record; none where that is anything.
        """
        found = await recorded_under(self.session, keys_of(self.key, kinds))
        if found is None:
            return None
        self.incident = await incident_by_id(self.session, found[0])
        return found[1]

    async def record(self, name: str, *new: NewEntry) -> Recorded:
        """Record new entries; or, where an edited message is read again, the next version of the entry it made."""
        self.recorded = True
        if self.revising is None:
            return await record(self.session, self.about, Change(name, tuple(new)), at=self.now)
        fresh = new[0]
        fields: dict[str, Any] = {
            "kind": fresh.kind,
            "text": fresh.text,
            "data": fresh.data,
            "occurred_at": fresh.occurred_at,
            "precision": fresh.precision,
            "time_words": fresh.time_words,
            "time_zone": fresh.time_zone,
            "source": fresh.source,
        }
        by_id = self.actor.user_id
        return await align(self.session, self.about, self.revising, fields, at=self.now, by_id=by_id, key=self.key)
