"""The databases that tests stand on: each a copy of one that was migrated once, on SQLite or on PostgreSQL.

On SQLite a copy is a file, on PostgreSQL `CREATE DATABASE … TEMPLATE`, on one server a test process (`tests.postgres`)
that is started when the first test asks for it. conftest.py chooses which of the two a test gets.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import os
import re
import sqlite3
import tempfile
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Literal

import asyncpg
from sqlalchemy.engine import make_url

from storage.migrate import migrate
from tests.postgres import server

Dialect = Literal["sqlite", "postgresql"]
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")


@functools.cache
def empty_file() -> bytes:
    """An SQLite file with all tables and no rows; migrated once, since that takes a third of a second."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "empty.db"
        thread.submit(asyncio.run, migrate(f"sqlite:///{path}")).result()
        return path.read_bytes()


class Databases:
    """Those of one test process. A folder stands for a database: the same folder gives the same one again."""

    def __init__(self) -> None:
        self.dialect: Dialect = "sqlite"
        self._made: dict[Path, str] = {}
        self._count = 0
        self._server: _Server | None = None

    def address(self, folder: Path) -> str:
        """The URL of the folder's database; made, with all tables, where there is none yet."""
        if self.dialect == "sqlite":
            path = folder / "tocsin.db"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(empty_file())
            return f"sqlite+aiosqlite:///{path}"
        if folder not in self._made:
            self._count += 1
            self.server.copy(name := f"tocsin_{os.getpid()}_{self._count}")
            self._made[folder] = name
        return self.server.url_of(self._made[folder])

    @property
    def server(self) -> _Server:
        """PostgreSQL, started on first use."""
        if self._server is None:
            self._server = _Server()
        return self._server

    def rows(self, folder: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the folder's database answers to a statement of both dialects, beside a bot that runs; `?` for each of
        `values`. It is committed."""
        if self.dialect == "sqlite":
            with closing(sqlite3.connect(folder / "tocsin.db", timeout=10)) as file, file:
                return file.execute(statement, values).fetchall()
        count = itertools.count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(count)}", statement)
        return self.server.ask(self._made[folder], numbered, values)

    def everything(self, folder: Path) -> str:
        """Every word in every table, as one string."""
        if self.dialect == "sqlite":
            with closing(sqlite3.connect(f"file:{folder / 'tocsin.db'}?mode=ro", uri=True)) as file:
                return "\n".join(file.iterdump())
        tables = self.rows(folder, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return "\n".join(str(self.rows(folder, f'SELECT * FROM "{table}"')) for (table,) in tables)

    def forget(self) -> None:
        """Drop what a test had made; files go with their folders."""
        for name in self._made.values():
            self.server.drop(name)
        self._made.clear()

    def close(self) -> None:
        """Stop the server, if one was started."""
        if self._server is not None:
            self._server.close()
            self._server = None


class _Server:
    """A running PostgreSQL, one database with all tables to copy from, and a connection that makes and drops copies.

    The connection lives on a thread of its own, so that it serves tests with and without an event loop.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.url = self._stack.enter_context(server())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="databases", daemon=True)
        self._thread.start()
        self._empty = f"tocsin_{os.getpid()}_empty"
        self._admin: asyncpg.Connection[Any] = self._wait(self._connect())
        self._execute(f'CREATE DATABASE "{self._empty}"')
        self._wait(migrate(self.url_of(self._empty)))

    async def _connect(self) -> asyncpg.Connection[Any]:
        return await asyncpg.connect(make_url(self.url).set(drivername="postgresql").render_as_string(False))

    def url_of(self, name: str) -> str:
        """The URL of a database on the server."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def ask(self, name: str, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows that a database of the server answers."""

        async def asked() -> list[tuple[Any, ...]]:
            url = make_url(self.url_of(name)).set(drivername="postgresql").render_as_string(False)
            connection = await asyncpg.connect(url)
            try:
                return [tuple(row) for row in await connection.fetch(statement, *values)]
            finally:
                await connection.close()

        return self._wait(asked())  # type: ignore[no-any-return]

    def copy(self, name: str) -> None:
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._empty}"')

    def drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        try:
            self.drop(self._empty)
            self._wait(self._admin.close())
        finally:  # a server that does not answer is ended all the same
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=20)
            self._stack.close()
        self._loop.close()

    def _execute(self, statement: str) -> None:
        self._wait(self._admin.execute(statement))

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)


#: The one of this process; conftest.py sets its dialect for each test.
DATABASES = Databases()
