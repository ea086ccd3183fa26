"""`tocsin db copy`: every row of an SQLite file in PostgreSQL, compared one by one, or nothing at all."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from bot.app import Tocsin
from bot.cli import run
from storage.comparing import digest
from storage.database import Database
from storage.migrate import migrate
from tests.postgres import fresh_database
from tests.rig import number, running
from tests.workshop import database_file

TABLES = SQLModel.metadata.tables
AT = datetime(2024, 3, 15, 10, 0, 0, 123456, tzinfo=UTC)


pytestmark = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def copy(source: str, to: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", re.sub("^sqlite:", "sqlite+aiosqlite:", source))
    return await asyncio.to_thread(run, ["db", "copy", "--to", to])


@asynccontextmanager
async def opened(url: str) -> Any:
    db = await Database.open(url)
    try:
        yield db
    finally:
        await db.close()


async def rows(url: str, table: str) -> list[dict[str, Any]]:
    """All rows as the bot reads them, in an order that both databases have in common."""
    async with opened(url) as db, db.read() as session:
        found = [dict(row._mapping) for row in await session.execute(select(TABLES[table]))]
    return sorted(found, key=lambda row: [str(row[column.name]) for column in TABLES[table].primary_key.columns])


async def put(url: str, *given: tuple[str, dict[str, Any]]) -> None:
    async with opened(url) as db, db.write() as session:
        for table, values in given:
            await session.execute(insert(TABLES[table]), values)


def message(number: int, words: str | None, **more: Any) -> tuple[str, dict[str, Any]]:
    values = {"id": number, "channel_id": 1, "ts": f"1710496800.{number:06}", "text": words, "files": []}
    return ("message", values | more)


def job(key: str, **more: Any) -> tuple[str, dict[str, Any]]:
    values = {"id": key, "kind": "open", "payload": {}, "state": "ready", "run_at": AT, "due_at": AT, "seq": 1}
    return ("job", values | more)


WORKSPACE = ("workspace", {"id": 1, "team_id": "T1", "incident_counter": 0})
CHANNEL = (
    "channel",
    {"id": 1, "workspace_id": 1, "slack_id": "C1", "is_private": False, "is_archived": False, "is_deleted": False},
)


async def tables_of(url: str) -> set[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"))
        names = {str(name) for (name,) in found}
    await engine.dispose()
    return names


async def test_a_bot_goes_on_recording_where_it_left_off(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = await fresh_database(postgres, "moved")
    async with running(tmp_path) as rig:
        room = await rig.declare()
        said = await rig.says("ben", "the disk of db-3 is full")
        await rig.person("ana").reacts(said, "pushpin")
        await rig.quiet()
        last = number(await rig.types("ana", "/incident action freed 40 GB at: 9:50"))
        source = rig.settings.database_url
        await rig.bot.stop()
        assert await copy(source, target, monkeypatch) == 0, capsys.readouterr()
        assert "each compared with its source" in capsys.readouterr().out
        for table in TABLES:
            assert await rows(target, table) == await rows(source, table), table
        object.__setattr__(rig.settings, "database_url", target)
        rig.bot = Tocsin(rig.settings, clock=rig.clock)
        await rig.bot.start()
        await rig.quiet()
        assert number(await rig.types("ana", "/incident fix log rotation is back")) == last + 1
        await rig.says("ben", "all well")
        told = await rig.timeline()
        for words in ("the disk of db-3 is full", "freed 40 GB", "log rotation is back"):
            assert words in told
        assert len([post for post in rig.posts(room) if post.pinned]) == 1
        await rig.types("ben", "/incident declare another one sev3", rig.ops)
        assert "inc-2-" in rig.room.name
        assert rig.ws.refused == []


async def test_everything_that_a_row_can_hold_arrives(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "hold")
    words = "Größe 😀 \u200b ' \" \\ \\x00 \r\n\t %s :name $1 \ufffe" + "ß" * 40_000
    nested = [{"z": 1, "a": [None, True, 0.1, 10**18, "\x00\ud83d"], "": {"k": "é"}}]
    await put(
        source,
        WORKSPACE,
        CHANNEL,
        message(1, words, files=nested, deleted_at=AT, missing_since=datetime(1, 1, 1, tzinfo=UTC)),
        message(2, None, erased_at=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        message(7, ""),
        job("Ä:1", payload={"b": 1, "a": 2}, state="failed", seq=2**62, error="x" * 255),
        job("a:2"),
        ("job_step", {"job_id": "a:2", "name": "Z", "result": ["t", 1], "done_at": AT}),
        ("job_step", {"job_id": "a:2", "name": "b", "result": None, "tries": 3}),
    )
    assert await copy(source, target, monkeypatch) == 0
    for table in TABLES:
        assert await rows(target, table) == await rows(source, table), table
    [first, *_] = await rows(target, "message")
    assert (first["text"], first["files"], first["deleted_at"]) == (words, nested, AT)
    assert list(first["files"][0]) == ["z", "a", ""]


async def test_the_next_row_has_an_id_of_its_own(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "ids")
    await put(source, WORKSPACE, CHANNEL, message(41, "the last"))
    assert await copy(source, target, monkeypatch) == 0
    new = {key: value for key, value in message(0, "the next")[1].items() if key != "id"}
    await put(
        target, ("message", new), ("audit", {"workspace_id": 1, "at": AT, "actor": "a", "action": "b", "target": "c"})
    )
    assert [row["id"] for row in await rows(target, "message")] == [41, 42]
    assert [row["id"] for row in await rows(target, "audit")] == [1]


async def test_a_sign_that_postgresql_does_not_take_is_replaced_and_said(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "nul")
    await put(source, WORKSPACE, CHANNEL, message(1, "be\x00fore"), message(2, "plain"))
    assert await copy(source, target, monkeypatch) == 0
    assert "1 rows of message held the character U+0000" in capsys.readouterr().out
    assert [row["text"] for row in await rows(target, "message")] == ["be\ufffdfore", "plain"]


async def test_many_rows_go_in_batches_and_all_arrive(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "many")
    await put(source, WORKSPACE, CHANNEL)
    async with opened(source) as db, db.write() as session:
        given = [message(n, f"line {n} é")[1] for n in range(1, 4_322)]
        await session.execute(insert(TABLES["message"]), given)
        await session.execute(
            insert(TABLES["inbox"]), [{"key": f"Ev{n}-é{n % 7}", "received_at": AT} for n in range(2_500)]
        )
    assert await copy(source, target, monkeypatch) == 0
    assert [row["text"] for row in await rows(target, "message")] == [
        row["text"] for row in await rows(source, "message")
    ]
    assert len(await rows(target, "inbox")) == 2_500


async def test_what_differs_is_said_and_nothing_is_kept(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "differs")
    await put(source, WORKSPACE, CHANNEL, message(1, "as it was"), message(2, "changed on the way"))
    await migrate(target)
    engine = create_async_engine(target)
    async with engine.begin() as connection:  # a server that does not keep what it is given
        await connection.execute(
            text(
                "CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN NEW.text = upper(NEW.text); RETURN NEW; END $$ "
                "LANGUAGE plpgsql"
            )
        )
        await connection.execute(
            text("CREATE TRIGGER t BEFORE INSERT ON message FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION spoil()")
        )
    assert await copy(source, target, monkeypatch) == 1
    told = capsys.readouterr().err
    assert "message differs in the row id 2; nothing was kept" in told
    assert "on the way" not in told.lower()
    assert await rows(target, "workspace") == []
    async with engine.begin() as connection:  # and one that drops a row
        await connection.execute(text("DROP TRIGGER t ON message"))
        await connection.execute(
            text("CREATE OR REPLACE FUNCTION spoil() RETURNS trigger AS $$ BEGIN RETURN NULL; END $$ LANGUAGE plpgsql")
        )
        await connection.execute(
            text("CREATE TRIGGER t BEFORE INSERT ON message FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION spoil()")
        )
    assert await copy(source, target, monkeypatch) == 1
    assert "message has only 1 rows" in capsys.readouterr().err
    assert await rows(target, "message") == await rows(target, "workspace") == []
    await engine.dispose()


async def test_a_row_that_does_not_fit_is_named_without_its_words(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "fits")
    await put(source, job("x" * 300, kind="secretive"))
    assert await copy(source, target, monkeypatch) == 1
    told = capsys.readouterr().err
    assert "job, rows 1 to 1 by key" in told
    assert "secretive" not in told
    assert await tables_of(target) == set()


async def test_a_target_that_holds_anything_is_refused(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "full")
    await put(source, WORKSPACE)
    await migrate(target)
    await put(target, ("workspace", {"id": 9, "team_id": "T9", "incident_counter": 4}))
    assert await copy(source, target, monkeypatch) == 3
    assert "is not empty: workspace holds rows" in capsys.readouterr().err
    assert [row["team_id"] for row in await rows(target, "workspace")] == ["T9"]
    other = await fresh_database(postgres, "others")
    engine = create_async_engine(other)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE orders (id int)"))
    await engine.dispose()
    assert await copy(source, other, monkeypatch) == 3
    assert "tables that are not ours (orders)" in capsys.readouterr().err
    assert await tables_of(other) == {"orders"}


async def test_a_bot_that_runs_keeps_its_file(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = await fresh_database(postgres, "busy")
    async with running(tmp_path) as rig:
        await rig.declare()
        assert await copy(rig.settings.database_url, target, monkeypatch) == 3
        assert "is in use by process" in capsys.readouterr().err
        assert number(await rig.types("ana", "/incident note still here")) > 1
    assert await tables_of(target) == set()


@pytest.mark.parametrize(
    ("source", "to", "code", "words"),
    [
        ("sqlite:///{}/tocsin.db", "sqlite:///{}/other.db", 2, "the copy goes to PostgreSQL"),
        ("postgresql+asyncpg://a:hidden@b/c", "postgresql+asyncpg://a:hidden@b/d", 2, "pg_dump"),
        ("sqlite:///{}/none.db", "postgresql+asyncpg://a:hidden@b/d", 3, "there is no database"),
        ("sqlite:///{}/empty.db", "postgresql+asyncpg://a:hidden@b/d", 3, "tocsin db upgrade"),
        ("sqlite:///{}/tocsin.db", "postgresql+asyncpg://a:hidden@localhost:1/d", 3, ""),
    ],
)
async def test_what_cannot_be_copied_is_said(
    tmp_path: Path, source: str, to: str, code: int, words: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    database_file(tmp_path)
    (tmp_path / "empty.db").touch()
    assert await copy(source.format(tmp_path), to.format(tmp_path), monkeypatch) == code
    told = capsys.readouterr().err
    assert words in told
    assert "hidden" not in told
    assert not (tmp_path / "none.db").exists()


async def test_a_table_that_nobody_knows_is_not_left_behind(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = database_file(tmp_path), await fresh_database(postgres, "strange")
    async with opened(source) as db, db.write() as session:
        await session.execute(text("CREATE TABLE notes (id int)"))
    assert await copy(source, target, monkeypatch) == 1
    assert "not ours, and would not be copied: notes" in capsys.readouterr().err
    assert await tables_of(target) == set()


def test_a_digest_tells_values_apart_that_print_alike() -> None:
    alike = [{"a": 1}, {"a": "1"}, {"a": True}, {"a": 1.0}, {"a": None}, {"a": "None"}, {"a": []}, {"b": 1}]
    alike += [{"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}, {"a": AT}, {"a": AT.isoformat()}]
    assert len({digest(row) for row in alike}) == len(alike)
