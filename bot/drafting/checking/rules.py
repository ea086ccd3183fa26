"""The linter's rules, read from data: ours, and what a team adds to them. Reads no file and judges no text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PLACES = ("cause", "fix", "conclusion", "improvement", "task")
LISTS = ("roles", "slips", "verbs", "no_verbs", "hollow", "fillers", "looking", "openers", "placeholders")
PATTERNS = ("placeholders",)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing not to write. `places` says where it looks; `patterns` is empty where code finds it."""

    name: str
    places: frozenset[str]
    patterns: tuple[str, ...]
    reason: str
    instead: str


@dataclass(frozen=True)
class Rules:
    """All rules by name, the word lists in small, and what is wrong with a team's own, each with file and line."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def of(self, name: str) -> frozenset[str]:
        """A word list, empty where there is none."""
        return self.words.get(name, frozenset())


def read_rules(sources: Iterable[tuple[str, str]]) -> Rules:
    """The rules of several TOML texts, each with its file's name; a later one adds to those before and replaces.

    What is wrong in one of them is left out and told in `faults`; the rest of it counts.
    """
    rules: dict[str, Rule] = {}
    words: dict[str, frozenset[str]] = {}
    faults: list[str] = []
    for name, text in sources:
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            faults.append(f"{name}: {fault}")
            continue
        reader = _Reader(name, text)
        given = found.get("rules", {})
        for rule_name, table in given.items() if isinstance(given, dict) else ():
            if isinstance(table, dict) and table.get("off") is True:
                rules.pop(rule_name, None)
            elif rule := reader.rule(rule_name, table):
                rules[rule_name] = rule
        for list_name, added in reader.lists(found.get("words", {})):
            words[list_name] = words.get(list_name, frozenset()) | added
        faults += reader.faults
        faults += [reader.told(key, f"there is no part {key!r}") for key in found.keys() - {"rules", "words"}]
    return Rules(rules, words, tuple(faults))


class _Reader:
    """Reads one file's tables and says where each fault stands."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._lines = name, text.splitlines()
        self.faults: list[str] = []

    def told(self, needle: str, what: str) -> str:
        line = next((at for at, line in enumerate(self._lines, start=1) if needle in line), 1)
        return f"{self._name}: line {line}: {what}"

    def rule(self, name: str, table: Any) -> Rule | None:
        where = f"[rules.{name}]"
        if not isinstance(table, dict):
            self._refuse(name, f"{name} is no rule")
            return None
        places, patterns = table.get("in", list(PLACES)), table.get("match", [])
        if not _is_texts(places) or (unknown := set(places) - set(PLACES)):
            what = f"`in` takes {', '.join(PLACES)}" if not _is_texts(places) else f"no such place: {min(unknown)}"
            self._refuse(where, f"rule {name}: {what}")
            return None
        if not _is_texts(patterns):
            self._refuse(where, f"rule {name}: `match` takes a list of texts")
            return None
        if not all(self._compiles(f"rule {name}", pattern) for pattern in patterns):
            return None
        said = [table.get("reason"), table.get("instead", "")]
        if not _is_texts(said) or not said[0]:
            self._refuse(where, f"rule {name}: `reason` is missing")
            return None
        return Rule(name, frozenset(places), tuple(patterns), str(said[0]), str(said[1]))

    def lists(self, tables: Any) -> Iterable[tuple[str, frozenset[str]]]:
        for name, items in tables.items() if isinstance(tables, dict) else ():
            if name not in LISTS:
                self._refuse(name, f"there is no list {name!r} under [words]")
            elif not _is_texts(items):
                self._refuse(name, f"{name} takes a list of texts")
            elif name in PATTERNS:
                yield name, frozenset(item for item in items if self._compiles(name, item))
            else:
                yield name, frozenset(item.casefold() for item in items)

    def _compiles(self, where: str, pattern: str) -> bool:
        try:
            re.compile(filled(pattern, ["x"], ["x"]))
        except re.error as fault:
            self._refuse(pattern[:20], f"{where}: {pattern!r}: {fault}")
            return False
        return True

    def _refuse(self, needle: str, what: str) -> None:
        self.faults.append(self.told(needle, what))


def filled(pattern: str, people: Iterable[str], slips: Iterable[str]) -> str:
    """A pattern with the people and the words of blame put in, longest first; where there are none, nothing is one."""
    for mark, items in (("{person}", people), ("{slip}", slips)):
        if mark in pattern:
            longest = sorted((re.escape(item) for item in items), key=lambda item: (-len(item), item))
            pattern = pattern.replace(mark, f"(?:{'|'.join(longest)})" if longest else "(?!)")
    return pattern


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
