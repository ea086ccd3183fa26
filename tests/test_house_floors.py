"""The floors of the house: who may import whom, and that importing does nothing."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.house.source import ROOMS, ROOT, imported, module, nodes, python, tree

#: Modules that do something when imported, since that is how their callers start them.
STARTED_BY_IMPORT = {"storage.migrations.env"}

#: Imports every module named on its input and prints what our own lines did meanwhile. A library's own doings at its
#: import (it may read its tables) are its affair; anybody's writing or connecting is ours.
WATCH = """
import importlib, json, sys
root, names, seen = sys.argv[1], json.load(sys.stdin), []
ROOMS = tuple(f"{root}/{room}/" for room in ("bot", "storage", "sandbox"))
ALWAYS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.mkdir")

def ours():
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return None
        if name.startswith(ROOMS):
            return f"{name[len(root) + 1:]}:{frame.f_lineno}"
        frame = frame.f_back

def watch(event, args):
    if event == "open":
        writes = isinstance(args[1], str) and set(args[1]) & set("wax+")
        cached = str(args[0]).endswith((".py", ".pyc")) or ".pyc." in str(args[0])
        if not cached and (writes or ours()):
            seen.append(f"{event} {args[0]} {ours()}")
    elif event in ALWAYS or (event in ("socket.__new__", "os.putenv", "sqlite3.connect") and ours()):
        seen.append(f"{event} {args!r} {ours()}")

sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
print(json.dumps(seen))
"""


@cache
def told(*rooms: str) -> list[tuple[str, str, int]]:
    """(file, imported name, line) of all imports in these folders."""
    return [(path, name, line) for path in python(*rooms) for name, line in imported(path)]


def below(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def contracts() -> list[dict[str, object]]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert isinstance(found, list)
    return found


def test_the_contracts_hold() -> None:
    run = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(contracts())} kept, 0 broken." in done.stdout


def test_every_room_of_the_bot_stands_on_a_floor() -> None:
    [floors] = [one["layers"] for one in contracts() if one["type"] == "layers"]
    placed = {name for floor in floors for name in re.split(r"\s*\|\s*", floor)}  # type: ignore[attr-defined]
    rooms = {".".join(module(path).split(".")[:2]) for path in python("bot")} - {"bot", "bot.__main__"}
    assert rooms - placed == set()
    assert {name for name in placed if not (ROOT / name.replace(".", "/")).exists()} == {
        name for name in placed if (ROOT / (name.replace(".", "/") + ".py")).exists()
    }


def test_only_the_command_line_plays_with_the_local_workspace() -> None:
    players = {path for path, name, _ in told("bot", "storage") if below(name, "sandbox")}
    assert {path for path in players if not path.startswith("bot/cli/")} == set()
    assert [one for one in told("sandbox") if below(one[1], "bot", "storage", "slack_bolt", "slack_sdk")] == []


def test_the_ground_is_pure() -> None:
    strange = [
        (path, name, line)
        for path, name, line in told("bot")
        if path.startswith("bot/domain/")
        and not below(name, "bot.domain")
        and name.split(".")[0] not in sys.stdlib_module_names
        and not (below(name, "dateparser") and path == "bot/domain/when/fallback.py")
    ]
    assert strange == []
    doers = ("asyncio", "socket", "subprocess", "sqlite3", "threading", "random", "secrets", "os", "pathlib", "logging")
    assert [(p, n) for p, n, _ in told("bot") if p.startswith("bot/domain/") and below(n, *doers)] == []


def test_drafting_knows_no_slack_and_no_database() -> None:
    outside = (
        "bot.slack",
        "bot.app",
        "bot.cli",
        "storage",
        "sqlalchemy",
        "sqlmodel",
        "slack_sdk",
        "slack_bolt",
        "aiohttp",
    )
    assert [(p, n) for p, n, _ in told("bot") if p.startswith("bot/drafting/") and below(n, *outside)] == []


def test_slacks_own_libraries_stay_at_the_rim() -> None:
    rim = ("bot/slack/", "bot/app.py", "bot/cli/")
    inside = [(p, n) for p, n, _ in told(*ROOMS) if below(n, "slack_sdk", "slack_bolt") and not p.startswith(rim)]
    assert inside == []


def test_bolt_hears_of_us_in_one_place() -> None:
    hearing = {
        path
        for path in python("bot")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for mark in node.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func).startswith("app.") and "cli" not in path
    }
    assert hearing == {"bot/slack/events.py"}


def test_nobody_reaches_for_anothers_private_names() -> None:
    reached = [
        (path, name)
        for path, name, _ in told(*ROOMS)
        if below(name, *ROOMS) and any(part.startswith("_") and not part.startswith("__") for part in name.split("."))
    ]
    assert reached == []


def test_a_module_holds_constants_and_loggers_and_no_state() -> None:
    kept = []
    for path in python(*ROOMS):
        for node in tree(path).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = [one.id for one in targets if isinstance(one, ast.Name) and one.id != "__all__"]
            filled = isinstance(
                getattr(node, "value", None), ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp
            )
            kept += [f"{path}:{name}" for name in names if filled and name.islower()]
        kept += [f"{path}:global" for node in nodes(path) if isinstance(node, ast.Global)]
    assert kept == []


def doings(root: Path, names: list[str]) -> list[str]:
    """What importing these modules did, as `event what where`."""
    run = [sys.executable, "-B", "-c", WATCH, str(root)]
    done = subprocess.run(run, cwd=root, input=json.dumps(names), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def test_importing_does_nothing() -> None:
    names = [module(path) for path in python(*ROOMS)]
    names = [name for name in names if not name.endswith("__main__") and name not in STARTED_BY_IMPORT]
    assert len(names) > 100
    assert doings(ROOT, names) == []


@pytest.mark.parametrize(
    "line",
    [
        "from pathlib import Path; Path('bot/notes.toml').read_text()",
        "import socket; socket.socket()",
        "import sqlite3; sqlite3.connect('x.db')",
        "open('made.txt', 'w').close()",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_an_import_that_does_something_is_noticed(line: str, tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "notes.toml").write_text("")
    (tmp_path / "bot" / "busy.py").write_text(f"import json\n{line}\n")
    assert any("bot/busy.py:2" in one for one in doings(tmp_path, ["bot.busy"]))
