"""`tocsin check` and what `tocsin draft` says beside the draft: points, claims, lengths, exit codes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.cli import run
from bot.cli.outcome import DIFFERENT, OK, WRONG
from tests.test_checking import made, whole

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("TOCSIN_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Said]:
    def told(*arguments: object) -> tuple[int, str, str]:
        code = run([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return told


def test_a_draft_can_be_checked_where_no_database_is(said: Said, tmp_path: Path) -> None:
    path = tmp_path / "draft.md"
    path.write_text(made(whole()), encoding="utf-8")
    code, out, err = said("check", path)
    assert code == OK
    assert out.startswith("34 of 34 points of the checklist hold\n")
    assert "Its incident is not known here" in out
    assert "there is no database" in err


def test_an_edited_draft_is_checked_against_its_incident(said: Said, tmp_path: Path) -> None:
    """Imported, since that records without Slack; the draft of it is edited and checked."""
    (tmp_path / "old.md").write_text(made(whole()), encoding="utf-8")
    assert said("import", "old.md")[0] == OK
    code, drafted, err = said("draft", 1)
    assert code == OK
    assert err.splitlines()[0].startswith("34 of 34 points")
    assert err.splitlines()[1].startswith("477 words: Issue Summary ")
    path = tmp_path / "draft.md"
    path.write_text(drafted, encoding="utf-8")
    assert said("check", path)[:2] == (OK, out := said("check", path)[1])
    assert "not known here" not in out
    edited = drafted.replace("the last 3 releases", "the last 5 releases, as Nigel asked").replace(
        " — *owner:* ben", ""
    )
    path.write_text(edited, encoding="utf-8")
    code, out, _ = said("check", path)
    assert code == DIFFERENT
    lines = {line.strip() for line in out.splitlines()}
    where = edited.splitlines().index(next(line for line in edited.splitlines() if "Nigel" in line)) + 1
    assert any(line.startswith(f"line {where}: the number 5 is in no entry") for line in lines)
    assert f"line {where}: Nigel is in no entry" in lines
    assert any(
        line.startswith("36 an owner and a day or a ticket for each task: a task has no owner") for line in lines
    )


def test_a_file_that_cannot_be_checked_is_told_so(said: Said, tmp_path: Path) -> None:
    assert said("check", "nowhere.md")[0] == WRONG
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    code, out, err = said("check", "picture.png")
    assert (code, out) == (WRONG, "")
    assert "no text in UTF-8" in err
    (tmp_path / "empty.md").write_text("", encoding="utf-8")
    code, out, _ = said("check", "empty.md")
    assert code == DIFFERENT
    assert "no section of the standard format was found" in out
    assert said("check", "empty.md", "--incident", "INC-9")[0] != OK
