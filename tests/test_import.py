"""`tocsin import`: postmortems in the shapes that people write become incidents that draft the same facts."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import run
from bot.cli.outcome import DIFFERENT, OK, UNREACHABLE, WRONG
from bot.domain.timeline import Kind
from bot.drafting.checked import rules_of
from bot.drafting.checking.report import check
from bot.drafting.written.facts import LONGEST, read_written
from bot.wording import Wording
from tests.rig import running

WRITTEN = Path(__file__).parent / "written"
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


def drafted(said: Said, *path: str) -> Any:
    code, out, _ = said("draft", 1, "--format", "json")
    assert code == OK
    found: Any = json.loads(out)
    for name in path:
        found = found[name]
    return found


def texts(found: list[Any]) -> list[str]:
    return [each if isinstance(each, str) else each["text"] for each in found]


def test_labelled_facts_over_midnight(said: Said) -> None:
    code, out, _ = said("import", WRITTEN / "labels.md")
    assert code == OK
    assert "INC-1, " in out
    assert "stands in a section that the format does not have: Fonts are software too." in out
    summary, timeline, measures = (drafted(said, name) for name in ("summary", "timeline", "measures"))
    assert (summary["start"], summary["end"]) == ("2024-06-03T23:50:00+02:00", "2024-06-04T01:20:00+02:00")
    assert (summary["duration_minutes"], summary["tz_label"]) == (90, "CEST")
    assert summary["impact"]["services"] == ["label printer", "depot API"]
    assert (summary["impact"]["percent"], drafted(said, "severity")) == (33, "sev2")
    assert (timeline["detected_at"], timeline["detection_class"]) == ("2024-06-03T23:58:00+02:00", "customer")
    assert [(each["at"], each.get("assumption", False)) for each in timeline["actions"]] == [
        (None, True),
        ("2024-06-04T00:10:00+02:00", False),
    ]
    assert timeline["misleading"] == []
    assert timeline["escalations"][0]["to"] == ["Images", "Print"]
    assert texts(drafted(said, "root_cause_and_resolution", "resolution")) == [
        "Rolled back to the image of May.",
        "Pinned the font package.",
    ]
    assert measures["improvements"] == [
        {"title": "Check a printed label", "text": "compare it with its data before a rollout.", "entries": [14]}
    ]
    first, second, third = measures["tasks"]
    assert (first["text"], first["owner"], first["due"]) == ("Pin every font", "Jo Berg", "2024-06-21")
    assert second["link"] == "https://track.example.org/P-7"
    assert (third["text"], third["done"]) == ("Tell the depots", True)


def test_one_line_an_instant(said: Said) -> None:
    assert said("import", WRITTEN / "instants.txt")[0] == OK
    timeline, impact = drafted(said, "timeline"), drafted(said, "summary", "impact")
    assert (impact["percent"], impact["services"]) == (12, ["booking website"])
    assert impact["percent_text"] == "Approximately 12% of customers were affected."
    assert timeline["detected_at"] == "2025-03-07T09:05:00+00:00"
    kinds = [(each["at"][11:16], each["kind"]) for each in timeline["chronology"]]
    assert kinds == [
        ("09:05", "detected"),
        ("09:20", "action"),
        ("09:40", "misleading"),
        ("10:00", "escalate"),
        ("10:30", "note"),
        ("11:30", "resolution"),
    ]
    assert drafted(said, "conclusion") == ["We will not renew by hand again."]


def test_prose_with_a_label_that_is_not_in_force(said: Said) -> None:
    code, out, _ = said("import", WRITTEN / "prose.txt")
    assert (code, "PST is not in force on that date" in out) == (OK, True)
    summary, timeline = drafted(said, "summary"), drafted(said, "timeline")
    assert summary["start"] == "2024-10-02T08:15:00-07:00"
    assert summary["impact"]["services"] == ["search service"]
    assert summary["impact"]["experience"][0] == "our search service experienced an outage"
    assert timeline["escalations"] == []
    assert texts(timeline["resolution"]) == ["The index was built again."]
    assert texts(timeline["notes"]) == ["Search was fully restored by 09:45 (PST)."]
    assert texts(drafted(said, "root_cause_and_resolution", "cause")) == [
        "A clean-up script matched one name too many."
    ]
    assert drafted(said, "measures", "improvements")[0]["title"] == "Dry runs"


def test_what_has_no_time_is_drafted_without_one(said: Said) -> None:
    said("import", WRITTEN / "prose.txt")
    _, markdown, _ = said("draft", 1)
    assert "time not recorded — The logs were read." in markdown


def test_a_dry_run_records_nothing(said: Said, tmp_path: Path) -> None:
    code, out, _ = said("import", "--dry-run", WRITTEN / "labels.md")
    assert code == OK
    assert ": action, 2024-06-03 22:10 UTC: Printed a test page on every printer." in out
    assert list(tmp_path.iterdir()) == []


def test_the_same_file_is_imported_once(said: Said) -> None:
    said("import", WRITTEN / "labels.md")
    assert "is INC-1 already" in said("import", WRITTEN / "labels.md")[1]
    assert "INC-2" not in said("list")[1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x00\xff\xfe\x80", "it is no text in UTF-8"),
        (b"", "no section of the standard format was found in it"),
        (b"# Shopping\n\n- milk\n", "no section of the standard format was found in it"),
        (b"# Issue Summary\n\n- **Root Cause**: bad luck\n", "no date and time stands in it"),
        (b"x" * (4 * LONGEST + 1), "it is longer than any postmortem"),
    ],
)
def test_what_is_no_postmortem_is_said(said: Said, tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "it.md"
    path.write_bytes(content)
    code, out, err = said("import", path, WRITTEN / "labels.md")
    assert code == DIFFERENT
    assert f"{path}: not imported: {why}" in err
    assert "INC-1, " in out  # the other file all the same


def test_a_zone_that_is_none_and_a_file_that_is_not_there(said: Said) -> None:
    assert said("import", "--zone", "Mars/Olympus", WRITTEN / "labels.md")[0] == WRONG
    code, _, err = said("import", "nowhere.md")
    assert (code, "No such file" in err) == (DIFFERENT, True)


@pytest.mark.sqlite
async def test_it_refuses_while_the_bot_runs_and_belongs_to_its_workspace(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'tocsin.db'}")
    assert (await asyncio.to_thread(said, "import", WRITTEN / "labels.md"))[0] == OK
    async with running(tmp_path) as rig:
        assert "Parcel labels print blank" in (await rig.types("ana", "/incident list", rig.ops)).text
        code, _, err = await asyncio.to_thread(said, "import", WRITTEN / "prose.txt")
        assert (code, "in use" in err) == (UNREACHABLE, True)


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from([*(WRITTEN / "labels.md").read_text().split("\n"), "- **10:61 PM:** x", "**", "- ", "12:00"]),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_any_text_can_be_read(lines: list[str]) -> None:
    told = read_written("\n".join(lines))
    assert all(fact.line >= 1 for fact in told.facts)
    assert all(isinstance(fact.kind, Kind) for fact in told.facts)


@pytest.mark.parametrize("piece", ["[", "[a](<b", " ", "@"])
def test_no_text_takes_longer_than_its_length(piece: str) -> None:
    """What grows with the square of the length took seconds here, during which a bot would answer nobody."""
    text = "# INC-1\n\n## Timeline\n\n- 10:00 " + piece * (20_000 // len(piece)) + "x"
    began = time.process_time()
    read_written(text, zone="UTC")
    check(text, rules_of(Wording("en", None)), record=None, said=frozenset(), zone="UTC")
    assert time.process_time() - began < 1.5
