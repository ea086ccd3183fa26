"""What is remembered of workspaces, channels, people, incidents, entries and messages. Knows no rules of incidents.

Words stand in `entry`, `message`, `message_version` and `draft_version` alone, so that erasing them there erases them.
All instants are aware UTC. Primary keys are never shown to anybody: people see INC-n and #n.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Json, UtcDateTime


def _at(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable))


class Workspace(SQLModel, table=True):
    """A Slack workspace. `incident_counter` is the last INC number taken."""

    __tablename__ = "workspace"
    id: int = Field(default=None, primary_key=True)
    team_id: str = Field(unique=True)
    enterprise_id: str | None = None
    domain: str | None = None
    bot_user_id: str | None = None
    incident_counter: int = 0


class Channel(SQLModel, table=True):
    """A channel we take part in. Slack's id can change (`channel_id_changed`), so nothing else refers to it."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)
    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    slack_id: str
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    name: str | None = None
    is_private: bool = False
    is_archived: bool = False
    is_deleted: bool = False


class Person(SQLModel, table=True):
    """Somebody in the workspace, as Slack last told. `name` is the display name, `handle` Slack's own name."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)
    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    user_id: str
    name: str | None = None
    handle: str | None = None
    team_id: str | None = None
    tz: str | None = None
    standing: str = "unknown"  # member, guest, outsider, bot, unknown
    is_deactivated: bool = False
    fetched_at: datetime | None = _at()
    told_marking_at: datetime | None = _at()


class UserGroup(SQLModel, table=True):
    """A user group that was mentioned. Its name is kept so that a draft can print it with Slack away.

    `members`: ids of its people, where the permissions name it; None where nobody has told us.
    """

    __tablename__ = "user_group"
    __table_args__ = (UniqueConstraint("workspace_id", "group_id"),)
    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    group_id: str
    handle: str | None = None
    members: list[str] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    fetched_at: datetime | None = _at()


class Incident(SQLModel, table=True):
    """An incident. All from `title` to `resolved_at` is a cache of the fold of its entries, written with them.

    `awaited`: ids of the people whom an unanswered escalation names, kept here so that what anybody says in the channel
    can be told apart without asking the database; None or empty where nobody is waited for.
    """

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("workspace_id", "number"),)
    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    number: int
    zone: str
    visibility: str = "public"
    sort: str = "real"
    entry_counter: int = 0
    version: int = 0
    declared_by_id: int | None = Field(default=None, foreign_key="person.id")
    origin_slack_id: str | None = None
    title: str = ""
    severity: str | None = None
    status: str = "investigating"
    commander_id: str | None = None
    duplicate_of: int | None = None
    declared_at: datetime | None = _at()
    started_at: datetime | None = _at()
    start_assumed: bool = True
    detected_at: datetime | None = _at()
    mitigated_at: datetime | None = _at()
    resolved_at: datetime | None = _at()
    awaited: list[str] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    topic_by_hand: bool = False
    on_hold: bool = False
    published_at: datetime | None = _at()
    transcript_erased_at: datetime | None = _at()


class Entry(SQLModel, table=True):
    """One version of one entry. Versions are only added; `latest` marks the one that counts."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("incident_id", "number", "version"),
        UniqueConstraint("key"),
        Index("entry_latest", "incident_id", "latest", "kind"),
        # At most one marked entry a message, whoever comes first.
        Index(
            "entry_message",
            "message_id",
            unique=True,
            sqlite_where=text("version = 1 AND message_id IS NOT NULL"),
            postgresql_where=text("version = 1 AND message_id IS NOT NULL"),
        ),
    )
    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    number: int
    version: int = 1
    latest: bool = True
    kind: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    data_version: int = 1
    occurred_at: datetime = _at(nullable=False)
    precision: str = "second"
    time_words: str | None = None
    time_zone: str | None = None
    recorded_at: datetime = _at(nullable=False)
    author_id: int = Field(foreign_key="person.id")
    recorded_by_id: int = Field(foreign_key="person.id")
    source: str
    message_id: int | None = Field(default=None, foreign_key="message.id")
    permalink: str | None = None
    key: str
    fingerprint: str | None = Field(default=None, index=True)
    standing: str = "standing"
    action: str = "recorded"  # recorded, edited, retracted, restored, redacted, moved
    why: str | None = None
    changed_at: datetime | None = _at()
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")
    locked: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    redacted_at: datetime | None = _at()


