"""The documents: links that lead somewhere, commands that exist, what the README lets people type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli import COMMANDS as SUBCOMMANDS
from bot.metrics import Metrics
from bot.slack.commands import find

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = document.parent / name if name else document
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_subcommands_and_targets_that_are_named_exist(document: Path) -> None:
    text = document.read_text()
    named = set(re.findall(r"(?:bin/|`)tocsin ([a-z]+)", text))
    assert named - {one.name for one in SUBCOMMANDS} == set()
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:^|`|&& )make ([a-z]+)", text, re.M)) - targets == set()


def test_each_figure_has_its_alert_and_each_alert_its_figure() -> None:
    """Under the name that Prometheus stores; what is only ever looked at beside another is named in that one's row."""
    section = (ROOT / "docs/operations.md").read_text().partition("## Watching it")[2].partition("\n## ")[0]
    told = set(re.findall(r"tocsin_[a-z_]+", "\n".join(line for line in section.splitlines() if line.startswith("|"))))
    metrics = Metrics()
    metrics.answered("event", "acknowledged", 0.1)
    kept = set(re.findall(r"^# TYPE (tocsin_\w+) (?!untyped)", metrics.exposed().decode(), re.M))
    assert told == {name for name in kept if not name.endswith("_created")}


def test_every_verb_of_the_cheat_sheet_exists() -> None:
    sheet = (ROOT / "README.md").read_text().partition("| to … | type |")[2].partition("\n\n")[0]
    typed = [code.split()[0] for code in re.findall(r"`([^`]+)`", sheet)]
    assert len(typed) > 25
    assert [word for word in typed if find(word) is None] in ([], ["private", "drill", "past"])
