"""`tocsin import` of documents that look otherwise: nothing is lost without a word, and nothing ends in a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from drafting_records import Log, at

from bot.cli import run
from bot.cli.outcome import DIFFERENT
from bot.domain.timeline import Kind
from bot.drafting.document import to_markdown
from bot.drafting.draft import draft
from bot.drafting.written.facts import read_written
from bot.wording import Wording

HEAD = "Issue Summary\n=============\n\nStart: 2024-01-01 10:00 (UTC)\nEnd: 2024-01-01 11:00 (UTC)\n\n"
TABLE = """# Issue Summary

| Field | Value |
|:--|---|
| Start | 2024-06-01 10:00 UTC |
| End | 2024-06-01 11:00 UTC |
| Services affected | Search |

# Timeline

| Time (UTC) | What happened |
|---|---|
| 10:05 | Alert fired |
| 10:30 | Index \\| shards rebuilt |
"""
#: A draft of ours in which somebody changed times by hand, so that it was reopened before it was over.
TORN = """# Postmortem: X

INC-1 · sev1 · resolved [1, 4]

## Issue Summary
- **Start:** Friday 15 March 2024, 10:00 UTC [1]
- **End:** Friday 15 March 2024, 11:00 UTC [4]

## Timeline
- 10:30 UTC — Resolved. [2]
- 09:10 UTC — Reopened. [3]
- 11:00 UTC — Resolved. [4]
- 08:00 UTC — Mitigated. [5]

## Evidence

