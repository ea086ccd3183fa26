"""The settings' code, their documentation and the example file say the same."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings import Settings, load
from bot.settings.declared import CONFIG_ENV, DECLARED, TABLES
from bot.settings.model import MARKS, NAMES, ROLES, SEVERITIES, STATUSES
from bot.settings.tables import AUDIENCES, BUILT_IN_STATUSES, DECLARE_WORDS, PLAIN_KINDS
from bot.slack.commands import COMMANDS

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "docs" / "settings.md").read_text()
EXAMPLE = ROOT / "tocsin.example.toml"


def _documented() -> dict[str, tuple[str, str]]:
    """Environment name -> its key in the file and its default, as the documentation's tables have them."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([a-z_.]+)`)? ?\| (?:`([^`]*)`)? ?\| \S", DOCS, re.M)
    return {env: (key, default) for env, key, default in rows}


def _default(name: str) -> str:
    value = getattr(Settings(), name)
    return "" if value in (None, ()) else str(value)


def test_every_setting_is_documented_with_its_key_and_default() -> None:
    open_ones = {d.env: (d.key or "", _default(d.name)) for d in DECLARED if d.key is not None}
    assert _documented() == {**open_ones, CONFIG_ENV: ("", "tocsin.toml")}


def test_every_secret_is_documented_with_its_file() -> None:
    secrets = re.findall(r"^\| `([A-Z_]+)` \| `([A-Z_]+)` \|", DOCS, re.M)
    assert sorted(secrets) == sorted((d.env, f"{d.env}_FILE") for d in DECLARED if d.secret)


def test_every_field_can_be_set() -> None:
    in_tables = dict(zip(TABLES, ("severities", "statuses", "roles", "marks", "permissions"), strict=True))
    assert {d.name for d in DECLARED} | set(in_tables.values()) == set(NAMES)


@pytest.mark.parametrize(
    "words", [PLAIN_KINDS, AUDIENCES, BUILT_IN_STATUSES, DECLARE_WORDS, MARKS, [s.name for s in STATUSES]]
)
def test_the_words_that_tables_take_are_documented(words: list[str]) -> None:
    assert [word for word in words if f"`{word}`" not in DOCS] == []


def test_every_table_is_documented() -> None:
    assert [table for table in TABLES if f"[{table}]" not in DOCS] == []


def test_the_example_says_what_holds_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load({}, config=EXAMPLE, verbs={command.name for command in COMMANDS})
    assert replace(found, origins={}) == Settings()
    assert (found.severities, found.statuses, found.roles) == (SEVERITIES, STATUSES, ROLES)


def test_the_example_has_every_key_and_its_hidden_lines_hold_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("templates", "fonts"):
        (tmp_path / folder).mkdir()
    shown = re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE.read_text(), flags=re.M)
    (tmp_path / "tocsin.toml").write_text(shown)
    found = load({}, verbs={command.name for command in COMMANDS})
    assert set(found.origins) == {d.name for d in DECLARED if d.key} | {
        "severities",
        "statuses",
        "roles",
        "marks",
        "permissions",
    }
    assert found.severities[0].emoji == "red_circle"
    assert set(tomllib.loads(shown)) >= set(TABLES)
