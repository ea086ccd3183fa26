"""Whether a fault means that the database cannot be used now, rather than that what was asked of it is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: Classes of PostgreSQL's error codes: connection, resources (disk full), intervention (shutdown), system.
_GOING = ("08", "53", "57", "58")
#: A transaction that was ended for another's sake (deadlock, serialization), a lock not had, one that stood too long.
_IN_THE_WAY = ("40", "55P03", "25P03")
#: The password, the role or the database is wrong; the role may not do that there.
_NOT_FOR_US = ("28", "3D", "42501")


def is_away(fault: BaseException) -> bool:
    """Whether the database is gone, locked by somebody, or its disk full: trying again later can help."""
    if isinstance(fault, OperationalError | InterfaceError | PoolTimeout | OSError):
        return True  # a PostgreSQL that refuses connections raises OSError, with no words of SQLAlchemy's around it
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated or _state(fault.orig).startswith(_GOING)
    # asyncpg's own, from before there is a connection: "the database system is starting up".
    return not isinstance(fault, SQLAlchemyError) and _state(fault).startswith(_GOING)


def gave_way(fault: BaseException) -> bool:
    """Whether the server ended a transaction for another's sake: nothing of it is kept, and it can be had at once."""
    return isinstance(fault, DBAPIError) and _state(fault.orig).startswith(_IN_THE_WAY)


def passes(fault: BaseException) -> bool:
    """Whether the same transaction may well go through a little later: the database is away, or others were in the way.

    A wrong password or a database that does not exist is neither.
    """
    return is_away(fault) or gave_way(fault)


def is_unusable(fault: BaseException) -> bool:
    """Whether the fault lies with the database, its server or who we are there, and not with what was asked."""
    return passes(fault) or (isinstance(fault, DBAPIError) and _state(fault.orig).startswith(_NOT_FOR_US))


def _state(fault: object) -> str:
    return str(getattr(fault, "sqlstate", None) or "")