- [1] start of impact, Fri 15 Mar 2024, 10:00 UTC, by ana (command)
- [2] end, Fri 15 Mar 2024, 10:30 UTC, by ana (command)
- [3] reopening, Fri 15 Mar 2024, 09:10 UTC, by ana (command)
- [4] end, Fri 15 Mar 2024, 11:00 UTC, by ana (command)
- [5] mitigation, Fri 15 Mar 2024, 08:00 UTC, by ana (command)
"""


def told(text: str) -> list[tuple[str, str, str]]:
    """(kind, time, words) of each fact that has words."""
    return [(str(one.kind), f"{one.at:%H:%M}" if one.at else "", one.text) for one in read_written(text).facts]


def left(text: str) -> list[str]:
    return [one.text for one in read_written(text).unplaced]


def test_underlined_headings_and_instants_without_bullets() -> None:
    text = f"{HEAD}Timeline\n--------\n\n10:05 (UTC) - alert fired\n10:10 (UTC) - looked at\nthe disks\n"
    assert told(text)[-2:] == [("detected", "10:05", "alert fired"), ("action", "10:10", "looked at the disks")]
    assert told(text.replace("\n", "\r\n")) == told(text.replace("\n", "\r")) == told("\ufeff" + text) == told(text)


def test_tables_are_read_row_by_row_and_their_heads_are_told() -> None:
    assert told(TABLE) == [
        ("started", "10:00", ""),
        ("resolved", "11:00", ""),
        ("impact", "", ""),
        ("detected", "10:05", "Alert fired"),
        ("action", "10:30", "Index | shards rebuilt"),
    ]
    assert read_written(TABLE).facts[2].data["services"] == ["Search"]
    assert left(TABLE) == ["Field: Value", "Time (UTC): What happened"]


@pytest.mark.parametrize(
    ("line", "at", "words"),
    [
        ("- [10:20 a.m.] looked", "10:20", "looked"),
        ("- 10:20 → looked", "10:20", "looked"),
        ("- 2024-01-01T10:20:00Z - looked", "10:20", "looked"),
        ("- 5:20 ET | looked", "10:20", "looked"),
        ("- 13:20 EAT: looked", "10:20", "looked"),
        ("- 10.20am - looked", "10:20", "looked"),
        ("- 1020Z - looked", "10:20", "looked"),
        ("- 1020 hrs: looked", "10:20", "looked"),
        ("- 10h20: looked", "10:20", "looked"),
    ],
)
def test_an_instant_may_be_set_off_otherwise(line: str, at: str, words: str) -> None:
    assert told(f"{HEAD}# Timeline\n\n- 10:05 (UTC): alert fired\n{line}\n")[-1] == ("action", at, words)


def test_what_stands_below_an_instant_belongs_to_it() -> None:
    text = f"{HEAD}# Timeline\n\n- 10:05 (UTC): alert fired:\n  - by mail\n  - took 2h30: slow\n- 10:20 (UTC): looked\n"
    detected = ("detected", "10:05", "alert fired; by mail; took 2h30: slow")
    assert told(text)[-2:] == [detected, ("action", "10:20", "looked")]
    assert left(text) == []
    assert left(f"{text}- at half past nine somebody called\n") == ["at half past nine somebody called"]


def test_a_zone_that_nobody_knows_is_told_with_how_it_was_read() -> None:
    text = f"{HEAD}# Timeline\n\n- 10:05 XYZT: alert fired\n- 10:10 (ABC): looked at SQL\n- 10:20: SRE looked\n"
    assert read_written(text).unknown_labels == (("ABC", "UTC"), ("XYZT", "UTC"))
    assert [(at, words) for _, at, words in told(text)[-3:]] == [
        ("10:05", "alert fired"),
        ("10:10", "looked at SQL"),
        ("10:20", "SRE looked"),
    ]


def test_a_bracket_is_no_label_and_control_characters_are_no_words() -> None:
    [task] = read_written(f"{HEAD}# Tasks\n\n- Add\x00 alarms (owner: Dana, due 2024-07-20)\n").facts[2:]
    assert (task.text, task.data["owner"], task.data["due"]) == ("Add alarms", "Dana", "2024-07-20")


@pytest.mark.parametrize(
    ("line", "words", "link"),
    [
        ("Cap it — *owner:* ben — *due:* 22 March 2024 — EXP-9", "Cap it", "EXP-9"),
        ("Cap it — *owner:* ben — #12 — **done**", "Cap it", "#12"),
        ("Cap it — *due:* 22 March 2024 — <https://x.example/EXP-9>", "Cap it", "https://x.example/EXP-9"),
        ("Cap it — *owner:* ben — before winter", "Cap it — before winter", None),
        ("Cap it — EXP-9", "Cap it — EXP-9", None),
    ],
)
def test_a_ticket_behind_the_keys_is_a_tasks_link(line: str, words: str, link: str | None) -> None:
    task = next(one for one in read_written(f"{HEAD}# Tasks\n\n1. {line}\n").facts if one.kind is Kind.TASK)
    assert (task.text, task.data.get("link")) == (words, link)


@pytest.mark.parametrize("link", ["EXP-9", "ticket 9, in the old tracker", "https://x.example/9"])
def test_whatever_a_task_of_a_draft_of_ours_is_linked_to_is_read_back(link: str) -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.add(Kind.TASK, "Cap the pool — at 40", owner="ben", due="2024-04-02", link=link)
    text = to_markdown(draft(log.record()), Wording().document)
    [task] = [one for one in read_written(text).facts if one.kind is Kind.TASK]
    assert task.text == "Cap the pool — at 40"
    assert task.data == {"owner": "ben", "due": "2024-04-02", "link": link}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + HEAD, "a second postmortem begins in line 7; give each a file of its own"),
        (HEAD.replace("11:00", "09:00"), "its end is not behind its start"),
        ("%PDF-1.4\n1 0 obj\nIssue Summary 2024-01-01 10:00\n%%EOF\n", "no section of the standard format was found"),
        (TORN, "what it tells contradicts itself (window overlap)"),
        ("# Issue Summary\n\nDown on 2 May 2024.\n", "no date and time stands in it"),
    ],
)
def test_what_cannot_be_one_incident_is_said_and_the_next_file_taken(
    text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.md").write_text(text)
    Path("good.md").write_text(TABLE)
    assert run(["import", "odd.md", "good.md"]) == DIFFERENT
    out, err = capsys.readouterr()
    assert f"odd.md: not imported: {why}" in err
    assert "good.md: INC-1, 5 facts" in out, "the number that was taken for what is refused is free again"
