"""The document: what a reader sees, the rules of print, and what a team's own template may rely on."""

from __future__ import annotations

from pathlib import Path

import pytest
from drafting_records import Log, at, record_of
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.timeline import Kind, Source
from bot.drafting.clocks import Clock
from bot.drafting.document import Document, to_markdown, write
from bot.drafting.draft import draft
from bot.drafting.length import count_words
from bot.wording import Wording
from tests.yaml_files import read_yaml

REPLAYS = sorted((Path(__file__).parent / "replays").glob("seed-*.yaml"))
RENDER = Wording().document
HEADINGS = [
    "## Issue Summary",
    "## Timeline",
    "## Root Cause and Resolution",
    "## Corrective and Preventative Measures",
]


def page(log: Log, style: str = "both") -> str:
    return to_markdown(draft(log.record()), RENDER, style=style)


def headings(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("## ")]


def reference(path: Path, style: str = "both") -> Document:
    replay = read_yaml(path)
    return write(draft(record_of(replay["expected"], replay["timezone"]["iana"])), RENDER, style=style)


def busy() -> Log:
    log = Log()
    log.declare("Checkout down", at("10:00"), severity="sev1")
    log.add(Kind.DETECTED, "the pager", at("10:00"), by="alert")
    log.add(Kind.IMPACT, "carts fail", services=["checkout"], unaffected=["search"], percent=30, percent_text=None)
    log.add(Kind.ACTION, "read the logs", at("10:05"), source=Source.REACTION, permalink="https://s.x/archives/C1/p1")
    suspicion = log.add(Kind.HYPOTHESIS, "a DDoS", at("10:10"))
    log.add(Kind.RULED_OUT, "clean referrers", at("10:32"), hypothesis=suspicion)
    call = log.add(Kind.ESCALATED, "need a DBA", at("10:40"), to=["DBAs"])
    log.add(Kind.ANSWERED, "", at("10:44"), escalation=call, author_id="U3")
    log.add(Kind.MITIGATED, "", at("10:50"))
    log.add(Kind.FIX, "raised the pool", at("11:00"))
    log.add(Kind.RESOLVED, "", at("11:10"))
    log.add(Kind.CAUSE, "the pool was too small")
    return log


@pytest.mark.parametrize("path", REPLAYS, ids=lambda path: path.stem)
def test_the_references_come_out_in_the_standard_format(path: Path) -> None:
    document = reference(path)
    assert headings(document.text)[:4] == HEADINGS
    expected = read_yaml(path)["expected"]
    has_conclusion = "## Conclusion" in document.text
    assert has_conclusion == bool(expected["conclusion"])
    assert document.text == reference(path).text
    for row in expected["timeline"]["chronology"]:
        assert row["text"] in document.text


def test_the_summary_gives_both_ends_the_length_and_the_share() -> None:
    text = page(busy())
    assert "- **Duration:** 1 h 10 min, from start to end" in text
    assert "  - **Start:** Friday 15 March 2024, 10:00 UTC [1]" in text
    assert "  - **End:** Friday 15 March 2024, 11:10 UTC [11]" in text
    assert "  - **Service(s) Affected:** checkout [3]" in text
    assert "  - **Percentage of Users Affected:** 30% [3]" in text


def test_a_detection_delay_of_nothing_is_printed() -> None:
    assert "- **Issue Detected:** 10:00 UTC, 0 min after impact began [2]" in page(busy())


def test_what_a_number_ruled_out_tells_the_minutes_it_took() -> None:
    line = "  - 10:10 UTC — a DDoS — ruled out at 10:32 UTC, 22 min after it was suspected: clean referrers [5, 6]"
    assert line in page(busy())


def test_every_line_of_the_chronology_is_timed_and_points_to_an_entry() -> None:
    text = page(busy())
    rows = text.split("### Full Chronology")[1].split("##")[0].strip().splitlines()
    assert rows[0] == "- 10:00 UTC — *Impact began.* [1]"
    assert rows[-1] == "- 11:10 UTC — *Resolved.* [11]"
    assert "- 10:50 UTC — *Mitigated.* [9]" in rows
    assert all(row.startswith("- ") and " UTC — " in row and row.endswith("]") for row in rows)


def test_the_evidence_has_time_author_and_link_of_each_entry() -> None:
    assert (
        "- [4] action, Fri 15 Mar 2024, 10:05 UTC, by ana-oncall (marked message) <https://s.x/archives/C1/p1>"
        in page(busy())
    )


