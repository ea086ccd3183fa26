"""The checklist point by point, on a draft that lacks nothing and on the same draft with one thing taken away."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.record import Record
from bot.domain.timeline import Attachment, Kind
from bot.drafting.checking.claims import numbers, value_of
from bot.drafting.checking.grounds import grounds, word_set
from bot.drafting.checking.points import POINTS
from bot.drafting.checking.report import Report, check
from bot.drafting.checking.rules import Rules, read_rules
from bot.drafting.checking.telling import everything, open_points, summed
from bot.drafting.checking.verdict import State
from bot.drafting.document import to_markdown
from bot.drafting.draft import draft
from bot.wording import OURS, Wording
from tests.drafting_records import Log, at

WORDING = Wording("en")
SAID = word_set("".join(path.read_text(encoding="utf-8") for path in sorted((OURS / "en").glob("*.md.j2"))))
CHECKS = Path(__file__).parent.parent / "bot" / "drafting" / "checking"
FILLER = "The cart kept what was in it and asked again until the payment went through. "


@cache
def rules() -> Rules:
    return read_rules([("linter.toml", (OURS / "en" / "linter.toml").read_text(encoding="utf-8"))])


def whole(leave: str = "") -> Record:
    """The record of an incident of which everything was told, but what `leave` names."""
    log = Log()
    log.declare("Checkout rejects cards", at("10:00"), severity="sev1")

    def add(name: str, kind: Kind, text: str = "", when: str = "", **keys: object) -> None:
        if name != leave:
            log.add(kind, text, at(when) if when else None, **keys)

    seen = {"services": ["checkout", "kiosk"], "percent": 30, "percent_text": None}
    add("impact", Kind.IMPACT, "Customers saw HTTP 503 when they paid.", **seen)
    add("detected", Kind.DETECTED, "the error alert fired", "10:04", by="alert")
    add("action", Kind.ACTION, "compared the last 3 releases of checkout", "10:12")
    add("suspect", Kind.HYPOTHESIS, "a bot floods the login", "10:20")
    add("ruled_out", Kind.RULED_OUT, "traffic is as on any day", "10:31", hypothesis=5 if leave != "impact" else 4)
    add("escalated", Kind.ESCALATED, "database on-call paged", "10:35", to=["Data"])
    add("fix", Kind.FIX, "raised the pool of max_connections to 400", "10:50")
    add("mitigated", Kind.MITIGATED, "", "10:55")
    add("resolved", Kind.RESOLVED, "", "11:10")
    add("cause", Kind.CAUSE, "The connection pool of checkout was too small for the sale.")
    add(
        "cause_detail",
        Kind.CAUSE_DETAIL,
        f"The pool held 80 connections. The sale asked checkout for more. {FILLER * 9}",
    )
    add("fix_detail", Kind.FIX_DETAIL, f"The pool was raised. Orders were compared with payments. {FILLER * 3}")
    add("improvement", Kind.IMPROVEMENT, "Load tests before each sale")
    for words in (
        "Alert on a pool that is 80% used",
        "Write the runbook of the pool",
        "Test checkout at twice the load",
    ):
        add("task", Kind.TASK, words, owner="ben", due="2024-04-02")
    add("conclusion", Kind.CONCLUSION, "A sale is load that can be rehearsed.")
    return log.record()


def made(record: Record, style: str = "both") -> str:
    return to_markdown(draft(record), WORDING.document, style=style)


def checked(record: Record, change: Callable[[str], str] = str) -> Report:
    return check(change(made(record)), rules(), record=record, said=SAID)


def states(report: Report) -> dict[int, State]:
    return {each.point.number: each.verdict.state for each in report.findings}


def mend_of(report: Report, number: int) -> str:
    return next(each.verdict.mend for each in report.findings if each.point.number == number)


def test_there_are_the_34_points_that_a_program_can_decide() -> None:
    wanted = [*range(1, 7), *range(8, 25), 26, 27, 28, 31, 33, 34, 35, 36, 38, 39, 40]
    assert [point.number for point in POINTS] == wanted
    assert len(POINTS) == len({point.name for point in POINTS}) == 34
    for point in POINTS:
        told = point.check.__doc__ or ""
        assert told.startswith(f"Point {point.number}, {'required by the brief' if point.required else 'by the '}")


def test_everything_holds_of_an_incident_of_which_everything_was_told() -> None:
    report = checked(whole())
    assert [(each.point.name, each.verdict) for each in report.of(State.FAILS, State.UNDECIDED)] == []
    assert report.holding == 34
    assert report.unproved == report.lints == ()
    assert 400 <= report.words <= 600


LACKS = [
    ("impact", 6, "impact … services: …"),
    ("impact", 8, "impact … users: …%"),
    ("detected", 14, "detected … at: …"),
    ("detected", 15, "detected … by: …"),
    ("action", 16, "action …"),
    ("fix", 20, "fix …"),
    ("resolved", 3, "resolve at: …"),
    ("resolved", 20, "resolve at: …"),
    ("cause", 9, "cause …"),
    ("cause", 28, "cause …"),
    ("cause_detail", 26, "cause-detail …"),
    ("fix_detail", 27, "fix-detail …"),
    ("improvement", 33, "improve …"),
    ("task", 34, "task … owner: … due: …"),
    ("task", 36, "task … owner: … due: …"),
]


@pytest.mark.parametrize(("leave", "number", "mend"), LACKS)
def test_what_was_not_told_fails_with_the_command_that_tells_it(leave: str, number: int, mend: str) -> None:
    report = checked(whole(leave))
    assert states(report)[number] is State.FAILS
    assert mend_of(report, number) == mend


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def without(pattern: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, "", text, count=1, flags=re.MULTILINE | re.DOTALL)


SPOILED = [
    (1, lambda text: re.sub(r"(?s)(## Issue Summary.*?)(## Timeline.*?)(?=## Root)", r"\2\1", text)),
    (2, without(r"^  - \*\*Start:\*\*.*?$\n")),
    (4, swap("10:12 UTC", "10:12 PST")),
    (5, swap("1 h 10 min", "1 h 40 min")),
    (9, swap("for the sale. [11]", "for the sale. It was old. It was slow. [11]")),
    (10, swap("when they paid.", f"when they paid. {FILLER * 8}")),
    (11, swap("\n- 10:12 UTC — compared", "\n- Compared")),
    (12, swap("\n- 10:12 UTC — compared", "\n- 10:40 UTC — compared")),
    (13, swap("compared the last 3 releases", "looked. Compared. Found nothing in releases")),
    (13, swap("compared the last 3 releases", "compared " + "again and " * 40)),
    (17, without(r"^  - 10:20 UTC.*?$\n")),
    (18, lambda text: re.sub(r"(?m)^- \*\*Misleading Paths:\*\*\n.*\n|^- .*Misleading path:.*\n", "", text)),
    (19, lambda text: re.sub(r"to Data: | to Data", "", text)),
    (20, swap("11:10 UTC [10]", "11:25 UTC [10]")),
    (21, lambda text: re.sub(r"(?m)^- 10:0[01] UTC.*\n", "", text)),
    (22, lambda text: re.sub(r"(?m)^ *- 10:55 UTC — \*Mitigated.*\n", "", text)),
    (23, lambda text: re.sub(r"(?m)^ *- 10:[1-4]\d UTC.*\n", "", text)),
    (24, swap("any day [5, 6]", "any day")),
    (24, swap("database on-call paged [7]", "database on-call paged [77]")),
    (28, swap("The pool held 80 connections. The sale asked checkout for more.", "It was full. It was slow.")),
    (31, swap("The pool was raised.", "Human error was the cause.")),
    (31, swap("The pool held 80", "The engineer forgot the pool. It held 80")),
    (34, swap("Alert on a pool that", "The pool that")),
    (35, swap("Write the runbook of the pool", "Investigate")),
    (36, swap("*owner:* ben — ", "")),
    (38, without(r"^2\. Write the runbook.*?$\n")),
    (39, swap(FILLER * 8, "")),
    (40, swap("Load tests before", "TO" + "DO: tests before")),
    (40, swap("Load tests before", "Use password=hunter2secret before")),
    (40, swap("- 10:00 UTC — *Impact began.*", "- 10:05 UTC — *Impact began.*")),
]


@pytest.mark.parametrize(("number", "spoil"), SPOILED)
def test_each_point_fails_where_the_text_breaks_it(number: int, spoil: Callable[[str], str]) -> None:
    report = checked(whole(), spoil)
    found = next(each for each in report.findings if each.point.number == number)
    assert found.verdict.state is State.FAILS, found
    assert any(line.startswith(f"{number} ") for line in open_points(report, WORDING.plain, command="/incident"))


def test_every_point_is_spoiled_by_something_above() -> None:
    assert {number for number, _ in SPOILED} | {number for _, number, _ in LACKS} == {each.number for each in POINTS}


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        (swap("10:12 UTC — compared", "10:13 UTC — compared"), "time"),
        (swap("11:10 UTC [10]", "11:10 EST [10]"), "time"),
        (swap("Friday 15 March", "Thursday 14 March"), "time"),
        (swap("*due:* 2 April 2024", "*due:* 3 April 2024"), "time"),
        (swap("4 min after impact", "9 min after impact"), "length"),
        (swap("the last 3 releases", "the last 7 releases"), "number"),
        (swap("the last 3 releases", "the last seven releases"), "number"),
        (swap("**Percentage of Users Affected:** 30%", "**Percentage of Users Affected:** 31%"), "number"),
        (swap("*owner:* ben", "*owner:* nina"), "name"),
        (swap("kiosk [", "portal ["), "name"),
        (swap("database on-call", "Zoltan, the database on-call"), "name"),
        (swap("max_connections", "min_connections"), "name"),
        (swap("max_connections", "<https://wiki.example.com/pool>"), "name"),
        (swap("by ana-oncall.", "by mallory."), "name"),
        (swap("database on-call paged [7]", "database on-call paged [7, 70]"), "reference"),
    ],
)
def test_a_planted_claim_is_found_at_its_line(planted: Callable[[str], str], what: str) -> None:
    record = whole()
    text = made(record)
    report = check(planted(text), rules(), record=record, said=SAID)
    changed = [
        at for at, (a, b) in enumerate(zip(text.splitlines(), planted(text).splitlines(), strict=True), 1) if a != b
    ]
    assert {(each.what, each.line) for each in report.unproved} == {(what, changed[0])}


RECORD = whole()
DRAFT = made(RECORD)
SPOTS = [found.end() for found in re.finditer(r"(?<=\w)(?= )", DRAFT)]
KNOWN = {value for ground in grounds(RECORD, draft(RECORD)).every for value in ground.numbers}
UNKNOWN = st.integers(min_value=41, max_value=10**7).filter(lambda number: str(number) not in KNOWN)


@settings(max_examples=12, deadline=None)
@given(
    spot=st.sampled_from(SPOTS), number=st.integers(min_value=41, max_value=10**7).filter(lambda n: str(n) not in KNOWN)
)
def test_any_planted_number_that_no_entry_has_is_found(spot: int, number: int) -> None:
    planted = f"{DRAFT[:spot]} {number} {DRAFT[spot:]}"
    report = check(planted, rules(), record=RECORD, said=SAID)
    line = DRAFT.count("\n", 0, spot) + 1
    assert [each for each in report.unproved if each.line == line and str(number) in each.text]


@settings(max_examples=12, deadline=None)
@given(spot=st.sampled_from(SPOTS), name=st.text(string.ascii_lowercase, min_size=3, max_size=9))
def test_any_planted_name_that_no_entry_has_is_found(spot: int, name: str) -> None:
    planted = f"Qu{name.capitalize()}"  # a capital inside, as products have
    report = check(f"{DRAFT[:spot]} {planted} {DRAFT[spot:]}", rules(), record=RECORD, said=SAID)
    assert planted in {each.text for each in report.unproved}


@settings(max_examples=20, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(DRAFT.splitlines()), max_size=30).map("\n".join)))
def test_any_text_can_be_checked_and_told(text: str) -> None:
    report = check(text, rules(), record=RECORD, said=SAID)
    assert len(report.findings) == 34
    assert list(everything(report, WORDING.plain, command="/incident"))
    assert list(everything(check(text, rules()), WORDING.plain, command="/incident"))


@pytest.mark.parametrize("style", ["both", "labels", "chronology"])
def test_no_style_of_ours_claims_what_no_entry_says(style: str) -> None:
    report = check(made(RECORD, style), rules(), record=RECORD, said=SAID)
    assert report.unproved == ()
    # Labels alone don't tell when the impact began.
    assert {each.point.number for each in report.of(State.FAILS)} <= ({21} if style == "labels" else set())


def test_the_files_of_an_entry_are_shown_and_no_claim() -> None:
    log = Log()
    log.declare("Outage")
    link = "https://files.example.com/T1-F07/graph-77.png"
    log.add(Kind.NOTE, "look", files=(Attachment("F07", "graph-77.png", "image/png", link),))
    markdown = made(log.record())
    assert link in markdown
    assert check(markdown, rules(), record=log.record(), said=SAID).unproved == ()


def test_without_its_incident_the_evidence_list_still_proves_times() -> None:
    wrong = swap("10:12 UTC — compared", "10:13 UTC — compared")(DRAFT)
    report = check(wrong, rules())
    assert [each.what for each in report.unproved] == ["time"]
    assert not report.known
    assert check(DRAFT, rules()).unproved == ()


def test_the_same_text_gives_the_same_report() -> None:
    first, second = (list(everything(checked(whole()), WORDING.plain, command="/incident")) for _ in range(2))
    assert first == second
    assert summed(checked(whole("fix")), WORDING.plain).startswith("33 of 34 points of the checklist hold; 1 fails")


def test_every_reason_and_every_point_has_its_sentence() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(CHECKS.glob("*.py")))
    reasons = set(re.findall(r'(?:fails|undecided)\(\s*"([a-z_]+)"', source)) | {"no_cause", "no_start"}
    assert len(reasons) > 50
    assert {why for why in reasons if not WORDING.has(f"checks.why_{why}")} == set()
    assert {point.name for point in POINTS if not WORDING.has(f"checks.point_{point.name}")} == set()
    assert [
        n for n in WORDING.names if n.startswith("checks.why_") and n.removeprefix("checks.why_") not in source
    ] == []


def test_numbers_compare_by_what_they_say() -> None:
    assert {value_of(each.text) for each in numbers("4,100 of 30.0 and two at 1:1, p99")} == {
        "4100",
        "30",
        "2",
        "1:1",
        "99",
    }