class Message(SQLModel, table=True):
    """A message of an incident's channel. May stand without words: its mark, edit or deletion can come first."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel_id", "ts"),
        # Not the channel first: PostgreSQL, without statistics of it, would read a whole channel by them.
        Index("message_thread", "thread_ts", "channel_id"),
        Index("message_client", "client_msg_id", "channel_id"),
    )
    id: int = Field(default=None, primary_key=True)
    channel_id: int = Field(foreign_key="channel.id")
    ts: str
    thread_ts: str | None = None
    person_id: int | None = Field(default=None, foreign_key="person.id")
    bot_id: str | None = None
    subtype: str | None = None
    text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    files: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    client_msg_id: str | None = None
    event_ts: str | None = None
    edited_ts: str | None = None
    deleted_at: datetime | None = _at()
    erased_at: datetime | None = _at()
    missing_since: datetime | None = _at()
    recovered_at: datetime | None = _at()


class MessageVersion(SQLModel, table=True):
    """An earlier wording of a message that was edited."""

    __tablename__ = "message_version"
    __table_args__ = (UniqueConstraint("message_id", "event_ts"),)
    id: int = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    event_ts: str
    text: str = Field(sa_column=Column(Text, nullable=False))


class Reaction(SQLModel, table=True):
    """One person's reaction on one message, set (`present`) or taken off at `event_ts`: what came is only added to.

    All of them together, in their own order, say which mark came first, whatever the order of arrival.
    """

    __tablename__ = "reaction"
    __table_args__ = (UniqueConstraint("channel_id", "ts", "user_id", "emoji", "event_ts"),)
    id: int = Field(default=None, primary_key=True)
    channel_id: int = Field(foreign_key="channel.id")
    ts: str
    user_id: str
    emoji: str
    event_ts: str
    present: bool = True


class Artifact(SQLModel, table=True):
    """Something we made in Slack for an incident: card, bookmark, announcement, a posted line, a draft's file."""

    __tablename__ = "artifact"
    __table_args__ = (UniqueConstraint("incident_id", "name"),)
    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    name: str
    channel_slack_id: str | None = None
    ts: str | None = None
    ref: str | None = None
    digest: str | None = None
    made_at: datetime | None = _at()


class DraftVersion(SQLModel, table=True):
    """One wording of an incident's draft. `generated` is what the record alone made then, `text` the same with what
    people edited; `published_at` freezes it. Both texts are empty once `erased_at` is set.

    `origin`: record (drafted again), slack, file, canvas.
    """

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)
    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    number: int
    generated: str = Field(sa_column=Column(Text, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    origin: str = "record"
    person_id: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = _at(nullable=False)
    published_at: datetime | None = _at()
    erased_at: datetime | None = _at()


class Review(SQLModel, table=True):
    """Who looks a draft through until when (`due` is an ISO date), asked by whom; gone once it is published."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("incident_id"),)
    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    owner_id: int = Field(foreign_key="person.id")
    asked_by_id: int = Field(foreign_key="person.id")
    due: str | None = None
    asked_at: datetime = _at(nullable=False)
    reminded_at: datetime | None = _at()


class Inbox(SQLModel, table=True):
    """What came in already, by the sender's own key (`edit:<id>`, of an edit from a file): nothing is taken twice."""

    __tablename__ = "inbox"
    key: str = Field(primary_key=True)
    received_at: datetime = _at(nullable=False)


class Audit(SQLModel, table=True):
    """Who did what, by reference and never by words. Only ever added to."""

    __tablename__ = "audit"
    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    at: datetime = _at(nullable=False)
    actor: str
    action: str
    target: str
    before: str | None = None
    after: str | None = None


Index("reaction_message", Reaction.__table__.c.channel_id, Reaction.__table__.c.ts)  # type: ignore[attr-defined]