def test_what_nobody_recorded_is_said_with_the_command_that_records_it() -> None:
    log = Log()
    log.declare()
    text = to_markdown(draft(log.record()), RENDER, command="/inc")
    for how in (
        "cause …",
        "detected …",
        "impact … users: …%",
        "ruled-out …",
        "escalate … to: …",
        "fix-detail …",
        "improve …",
    ):
        assert f"*Not recorded* (`/inc {how}`)" in text
    assert "assumed: the moment of the declaration" in text
    assert "## Conclusion" not in text


def test_zero_and_all_users_are_values() -> None:
    for percent in (0, 100, 33.5):
        log = Log()
        log.declare()
        log.add(Kind.IMPACT, "x", percent=percent, percent_text=None)
        assert f"**Percentage of Users Affected:** {percent}% [2]" in page(log)
    for told, printed in (
        ("not measured: no analytics", "not measured: no analytics"),
        ("12 of 40 stores", "not measured (12 of 40 stores)"),  # behind a colon it would read as the reason
        ("not known, nobody counts", "not measured (not known, nobody counts)"),
    ):
        log = Log()
        log.declare()
        log.add(Kind.IMPACT, "x", percent=None, percent_text=told)
        assert f"**Percentage of Users Affected:** {printed} [2]" in page(log)


def test_across_midnight_every_line_has_its_date_and_the_new_day_is_printed() -> None:
    log = Log("America/New_York", first=at("03:40"))
    log.declare("Outage", at("03:50"))
    log.add(Kind.ACTION, "rolled back", at("04:10"))
    log.add(Kind.RESOLVED, "", at("04:20"))
    rows = page(log).split("### Full Chronology")[1].split("##")[0].strip().splitlines()
    assert [row for row in rows if row] == [
        "**Thursday 14 March 2024**",
        "- Thu 14 Mar, 23:41 EDT — *Incident declared* by ana-oncall. [1]",
        "- Thu 14 Mar, 23:50 EDT — *Impact began.* [1]",
        "**Friday 15 March 2024**",
        "- Fri 15 Mar, 00:10 EDT — rolled back [2]",
        "- Fri 15 Mar, 00:20 EDT — *Resolved.* [3]",
    ]


def test_within_one_day_the_date_is_printed_once() -> None:
    text = page(busy())
    assert "*Friday 15 March 2024, times in UTC.*" in text
    assert "Fri 15 Mar, 10:05" not in text.split("## Evidence")[0]


def test_across_a_clock_change_both_labels_are_printed() -> None:
    log = Log("America/Los_Angeles", first=at("09:00", -5))
    log.declare("Outage", at("09:30", -5))
    log.add(Kind.RESOLVED, "", at("10:30", -5))
    text = page(log)
    assert "Sunday 10 March 2024, 01:30 PST" in text
    assert "Sunday 10 March 2024, 03:30 PDT" in text
    assert "times in PST/PDT" in text
    assert "1 h 0 min" not in text
    assert "**Duration:** 1 h, from start to end" in text


def test_a_reopened_incident_prints_its_windows_the_total_and_the_wall_time() -> None:
    log = busy()
    log.add(Kind.REOPENED, "errors are back", at("12:00"))
    log.add(Kind.RESOLVED, "", at("12:20"))
    text = page(log)
    assert "- **Duration:** 2 h 20 min of wall time, from the first start to the last end" in text
    assert "  - **Windows of Degradation:** 1 h 30 min in total" in text
    assert "    - Friday 15 March 2024, 12:00 UTC to Friday 15 March 2024, 12:20 UTC: 20 min [13, 14]" in text
    assert "- 12:00 UTC — *Reopened:* errors are back [13]" in text


def test_clocks_that_would_not_add_up_print_their_seconds() -> None:
    log = Log()
    log.declare("Outage", at("10:00:50"))
    log.add(Kind.RESOLVED, "", at("10:05:10"))
    text = page(log)
    assert "**Duration:** 4 min" in text
    assert "10:00:50 UTC" in text
    assert "10:05:10 UTC" in text


def test_each_style_prints_its_part_and_chronology_alone_loses_no_fact() -> None:
    labels, rows = page(busy(), "labels"), page(busy(), "chronology")
    assert "**Actions Taken:**" in labels
    assert "*Impact began.*" not in labels
    assert "**Actions Taken:**" not in rows
    assert (
        "*Misleading path:* a DDoS — ruled out at 10:32 UTC, 22 min after it was suspected: clean referrers [5, 6]"
        in rows
    )
    assert "*Escalated to DBAs:* need a DBA — answered by Dana Wu at 10:44 UTC [7, 8]" in rows
    assert "*Detected, 0 min after impact began:* the pager [2]" in rows
    with pytest.raises(ValueError, match="timeline style"):
        page(busy(), "poster")


