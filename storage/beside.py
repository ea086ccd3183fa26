"""What stands beside the record: what is found by words, shown at somebody's home, and fetched of files.

The words and bytes here are those of entries and messages, and go with them in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

import storage.tables  # noqa: F401  the tables that these refer to
from storage.columns import UtcDateTime


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
