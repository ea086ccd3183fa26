"""`tocsin doctor` against a local workspace: what is fine is said, what is not says what to do, and the code tells."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.cli import run
from bot.cli.checkup_slack import MANIFEST
from bot.cli.outcome import DIFFERENT, OK, UNREACHABLE, WRONG
from sandbox import Workspace
from tests.yaml_files import read_yaml


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and an environment without settings."""
    for name in list(os.environ):
        if name.startswith(("TOCSIN_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def workspace(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workspace]:
    async with Workspace(MANIFEST) as ws:
        points_at(ws, monkeypatch)
        yield ws


def points_at(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", ws.api_url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", ws.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", ws.app_token)


async def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """In a thread, since the workspace answers on this one."""
    capsys.readouterr()
    code = await asyncio.to_thread(run, ["doctor"])
    return code, capsys.readouterr().out


async def test_all_well_ends_with_0(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(run, ["db", "upgrade"])
    code, out = await doctor(capsys)
    assert code == OK
    assert "fail" not in out
    for line in (
        "ok    bot token: ",
        "ok    scopes: all ",
        "ok    clock: agrees",
        "ok    app token: ",
        "ok    database: journal_mode wal",
        "ok    database: synchronous full",
        "ok    database: tables are of schema",
    ):
        assert line in out
    assert workspace.bot_token not in out
    assert workspace.app_token not in out


async def test_doctor_changes_nothing(bare: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    await doctor(capsys)
    assert os.listdir(bare) == []
    assert {call.method for call in workspace.calls} == {"auth.test", "apps.connections.open"}


async def test_a_missing_scope_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = read_yaml(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"].remove("bookmarks:write")
    manifest["oauth_config"]["scopes"]["bot"].remove("canvases:read")
    monkeypatch.setenv("TOCSIN_DRAFT_CANVAS", "on")
    async with Workspace(manifest) as ws:
        points_at(ws, monkeypatch)
        code, out = await doctor(capsys)
    assert code == DIFFERENT
    assert "fail  scopes: not granted: bookmarks:write, canvases:read\n      -> " in out
    assert "warn  canvas: what people change in it cannot be read without canvases:read\n      -> " in out


async def test_a_revoked_token_is_told(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    workspace.revoked = True
    code, out = await doctor(capsys)
    assert code == DIFFERENT
    assert "fail  auth.test: token_revoked\n      -> the token was revoked" in out


async def test_another_command_than_the_manifests_is_warned_of(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_COMMAND", "/outage")
    code, out = await doctor(capsys)
    assert code == OK
    assert "warn  command: /outage is not the manifest's /incident" in out


async def test_the_announcement_channel_must_have_the_bot_in_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ana = workspace.add_person("ana", name="Ana Reyes")
    news = await workspace.add_channel("news", members=["ana"])
    monkeypatch.setenv("TOCSIN_ANNOUNCE_CHANNEL", "#news")
    _, out = await doctor(capsys)
    assert "warn  announcements: the bot is no member of #news\n      -> write /invite" in out
    await ana.invites(news, [workspace.bot_person])
    for wanted in ("#news", news.id):
        monkeypatch.setenv("TOCSIN_ANNOUNCE_CHANNEL", wanted)
        _, out = await doctor(capsys)
        assert "ok    announcements: #news" in out


async def test_slack_away_is_said_and_the_rest_is_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Workspace(MANIFEST) as ws:
        points_at(ws, monkeypatch)
    code, out = await doctor(capsys)
    assert code == UNREACHABLE
    assert out.count("fail") == 1
    assert "fail  Slack is away: " in out
    assert "database: " in out


async def test_slack_unwell_counts_as_away(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    workspace.faults.add("auth.test", status=503, body="<html>down</html>", times=None)
    code, out = await doctor(capsys)
    assert code == UNREACHABLE
    assert "auth.test: HTTP 503" in out


async def test_missing_tokens_are_a_failure_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = await doctor(capsys)
    assert code == DIFFERENT
    assert "fail  SLACK_BOT_TOKEN is not set" in out
    assert "fail  SLACK_APP_TOKEN is not set" in out


@contextmanager
def slack_at(offset: timedelta) -> Iterator[str]:
    """A server that answers every call well, `offset` from now by its clock."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = b'{"ok": true, "user": "tocsin", "team": "acme"}'
            self.send_response_only(200)
            self.send_header("Date", format_datetime(datetime.now(UTC) + offset, usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("offset", "line", "code"),
    [
        (timedelta(0), r"ok    clock: agrees", OK),
        (timedelta(seconds=-90), r"warn  clock: this machine is 9\d s ahead of Slack", OK),
        (timedelta(seconds=95), r"warn  clock: this machine is 9\d s behind Slack", OK),
        (timedelta(minutes=10), r"fail  clock: this machine is \d+ s behind Slack", DIFFERENT),
    ],
)
async def test_a_clock_that_is_off_is_told(
    offset: timedelta, line: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with slack_at(offset) as url:
        monkeypatch.setenv("SLACK_API_URL", url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
        ended, out = await doctor(capsys)
    assert re.search(line, out)
    assert ended == code


async def test_templates_that_do_not_compile_or_print_are_named(
    bare: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare / "ours").mkdir()
    (bare / "ours" / "postmortem.md.j2").write_text("{% if %}")
    monkeypatch.setenv("TOCSIN_TEMPLATE_DIR", "ours")
    code, out = await doctor(capsys)
    assert code == OK
    assert "warn  template: ours/postmortem.md.j2: line 1: " in out
    (bare / "ours" / "postmortem-short.md.j2").write_text("# {{ incident.title }}\n{{ incident.tilte }}\n")
    _, out = await doctor(capsys)
    assert "warn  template: ours/postmortem-short.md.j2: line 2: 'dict object' has no attribute 'tilte'" in out


async def test_a_file_with_secrets_that_others_can_read_is_warned_of(
    bare: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare / ".env").write_text("TOCSIN_WORKERS=2\n")
    (bare / ".env").chmod(0o644)
    _, out = await doctor(capsys)
    assert "warn  .env can be read by others on this machine\n      -> chmod 600 .env" in out


async def test_a_database_of_a_later_release_is_a_failure(
    bare: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.to_thread(run, ["db", "upgrade"])
    with sqlite3.connect(bare / "data" / "tocsin.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999', oldest = '9998'")
    connection.close()
    code, out = await doctor(capsys)
    assert code == DIFFERENT
    assert "fail  database: schema 9999 is of a later release" in out


async def test_wrong_settings_end_with_2_before_anything_is_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_TIMEZONE", "Mars")
    code, _ = await doctor(capsys)
    assert code == WRONG
    assert workspace.calls == []
