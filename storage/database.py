"""One open database, SQLite or PostgreSQL: gives transactions, and knows no table."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from storage import engines
from storage.address import Address, Dialect, refuse_network
from storage.behind import WritingBehind
from storage.brief import Brief
from storage.locks import FileLock
from storage.refusals import DatabaseMissing

#: Set in `session.info` by whoever writes jobs: after the commit everybody who asked with `on_jobs` is told.
JOBS_CHANGED = "jobs changed"

#: How long anybody waits for SQLite's one writer, in seconds.
_MOST_PATIENCE = 30


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
            engine = engines.postgresql(address.url, read_only=read_only)
            writer = None if read_only else engine
            return cls(address, writer, engines.looking(engine), None, engines.glancing(engine))
        refuse_network(address.path)
        if read_only:
            if not address.path.exists():
                raise DatabaseMissing(f"there is no database at {address.path}")
            visit = address.url.set(database=address.path.as_uri(), query={"mode": "ro", "uri": "true"})
            return cls(address, None, engines.sqlite_visitors(visit), None)
        lock = own_file(address)
        return cls(address, engines.sqlite_writer(address.url), engines.sqlite_readers(address.url), lock)

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
            self._tell(session.info)

    def _tell(self, info: dict[Any, Any]) -> None:
        if info.pop(JOBS_CHANGED, False):
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

    @property
    def is_brief(self) -> bool:
        """Whether `brief` can be used: where a transaction waits for a server."""
        return self._writer is not None and self.dialect == "postgresql"

    @asynccontextmanager
    async def brief(self) -> AsyncIterator[Brief]:
        """A piece of work without a transaction; it calls `Brief.write` itself."""
        async with self._glancing.connect() as reaching:
            brief = Brief(reaching, self._marks)
            try:
                yield brief
            finally:
                if brief.writing:
                    self._tell(brief.session.info)

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
