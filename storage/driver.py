"""SQLite for SQLAlchemy's asyncio: statements run where they are asked, only what waits for the disk runs in a thread.

Knows no table. aiosqlite hands every step of every statement to a thread, four times for a SELECT; measured, that is
three quarters of what a command costs, and under load each hand-over waits for the interpreter's lock besides. A
statement of ours reads or writes a few cached pages, in some ten microseconds; a commit waits for the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_module
from sqlalchemy.util import await_only

#: How long a transaction waits for another process that writes, and how often it looks, in seconds.
PATIENCE, LOOK_AGAIN = 10.0, 0.005


class Sqlite(AsyncAdapt_dbapi_module):
    """What `create_async_engine` takes as the driver's module. An engine whose transactions only read needs no thread:
    nothing of theirs waits for the disk's promise."""

    has_stop = False  # a connection is closed, never torn down
    paramstyle = "qmark"

    def __init__(self, *, writes: bool) -> None:
        super().__init__(sqlite3, dbapi_module=sqlite3)
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, *args: Any, **options: Any) -> Connection:
        """A connection without a transaction: each one begins by `begin`."""
        raw = sqlite3.connect(*args, **(options | {"isolation_level": None, "check_same_thread": False}))
        return Connection(raw, ThreadPoolExecutor(1, "sqlite") if self._writes else None)


class _Stream(sqlite3.Cursor):
    """Reads on as its rows are asked for."""

    server_side = True

    async def _async_soft_close(self) -> None:
        """SQLAlchemy's asyncio asks for it before it hands a result out."""


class _Cursor(_Stream):
    """Takes all rows at once, so that no statement is left open when its transaction ends."""

    server_side = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._rows: deque[Any] = deque()

    def execute(self, *statement: Any) -> _Cursor:
        super().execute(*statement)
        self._rows = deque(super().fetchall()) if self.description else deque()
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        while self._rows:
            yield self._rows.popleft()


class Connection:
    """One connection, used by one task at a time. Its methods are called by SQLAlchemy, inside of its greenlet."""

    def __init__(self, raw: sqlite3.Connection, thread: ThreadPoolExecutor | None) -> None:
        self._connection = raw
        self._thread = thread

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self, *, server_side: bool = False) -> _Stream:
        """A cursor that holds its rows; `server_side` one that does not, for results that are streamed."""
        return self._connection.cursor(_Stream if server_side else _Cursor)

    def begin(self, statement: str) -> None:
        """Begin a transaction; where another process writes, wait for it without holding this one up."""
        if self._connection.in_transaction:  # whoever had it was broken off before its commit came here
            self._connection.rollback()
        if self._thread is None:
            self._connection.execute(statement)
        else:
            await_only(_patiently(self._connection, statement))

    def commit(self) -> None:
        """Return when the disk has it. What could not be committed is taken back: nobody else would (SQLAlchemy 2.1
        holds a transaction for ended once its commit was tried), and the next could not begin."""
        try:
            self._aside(self._connection.commit)
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        """Take back what the transaction wrote; nothing where there is none."""
        self._connection.rollback()

    def close(self) -> None:
        """The last connection to close folds the log back into the file, which waits for the disk too."""
        self._aside(self._connection.close)
        if self._thread is not None:
            self._thread.shutdown(wait=False)

    def terminate(self) -> None:
        """Close without waiting, once a commit under way is over: for a connection whose user was cancelled."""
        if self._thread is None:
            self._connection.close()
        else:
            self._thread.submit(self._connection.close)
            self._thread.shutdown(wait=False)

    def _aside(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            work()
        else:
            await_only(_to_its_end(asyncio.get_running_loop().run_in_executor(self._thread, work)))


async def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or loop.time() > until:
                raise
        await asyncio.sleep(LOOK_AGAIN)


async def _to_its_end(work: asyncio.Future[None]) -> None:
    """Who is cancelled meanwhile, however often, still waits: the connection is not to be used by two at once."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as wanted:
            cancelled = wanted
    if cancelled is not None:
        work.exception()  # looked at, so that nobody is told of it as forgotten
        raise cancelled
    work.result()
