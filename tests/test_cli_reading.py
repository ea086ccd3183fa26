"""`tocsin list`, `timeline`, `draft`, `export`: what the operator reads beside a running bot, and what is logged."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import run
from bot.cli.everything import TABLES
from bot.cli.outcome import DIFFERENT, OK, UNREACHABLE, WRONG
from storage import job_tables  # noqa: F401  its tables are part of the schema
from storage.tables import SQLModel
from tests.rig import Rig, running

TOKEN = "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx"


@dataclass(frozen=True)
class Told:
    """INC-1, resolved, and INC-2, private and open, in a database in `folder`."""

    folder: Path
    team_id: str
    ana_id: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Made once, since all here only read."""
    return asyncio.run(_tell(tmp_path_factory.mktemp("told")))


async def _tell(folder: Path) -> Told:
    async with running(folder) as rig:
        await rig.declare("checkout is down sev1 at: 9:40")
        await rig.types("ana", "/incident action restarted the api with @ben at: 9:50")
        await rig.types("ana", f"/incident note the token was {TOKEN}")
        await rig.types("ben", "/incident note a line too many")
        await rig.types("ben", "/incident retract #4 not ours")
        message = await rig.says("ana", "the pool was full all along")
        await rig.person("ben").reacts(message, "pushpin")
        await rig.quiet()
        await rig.types("ana", "/incident resolve at: 9:58")
        await rig.types("ana", "/incident declare private: a leaver kept access sev2", rig.ops)
        return Told(folder, rig.ws.team_id, rig.person("ana").id)


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder and an environment without settings; what is logged is set back afterwards."""
    for name in list(os.environ):
        if name.startswith(("TOCSIN_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


Tocsin = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tocsin(told: Told, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tocsin:
    """Runs a command on what was told: (code, stdout, stderr)."""
    monkeypatch.setenv("TOCSIN_DATA_DIR", str(told.folder))

    def ran(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return ran


def test_list_has_open_ones_first_with_what_one_wants_to_know(tocsin: Tocsin) -> None:
    code, out, _ = tocsin("list")
    assert code == OK
    first, second = (line.split() for line in out.splitlines())
    assert first[:3] == ["INC-2", "sev2", "investigating"]
    assert " ".join(first).endswith("a leaver kept access (private)")
    assert " ".join(second) == "INC-1 sev1 resolved Fri 15 Mar 2024 09:40 UTC 18 min checkout is down"


def test_list_as_json_is_an_object_a_line(tocsin: Tocsin) -> None:
    _, out, _ = tocsin("list", "--format", "json")
    private, public = (json.loads(line) for line in out.splitlines())
    assert private["visibility"] == "private"
    assert (public["schema"], public["incident"], public["title"]) == (1, "INC-1", "checkout is down")
    assert (public["started_at"], public["resolved_at"]) == ("2024-03-15T09:40:00Z", "2024-03-15T09:58:00Z")


def test_timeline_shows_what_stands_by_time_with_names_and_nothing_secret(tocsin: Tocsin) -> None:
    code, out, err = tocsin("timeline", "INC-1")
    assert (code, err) == (OK, "")
    head, *lines = out.splitlines()
    assert head == "INC-1 checkout is down (sev1, resolved)"
    assert [line.split()[0] for line in lines] == ["#1", "#2", "#6", "#3", "#5"]
    assert " ".join(lines[1].split()) == "#2 Fri 15 Mar 2024 09:50 UTC action ana restarted the api with @ben"
    assert "the token was [masked #1]" in out
    assert "a line too many" not in out
    assert TOKEN not in out


def test_timeline_as_json_also_has_what_was_taken_back(tocsin: Tocsin) -> None:
    _, out, _ = tocsin("timeline", "1", "--format", "json")
    found = json.loads(out)
    assert (found["schema"], found["incident"]["incident"], found["incident"]["status"]) == (1, "INC-1", "resolved")
    entries = {entry["number"]: entry for entry in found["entries"]}
    assert entries[2]["occurred_at"] == "2024-03-15T09:50:00Z"
    assert entries[2]["author"]["name"] == "ana"
    assert (entries[4]["standing"], entries[4]["why"]) == (False, "not ours")
    assert entries[5]["source"] == "reaction"
    assert [entry["number"] for entry in found["entries"] if not entry["standing"]] == [4]
    assert TOKEN not in out


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [("9", DIFFERENT, "there is no INC-9; `tocsin list`"), ("soon", WRONG, "'soon' is no incident's number; write 3")],
)
def test_a_number_that_is_none_is_told_in_words(number: str, code: int, words: str, tocsin: Tocsin) -> None:
    for command in ("timeline", "draft"):
        ended, out, err = tocsin(command, number)
        assert (ended, out) == (code, "")
        assert err.startswith(words)


@pytest.mark.parametrize("command", [("list",), ("timeline",), ("draft",), ("export",)])
def test_without_a_database_each_says_so(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    number = ("1",) if command[0] in ("timeline", "draft") else ()
    assert run([*command, *number]) == UNREACHABLE
    said = capsys.readouterr().err
    assert "there is no database at" in said
    assert "the bot makes it at its first start" in said


@pytest.mark.parametrize("arguments", [("timeline", "2"), ("draft", "2"), ("list",), ("export",)])
def test_reading_a_private_incident_is_allowed_and_logged_by_reference(
    arguments: tuple[str, ...], tocsin: Tocsin
) -> None:
    code, out, err = tocsin(*arguments)
    assert code == OK
    assert "a leaver kept access" in out
    [line] = [line for line in err.splitlines() if "private incidents were read" in line]
    assert "incidents=INC-2" in line
    assert f"command={arguments[0]}" in line
    assert "leaver" not in line


def test_reading_a_public_one_is_not_logged(tocsin: Tocsin) -> None:
    for command in ("timeline", "draft"):
        assert "were read" not in tocsin(command, "1")[2]


def lines_of(text: str, kind: str | None = None) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, text.splitlines()) if kind in (None, line["type"])]


def test_export_has_every_row_of_the_record_as_it_is(told: Told, tocsin: Tocsin) -> None:
    code, out, err = tocsin("export")
    assert code == OK
    lines = lines_of(out)
    assert all(line["schema"] == 1 for line in lines)
    assert lines[-1] == {"type": "end", "schema": 1, "lines": len(lines) - 1}
    [workspace] = lines_of(out, "workspace")
    assert (workspace["team_id"], workspace["incident_counter"]) == (told.team_id, 2)
    assert {line["number"]: line["visibility"] for line in lines_of(out, "incident")} == {1: "public", 2: "private"}
    versions = [(line["version"], line["action"]) for line in lines_of(out, "entry") if line["number"] == 4]
    assert versions == [(1, "recorded"), (2, "retracted")]
    assert TOKEN in out
    assert "the full copy" in err


def test_export_refers_by_public_names_and_shows_no_primary_key(told: Told, tocsin: Tocsin) -> None:
    _, out, _ = tocsin("export")
    ana = told.ana_id
    marked = next(line for line in lines_of(out, "entry") if line["source"] == "reaction")
    channel = next(line for line in lines_of(out, "channel") if line["incident"] == 1)
    said = next(line for line in lines_of(out, "message") if line["text"] == "the pool was full all along")
    assert (marked["workspace"], marked["incident"], marked["author"]) == (told.team_id, 1, ana)
    assert marked["message"] == {"channel": channel["slack_id"], "ts": said["ts"]}
    assert (said["channel"], said["person"]) == (channel["slack_id"], ana)
    assert all("id" not in line and "workspace_id" not in line and "message_id" not in line for line in lines_of(out))


def test_export_leaves_out_no_table_but_the_machines_own() -> None:
    assert set(SQLModel.metadata.tables) - set(TABLES) == {
        *("inbox", "job", "job_step", "gate", "replica"),
        *("finding", "home", "draft_canvas"),
    }


def test_export_into_a_file_that_nobody_else_can_read_and_that_is_whole(tocsin: Tocsin, tmp_path: Path) -> None:
    _, streamed, _ = tocsin("export")
    code, out, err = tocsin("export", "--output", "all.jsonl")
    assert (code, out) == (OK, "")
    written = tmp_path / "all.jsonl"
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.read_text() == streamed
    assert f"{len(streamed.splitlines())} lines into all.jsonl" in err
    assert "all.jsonl.part" not in os.listdir(tmp_path)


@pytest.mark.sqlite
async def test_all_of_it_works_beside_a_running_bot_which_goes_on(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_DATA_DIR", str(tmp_path))
    await rig.declare("checkout is down sev1")
    for arguments in (["list"], ["timeline", "1"], ["draft", "1"], ["export"]):
        assert await asyncio.to_thread(run, arguments) == OK
        assert "checkout is down" in capsys.readouterr().out
    assert "#2" in (await rig.types("ana", "/incident note still here")).text
