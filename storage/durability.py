"""What `doctor` tells of the database: whether what was committed survives, and who can read it. Changes nothing."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import dataclass

from sqlalchemy import text

from storage.database import Database

# sqlite.org: a rare race when two connections reset the log at once can damage the file; 3.7.0 to 3.51.2.
_WAL_RESET_MENDED = (3, 51, 3)
_SYNCHRONOUS = {0: "off", 1: "normal", 2: "full", 3: "extra"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of `doctor`. `fault`: what is wrong with it and what to do; None: all is well."""

    name: str
    value: str
    fault: str | None = None


async def doctor_facts(db: Database) -> list[Fact]:
    """Ask the open database; works beside a running bot (`read_only`) too. Raises what the database raises."""
    return await (_sqlite(db) if db.dialect == "sqlite" else _postgresql(db))


async def _sqlite(db: Database) -> list[Fact]:
    path = db.address.path
    assert path is not None
    mode = stat.S_IMODE(path.stat().st_mode)
    wide = f"others can read it: chmod 600 {path}" if mode & 0o077 else None
    return [
        Fact("database", f"SQLite, {path}"),
        _version_fact(sqlite3.sqlite_version_info),
        await _journal_fact(db),
        await _synchronous_fact(db),
        Fact("file mode", f"{mode:04o}", wide),
    ]


def _version_fact(version: tuple[int, ...]) -> Fact:
    told = ".".join(str(part) for part in version)
    if version >= _WAL_RESET_MENDED:
        return Fact("SQLite version", told)
    return Fact(
        "SQLite version",
        told,
        "before 3.51.3 the file can be damaged, rarely, when two processes write to it: "
        "let no other program open it for writing while the bot runs",
    )


async def _journal_fact(db: Database) -> Fact:
    async with db.read() as session:
        mode = str((await session.execute(text("PRAGMA journal_mode"))).scalar_one())
    return Fact("journal_mode", mode, None if mode == "wal" else "should be wal: start the bot once, which sets it")


async def _synchronous_fact(db: Database) -> Fact:
    if db.read_only:  # a setting of each connection, so that of the process that writes cannot be asked for from here
        return Fact("synchronous", "full, set by the bot whenever it opens the file")
    async with db.write() as session:
        level = int((await session.execute(text("PRAGMA synchronous"))).scalar_one())
    fault = None if level >= 2 else "should be full: what Slack was told we have can be lost at power failure"
    return Fact("synchronous", _SYNCHRONOUS.get(level, str(level)), fault)


async def _postgresql(db: Database) -> list[Fact]:
    async with db.read() as session:
        version = (await session.execute(text("SHOW server_version"))).scalar_one()
        commit = (await session.execute(text("SHOW synchronous_commit"))).scalar_one()
        fsync = (await session.execute(text("SHOW fsync"))).scalar_one()
    weak = "should be on: what Slack was told we have can be lost when the server fails"
    return [
        Fact("database", f"PostgreSQL, {db.address}"),
        Fact("server version", str(version)),
        Fact("synchronous_commit", str(commit), weak if commit in ("off", "local") else None),
        Fact("fsync", str(fsync), weak if fsync != "on" else None),
    ]
