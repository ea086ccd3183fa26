"""Whether a fault means that the database cannot be used now, rather than that what was asked of it is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: Classes of PostgreSQL's error codes: connection, resources (disk full), intervention (shutdown), system.
_GOING = ("08", "53", "57", "58")


def is_away(fault: BaseException) -> bool:
    """Whether the database is gone, locked by somebody, or its disk full: trying again later can help."""
    if isinstance(fault, OperationalError | InterfaceError | PoolTimeout | OSError):
        return True  # a PostgreSQL that refuses connections raises OSError, with no words of SQLAlchemy's around it
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated or _state(fault.orig).startswith(_GOING)
    # asyncpg's own, from before there is a connection: "the database system is starting up".
    return not isinstance(fault, SQLAlchemyError) and _state(fault).startswith(_GOING)


def _state(fault: object) -> str:
    return str(getattr(fault, "sqlstate", None) or "")
