"""Those who are about to do one and the same thing take turns, also in different processes. Knows no such thing."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TAKE = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


async def take_turn(session: AsyncSession, what: str) -> None:
    """Wait until nobody else is at `what`; who comes next waits until this transaction ends, and then sees its rows.

    To be taken before any row is locked. On SQLite, which has one writer at a time, it is always one's turn.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_TAKE, {"what": what})
