"""Rows that are only added, written in one go, a statement for each table: before whatever is asked next, or committed.

Knows no table. Measured: of a command on SQLite a third was statements that each add one row, and on PostgreSQL each of
them waits for the server besides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Update, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from storage.prepared import write

_GUARD, _FIRST, _BEHIND = "change that all depends on", "rows to be written first", "rows to be written"


def add_behind(
    session: AsyncSession, insert: Insert | Update, row: Mapping[str, Any], *, once: int | None = None
) -> None:
    """Have a row added by `insert` in this transaction; or changed, which nobody else may do in it meanwhile.

    `once`: the key of a row of which the last that is said counts, so that it is written once. What a row violates is
    raised when it is written.
    """
    session.info.setdefault(_BEHIND, {}).setdefault(insert, {})[object() if once is None else once] = row


def add_first(session: AsyncSession, insert: Insert, row: Mapping[str, Any]) -> None:
    """As `add_behind`, for a row that the session has an object of: written before what was changed of that."""
    session.info.setdefault(_FIRST, {}).setdefault(insert, {})[object()] = row


def guard_by(session: AsyncSession, change: Update, row: Mapping[str, Any]) -> None:
    """Have all that waits depend on a change, for which the last row that is said counts: for a `storage.brief`."""
    session.info[_GUARD] = {change: {None: row}}


def guarded(session: Session) -> list[tuple[Insert | Update, list[Mapping[str, Any]]]]:
    """What waits to be written, taken out: rows by their statements, in the order in which they are to be written, and
    before them what they depend on. Raises LookupError where something waits and depends on nothing."""
    found = [session.info.pop(which, {}) for which in (_GUARD, _FIRST, _BEHIND)]
    if any(found) and not found[0]:
        raise LookupError
    return [(statement, list(rows.values())) for one in found for statement, rows in one.items()]


class WritingBehind(Session):
    """A session whose flush writes those rows too. SQLAlchemy (2.1) flushes before every statement, whichever it is, so
    that nobody reads past them; only at an end without one it sees nothing to be written, and is told."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what was changed, then what was added: it may refer to that."""
        self._write(_FIRST)
        super().flush(objects)
        self._write(_BEHIND)

    def _write(self, which: str) -> None:
        waiting: Mapping[Insert | Update, Mapping[object, Mapping[str, Any]]] = self.info.pop(which, {})
        if waiting:
            write(self, {statement: list(rows.values()) for statement, rows in waiting.items()})


@event.listens_for(WritingBehind, "before_commit")
def _write(session: Session) -> None:
    session.flush()


@event.listens_for(WritingBehind, "after_soft_rollback")
def _forget(session: Session, _ended: SessionTransaction) -> None:
    session.info.pop(_FIRST, None)
    session.info.pop(_BEHIND, None)
