"""How a draft looks is a setting: template, dates, clock, zone, names or roles; a team's own template may fail."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from drafting_records import Log, at

from bot.domain.timeline import Kind
from bot.drafting.checked import checked
from bot.drafting.press import NoSuchTemplateError, press
from bot.drafting.sample import sample
from bot.drafting.written.facts import read_written
from bot.settings import Settings
from bot.wording import Wording


def night() -> Log:
    log = Log("America/New_York", first=at("17:00"))
    log.declare("Checkout down", at("17:00"), severity="sev1")
    log.add(Kind.DETECTED, "the pager", at("17:05:20"), by="alert")
    log.add(Kind.ROLE, "", role="commander", person_id="U3")
    log.add(Kind.ACTION, "asked <@U3> and <@U2> about the pool", at("17:10"), author_id="U2")
    log.add(Kind.FIX, "Ben raised the pool", at("17:30"))
    log.add(Kind.RESOLVED, "", at("17:40"))
    log.add(Kind.TASK, "Watch the pool", owner="<@U3>", due="2024-04-02")
    return log


def text(settings: Settings, template: str | None = None, wording: Wording | None = None) -> str:
    return press(night().record(), settings, wording or Wording(), template=template).document.text


def body(drafted: str) -> str:
    """Without the evidence."""
    return drafted.partition("## Evidence")[0]


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        (Settings(), ("**Start:** Friday 15 March 2024, 13:00 EDT", "*due:* 2 April 2024")),
        (Settings(date_style="iso"), ("**Start:** Friday 2024-03-15, 13:00 EDT", "*due:* 2024-04-02")),
        (
            Settings(date_style="american", clock_hours="12"),
            (
                "**Start:** Friday, March 15, 2024, 1:00 PM EDT",
                "detection, Fri Mar 15, 2024, 1:05:20 PM EDT",
                "April 2",
            ),
        ),
        (Settings(draft_zone="Asia/Tokyo"), ("**Start:** Saturday 16 March 2024, 02:00 JST",)),
        (Settings(timeline_style="chronology"), ("- 13:05 EDT — *Detected, 5 min after impact began:* the pager",)),
    ],
    ids=["default", "iso", "american", "zone", "chronology"],
)
def test_dates_clock_and_zone_are_printed_as_set(settings: Settings, shown: tuple[str, ...]) -> None:
    drafted = text(settings)
    assert [words for words in shown if words not in drafted] == []


LOOKS = [
    Settings(date_style="iso"),
    Settings(date_style="american", clock_hours="12"),
    Settings(draft_zone="Asia/Tokyo", draft_people="roles"),
]


@pytest.mark.parametrize("settings", LOOKS, ids=["iso", "american", "zone"])
def test_a_draft_in_any_look_is_read_back_and_proved_like_the_plain_one(settings: Settings) -> None:
    first, told = read_written(text(Settings()), zone="UTC"), read_written(text(settings), zone="UTC")
    assert (told.start, told.end, told.unplaced) == (first.start, first.end, ())
    assert [(fact.kind, fact.at) for fact in told.facts] == [(fact.kind, fact.at) for fact in first.facts]
    wording = Wording()
    for template in (None, "sre", "executive"):
        assert checked(text(settings, template), settings, wording, night().record()).unproved == ()


def test_roles_stand_in_for_the_people_that_the_chat_knows() -> None:
    drafted = text(Settings(draft_people="roles"))
    assert "asked @Incident commander and @Responder 2 about the pool" in drafted
    assert "*owner:* Incident commander" in drafted
    assert "by Responder 1 (command)" in drafted
    assert "Ben raised the pool" in drafted, "what somebody typed as plain words stays"
    assert [name for name in ("ana-oncall", "ben ", "Dana Wu") if name in drafted] == []


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("sre", ["Summary", "Impact", "Root Causes and Trigger", "Detection", "Resolution and Recovery", "Action Items",
                 "Lessons Learned", "Timeline", "Appendix: Figures", "Evidence"]),
        ("executive", ["What Happened", "What We Do About It", "Evidence"]),
    ],
)  # fmt: skip
def test_each_of_our_templates_has_its_sections_and_proves_what_it_says(name: str, sections: list[str]) -> None:
    drafted = text(Settings(), name)
    assert [line.removeprefix("## ") for line in drafted.splitlines() if line.startswith("## ")] == sections
    evidence = drafted.partition("## Evidence")[2]
    cited = {n for refs in re.findall(r"(?<!\\)\[([\d, ]+)\]", body(drafted)) for n in refs.split(", ")}
    assert {*re.findall(r"^- \[(\d+)\]", evidence, re.M)} == cited
    empty = Log()
    empty.declare()
    assert (
        "*Not recorded* (`/incident cause" in press(empty.record(), Settings(), Wording(), template=name).document.text
    )


def test_a_teams_own_document_may_use_our_parts(tmp_path: Path) -> None:
    (tmp_path / "postmortem-ours.md.j2").write_text('# Ours\n\n{% include "part-evidence.md.j2" %}\n')
    wording = Wording(own=tmp_path)
    assert text(Settings(), "ours", wording) == "# Ours\n", "it cites nothing"
    (tmp_path / "part-figures.md.j2").write_text("{{ figures.nope }}")
    wording = Wording(own=tmp_path)
    assert "## Appendix: Figures" in text(Settings(), wording=wording), "our document takes our parts"


def test_a_template_that_is_not_there_is_refused_where_asked_and_replaced_where_set() -> None:
    with pytest.raises(NoSuchTemplateError, match="nope"):
        text(Settings(), "nope")
    wording = Wording()
    assert text(Settings(draft_template="nope"), wording=wording) == text(Settings())
    assert wording.complaints == ["draft.template: there is no 'nope', so the standard one is taken"]


@pytest.mark.parametrize("name", ["postmortem.md.j2", "postmortem-ours.md.j2"])
def test_a_teams_own_template_goes_first_and_a_fault_names_file_line_and_variable(tmp_path: Path, name: str) -> None:
    chosen = None if name == "postmortem.md.j2" else "ours"
    (tmp_path / name).write_text("# {{ incident.title }}\n\n{{ summary.length }}\n")
    assert text(Settings(), chosen, Wording(own=tmp_path)) == "# Checkout down\n\n40 min\n"
    (tmp_path / name).write_text("# {{ incident.title }}\n\n{{ summary.lenght }}\n")
    wording = Wording(own=tmp_path)
    assert body(text(Settings(), chosen, wording)) == body(text(Settings()))
    assert wording.complaints == [f"{tmp_path / name}: line 3: 'dict object' has no attribute 'lenght'"]
    (tmp_path / name).write_text("\n{% if %}")
    wording = Wording(own=tmp_path)
    assert len(wording.complaints) == 1
    assert wording.complaints[0].startswith(f"{tmp_path / name}: line 2: ")


def test_the_same_settings_give_the_same_bytes() -> None:
    settings = replace(Settings(), draft_people="roles", date_style="american")
    assert text(settings) == text(settings)


def test_the_sample_that_templates_are_tried_with_fills_every_section() -> None:
    drafted = press(sample(), Settings(), Wording()).document.text
    assert "Not recorded" not in drafted
    for heading in ("## Conclusion", "## Appendix: Hypotheses", "**Window 2:**", "**Masked**"):
        assert heading in drafted
