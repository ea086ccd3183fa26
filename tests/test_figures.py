"""Phases, figures and the tree of suspicions: each with its definition, unknown where a moment is missing, never
negative."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from drafting_records import DAY, Log, at
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.figures import covered, figures
from bot.domain.timeline import Kind
from bot.drafting.document import write
from bot.drafting.draft import draft
from bot.drafting.structured import to_json
from bot.wording import Wording

RENDER = Wording().document


def facts(log: Log) -> dict[str, Any]:
    return to_json(draft(log.record()))


def page(log: Log) -> str:
    return write(draft(log.record()), RENDER).text


def whole() -> Log:
    log = Log()
    log.declare("Checkout down", at("10:00"), severity="sev1")
    log.add(Kind.DETECTED, "the pager", at("10:05"), by="alert")
    log.add(Kind.ACTION, "read the logs", at("10:07"))
    log.add(Kind.ESCALATED, "", at("10:20"), to=["DBAs"])
    log.add(Kind.MITIGATED, "", at("10:30"))
    log.add(Kind.RESOLVED, "", at("10:50"))
    return log


def test_every_phase_is_measured_between_two_recorded_moments() -> None:
    log = whole()
    log.change(1, recorded_at=at("10:06"))
    made = facts(log)["figures"]
    assert {phase["name"]: (phase["minutes"], phase["entries"]) for phase in made["phases"]} == {
        "detect": (5, [1, 2]), "acknowledge": (1, [2, 1]), "escalate": (15, [2, 4]), "mitigate": (30, [1, 5]),
        "resolve": (50, [1, 6]),
    }  # fmt: skip
    assert made["minutes_to_acknowledge"] == 1
    assert (
        "- **Time to Escalate:** 15 min — from the detection (10:05 UTC) to the first call for help (10:20 UTC) [2, 4]"
        in page(log)
    )


def test_a_missing_moment_is_unknown_and_a_reversed_one_refused_in_words() -> None:
    log = Log(first=at("10:06"))
    log.declare("Outage", at("10:00"))
    log.add(Kind.DETECTED, "the pager", at("10:09"))
    log.add(Kind.RESOLVED, "", at("10:30"))
    phases = {phase["name"]: phase for phase in facts(log)["figures"]["phases"]}
    assert (phases["escalate"]["minutes"], phases["escalate"]["lacks"]) == (None, ["escalated"])
    assert (phases["acknowledge"]["minutes"], phases["acknowledge"]["refused"]) == (None, "reversed")
    drafted = page(log)
    assert "**Time to Escalate:** unknown — from the detection (10:09 UTC) to the first call for help; no " in drafted
    assert "**Time to Acknowledge:** refused — " in drafted
    assert "the second lies before the first [2, 1]" in drafted
    assert "-2 min" not in drafted


def test_it_is_acknowledged_by_what_was_done_after_the_detection_and_by_no_suspicion() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.change(1, recorded_at=at("10:58"))
    log.add(Kind.HYPOTHESIS, "the new release, out since then", at("10:44"))
    log.add(Kind.ACTION, "had drained it for other reasons", at("10:50"))
    log.add(Kind.DETECTED, "the pager", at("10:52"))
    log.add(Kind.HYPOTHESIS, "the disk", at("10:53"))
    acknowledged = next(phase for phase in facts(log)["figures"]["phases"] if phase["name"] == "acknowledge")
    assert (acknowledged["minutes"], acknowledged["entries"]) == (6, [4, 1])
    log.add(Kind.ACTION, "read the logs", at("10:55"))
    acknowledged = next(phase for phase in facts(log)["figures"]["phases"] if phase["name"] == "acknowledge")
    assert (acknowledged["minutes"], acknowledged["entries"]) == (3, [4, 6])
    assert "to the declaration or the first step (an action, a call for help, " in page(log)


def test_a_reopened_incident_has_figures_for_each_window() -> None:
    log = whole()
    log.add(Kind.REOPENED, "again", at("12:00"))
    log.add(Kind.RESOLVED, "", at("12:10"))
    made = facts(log)["figures"]
    assert made["windows"] == [
        {"minutes_to_mitigate": 30, "minutes_to_resolve": 50},
        {"minutes_to_mitigate": None, "minutes_to_resolve": 10},
    ]
    assert "**Window 2:** from its start (12:00 UTC) unknown to its mitigation, 10 min to its end [7, 8]" in page(log)


def test_suspicions_form_a_tree_with_who_when_why_and_the_minutes() -> None:
    log = whole()
    root = log.add(Kind.HYPOTHESIS, "the database", at("10:08"), author_id="U2")
    leaf = log.add(Kind.HYPOTHESIS, f"its disk, because of #{root}", at("10:10"))
    log.add(Kind.RULED_OUT, "iostat is quiet, see #3", at("10:18"), hypothesis=leaf, author_id="U3")
    log.add(Kind.CONFIRMED, "", at("10:28"), hypothesis=root)
    log.add(Kind.HYPOTHESIS, "a bad release", at("10:09"))
    made = facts(log)
    first, last = made["hypotheses"]
    assert (first["by"], first["outcome"], first["minutes"]) == ("ben", "confirmed", 20)
    (under,) = first["under"]
    assert (under["outcome"], under["minutes"]) == ("ruled_out", 8)
    assert under["verdicts"] == [
        {"outcome": "ruled_out", "at": "2024-03-15T10:18:00+00:00", "by": "Dana Wu", "entry": 9, "evidence": [3],
         "why": "iostat is quiet, see #3"}
    ]  # fmt: skip
    assert (last["outcome"], last["minutes"], last["verdicts"]) == ("open", None, [])
    assert made["figures"]["minutes_misled"] == 8
    drafted = page(log)
    assert (
        "  - 10:10 UTC — its disk, because of #7 (suspected by ana-oncall) [8]\n    - *ruled out* at 10:18" in drafted
    )
    assert "neither confirmed nor ruled out) [11]" in drafted


def test_the_verdict_that_holds_is_the_last_and_counts_from_when_it_was_first_said() -> None:
    log = whole()
    suspicion = log.add(Kind.HYPOTHESIS, "the cache", at("10:10"))
    for kind, clock in ((Kind.CONFIRMED, "10:12"), (Kind.RULED_OUT, "10:20"), (Kind.RULED_OUT, "10:25")):
        log.add(kind, "", at(clock), hypothesis=suspicion)
    (found,) = facts(log)["hypotheses"]
    assert (found["outcome"], found["minutes"], len(found["verdicts"])) == ("ruled_out", 10, 3)


def test_the_figures_count_no_words_and_come_behind_the_four_sections() -> None:
    log = whole()
    before = write(draft(log.record()), RENDER)
    log.add(Kind.HYPOTHESIS, "w " * 50, at("10:10"))
    log.retract(7)
    assert write(draft(log.record()), RENDER).words == before.words
    assert before.text.index("## Corrective") < before.text.index("## Appendix: Figures") < before.text.index("## Evid")


INSTANTS = st.integers(0, 300).map(lambda minutes: DAY + timedelta(minutes=minutes))


@given(st.lists(st.tuples(INSTANTS, INSTANTS), max_size=8))
def test_overlapping_spans_count_once(spans: list[tuple[datetime, datetime]]) -> None:
    minutes = {
        minute
        for since, until in spans
        for minute in range(int((since - DAY).total_seconds() // 60), int((until - DAY).total_seconds() // 60))
    }
    assert covered(spans) == timedelta(minutes=len(minutes))


KINDS = [Kind.STARTED, Kind.DETECTED, Kind.ACTION, Kind.ESCALATED, Kind.MITIGATED, Kind.RESOLVED, Kind.REOPENED]


@given(st.lists(st.tuples(st.sampled_from(KINDS), INSTANTS), max_size=12), st.booleans())
def test_no_figure_is_ever_negative_and_none_is_left_unexplained(
    told: list[tuple[Kind, datetime]], is_given: bool
) -> None:
    log = Log(first=DAY)
    log.declare("Outage", DAY if is_given else None)
    for kind, when in told:
        log.add(kind, "x", when)
    record = log.record()
    for figure in figures(record.standing, record.state).phases:
        assert figure.span is None or figure.span >= timedelta(0)
        assert (figure.span is None) == bool(figure.lacking or figure.refused)
