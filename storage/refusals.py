"""Why storage refuses to work at all, each in words that an operator reads on the terminal; no incident knows these."""

from __future__ import annotations


class StorageRefusal(Exception):
    """Storage cannot be used as asked. `str()` of it is a sentence that says what to do; it holds no password."""


class UnusableAddress(StorageRefusal):
    """The database address names no database that this program can use."""


class DatabaseMissing(StorageRefusal):
    """A file was to be read that is not there."""


class DatabaseInUse(StorageRefusal):
    """Another process has the SQLite file open for writing."""


class OnNetworkFileSystem(StorageRefusal):
    """SQLite's locks do not hold there, so the file would be damaged sooner or later."""


class SchemaIsNewer(StorageRefusal):
    """A later release has changed the tables; this one must not touch them."""


class SchemaIsBehind(StorageRefusal):
    """The tables are older than the code, and migrating was switched off."""
