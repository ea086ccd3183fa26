"""Where the database is: reads its address (a URL) without opening anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.refusals import OnNetworkFileSystem, UnusableAddress

Dialect = Literal["sqlite", "postgresql"]

_DRIVERS: dict[str, tuple[Dialect, str]] = {
    "sqlite": ("sqlite", "sqlite+aiosqlite"),
    "sqlite+aiosqlite": ("sqlite", "sqlite+aiosqlite"),
    "postgres": ("postgresql", "postgresql+asyncpg"),
    "postgresql": ("postgresql", "postgresql+asyncpg"),
    "postgresql+asyncpg": ("postgresql", "postgresql+asyncpg"),
}
_NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "beegfs",
        "ocfs2",
        "gfs2",
        "ncpfs",
        "davfs",
        "fuse.sshfs",
        "fuse.s3fs",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.gcsfuse",
        "fuse.davfs2",
        "fuse.vmhgfs-fuse",
    ]
)


@dataclass(frozen=True, slots=True)
class Address:
    """One database. `path` is the SQLite file, absolute; None on PostgreSQL. `url` holds the password."""

    dialect: Dialect
    url: URL
    path: Path | None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://…`; raises UnusableAddress."""
        try:
            url = make_url(text)
        except ArgumentError:
            raise UnusableAddress(
                "the database address cannot be read; it looks like sqlite:///tocsin.db "
                "or postgresql://user:password@host/name"
            ) from None
        if url.drivername not in _DRIVERS:
            raise UnusableAddress(f"{url.drivername}: is neither sqlite: nor postgresql:, so it cannot be the database")
        dialect, driver = _DRIVERS[url.drivername]
        if dialect == "postgresql":
            return cls(dialect, url.set(drivername=driver), None)
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise UnusableAddress("sqlite: needs the path of a file, such as sqlite:///tocsin.db; memory forgets")
        path = Path(url.database).expanduser().absolute()
        return cls(dialect, url.set(drivername=driver, database=str(path)), path)

    def __str__(self) -> str:
        """For people and logs: without the password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)


def refuse_network(path: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Raise OnNetworkFileSystem if `path` lies on one. `mounts`: the kernel's table; without one, all passes."""
    try:
        table = mounts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    real, nearest, kind = str(path.resolve()), "", ""
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ").rstrip("/")
        if real.startswith(point + "/") and len(point) >= len(nearest):
            nearest, kind = point, fields[2]
    if kind in _NETWORK:
        raise OnNetworkFileSystem(
            f"{path} lies on a network file system ({kind}), where SQLite's locks do not hold; "
            "put the file on a local disk, or use postgresql:"
        )
