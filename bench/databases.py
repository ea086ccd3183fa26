"""The databases that a table is measured on: an SQLite file, and a PostgreSQL server of its own, both durable."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import fresh_database, server

SLOW_DISK = 0.010  # seconds
#: What a server runs with; the tests' own gives durability up.
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "shared_buffers": "128MB"}
#: Each flush of its log begins so much later: a disk that takes its time.
SLOW = DURABLE | {"commit_delay": str(int(SLOW_DISK * 1_000_000)), "commit_siblings": "0"}


@contextmanager
def databases(settings: Mapping[str, str] = DURABLE) -> Iterator[dict[str, tuple[str, Path]]]:
    """(URL, data folder) of an empty database of each sort, by name. `settings` are the PostgreSQL server's."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder, server(settings) as postgres:
        path = Path(folder)
        yield {
            "SQLite": (f"sqlite+aiosqlite:///{path / 'tocsin.db'}", path / "a"),
            "PostgreSQL": (asyncio.run(fresh_database(postgres, "bench")), path / "b"),
        }