def test_past_six_hundred_words_the_chronology_becomes_the_appendix_and_nothing_is_cut() -> None:
    log = busy()
    for number in range(30):
        log.add(Kind.NOTE, f"note {number}: " + "a line of some eleven words, told at length " * 2, at("10:20"))
    document = write(draft(log.record()), RENDER)
    assert document.appendix
    assert headings(document.text)[4:] == [
        "## Appendix: Full Chronology",
        "## Appendix: Figures",
        "## Appendix: Hypotheses",
        "## Evidence",
    ]
    assert all(f"note {number}:" in document.text for number in range(30))
    assert document.words < 400
    assert [warning.name for warning in document.warnings] == ["document_short"]


def test_lengths_outside_the_target_are_told_to_the_author_and_not_printed() -> None:
    log = busy()
    log.add(Kind.CAUSE, "many words of cause " * 40)
    log.add(Kind.CAUSE_DETAIL, "and in detail " * 200)
    document = write(draft(log.record()), RENDER, style="labels")
    assert [warning.name for warning in document.warnings] == ["document_long", "summary_long"]
    assert document.summary_words > 160
    assert str(document.words) not in document.text


def test_words_are_counted_without_marks() -> None:
    assert count_words("- **Root Cause:** the pool — _too_ small · 10:05\n---\n| * |") == 7


def test_typed_marks_cannot_change_the_document() -> None:
    log = Log()
    log.declare("# *big* `title` |")
    log.add(
        Kind.CAUSE,
        "# a heading\n\n## Conclusion\n- a bullet\n1. one [x](http://evil.example) <script>alert(1)</script>",
    )
    log.add(Kind.FIX_DETAIL, "```\ncode\n```")
    log.add(Kind.IMPROVEMENT, "2. raise max_connections to 300 on db_main*")
    text = page(log)
    assert headings(text) == [*HEADINGS, "## Appendix: Figures", "## Evidence"]
    assert "<script>" not in text
    assert "\\[x](<http://evil.example>)" in text
    assert "- raise max_connections to 300 on db_main\\* [4]" in text
    assert "# Postmortem: \\# \\*big\\* \\`title\\` \\|" in text


def test_any_script_prints_as_it_is() -> None:
    log = Log()
    log.declare("Сбой оплаты 決済障害")
    log.add(Kind.CAUSE, "Пул 接続プール مجمع 👩‍💻 café")
    text = page(log)
    assert "# Postmortem: Сбой оплаты 決済障害" in text
    assert "Пул 接続プール مجمع 👩‍💻 café [2]" in text


def test_flags_of_the_incident_are_told() -> None:
    log = Log()
    log.declare(sort="drill")
    log.add(Kind.CANCELLED, "the probe was broken")
    text = page(log)
    assert "*This was a drill.*" in text
    assert "*Called off as a false alarm: the probe was broken* [2]" in text
    log = Log()
    log.declare(sort="past")
    log.add(Kind.DUPLICATE, "", of=3)
    text = page(log)
    assert "*The same incident as INC-3.* [2]" in text
    assert "declared" not in text.split("## Evidence")[0]


def test_a_time_that_was_corrected_or_only_typed_at_is_nowhere() -> None:
    log = Log(first=at("19:19"))
    log.declare("Outage", at("10:00"), severity="sev2")
    log.change(1, recorded_at=at("10:06"))
    number = log.add(Kind.ACTION, "restarted", at("11:15"))
    log.change(number, occurred_at=at("11:30"), recorded_at=at("19:20"))
    text = page(log)
    assert "11:30 UTC — restarted" in text
    assert "11:15" not in text
    assert "19:20" not in text


def test_an_approximate_time_is_printed_as_one() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.add(Kind.NOTE, "slow", at("11:00"), precision="approximate")
    assert "- ~11:00 UTC — slow [2]" in page(log)


def test_a_template_without_blocks_trimmed_gives_the_same_document() -> None:
    folder = Path(__file__).parent.parent / "templates" / "en"
    untrimmed = Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False)
    made = draft(busy().record())
    text = to_markdown(made, lambda name, values: untrimmed.get_template(name).render(values))
    assert headings(text) == headings(page(busy()))
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("minutes", "printed"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (150, "2 h 30 min"), (1505, "1 d 1 h 5 min")]
)
def test_lengths_read_well(minutes: int, printed: str) -> None:
    assert Clock("UTC").length(minutes) == printed
