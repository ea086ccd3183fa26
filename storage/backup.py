"""Makes a consistent copy of an SQLite file, also while a bot writes to it; knows no table."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from storage.refusals import DatabaseMissing, StorageRefusal


class BackupFailed(StorageRefusal):
    """The copy could not be made, or was not whole; nothing of it is left."""


def back_up(path: Path, to: Path) -> int:
    """Copy the SQLite file at `path` as it stands in one instant to `to`, readable by its owner alone; its bytes.

    The source is opened for reading only, takes no lock of ours and is never checkpointed: a running bot is neither
    stopped nor held up. The copy is one file without a log beside it, checked before it gets its name. Raises
    DatabaseMissing, FileExistsError for a `to` that is there already, and BackupFailed.
    """
    if not path.exists():
        raise DatabaseMissing(f"there is no database at {path}")
    # Held by an empty file until the copy takes its place in one move, so that two backups cannot share a name.
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    part = to.with_name(to.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            _copy(path, part)
        except sqlite3.Error as error:
            raise BackupFailed(f"no copy of {path} was made: {error}") from None
        size = _kept(part)
        part.replace(to)
        _sync(to.parent)
    except BaseException:
        for left in (part, to):
            left.unlink(missing_ok=True)
        raise
    return size


def _copy(path: Path, part: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as source,
        contextlib.closing(sqlite3.connect(part)) as target,
    ):
        for pragma in ("query_only=ON", "wal_autocheckpoint=0"):
            source.execute(f"PRAGMA {pragma}")
        # All pages in one step: in several, each commit of the bot would start the copy anew.
        source.backup(target, pages=-1)
        # The copied header says WAL, which would need a second file; the bot sets it again when it opens this one.
        target.execute("PRAGMA journal_mode=DELETE")
        found = target.execute("PRAGMA quick_check(1)").fetchone()
        if found != ("ok",):
            raise BackupFailed(f"{path} is damaged, and so is every copy of it: {found[0] if found else 'no answer'}")


def _kept(part: Path) -> int:
    with part.open("rb+") as written:
        os.fsync(written.fileno())
        return os.fstat(written.fileno()).st_size


def _sync(folder: Path) -> None:
    """Make the file's name survive a power failure too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
