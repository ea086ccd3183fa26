"""Compiled statements, shared by all the engines of a test process: each test starts a bot, which has new engines.

An engine keeps what it compiled by its dialect, so both are handed on from the first engine of each kind. A bot in
service has its engines for as long as it lives and needs none of this; it takes a third off a test that starts one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import database


def share_compiled_statements() -> None:
    """From now on, until the process ends."""
    first: dict[tuple[str, str], Any] = {}

    def create(*args: Any, **kwargs: Any) -> AsyncEngine:
        made = create_async_engine(*args, **kwargs)
        engine = made.sync_engine
        shared = first.setdefault((engine.dialect.name, engine.dialect.driver), engine)
        engine.dialect = engine.pool._dialect = shared.dialect
        engine._compiled_cache = shared._compiled_cache
        return made

    database.create_async_engine = create  # type: ignore[attr-defined]
