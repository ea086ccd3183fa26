"""The replay runner before files that are none, and before expectations that do not hold: words and exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import run
from bot.cli.outcome import DIFFERENT, OK, WRONG

SMALL: dict[str, Any] = {
    "schema": 1,
    "timezone": {"label": "UTC", "iana": "UTC"},
    "channels": ["#ops"],
    "people": {"ann": {"name": "Ann", "tz": "UTC"}, "bot": {"name": "Bot", "bot": True}},
    "steps": [
        {"id": "e1", "at": "2024-05-22T10:00:00+00:00", "by": "ann", "in": "#ops", "do": "command",
         "text": "/incident declare Mail is late at: 9:50", "means": "2024-05-22T09:50:00+00:00"},
        {"id": "e2", "at": "2024-05-22T10:01:00+00:00", "by": "ann", "do": "message", "text": "hello tea"},
        {"id": "e3", "at": "2024-05-22T10:02:00+00:00", "by": "ann", "do": "command",
         "text": "/incident note q at 12"},
    ],
    "expected": {"title": "Mail is late", "timeline": {"notes": [{"at": "2024-05-22T10:02:00Z", "text": "q at 12"}]}},
    "must_not_appear": ["hello tea"],
}  # fmt: skip


def played(folder: Path, found: object) -> int:
    path = folder / "small.yaml"
    path.write_text(found if isinstance(found, str) else yaml.safe_dump(found), encoding="utf-8")
    return run(["replay", str(path), "--json", str(folder), "--markdown", str(folder)])


def with_step(**step: object) -> dict[str, Any]:
    fourth = {"id": "e4", "at": "2024-05-22T10:03:00+00:00", "by": "ann", "do": "message", "text": "x"} | step
    return SMALL | {"steps": [*SMALL["steps"], fourth]}


def test_a_small_script_holds_and_leaves_its_drafts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert played(tmp_path, SMALL) == OK
    assert "1 of 1 files hold every fact" in capsys.readouterr().out
    assert (tmp_path / "small.md").read_text().startswith("# Postmortem: Mail is late\n")
    assert '"title": "Mail is late"' in (tmp_path / "small.json").read_text()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("steps: [", "small.yaml"),
        ("just words", "holds no mapping"),
        (SMALL | {"schema": 2}, "schema 2 is not known"),
        (SMALL | {"steps": []}, "has no steps"),
        ({key: value for key, value in SMALL.items() if key != "steps"}, "steps is missing"),
        (SMALL | {"timezone": {"iana": "Mars/Olympus"}}, "Mars/Olympus"),
        (with_step(do="juggle"), "no such thing to do: 'juggle'"),
        (with_step(do="reply", ref="e9"), "'e9' is no step before it"),
        (with_step(do="reply"), "reply needs `ref`"),
        (with_step(do="react", ref="e2"), "react needs `emoji`"),
        (with_step(by="nobody"), "'nobody' is nobody of `people`"),
        (with_step(id="e2"), "e2 is there twice"),
        (with_step(at="2024-05-22T10:03:00"), "has no offset"),
        (with_step(**{"in": "#nowhere"}), "e4: ann cannot message"),
        (with_step(do="unreact", ref="e2", emoji="star"), "e4: ann cannot unreact"),
        (SMALL | {"steps": SMALL["steps"][1:]}, "before an incident was declared"),
    ],
)
def test_what_is_no_replay_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], found: object, words: str
) -> None:
    assert played(tmp_path, found) == WRONG
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(tmp_path / "none.yaml")]) == WRONG
    assert "none.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (SMALL | {"expected": {"title": "Mail is early"}}, "/title: wanted 'Mail is early', found 'Mail is late'"),
        (SMALL | {"expected": {"timeline": {"notes": []}}}, "/timeline/notes: too much"),
        (SMALL | {"expected": {"weather": "fine"}}, "/weather: missing"),
        (SMALL | {"must_not_appear": ["q at 12"]}, "must not appear, and does: 'q at 12'"),
        (with_step(do="command", text="/incident action"), "e4 command by ann: was not recorded"),
        (with_step(do="command", text="/incident action a", refused=True), "was to be refused, and was recorded"),
        (with_step(do="command", text="/incident fix a at: 9:00", means="2024-05-22T09:01:00+00:00"), "otherwise"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], found: object, words: str
) -> None:
    assert played(tmp_path, found) == DIFFERENT
    printed = capsys.readouterr().out
    assert words in printed
    assert "0 of 1 files hold every fact" in printed
