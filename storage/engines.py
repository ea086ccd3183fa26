"""How SQLite and PostgreSQL are connected to: what each connection is told, how many there are, which still live."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.columns import from_json
from storage.driver import Sqlite

# One writer: SQLite takes one at a time anyway, and its busy handler is unfair (p99 640 to 850 ms with five
# connections, 74 ms with one). FULL, because Slack is told "we have it" after the commit; NORMAL can lose that. The
# log is folded back into the file by a commit in 300 (16 MB) and not in 80: whose commit it is waits for it.
_WRITER = (
    "busy_timeout=10000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is redacted leaves no words behind in free pages; some builds have it off
    "wal_autocheckpoint=4000",
    "busy_timeout=0",
)
_READER = ("busy_timeout=10000", "query_only=ON")
# Another process only looks: SQLite before 3.51.3 can damage a file that two processes checkpoint.
_VISITOR = (*_READER, "wal_autocheckpoint=0")
#: A connection that was used so lately (in seconds) is taken to be alive still.
_FRESH, _USED = 1.0, "tocsin used"
_TAKE, _LOOK = "BEGIN IMMEDIATE", "BEGIN"

# The server ends the transaction of a replica that stands still, and with it its locks, well before others take its
# jobs over. Not for those who only look, whose output may wait for a person.
_LET_GO = {"idle_in_transaction_session_timeout": "15s"}


def sqlite_writer(url: URL) -> AsyncEngine:
    """Of one connection, whose every transaction writes."""
    return _sqlite(url, _WRITER, _TAKE, size=1)


def sqlite_readers(url: URL) -> AsyncEngine:
    """Of a few connections that cannot write."""
    return _sqlite(url, _READER, _LOOK, size=4)


def sqlite_visitors(url: URL) -> AsyncEngine:
    """As the readers, beside another process that writes."""
    return _sqlite(url, _VISITOR, _LOOK, size=2)


def _sqlite(url: URL, pragmas: tuple[str, ...], begin: str, *, size: int) -> AsyncEngine:
    # A session ends its own transaction, always; the pool's second ROLLBACK would cost a fifth of all throughput.
    # An error's text is logged and shown; with `hide_parameters` it holds no values, which are people's words too.
    engine = create_async_engine(
        url,
        module=Sqlite(writes=begin == _TAKE),
        json_deserializer=from_json,
        pool_size=size,
        max_overflow=0,
        pool_reset_on_return=None,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: DBAPIConnection, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        try:
            raw.begin(begin)
        except sqlite3.Error as fault:  # from inside a listener SQLAlchemy would let it through as it is
            raise DBAPIError.instance(begin, None, fault, sqlite3.Error, hide_parameters=True) from fault

    return engine


def postgresql(url: URL, *, read_only: bool) -> AsyncEngine:
    """Of up to 16 connections; `read_only`: for one who only looks."""
    settings: Mapping[str, str] = {} if read_only else _LET_GO
    engine = create_async_engine(
        url,
        hide_parameters=True,
        json_deserializer=from_json,
        pool_size=8,
        max_overflow=8,
        pool_use_lifo=True,  # whose server process has just done the like, and has its plans and pages at hand
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            "server_settings": {"application_name": "tocsin", "timezone": "UTC", **settings},
        },
    )
    _ping_the_idle(engine)
    return engine


def _ping_the_idle(engine: AsyncEngine) -> None:
    """A server that was restarted is met by a new connection, not by a failed transaction.

    SQLAlchemy's own `pool_pre_ping` asks before every transaction: three more round trips, under load a third of all.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def note(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: Any) -> None:
        driver: Any = record.driver_connection
        if driver.is_in_transaction():  # whoever had it was broken off before its commit came there
            raise DisconnectionError
        if time.monotonic() - record.info.get(_USED, 0.0) < _FRESH and not driver.is_closed():
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone


def looking(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, where a transaction is one snapshot and cannot write, as on SQLite."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def glancing(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, where each statement stands by itself."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")
