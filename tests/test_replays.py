"""Whole incidents as people typed them: every fact holds, nothing lands that must not, and no time is read wrong."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import run
from bot.cli.replaying.performance import Performance, perform
from bot.cli.replaying.script import NEEDS, read_script
from bot.drafting.checking.verdict import State
from tests.yaml_files import read_yaml

REPLAYS = sorted((Path(__file__).parent / "replays").glob("*.yaml"))
#: How often a person may be asked for a time, by file: what is meant cannot be known there. Elsewhere never.
ASKED = {"night-shift": 1, "clock-words": 2, "rider-maps": 1}
#: Points of the checklist that a script does not tell enough for: no cause at all, one task, a hole of an hour,
#: tasks without an owner, two shares of the users, a document of 300 words or of 1,300.
LACKING = {
    "carnival": {15, 28, 36, 40},
    "clock-words": {6, 8, 9, 16, 17, 26, 27, 28, 31, 33, 34, 35, 36},
    "false-alarm": {9, 17, 26, 27, 28, 31, 33, 34, 39},
    "ferry-tickets": {39},
    "grey-tiles": {26, 34, 39},
    "long-weekend": {10, 28, 34},
    "long-words": {36, 39},
    "market-day": {2, 15, 26, 27, 28, 33, 34, 39},
    "night-shift": {10, 34},
    "rider-maps": {23, 28},
    "seed-0": {23, 26, 36},
    "seed-1": {36},
    "seed-2": {9, 10, 23, 36},
    "seed-3": {23, 36},
    "seed-4": {17, 26, 27, 36},
    "thread-talk": {27, 28, 34, 39},
}
TWICE = ("long-words", "market-day")


@pytest.fixture(scope="module")
def played() -> dict[str, Performance]:
    """Each file is played once for all tests of this module."""
    return {}


@pytest.fixture(scope="module", params=REPLAYS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Of the module's scope, so that the tests of one file stand beside each other and one worker runs them."""
    assert isinstance(request.param, Path)
    return request.param


def once(played: dict[str, Performance], path: Path) -> Performance:
    if path.stem not in played:
        played[path.stem] = asyncio.run(perform(read_script(path)))
    return played[path.stem]


def test_every_fact_of_the_replay_holds(played: dict[str, Performance], path: Path) -> None:
    done = once(played, path)
    assert done.differences == ()
    assert done.verdict.facts == done.verdict.of > 20
    assert done.played.wrong == 0
    assert done.played.asked <= ASKED.get(path.stem, 0)


def test_every_point_that_the_facts_allow_holds_and_nothing_is_unproved(
    played: dict[str, Performance], path: Path
) -> None:
    report = once(played, path).report
    assert report.known
    assert report.unproved == ()
    lacking = {each.point.number for each in report.findings if each.verdict.state is not State.HOLDS}
    assert lacking == LACKING[path.stem]


@pytest.mark.parametrize("name", TWICE)
def test_a_second_run_gives_the_same_bytes(played: dict[str, Performance], name: str) -> None:
    path = next(one for one in REPLAYS if one.stem == name)
    first, second = once(played, path), asyncio.run(perform(read_script(path)))
    assert (second.markdown, second.structured) == (first.markdown, first.structured)


def test_the_draft_reads_back_as_the_same_facts(
    played: dict[str, Performance],
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = once(played, path)
    monkeypatch.setenv("TOCSIN_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draft.md").write_text(done.markdown, encoding="utf-8")
    assert run(["import", "draft.md"]) == 0
    capsys.readouterr()
    assert run(["draft", "1", "--format", "json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert facts(again) == facts(json.loads(done.structured))


#: What a document cannot bring: who had which role, when it was declared and typed, how its zone was called here.
NOT_IN_A_DOCUMENT = frozenset(
    {"status", "entries", "entry", "number", "evidence", "proof", "masked", "incident", "past", "drill", "tz_label"}
    | {"figures", "missing", "start_assumed", "schema", "source", "cancelled", "called_off", "duplicate_of"}
)


def facts(draft: Any) -> Any:
    """A draft's facts; texts on one line, as Markdown prints them."""
    if isinstance(draft, dict):
        return {key: facts(value) for key, value in draft.items() if key not in NOT_IN_A_DOCUMENT}
    if isinstance(draft, list):
        return [facts(each) for each in draft]
    return " ".join(draft.split()) if isinstance(draft, str) else draft


def test_the_replays_together_do_everything_that_the_form_knows() -> None:
    steps = [step for path in REPLAYS for step in read_script(path).steps]
    assert {step.do for step in steps} >= set(NEEDS) - {"unpin"}
    typed = {word for step in steps for word in step.text.split()[:2]}
    for verb in ("started", "mitigated", "reopen", "cancel", "confirm", "wont-do", "assign", "redact", "undo", "title"):
        assert verb in typed or f"!{verb}" in typed, verb


def test_the_replays_stand_in_zones_of_every_sort() -> None:
    zones = {read_yaml(path)["timezone"]["iana"] for path in REPLAYS}
    assert zones >= {"America/New_York", "America/St_Johns", "Asia/Kolkata", "Australia/Adelaide", "America/Sao_Paulo"}
