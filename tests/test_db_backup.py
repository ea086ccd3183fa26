"""`tocsin db backup`: a consistent copy beside a running bot, which is neither stopped nor changed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from bot.app import Tocsin
from bot.cli import run
from storage.backup import BackupFailed, back_up
from tests.rig import Rig, number, running

pytestmark = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def backup(rig: Rig, to: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", rig.settings.database_url)
    return await asyncio.to_thread(run, ["db", "backup", str(to)])


async def test_a_bot_goes_on_from_a_copy_made_while_it_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "copy.db"
    async with running(tmp_path) as rig:
        await rig.declare()
        kept = number(await rig.types("ana", "/incident note before the copy"))
        assert await backup(rig, copy, monkeypatch) == 0
        await rig.types("ana", "/incident note after the copy")
        assert rig.ws.refused == []
        await rig.bot.stop()
        live = tmp_path / "tocsin.db"
        for end in ("", "-wal", "-shm"):
            live.with_name(live.name + end).unlink(missing_ok=True)
        copy.rename(live)
        rig.bot = Tocsin(rig.settings, clock=rig.clock)
        await rig.bot.start()
        await rig.quiet()
        told = await rig.timeline()
        assert "before the copy" in told
        assert "after the copy" not in told
        assert number(await rig.types("ana", "/incident note on the copy")) == kept + 1


async def test_the_live_file_and_its_log_are_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as rig:
        await rig.declare()
        files = [tmp_path / "tocsin.db", tmp_path / "tocsin.db-wal"]
        before = [path.read_bytes() for path in files]
        assert len(before[1]) > 0, "nothing stood in the log, so nothing was proved"
        assert await backup(rig, tmp_path / "copy.db", monkeypatch) == 0
        assert [path.read_bytes() for path in files] == before


async def test_a_copy_is_one_file_that_only_its_owner_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old = os.umask(0)
    try:
        async with running(tmp_path) as rig:
            await rig.declare()
            assert await backup(rig, folder / "copy.db", monkeypatch) == 0
    finally:
        os.umask(old)
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    assert f"{(folder / 'copy.db').stat().st_size} bytes" in capsys.readouterr().out
    with contextlib.closing(sqlite3.connect(folder / "copy.db")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


async def test_a_file_that_is_there_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copy.db").write_text("somebody's")
    async with running(tmp_path) as rig:
        assert await backup(rig, tmp_path / "copy.db", monkeypatch) == 2
        assert await backup(rig, tmp_path / "tocsin.db", monkeypatch) == 2
        await rig.declare()
    assert (tmp_path / "copy.db").read_text() == "somebody's"
    assert "copy.db: File exists" in capsys.readouterr().err
    assert [name for name in os.listdir(tmp_path) if name.endswith(".part")] == []


def test_on_postgresql_it_names_pg_dump(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql+asyncpg://tocsin:hidden@nowhere/tocsin")
    assert run(["db", "backup", "copy.db"]) == 2
    told = capsys.readouterr().err
    assert "pg_dump" in told
    assert "hidden" not in told
    assert not Path("copy.db").exists()


def test_a_missing_database_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")
    assert run(["db", "backup", "copy.db"]) == 3
    assert "there is no database" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_makes_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    with contextlib.closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE words (word TEXT)")
        made.executemany("INSERT INTO words VALUES (?)", [("x" * 500,)] * 200)
        made.commit()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    with pytest.raises(BackupFailed):
        back_up(path, tmp_path / "copy.db")
    assert [one.name for one in tmp_path.iterdir()] == ["damaged.db"]


def test_a_copy_made_amid_writes_holds_whole_transactions_only(tmp_path: Path) -> None:
    path, written, ended = tmp_path / "busy.db", threading.Event(), threading.Event()
    with contextlib.closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE pair (side TEXT, word TEXT)")
        made.commit()

    def write() -> None:
        with contextlib.closing(sqlite3.connect(path)) as bot:
            while not ended.is_set():
                with bot:
                    bot.executemany("INSERT INTO pair VALUES (?, ?)", [("left", "x" * 900), ("right", "y" * 900)])
                written.set()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for n in range(5):
            written.clear()
            assert written.wait(60), "nothing is written any more"
            back_up(path, tmp_path / f"copy{n}.db")
    finally:
        ended.set()
        writing.join()
    counts = []
    for n in range(5):
        with contextlib.closing(sqlite3.connect(tmp_path / f"copy{n}.db")) as copy:
            counts.append(dict(copy.execute("SELECT side, count(*) FROM pair GROUP BY side")))
    assert all(count.get("left") == count.get("right") for count in counts)
    assert counts[0] != counts[-1], "nothing was written meanwhile, so nothing was proved"
