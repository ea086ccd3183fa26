"""The `tocsin` command: fast help, faults in words on stderr, exit codes that mean something."""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.cli import COMMANDS, run
from bot.cli.lazy import Later
from bot.cli.outcome import BROKEN, DIFFERENT, OK, UNREACHABLE, WRONG, Stop, explain
from bot.heartbeat import SILENCE, beat
from bot.settings import Fault, SettingsError
from storage.refusals import DatabaseInUse, UnusableAddress

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and an environment without settings."""
    for name in list(os.environ):
        if name.startswith(("TOCSIN_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tocsin(*arguments: str, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *flags, "-m", "bot", *arguments], capture_output=True, text=True, env=env)


def test_help_comes_in_under_a_quarter_of_a_second() -> None:
    spans = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert tocsin("--help").returncode == OK
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Of the processor's time, since others use this machine too; it waits for nothing else.
        spans.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(spans) < 0.25


def test_help_imports_nothing_heavy() -> None:
    imported = {
        line.rpartition("|")[2].strip() for line in tocsin("--help", flags=("-X", "importtime")).stderr.splitlines()
    }
    assert "typer" in imported
    assert (
        imported & {"sqlalchemy", "slack_sdk", "slack_bolt", "aiohttp", "jinja2", "dateparser", "rich", "asyncio"}
        == set()
    )


def test_help_lists_every_command_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == OK
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    for code in (OK, DIFFERENT, WRONG, UNREACHABLE, BROKEN):
        assert re.search(rf"\b{code} [a-z]", shown.partition("Exit codes:")[2]), code
    assert [later.name for later in COMMANDS if f" {later.name} {later.help}" not in shown] == []


@pytest.mark.parametrize("later", COMMANDS, ids=lambda later: later.name)
def test_every_command_loads_and_says_what_it_does(later: Later, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([later.name, "--help"]) == OK
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert shown.startswith(f"Usage: tocsin {later.name} ")
    assert re.search(r"(?:ARGS\]\.\.\.|OPTIONS\]|\S+) [A-Z]\w+ .*\. .*Options:", shown)


def test_no_command_is_a_usage_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == WRONG
    assert "Commands" in "".join(capsys.readouterr())


def test_a_mistyped_command_is_a_usage_fault_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docter"]) == WRONG
    assert "Did you mean 'doctor'?" in capsys.readouterr().err


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == OK
    assert f'version = "{capsys.readouterr().out.split()[1]}"' in (ROOT / "pyproject.toml").read_text()


def test_wrong_settings_end_with_2_and_all_faults_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOCSIN_TIMEZONE", "Mars")
    monkeypatch.setenv("TOCSIN_WORKERS", "many")
    assert run(["config", "check"]) == WRONG
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "the settings hold 2 faults:",
        "  environment TOCSIN_TIMEZONE: 'Mars' is no zone of the IANA list",
        "      such as Europe/Berlin or UTC",
        "  environment TOCSIN_WORKERS: must be a whole number, not 'many'",
    ]


def test_config_check_shows_every_setting_with_its_origin_and_no_secret(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare / "tocsin.toml").write_text('workers = 3\n[permissions]\nresolve = ["guest", "member"]\n')
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql+asyncpg://me:hid@den@host/base?password=hidden")
    monkeypatch.setenv("TOCSIN_WEBHOOK_URL", "https://hooks.example.com:8443/services/hid/den?key=hidden")
    monkeypatch.setenv("TOCSIN_WEBHOOK_SECRET", "hidden" * 8)
    assert run(["config", "check"]) == OK
    out = capsys.readouterr().out
    assert re.search(
        r"^webhook_url +https://hooks\.example\.com:8443/…  \(environment TOCSIN_WEBHOOK_URL\)$", out, re.M
    )
    assert re.search(r"^workers +3  \(tocsin\.toml:1\)$", out, re.M)
    assert re.search(r"^permissions +resolve = guest, member  \(tocsin\.toml:2\)$", out, re.M)
    assert re.search(r"^slack_bot_token +…  \(environment SLACK_BOT_TOKEN\)$", out, re.M)
    assert re.search(r"^timezone +UTC  \(default\)$", out, re.M)
    assert "postgresql+asyncpg://me:***@host/base?password=***  (" in out
    assert "hid" not in out.replace("hidden_", "")


def test_config_check_knows_the_commands(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bare / "tocsin.toml").write_text('[permissions]\nresolv = ["member"]\n')
    assert run(["config", "check"]) == WRONG
    assert "there is no command 'resolv'" in capsys.readouterr().err


def test_db_upgrade_makes_the_tables_once(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "upgrade"]) == OK
    assert "now" in capsys.readouterr().out
    assert (bare / "data" / "tocsin.db").stat().st_mode & 0o077 == 0
    assert run(["db", "upgrade"]) == OK
    assert capsys.readouterr().out.startswith("nothing to do")


def test_health_follows_the_heartbeat(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["health"]) == DIFFERENT
    (bare / "data").mkdir()
    beat(bare / "data")
    assert run(["health"]) == OK
    old = time.time() - SILENCE.total_seconds() - 1
    os.utime(bare / "data" / "heartbeat", (old, old))
    assert run(["health"]) == DIFFERENT
    assert "no sign of life for 6" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Stop(DIFFERENT, "differs"), DIFFERENT, "differs"),
        (
            SettingsError([Fault("x:1", "is wrong", "do this")]),
            WRONG,
            "the settings hold a fault:\n  x:1: is wrong\n      do this",
        ),
        (DatabaseInUse("in use"), UNREACHABLE, "in use"),
        (UnusableAddress("no address"), WRONG, "no address"),
        (ConnectionRefusedError(111, "refused"), UNREACHABLE, "no connection: [Errno 111] refused"),
        (
            socket.gaierror(-2, "Name or service not known"),
            UNREACHABLE,
            "no connection: [Errno -2] Name or service not known",
        ),
        (FileNotFoundError(2, "No such file"), UNREACHABLE, "no connection: [Errno 2] No such file"),
        (PermissionError(13, "Permission denied", "data"), WRONG, "data: Permission denied"),
    ],
)
def test_what_stops_a_command_is_told_in_words(error: Exception, code: int, words: str) -> None:
    assert explain(error) == (code, words)


def test_a_fault_of_our_own_keeps_its_trace() -> None:
    try:
        {}["nothing"]
    except KeyError as error:
        code, words = explain(error)
    assert code == BROKEN
    assert "KeyError: 'nothing'" in words
