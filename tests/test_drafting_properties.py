"""What holds for the draft of any history, and for any words in it."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from drafting_records import NAMES, Log, at
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.record import Record
from bot.domain.timeline import Kind
from bot.drafting.document import write
from bot.drafting.draft import cited, draft
from bot.drafting.escape import markdown, one_line
from bot.drafting.structured import to_json
from bot.wording import Wording

RENDER = Wording().document
ZONES = ["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Europe/London", "Pacific/Chatham"]
LATER = sorted(set(Kind) - {Kind.DECLARED})

words = st.text(alphabet="abc *_|`<>[]#-\n&é決", max_size=30)
entries = st.lists(
    st.tuples(
        st.sampled_from(LATER),
        words,
        st.integers(-400, 4000),
        st.integers(1, 12),
        st.sampled_from(["second", "approximate"]),
        st.booleans(),
    ),
    max_size=25,
)


def history(steps: list[Any], zone: str, start: int | None) -> tuple[Record, list[str]]:
    """A record of these steps, and the words of what was taken back in it."""
    log, gone = Log(zone, "+0", first=at("06:00")), []
    log.declare("Outage", None if start is None else at("06:00") + timedelta(minutes=start), severity="sev2")
    for kind, text, minute, target, precision, retracted in steps:
        mark = f"entry{len(log.entries)}x"
        number = log.add(
            kind,
            f"{text} {mark}",
            at("06:00") + timedelta(minutes=minute),
            precision=precision,
            title=text,
            services=[text],
            to=[text],
            hypothesis=target,
            escalation=target,
            task=target,
            status="monitoring",
            severity="sev1",
            role="commander",
            person_id="U2",
            of=target,
        )
        if retracted:
            log.retract(number)
            gone.append(mark)
    return log.record(), gone


@settings(max_examples=120, deadline=None)
@given(entries, st.sampled_from(ZONES), st.none() | st.integers(-3000, 60))
def test_any_history_gives_one_draft_in_order_and_without_what_was_taken_back(
    steps: list[Any], zone: str, start: int | None
) -> None:
    record, gone = history(steps, zone, start)
    made = draft(record)
    printed = json.dumps(to_json(made)) + write(made, RENDER).text
    shuffled = Record(7, "INC-7", zone, record.entries[::-1], NAMES, "+0", "inc-7-outage")
    assert printed == json.dumps(to_json(draft(shuffled))) + write(draft(shuffled), RENDER).text
    assert not [mark for mark in gone if mark in printed]
    for rows in (made.timeline.chronology, made.timeline.status, made.timeline.actions, made.timeline.notes):
        assert [(row.at, row.entries[0]) for row in rows] == sorted((row.at, row.entries[0]) for row in rows)
    standing = {entry.number for entry in record.standing}
    assert cited(made) <= standing
    assert {each.number for each in made.evidence} == cited(made)


@settings(max_examples=80, deadline=None)
@given(entries, st.sampled_from(ZONES), st.sampled_from(["both", "labels", "chronology"]))
def test_every_line_of_any_document_points_to_an_entry_and_no_words_make_a_heading(
    steps: list[Any], zone: str, style: str
) -> None:
    record, _ = history(steps, zone, 0)
    text = write(draft(record), RENDER, style=style).text
    standing = {str(entry.number) for entry in record.standing}
    for line in text.splitlines():
        if re.match(r"\s*- (?:\w{3} \d+ \w{3}, )?~?\d\d:\d\d ", line):
            assert set(re.search(r"\[([\d, ]+)\]$", line)[1].split(", ")) <= standing  # type: ignore[index]
    headings = [line for line in text.splitlines() if line.startswith("#")]
    known = {"# Postmortem", "## Issue Summary", "## Timeline", "### Full Chronology", "## Root Cause and Resolution"}
    known |= {"## Corrective and Preventative Measures", "## Conclusion", "## Appendix", "## Evidence"}
    assert {line.split(":")[0] for line in headings} <= known
    assert len(headings) == len(set(headings))


PIECES = [*"ab1 _*`|<>[]()!\\#-+=.~&;:/\n\"'", "https://x.io/a_b", "&amp;", "<b>", "[7]", "](", "**", "__", "~~"]
PIECES += ["1. ", "- ", "# ", "```", "é", "foo_bar"]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_a_reader_of_the_markdown_sees_what_was_typed(typed: str) -> None:
    reader = pytest.importorskip("markdown_it", reason="comes with typer's rich, today")
    for dialect, options in (("commonmark", {}), ("gfm-like", {"linkify": False})):
        tokens = reader.MarkdownIt(dialect, options).parse(f"- {markdown(typed)} [7]\n")
        (inline,) = [token for token in tokens if token.type == "inline"]
        kinds = {child.type for child in inline.children}
        assert kinds <= {"text", "text_special", "link_open", "link_close"}
        assert "".join(child.content for child in inline.children) == f"{one_line(typed)} [7]".strip()


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("max_connections on db_main_2", "max_connections on db_main_2"),
        ("__init__ and _x_", "\\_\\_init\\_\\_ and \\_x\\_"),
        ("a * b | `c` <d>", "a \\* b \\| \\`c\\` \\<d\\>"),
        ("see https://x.io/a_b_(c), then", "see <https://x.io/a_b_(c)>, then"),
        ("one\n\n  two\ttabs\x00", "one two tabs"),
        ("~40 requests", "~40 requests"),
        ("C:\\temp \\*", "C:\\temp \\\\\\*"),
        ("[link](x)", "\\[link](x)"),
        ("fish &amp; chips & more", "fish \\&amp; chips & more"),
        ("\u202eevil", "evil"),
    ],
)
def test_marks_are_escaped_and_the_rest_stays_readable(typed: str, printed: str) -> None:
    assert markdown(typed) == printed


def test_ten_thousand_entries_are_drafted_in_a_second() -> None:
    log = Log()
    log.declare("Outage", at("09:00"))
    kinds = [kind for kind in LATER if kind not in (Kind.REOPENED, Kind.CANCELLED, Kind.DUPLICATE)]
    for number in range(10_000):
        log.add(kinds[number % len(kinds)], f"entry {number}: restarted the *api* on db-{number} for <@U1>")
    record = log.record()
    began = time.process_time()
    made = draft(record)
    took = time.process_time() - began
    assert took < 1.0
    assert len(made.timeline.chronology) > 2_000
