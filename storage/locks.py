"""Lets one process at a time own an SQLite file; it knows nothing of what is in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType

from storage.refusals import DatabaseInUse


class FileLock:
    """The right to write to one SQLite file, held until `release` or the end of the process, however it ends.

    The lock lies on `<file>.lock`, not on the file: SQLite drops its own locks when anything else in the process closes
    that file. The lock's file stays behind, since removing it would let two processes each hold "the" lock.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._fd: int | None = None

    def acquire(self) -> FileLock:
        """Take it at once or raise DatabaseInUse, naming the process that has it. Blocks for no one."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(fd, 32, 0).decode(errors="replace").strip()
            os.close(fd)
            who = f"process {holder}" if holder.isdigit() else "another process"
            raise DatabaseInUse(
                f"{self._database} is in use by {who}; stop it first, or give this one another database"
            ) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd
        return self

    def release(self) -> None:
        """Give it back; a second call does nothing."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> FileLock:
        return self  # taken already: `with lock.acquire():`

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()
