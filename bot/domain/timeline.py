"""What a timeline is made of: entries, their versions, and the change that adds to them. Knows no incident's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an entry states. The values are stored and public (JSON, webhooks): never renamed."""

    DECLARED = "declared"
    STARTED = "started"
    DETECTED = "detected"
    IMPACT = "impact"
    ACTION = "action"
    HYPOTHESIS = "hypothesis"
    RULED_OUT = "ruled_out"
    CONFIRMED = "confirmed"
    ESCALATED = "escalated"
    ANSWERED = "answered"
    NOTE = "note"
    CAUSE = "cause"
    CAUSE_DETAIL = "cause_detail"
    FIX = "fix"
    FIX_DETAIL = "fix_detail"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    IMPROVEMENT = "improvement"
    TASK = "task"
    TASK_DONE = "task_done"
    TASK_DROPPED = "task_dropped"
    TASK_ASSIGNED = "task_assigned"
    CONCLUSION = "conclusion"
    SEVERITY = "severity"
    STATUS = "status"
    ROLE = "role"
    UPDATE = "update"
    TITLE = "title"


#: The kinds that decide title, severity, status, roles, times and windows; `fold` looks at no others.
STATE_KINDS = frozenset(
    {
        Kind.DECLARED,
        Kind.STARTED,
        Kind.DETECTED,
        Kind.MITIGATED,
        Kind.RESOLVED,
        Kind.REOPENED,
        Kind.CANCELLED,
        Kind.DUPLICATE,
        Kind.SEVERITY,
        Kind.STATUS,
        Kind.ROLE,
        Kind.TITLE,
    }
)

#: The kinds that `edit #n kind:` and the modals can turn an entry into: plain facts, no change of state.
PLAIN_KINDS = frozenset(
    {
        Kind.ACTION,
        Kind.HYPOTHESIS,
        Kind.RULED_OUT,
        Kind.NOTE,
        Kind.DETECTED,
        Kind.FIX,
        Kind.FIX_DETAIL,
        Kind.CAUSE,
        Kind.CAUSE_DETAIL,
        Kind.IMPACT,
        Kind.IMPROVEMENT,
        Kind.TASK,
        Kind.CONCLUSION,
    }
)


#: What of an entry's data is the number of another entry: the one that it says the outcome of.
ABOUT = ("hypothesis", "task", "escalation")

#: What belongs to no incident's own course, so that it can stand in another one as well.
MOVABLE = PLAIN_KINDS | {Kind.ESCALATED, Kind.UPDATE}


class Source(StrEnum):
    """How an entry came in."""

    COMMAND = "command"
    MESSAGE = "message"
    REACTION = "reaction"
    PIN = "pin"
    SHORTCUT = "shortcut"
    MODAL = "modal"
    BUTTON = "button"
    RECOVERED = "recovered"
    IMPORT = "import"
    ALERT = "alert"
    API = "api"


class Standing(StrEnum):
    """Whether an entry counts."""

    STANDING = "standing"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Origin:
    """The chat message an entry comes from. `ts` is the message's id in its channel."""

    channel_id: str
    ts: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the message that an entry comes from. `permalink` leads to it in the chat, for whoever may see it."""

    file_id: str
    name: str
    mimetype: str = ""
    permalink: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        return self.mimetype in ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline, in the version that stands last.

    `text`, and every word in `data`, is as typed, with the chat's own mentions and entities still in it (see `markup`).
    `data` holds what its keys said, by kind:
      declared    {title, severity?, sort: real|drill|past, visibility: public|private, at_given: bool}
      detected    {by?: alert|engineer|customer|third_party}
      impact      {services: [str], unaffected: [str], percent: int|float|None, percent_text: str|None}
      ruled_out   {hypothesis?: int}          confirmed {hypothesis: int}
      escalated   {to: [str]}                 answered  {escalation: int}
      improvement {title?}                    task      {title?, owner?, due?: ISO date, link?}
      task_done, task_dropped, task_assigned  {task: int, owner?}
      severity    {severity}   status {status}   role {role, person_id|None}   title {title}   duplicate {of: int}
    `occurred_at` is when it happened and `recorded_at` when it was said, both aware UTC in whole seconds.
    `action` is what made this version: recorded, edited, retracted, withdrawn (unmarked, deleted or edited away in the
    chat), restored, redacted or moved.
    `locked` names the fields that a person corrected by hand, which edits in the chat no longer overwrite.
    """

    number: int
    kind: Kind
    text: str
    occurred_at: datetime
    recorded_at: datetime
    author_id: str
    recorded_by_id: str
    source: Source
    data: Mapping[str, Any] = field(default_factory=dict)
    precision: str = "second"
    time_words: str | None = None
    time_zone: str | None = None
    origin: Origin | None = None
    permalink: str | None = None
    standing: Standing = Standing.STANDING
    why: str | None = None
    version: int = 1
    action: str = "recorded"
    changed_at: datetime | None = None
    changed_by_id: str | None = None
    locked: frozenset[str] = frozenset()
    redacted: bool = False
    files: tuple[Attachment, ...] = ()

    @property
    def stands(self) -> bool:
        """True unless it was taken back."""
        return self.standing is Standing.STANDING

    @property
    def about(self) -> int | None:
        """The number of the entry that this one says the outcome of; None where it is about none."""
        return next((number for name in ABOUT if isinstance(number := self.data.get(name), int)), None)

    @property
    def order(self) -> tuple[datetime, int]:
        """The place in a chronology: by the time it happened, ties by number."""
        return (self.occurred_at, self.number)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry before it has its number. `key` makes it unrepeatable: the same key is recorded once."""

    kind: Kind
    text: str
    occurred_at: datetime
    author_id: str
    recorded_by_id: str
    source: Source
    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    precision: str = "second"
    time_words: str | None = None
    time_zone: str | None = None
    origin: Origin | None = None
    permalink: str | None = None
    fingerprint: str | None = None
    locked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Revision:
    """A new version of entry `number`: `after` replaces what stood, which stays in the history as `before`."""

    before: Entry
    after: Entry
    action: str
    key: str

    @property
    def number(self) -> int:
        """The number that both versions share."""
        return self.before.number


@dataclass(frozen=True, slots=True)
class Change:
    """What one act adds to the record: entries and revisions, all or none of them. `name` is public (webhooks)."""

    name: str
    entries: tuple[NewEntry, ...] = ()
    revisions: tuple[Revision, ...] = ()


def revise(entry: Entry, *, at: datetime, by_id: str, action: str, key: str, **fields: Any) -> Revision:
    """The next version of an entry, with `fields` replaced."""
    after = replace(entry, version=entry.version + 1, action=action, changed_at=at, changed_by_id=by_id, **fields)
    return Revision(before=entry, after=after, action=action, key=key)
