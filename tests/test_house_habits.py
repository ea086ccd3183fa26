"""Habits of the house: no clock of one's own, no left-over work, nothing secret in a log, nothing of this machine."""

from __future__ import annotations

import ast
import re
from functools import cache

from tests.house.source import ROOMS, ROOT, called, nodes, python, text, tracked

#: In pieces, so that this file is clean itself.
HOMES = ("/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/Us" + "ers/", "C:" + "\\\\Users")
REGISTRIES = ("py" + "pi.org", "files.python" + "hosted", "index" + "-url", "arti" + "factory", "registry" + ".npm")
LEFT_OVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
SECRET = re.compile(r"token|secret|response_url|trigger_id|password|\breveal\b|ticket", re.IGNORECASE)
LOUD = ("debug", "info", "warning", "error", "exception", "critical", "log")
#: What prints is what a person runs by hand.
SPEAKING = ("bot/cli/", "bot/__main__.py", "sandbox/manifest_rules/__main__.py")


@cache
def calls(*rooms: str) -> list[tuple[str, ast.Call, str]]:
    """(file, call, dotted name of what is called)."""
    return [(path, node, called(node)) for path in python(*rooms) for node in nodes(path) if isinstance(node, ast.Call)]


def at(path: str, node: ast.AST) -> str:
    return f"{path}:{getattr(node, 'lineno', '?')}"


def test_no_file_tells_of_the_machine_it_was_written_on() -> None:
    found = [f"{path}: {piece}" for path in tracked() for piece in (*HOMES, *REGISTRIES) if piece in text(path)]
    # An image has a home of its own.
    assert [one for one in found if not one.startswith("Dockerfile")] == []


def test_versions_are_pinned_and_nothing_else() -> None:
    lines = [line for line in text("constraints.txt").splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line)] == []
    names = [line.partition("==")[0].lower().replace("_", "-") for line in lines]
    assert len(names) == len(set(names))
    wanted = re.findall(
        r'^ {4}"([A-Za-z0-9_.-]+)', text("pyproject.toml").partition("[project.scripts]")[0], re.MULTILINE
    )
    assert {one.lower().replace("_", "-") for one in wanted} - set(names) == set()


def test_nothing_is_left_for_later() -> None:
    written = [path for path in tracked() if "\0" not in text(path)]  # a picture's bytes spell anything
    assert [path for path in written if LEFT_OVER.search(text(path)) and not path.startswith("tests/replays/")] == []


def test_only_the_command_line_prints() -> None:
    assert [at(p, n) for p, n, name in calls(*ROOMS) if name == "print" and not p.startswith(SPEAKING)] == []


def test_time_comes_from_the_clock_that_was_handed_in() -> None:
    """So that a test, a drill and a replay can say what time it is."""
    asks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    asking = {path for path, _, name in calls(*ROOMS) if name.removeprefix("datetime.") in asks or name in asks}
    own = {path for path in asking if not path.startswith("bot/cli/")}
    assert own == {"bot/clock.py", "sandbox/clock.py", "bot/heartbeat.py"}, "the command line alone has nobody to ask"


def test_an_instant_is_never_without_its_zone() -> None:
    bare = [at(p, n) for p, n, name in calls() if name.endswith("datetime.now") and not (n.args or n.keywords)]
    naive = [at(p, n) for p, n, name in calls(*ROOMS) if name.endswith(("utcnow", "utcfromtimestamp"))]
    assert bare + naive == []


def test_nothing_stops_the_event_loop() -> None:
    stopping = ("time.sleep", "requests.get", "requests.post", "urllib.request.urlopen")
    assert [at(p, n) for p, n, name in calls(*ROOMS) if name in stopping] == []


def test_no_log_line_holds_a_secret() -> None:
    seen, telling = 0, []
    for path, node, name in calls("bot", "storage"):
        holder, _, last = name.rpartition(".")
        if last not in LOUD or holder.split(".")[-1] not in ("log", "logger", "logging"):
            continue
        seen += 1
        given = [*node.args, *(one.value for one in node.keywords)]
        names = [one for part in given for one in ast.walk(part) if isinstance(one, ast.Name | ast.Attribute)]
        words = [one.id if isinstance(one, ast.Name) else one.attr for one in names]
        keys = [key.value for part in given for one in ast.walk(part) if isinstance(one, ast.Dict) for key in one.keys
                if isinstance(key, ast.Constant)]  # fmt: skip
        telling += [f"{at(path, node)} {word}" for word in (*words, *map(str, keys)) if SECRET.search(word)]
        telling += [
            f"{at(path, node)} {word}" for word in words if word in ("body", "payload", "event", "text", "words")
        ]
    assert telling == []
    assert seen > 15


def test_a_secret_shows_nothing_of_itself() -> None:
    from bot.settings import Secret

    secret = Secret("xoxb-" + "1" * 20)
    assert "111" not in f"{secret} {secret!r} {[secret]}"


def test_the_script_of_the_ci_is_one_word() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
