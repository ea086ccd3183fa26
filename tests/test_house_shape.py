"""The house itself: how long things are, what they are called, and that they say what they are."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import ROOMS, defined, public, python, text, tree

#: Names that tell nothing; in pieces or whole, they hide what a thing is.
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "service", "info", "process", "data"}
_SENTENCE = re.compile(r"\S.{10,}?\.(\s|$)", re.DOTALL)


def is_test(path: str) -> bool:
    return path.startswith("tests/")


def words_of(name: str) -> list[str]:
    """The words of a class name."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name)


def test_a_file_is_one_idea() -> None:
    lengths = {path: len(text(path).splitlines()) for path in python()}
    assert len(lengths) > 100
    assert {path: n for path, n in lengths.items() if n > (600 if is_test(path) else 300)} == {}


def test_a_function_fits_a_screen() -> None:
    long = {
        f"{path}:{node.name}": node.end_lineno - node.lineno + 1
        for path in python()
        for node in defined(path)
        if not isinstance(node, ast.ClassDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > (80 if is_test(path) else 40)
    }
    assert long == {}


def test_nothing_is_called_by_a_name_that_tells_nothing() -> None:
    found = [path for path in python() if EMPTY_WORDS & set(path.removesuffix(".py").split("/"))]
    for path in python():
        for node in defined(path):
            name = node.name.strip("_")
            words = words_of(name) if isinstance(node, ast.ClassDef) else [name]
            if EMPTY_WORDS & {word.lower() for word in words}:
                found.append(f"{path}:{node.name}")
    assert found == []


@pytest.mark.parametrize(
    ("name", "told"),
    [("EntryManager", True), ("HTTPService", True), ("Data", True), ("DateTimes", False), ("Managed", False)],
)
def test_a_class_name_is_read_word_by_word(name: str, told: bool) -> None:
    assert bool(EMPTY_WORDS & {word.lower() for word in words_of(name)}) is told


def test_every_module_opens_with_a_sentence() -> None:
    silent = [path for path in python() if not _SENTENCE.match(ast.get_docstring(tree(path)) or "")]
    assert silent == []


def test_every_public_name_says_what_its_signature_cannot() -> None:
    silent = []
    for path in python(*ROOMS):
        offered = list(public(path))
        # A method of a family (`faults` of every rule, `now` of every clock) is told once, where the family is.
        told = {name.rpartition(".")[2] for name, node in offered if "." in name and ast.get_docstring(node)}
        for name, node in offered:
            if not ast.get_docstring(node) and not ("." in name and name.rpartition(".")[2] in told):
                silent.append(f"{path}: {name}")
    assert silent == []
