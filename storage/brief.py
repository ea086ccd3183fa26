"""One piece of work without a transaction around it: what it needs is read by one statement, and what it records is
written by one, which changes nothing where what was read has been changed in between. Knows no table.

For PostgreSQL, where every statement waits for the server: most commands wait twice so, and else four times, of which
the first begins the transaction and the last ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn

from sqlalchemy import Select, inspect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from storage.behind import WritingBehind, guarded
from storage.loading import Tables, loose_objects
from storage.prepared import write_if

#: PostgreSQL's code of a division by zero: see `write_if`.
_NO_ROW = "22012"


class NeedsTransaction(Exception):
    """The work asks or changes more than fits; nothing of it was written, and it is to be done in a transaction."""


class Brief:
    """`session` is what the work is given. It reaches no database: whoever asks it for more than it holds, or changes
    what it holds, gets NeedsTransaction; what is added behind waits for `write`."""

    def __init__(self, reaching: AsyncConnection, marks: Mapping[str, bool]) -> None:
        self.session = AsyncSession(
            _nowhere(), sync_session_class=WritingBehind, expire_on_commit=False, info=dict(marks)
        )
        #: Whether something may have been written.
        self.writing = False
        self._reaching = reaching
        self._read: list[Any] = []

    async def objects(self, statement: Select[Any], tables: Tables, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """As `storage.loading.objects`; they are no session's, and nothing that is changed of them is written."""
        rows = await self._reaching.run_sync(loose_objects, statement, tables, given)
        self._read += [one for row in rows for one in row[: len(tables)] if one is not None]
        return rows

    async def write(self) -> None:
        """Write what waits: all of it, or nothing where the change that it depends on changes no row.

        Raises NeedsTransaction in that case, where it depends on none, and where something of it is there already; else
        DBAPIError, and then nobody knows whether it was written. That change must not wait for anybody's lock: whoever
        waits for it could have gone, and it would be written nevertheless.
        """
        here = self.session.sync_session
        if here.new or any(inspect(one).modified for one in self._read):
            raise NeedsTransaction
        try:
            waiting = guarded(here)
        except LookupError as unguarded:
            raise NeedsTransaction from unguarded
        if not waiting:
            return
        if any(len(rows) > 1 for _, rows in waiting):
            raise NeedsTransaction
        self.writing = True
        try:
            await self._reaching.run_sync(write_if, [(statement, rows[0]) for statement, rows in waiting])
        except DBAPIError as fault:
            if isinstance(fault, IntegrityError) or getattr(fault.orig, "sqlstate", None) == _NO_ROW:
                self.writing = False
                raise NeedsTransaction from fault
            raise


async def _refuse() -> NoReturn:
    raise NeedsTransaction


@cache  # made where it is needed, since SQLite's users have no asyncpg
def _nowhere() -> AsyncEngine:
    """An engine that never connects."""
    return create_async_engine("postgresql+asyncpg://", async_creator=_refuse, poolclass=NullPool)
