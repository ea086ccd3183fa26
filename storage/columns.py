"""Column types that mean the same on SQLite and PostgreSQL; they know no table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

# Every constraint gets a name, since the two databases name the nameless differently and a later migration has to say
# which one it drops. Set here because every module with tables imports its columns first.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_ISO_WIDTH = len("2026-11-21T10:00:00.000000Z")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, in UTC, to the microsecond.

    `timestamptz` on PostgreSQL; text of one width on SQLite (`2026-11-21T10:00:00.000000Z`), so that comparing, sorting
    and `min()` come out the same on both. A naive datetime raises ValueError. Years 1 to 9999.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, which has no type for instants."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(_ISO_WIDTH))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone is no instant; it cannot be stored")
        instant = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        return instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Back to an aware datetime in UTC."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        # asyncpg keeps the first and last instants there are as -infinity and infinity, and gives them without a zone.
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Anything that JSON can say, kept as text: key order stays, and None is the database's NULL.

    PostgreSQL's `json`, not `jsonb`: that one sorts the keys and refuses the character U+0000, which SQLite does not.
    Changing a value in place is not noticed: assign a new one.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True


def from_json(text: str) -> Any:
    """What the text of a `Json` says. Most lists and objects that are kept are empty: a draft reads thirty thousand."""
    if len(text) == 2:
        if text == "[]":
            return []
        if text == "{}":
            return {}
    return json.loads(text)
