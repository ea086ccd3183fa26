"""Fixtures that many rooms use, and the choice of the database that a test stands on."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import Phase, settings

from storage import migrate
from tests.compiled import share_compiled_statements
from tests.databases import DATABASES, DIALECTS, Databases
from tests.forge import Forge
from tests.rig import Rig, running

#: A module that names one of these, or a test that takes the fixture `rig`, stands on a database.
_STANDS_ON = ("running", "workshop", "open_database", "database_file")
#: Memory as a folder, and how many bytes of it must be free.
MEMORY, ROOM = "/dev/shm", 4 << 30
NEXT = """
from alembic import op
import sqlalchemy as sa
revision = {revision!r}
down_revision = {before!r}
def upgrade():
    {body}
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database`: all tests that stand on a database on this one; without it SQLite, and on both what is marked."""
    parser.addoption("--database", choices=[*DIALECTS, "both"], help="SQLite, and on both what is marked `databases`")


def pytest_configure(config: pytest.Config) -> None:
    """The marks, so that a misspelt one is an error; and no example explained, which takes minutes over a real bot."""
    settings.register_profile("tocsin", phases=[one for one in Phase if one is not Phase.explain])
    settings.load_profile("tocsin")
    share_compiled_statements()
    _write_to_memory()
    config.addinivalue_line("markers", "databases: run on SQLite and on PostgreSQL, also without --database")
    config.addinivalue_line("markers", "sqlite: about the file or its one process, so run on SQLite alone")
    config.addinivalue_line("markers", "postgresql: about the server or several processes, so run on PostgreSQL alone")


def _write_to_memory() -> None:
    """Tests, and what they start, write below a folder that lies in memory, where the machine has one with room: a
    tenth of what a test of the bot costs is the disk's, and half of a PostgreSQL's start. To a bot that is killed it is
    the same; nothing here pulls a plug. `TMPDIR` names another folder."""
    if "TMPDIR" in os.environ:
        return
    with suppress(OSError):
        there = os.statvfs(MEMORY)
        fits = there.f_bavail * there.f_frsize > ROOM and not there.f_flag & os.ST_NOEXEC
        if fits and os.access(MEMORY, os.W_OK):
            os.environ |= {"TMPDIR": MEMORY, "PYTEST_DEBUG_TEMPROOT": MEMORY}
            tempfile.tempdir = None  # whoever asked already was told of the disk


def pytest_xdist_auto_num_workers() -> int:
    """One more worker than there are processors: many tests wait for sockets, processes and disks."""
    return (os.cpu_count() or 1) + 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on each database that it is for."""
    chosen = _dialects(metafunc)
    if chosen != ["sqlite"]:
        metafunc.parametrize("database", chosen, indirect=True)


def _dialects(metafunc: pytest.Metafunc) -> list[str]:
    def marked(name: str) -> bool:
        return metafunc.definition.get_closest_marker(name) is not None

    wanted = metafunc.config.getoption("--database")
    stands = "rig" in metafunc.fixturenames or any(hasattr(metafunc.module, name) for name in _STANDS_ON)
    if marked("postgresql"):
        return ["postgresql"]
    if marked("sqlite") or not stands:
        return ["sqlite"]
    if wanted == "both" or (wanted is None and marked("databases")):
        return list(DIALECTS)
    return [wanted or "sqlite"]


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """What `tests.rig` and `tests.workshop` open: databases of one dialect, dropped after the test."""
    DATABASES.dialect = getattr(request, "param", "sqlite")
    yield DATABASES
    DATABASES.forget()
    DATABASES.dialect = "sqlite"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs many tests at once may be slower than Slack waits; a database that hangs has tests of its
    own."""
    monkeypatch.setattr("bot.slack.dispatch.PATIENCE", 30.0)


@pytest.fixture
def postgres() -> str:
    """The URL of a PostgreSQL server, without a database of one's own (`tests.postgres.fresh_database`)."""
    return DATABASES.server.url


def pytest_sessionfinish() -> None:
    """Stop the server, where one was needed."""
    DATABASES.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays: collecting it again and again took a fifth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest_asyncio.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """A local workspace with the bot connected."""
    async with running(tmp_path) as found:
        yield found


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """`tocsin` as processes, at the price of a fork each."""
    made = Forge()
    yield made
    made.close()


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give the program a migration beyond its own; call with the body of `upgrade`, get its number."""

    def add(body: str) -> str:
        home = tmp_path / "migrations"
        (home / "versions").mkdir(parents=True)
        for file in (*migrate.MIGRATIONS.glob("*.*"), *migrate.MIGRATIONS.glob("versions/*.py")):
            (home / file.relative_to(migrate.MIGRATIONS)).write_bytes(file.read_bytes())
        before = migrate.head()
        revision = f"{int(before) + 1:04d}"
        written = NEXT.format(revision=revision, before=before, body=body.replace("\n", "\n    "))
        (home / "versions" / f"{revision}_next.py").write_text(written)
        monkeypatch.setattr(migrate, "MIGRATIONS", home)
        return revision

    return add
