"""Words and code, both ways: every refusal has its sentence, every sentence its use, and is given what it prints."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from bot.consequences import POSTED
from bot.domain import errors
from bot.domain.errors import IncidentError
from bot.domain.timeline import Kind
from bot.slack import refusals
from bot.slack.commands import COMMANDS
from tests.house.sentences import sentences
from tests.house.source import called, nodes, python, strings, tree

FAMILIES = (
    "answers",
    "card",
    "checks",
    "document",
    "errors",
    "help",
    "kinds",
    "labels",
    "lines",
    "merging",
    "modals",
)
MENTION = re.compile(rf"({'|'.join(FAMILIES)})\.[a-z_\0]+")
#: Functions that put a family before a key: the last part of what is called -> the family.
SHORTHANDS = {"label": "labels", "_label": "labels", "_field": "card"}


def refusals_there_are() -> dict[str, type[IncidentError]]:
    found = {one.__name__: one for one in vars(errors).values() if isinstance(one, type)}
    return {name: one for name, one in found.items() if issubclass(one, IncidentError) and one is not IncidentError}


def raised() -> Iterator[tuple[str, ast.Call, str]]:
    """(file, call, class) of every refusal that is made anywhere in the bot."""
    for path in python("bot"):
        for node in nodes(path):
            if isinstance(node, ast.Call) and (name := called(node)) in refusals_there_are():
                yield path, node, name


def first_words(node: ast.Call) -> list[str]:
    """Every text that the first argument can be; `\\0` where something is put in."""
    found = []
    for part in ast.walk(node.args[0]) if node.args else ():
        if isinstance(part, ast.JoinedStr):
            return ["".join(one.value if isinstance(one, ast.Constant) else "\0" for one in part.values)]  # type: ignore[misc]
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.append(part.value)
    return found


@cache
def mentions() -> frozenset[str]:
    """Names of sentences as the code writes them, in full, with `\\0` for what is put in."""
    found = {text for path in python("bot") for text, _ in strings(path) if MENTION.fullmatch(text)}
    for path in python("bot"):
        if not path.startswith("bot/slack/"):
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call):
                last = called(node).split(".")[-1]
                family = SHORTHANDS.get(last)
                found |= {f"{family}.{word}" for word in first_words(node)} if family else set()
    # A family with anything after it tells nothing; those have their own lists below.
    return frozenset(found - {f"{family}.\0" for family in FAMILIES})


def fits(mention: str, name: str) -> bool:
    return re.fullmatch(".+".join(map(re.escape, mention.split("\0"))), name) is not None


def listed() -> set[str]:
    """Names that a family's own list asks for."""
    kinds = {str(kind) for kind in Kind}
    made = {f"errors.{one.name}" for one in refusals_there_are().values()}
    made |= {f"help.{command.key}" for command in COMMANDS} | {f"kinds.{kind}" for kind in kinds}
    return made | {f"lines.{kind}" for kind in POSTED}


def test_every_refusal_has_its_words() -> None:
    assert {name for name, one in refusals_there_are().items() if f"errors.{one.name}" not in sentences()} == set()


def test_every_refusal_is_made_somewhere() -> None:
    assert set(refusals_there_are()) - {name for path, _, name in raised() if path != "bot/domain/errors.py"} == set()


def test_every_sentence_is_said_somewhere() -> None:
    unsaid = {name for name in sentences() if name not in listed() and not any(fits(one, name) for one in mentions())}
    assert unsaid == set()


def test_every_sentence_that_is_named_is_there() -> None:
    unknown = {one.replace("\0", "*") for one in mentions() if not any(fits(one, name) for name in sentences())}
    assert unknown == set()


def test_every_verb_and_every_kind_has_its_words() -> None:
    wanted = {f"help.{command.key}" for command in COMMANDS} | {f"kinds.{kind}" for kind in Kind}
    wanted |= {f"lines.{kind}" for kind in POSTED}
    assert wanted - set(sentences()) == set()


def needs(name: str) -> set[str]:
    return set(sentences()[name].shapes)


@pytest.mark.parametrize("saying", ["say", "plain"])
def test_a_sentence_is_given_all_that_it_prints(saying: str) -> None:
    lacking, seen = {}, 0
    for path in python("bot"):
        for node in nodes(path):
            if not isinstance(node, ast.Call) or called(node).split(".")[-1] != saying:
                continue
            given = {one.arg for one in node.keywords}
            for name in first_words(node):
                if name in sentences() and None not in given:
                    seen += 1
                    if missing := needs(name) - given - optional(name):
                        lacking[f"{path}:{node.lineno} {name}"] = sorted(missing)
    assert lacking == {}
    assert seen > 3


def optional(name: str) -> set[str]:
    """Parameters that a template itself asks for with `is defined`."""
    return set(re.findall(r"(\w+) is defined", sentences()[name].source))


def test_a_refusal_carries_all_that_its_words_print() -> None:
    """Those that come with something to tap put their words together themselves."""
    special: Mapping[type[IncidentError], object] = refusals._SPECIAL
    lacking = {}
    for path, node, name in raised():
        error, given = refusals_there_are()[name], {one.arg for one in node.keywords}
        if error in special or None in given:
            continue
        if missing := needs(f"errors.{error.name}") - given - {"command"} - optional(f"errors.{error.name}"):
            lacking[f"{path}:{node.lineno} {name}"] = sorted(missing)
    assert lacking == {}


def test_what_is_foreseen_is_named() -> None:
    """Only where answers are made, jobs end or the program does, is everything caught."""
    allowed = {
        "bot/slack/dispatch.py",
        "bot/jobs/worker.py",
        "bot/jobs/ending.py",
        "bot/cli/__init__.py",
        "bot/wording.py",
        "storage/batching.py",  # hands each fault to whoever asked
        "bot/slack/receiving.py",  # Bolt itself failing is a 500, so that Slack sends again
    }
    catching = set()
    for path in python("bot", "storage", "sandbox"):
        for node in nodes(path):
            if isinstance(node, ast.ExceptHandler):
                caught = {ast.unparse(one) for one in ast.walk(node.type)} if node.type else {"Exception"}
                reraises = any(isinstance(one, ast.Raise) and one.exc is None for one in ast.walk(node))
                if caught & {"Exception", "BaseException"} and not reraises:
                    catching.add(path)
    assert catching == allowed
    assert all(tree(path).body for path in allowed)


def test_sqlite_needs_no_driver_of_postgresql() -> None:
    """It is an extra, and an image without it starts."""
    without = "import sys; sys.modules['asyncpg'] = None; import storage.database, storage.migrate, bot.app"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
