"""One open database, SQLite or PostgreSQL: gives transactions, and knows no table."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from storage.address import Address, Dialect, refuse_network
from storage.behind import WritingBehind
from storage.columns import from_json
from storage.driver import Sqlite
from storage.locks import FileLock
from storage.refusals import DatabaseMissing

#: Set in `session.info` by whoever writes jobs: after the commit everybody who asked with `on_jobs` is told.
JOBS_CHANGED = "jobs changed"

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
#: How long anybody waits for SQLite's one writer, in seconds.
_MOST_PATIENCE = 30
_TAKE, _LOOK = "BEGIN IMMEDIATE", "BEGIN"

# The server ends the transaction of a replica that stands still, and with it its locks, well before others take its
# jobs over. Not for those who only look, whose output may wait for a person.
_LET_GO = {"idle_in_transaction_session_timeout": "15s"}


class Database:
    """Opened with `Database.open`, to be closed with `close`. Safe to share between tasks of one event loop."""

    def __init__(
        self,
        address: Address,
        writer: AsyncEngine | None,
        reader: AsyncEngine,
        lock: FileLock | None,
        glancing: AsyncEngine | None = None,
    ) -> None:
        self.address = address
        self._writer = writer
        self._reader = reader
        self._glancing = glancing or reader
        self._lock = lock
        self._writing = asyncio.Lock() if address.path is not None else None
        self._listeners: list[Callable[[], None]] = []
        self._marks: dict[str, bool] = {}

    @classmethod
    async def open(cls, url: str, *, read_only: bool = False) -> Database:
        """Open the database of `url`; its tables are `storage.migrate`'s business.

        On SQLite the opener owns the file until `close` (DatabaseInUse when another process does), and the file is made
        where it is missing, readable by its owner alone. `read_only` is for looking beside a running bot: it takes
        no lock and never writes; DatabaseMissing when there is no file. Also raises UnusableAddress and
        OnNetworkFileSystem. PostgreSQL is connected to at the first transaction.
        """
        address = Address.parse(url)
        if address.path is None:
            engine = _postgresql(address.url, {} if read_only else _LET_GO)
            glancing = engine.execution_options(isolation_level="AUTOCOMMIT")
            return cls(address, None if read_only else engine, _looking(engine), None, glancing)
        refuse_network(address.path)
        if read_only:
            if not address.path.exists():
                raise DatabaseMissing(f"there is no database at {address.path}")
            visit = address.url.set(database=address.path.as_uri(), query={"mode": "ro", "uri": "true"})
            return cls(address, None, _sqlite(visit, _VISITOR, _LOOK, size=2), None)
        lock = own_file(address)
        writer = _sqlite(address.url, _WRITER, _TAKE, size=1)
        return cls(address, writer, _sqlite(address.url, _READER, _LOOK, size=4), lock)

    @property
    def dialect(self) -> Dialect:
        """Which of the two it is."""
        return self.address.dialect

    @property
    def read_only(self) -> bool:
        """Whether it was opened only to be looked at."""
        return self._writer is None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed durably when the block ends, rolled back when it raises.

        On SQLite transactions take turns, so a block holds all others up: no outside call belongs inside. Objects stay
        readable after the commit.
        """
        if self._writer is None:
            raise RuntimeError("this database was opened read-only")
        session = self._session(self._writer)
        try:
            async with self._turn():
                try:
                    yield session
                    await session.run_sync(_keep)
                except BaseException:
                    await _to_its_end(session.close())  # which takes back what was not committed
                    raise
        finally:
            # Whatever ended it: who was cancelled amid the commit may have durable jobs that nobody else tells of.
            if session.info.pop(JOBS_CHANGED, False):
                for told in self._listeners:
                    told()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """On SQLite, the one writer: first come, first served. Its pool alone would give it to whoever asks again
        before those who wait have woken up; under load that was always the intake, and no job was ever done."""
        if self._writing is None:
            yield
            return
        try:
            async with asyncio.timeout(_MOST_PATIENCE):
                await self._writing.acquire()
        except TimeoutError as late:
            raise PoolTimeout(f"somebody has been writing for {_MOST_PATIENCE} s") from late
        try:
            yield
        finally:
            self._writing.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One snapshot, consistent from its first SELECT to the end of the block. Writing in it fails."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncSession]:
        """Statements that only read, each by itself: for what is asked again and again, and may change meanwhile.

        On PostgreSQL there is no transaction around them, which is two round trips to the server fewer.
        """
        async with AsyncSession(self._glancing, expire_on_commit=False) as session, session.begin():
            yield session

    def _session(self, writer: AsyncEngine) -> AsyncSession:
        return AsyncSession(writer, sync_session_class=WritingBehind, expire_on_commit=False, info=self._marks)

    def mark(self, name: str) -> None:
        """Have `session.info[name]` be True in every later `write`, for whoever writes to act on."""
        self._marks[name] = True

    def on_jobs(self, told: Callable[[], None]) -> None:
        """Have `told` called after whatever may have added or changed jobs here. Other processes are not heard."""
        self._listeners.append(told)

    def off_jobs(self, told: Callable[[], None]) -> None:
        """Take `on_jobs` back."""
        self._listeners.remove(told)

    async def close(self) -> None:
        """Close all connections and give the file back. Transactions still open are rolled back."""
        await self._reader.dispose()
        if self._writer is not None:
            await self._writer.dispose()  # the last one out: closing it folds SQLite's log back into the file
        if self._lock is not None:
            self._lock.release()


def _keep(session: Session) -> None:
    """In one go, since each way in and out of SQLAlchemy's greenlet costs as much as a statement."""
    session.commit()
    session.close()


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Whoever is cancelled meanwhile leaves no connection behind."""
    await asyncio.shield(asyncio.create_task(work))


def own_file(address: Address) -> FileLock:
    """Lock the SQLite file, make it if it is missing, and close it to everybody else on the machine."""
    assert address.path is not None
    address.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(address.path).acquire()
    try:
        # SQLite gives its -wal and -shm files the mode of the database, so this one call covers all three.
        os.close(os.open(address.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        if address.path.stat().st_mode & 0o077:
            address.path.chmod(0o600)
    except BaseException:
        lock.release()
        raise
    return lock


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


def _postgresql(url: URL, settings: Mapping[str, str]) -> AsyncEngine:
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


def _looking(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, where a transaction is one snapshot and cannot write, as on SQLite."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
