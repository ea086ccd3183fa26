"""What stands beside the record: what is found by words, shown at home and in a canvas, and fetched of files.

The words and bytes here are those of entries, messages and drafts, and go with them in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

import storage.tables  # noqa: F401  the tables that these refer to
from storage.columns import Json, UtcDateTime


class Finding(SQLModel, table=True):
    """The words of one standing entry as a search finds them; `storage.finding` keeps it, and the index over it."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("incident_id", "number"),)
    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    number: int
    words: str = Field(sa_column=Column(Text, nullable=False))


class Home(SQLModel, table=True):
    """Somebody's home tab, since they opened it. `shows` is the filter, `view_hash` Slack's of what stands there."""

    __tablename__ = "home"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)
    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    user_id: str
    shows: str = "all"
    view_hash: str | None = None
    digest: str | None = None
    opened_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))


class DraftCanvas(SQLModel, table=True):
    """The copy of an incident's draft in a canvas, against which an edit there is told.

    `written` is the draft that went into it, `shown` its lines as Slack showed them right after, each with the line of
    the draft that it shows: [[text, line]]. Empty: nobody has seen it yet; None: it could not be read, and its head
    says that edits there are lost. `writing` is a draft that is being written over it; None once it was seen there.
    """

    __tablename__ = "draft_canvas"
    __table_args__ = (UniqueConstraint("incident_id"),)
    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    written: str = Field(sa_column=Column(Text, nullable=False))
    shown: list[list[Any]] | None = Field(default=None, sa_column=Column(Json, nullable=True))
    writing: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    seen_at: datetime = Field(default=None, sa_column=Column(UtcDateTime(), nullable=False))


class File(SQLModel, table=True):
    """A file of a message. `state` is wanted, kept, or why its bytes are not here.

    `digest` is the SHA-256 of its bytes, under which the data folder has them; on PostgreSQL they are the `content`.
    """

    __tablename__ = "file"
    __table_args__ = (UniqueConstraint("message_id", "file_id"),)
    id: int = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id")
    file_id: str
    mimetype: str | None = None
    size: int | None = None
    state: str = "wanted"
    digest: str | None = Field(default=None, index=True)
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
