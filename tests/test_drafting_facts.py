"""What a draft makes of the entries: every rule by which facts fold, through `draft` and `to_json`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from drafting_records import Log, at, record_of

from bot.domain.timeline import Kind
from bot.drafting.document import write
from bot.drafting.draft import cited, draft, missing
from bot.drafting.structured import to_json
from bot.wording import Wording
from tests.yaml_files import read_yaml

REPLAYS = sorted((Path(__file__).parent / "replays").glob("seed-*.yaml"))


def facts(log: Log) -> dict[str, Any]:
    return to_json(draft(log.record()))


def differences(expected: Any, got: Any, where: str = "") -> list[str]:
    """Where `got` lacks something of `expected`: more keys are allowed, more items are not."""
    if isinstance(expected, dict):
        return [
            found
            for key, value in expected.items()
            for found in (
                [f"{where}/{key} is missing"] if key not in got else differences(value, got[key], f"{where}/{key}")
            )
        ]
    if isinstance(expected, list):
        if len(expected) != len(got):
            return [f"{where}: {expected} != {got}"]
        return [
            found
            for n, pair in enumerate(zip(expected, got, strict=True))
            for found in differences(*pair, f"{where}/{n}")
        ]
    return [] if expected == got else [f"{where}: {expected!r} != {got!r}"]


@pytest.mark.parametrize("path", REPLAYS, ids=lambda path: path.stem)
def test_the_facts_of_the_references_come_back_from_a_record_of_them(path: Path) -> None:
    replay = read_yaml(path)
    record = record_of(replay["expected"], replay["timezone"]["iana"])
    assert differences(replay["expected"], to_json(draft(record))) == []


def test_the_start_is_the_last_one_told_else_the_declaration_and_then_assumed() -> None:
    log = Log()
    log.declare()
    summary = facts(log)["summary"]
    assert (summary["start"], summary["start_assumed"]) == ("2024-03-15T10:01:00+00:00", True)
    log.add(Kind.STARTED, "", at("09:40"))
    log.add(Kind.STARTED, "", at("09:30"))
    made = facts(log)
    assert (made["summary"]["start"], made["summary"]["start_assumed"]) == ("2024-03-15T09:30:00+00:00", False)
    assert "09:40" not in str(made)


def test_a_declaration_with_a_time_is_a_start_that_nobody_assumed() -> None:
    log = Log()
    log.declare("Outage", at("09:50"))
    made = facts(log)
    assert (made["summary"]["start"], made["summary"]["start_assumed"]) == ("2024-03-15T09:50:00+00:00", False)
    assert [(row["kind"], row["at"][11:16]) for row in made["timeline"]["status"]] == [
        ("started", "09:50"),
        ("declared", "10:01"),
    ]


def test_minutes_are_whole_and_rounded_down_and_a_delay_of_nothing_is_zero() -> None:
    log = Log()
    log.declare("Outage", at("10:00:30"))
    log.add(Kind.DETECTED, "pager", at("10:01:29"))
    log.add(Kind.RESOLVED, "", at("10:10:29"))
    made = facts(log)
    assert made["timeline"]["detection_delay_minutes"] == 0
    assert made["summary"]["duration_minutes"] == 9
    figures = made["figures"]
    assert [figures[f"minutes_to_{name}"] for name in ("detect", "mitigate", "resolve")] == [0, None, 9]


def test_a_detection_before_the_start_has_no_delay_rather_than_a_negative_one() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.add(Kind.DETECTED, "pager", at("09:58"))
    assert facts(log)["timeline"]["detection_delay_minutes"] is None


def test_an_incident_that_lasts_has_no_end_and_no_duration() -> None:
    log = Log()
    log.declare()
    summary = facts(log)["summary"]
    assert (summary["end"], summary["duration_minutes"]) == (None, None)
    assert "windows" not in summary


def test_a_resolve_taken_back_leaves_no_trace() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    early = log.add(Kind.RESOLVED, "cancelled resolve", at("10:16"))
    log.retract(early)
    log.add(Kind.RESOLVED, "", at("10:30"))
    made = facts(log)
    assert made["summary"]["duration_minutes"] == 30
    assert "cancelled resolve" not in str(made)
    assert "10:16" not in str(made)


def test_the_resolve_typed_last_is_the_end_and_the_earlier_one_is_no_change_of_state() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.add(Kind.RESOLVED, "", at("10:16"))
    log.add(Kind.RESOLVED, "", at("10:12"))
    made = facts(log)
    assert made["summary"]["end"] == "2024-03-15T10:12:00+00:00"
    assert "10:16" not in str(made)


def test_a_reopened_incident_has_its_windows_the_degraded_total_and_the_wall_time() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.add(Kind.RESOLVED, "looked fine", at("11:00"))
    log.add(Kind.REOPENED, "errors are back", at("11:30"))
    log.add(Kind.RESOLVED, "", at("12:15"))
    made = facts(log)
    assert made["summary"]["windows"] == [
        {"start": "2024-03-15T10:00:00+00:00", "end": "2024-03-15T11:00:00+00:00", "minutes": 60},
        {"start": "2024-03-15T11:30:00+00:00", "end": "2024-03-15T12:15:00+00:00", "minutes": 45},
    ]
    assert made["summary"]["minutes_degraded"] == 105
    assert made["summary"]["duration_minutes"] == 135
    assert [(row["kind"], row["text"]) for row in made["timeline"]["chronology"]] == [
        ("resolve", "looked fine"),
        ("reopen", "errors are back"),
    ]
    assert [note["text"] for note in made["timeline"]["notes"]] == ["looked fine", "errors are back"]


def test_services_come_once_and_a_spared_one_never_as_affected() -> None:
    log = Log()
    log.declare()
    log.add(Kind.IMPACT, "slow", services=["Checkout", "search"], unaffected=[])
    log.add(Kind.IMPACT, "search is fine after all", services=["checkout", "cart"], unaffected=["search"])
    impact = facts(log)["summary"]["impact"]
    assert impact["services"] == ["Checkout", "cart"]
    assert impact["unaffected"] == ["search"]
    assert impact["experience"] == ["slow", "search is fine after all"]


def test_the_share_of_users_is_the_last_percentage_and_a_head_count_is_none() -> None:
    log = Log()
    log.declare()
    log.add(Kind.IMPACT, "a", percent=None, percent_text="12 customers")
    assert (
        facts(log)["summary"]["impact"] | {"percent": None, "percent_text": "12 customers"}
        == facts(log)["summary"]["impact"]
    )
    log.add(Kind.IMPACT, "b", percent=12.0, percent_text=None)
    log.add(Kind.IMPACT, "c", percent=None, percent_text="40 carts")
    impact = facts(log)["summary"]["impact"]
    assert (impact["percent"], impact["percent_text"]) == (12, None)
    assert isinstance(impact["percent"], int)
    log.add(Kind.IMPACT, "d", percent=0, percent_text=None)
    assert facts(log)["summary"]["impact"]["percent"] == 0


def test_a_hypothesis_ruled_out_by_number_misled_with_its_own_words_and_time() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    number = log.add(Kind.HYPOTHESIS, "a DDoS", at("10:10"))
    timeline = facts(log)["timeline"]
    assert [(each["text"], each["assumption"]) for each in timeline["actions"]] == [("a DDoS", True)]
    log.add(Kind.RULED_OUT, "clean referrers", at("10:32:59"), hypothesis=number)
    timeline = facts(log)["timeline"]
    assert timeline["actions"] == []
    (path,) = timeline["misleading"]
    assert (path["text"], path["at"], path["minutes"]) == ("a DDoS", "2024-03-15T10:10:00+00:00", 22)
    assert (path["why"], path["entries"]) == ("clean referrers", [2, 3])
    assert [(row["kind"], row["text"]) for row in timeline["chronology"]] == [("misleading", "a DDoS")]


def test_a_ruling_or_a_hypothesis_taken_back_no_longer_counts() -> None:
    log = Log()
    log.declare()
    number = log.add(Kind.HYPOTHESIS, "a DDoS", at("10:10"))
    ruling = log.add(Kind.RULED_OUT, "clean", at("10:20"), hypothesis=number)
    log.retract(ruling)
    assert [each["text"] for each in facts(log)["timeline"]["actions"]] == ["a DDoS"]
    log.change(ruling, standing=log.entries[0].standing)
    log.retract(number)
    timeline = facts(log)["timeline"]
    assert (timeline["actions"], timeline["misleading"], timeline["chronology"]) == ([], [], [])


def test_a_confirmed_hypothesis_stays_an_assumption_and_is_marked() -> None:
    log = Log()
    log.declare()
    number = log.add(Kind.HYPOTHESIS, "the pool", at("10:10"))
    log.add(Kind.CONFIRMED, "", at("10:30"), hypothesis=number)
    (action,) = facts(log)["timeline"]["actions"]
    assert (action["assumption"], action["confirmed"], action["entries"]) == (True, True, [2, 3])


def test_a_path_told_as_ruled_out_needs_no_hypothesis() -> None:
    log = Log()
    log.declare()
    log.add(Kind.RULED_OUT, "looked at the switches", at("10:30"))
    (path,) = facts(log)["timeline"]["misleading"]
    assert (path["text"], "minutes" in path) == ("looked at the switches", False)


def test_the_chronology_goes_by_the_time_things_happened_ties_by_number() -> None:
    log = Log()
    log.declare()
    for text, clock in (("late", "10:40"), ("first", "10:05"), ("second", "10:05"), ("between", "10:20")):
        log.add(Kind.ACTION, text, at(clock))
    assert [row["text"] for row in facts(log)["timeline"]["chronology"]] == ["first", "second", "between", "late"]


def test_an_entrys_corrected_time_is_the_only_one_told() -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    number = log.add(Kind.ESCALATED, "DBAs", at("11:15"), to=["database team"], time_words="11:15")
    log.change(number, occurred_at=at("11:30"), time_words="half past eleven")
    made = facts(log)
    assert made["timeline"]["escalations"][0]["at"] == "2024-03-15T11:30:00+00:00"
    assert "11:15" not in str(made)


def test_words_are_told_as_people_read_them() -> None:
    log = Log()
    log.declare("A &amp; B")
    log.add(Kind.NOTE, "p95 &gt; 5 s, see <https://x.io/a?b=1&amp;c=2|https://x.io/a?b=1&amp;c=2> says <@U2> in <#C1>")
    made = facts(log)
    assert made["title"] == "A & B"
    assert made["timeline"]["notes"][0]["text"] == "p95 > 5 s, see https://x.io/a?b=1&c=2 says @ben in #ops"


def test_an_escalation_keeps_whom_it_called_and_who_answered() -> None:
    log = Log()
    log.declare()
    number = log.add(Kind.ESCALATED, "help", at("10:10"), to=["DevOps", "<@U3>", "<!subteam^S1>"])
    log.add(Kind.ANSWERED, "", at("10:14"), escalation=number, author_id="U3")
    (call,) = facts(log)["timeline"]["escalations"]
    assert call["to"] == ["DevOps", "@Dana Wu", "@db-team"]
    assert call["answers"] == [{"at": "2024-03-15T10:14:00+00:00", "by": "Dana Wu"}]


@pytest.mark.parametrize(
    ("typed", "owner"),
    [
        ("<@U1>", "ana-oncall"),
        ("<@U1> <@U2>", "ana-oncall, ben"),
        ("<@U1>, <@U3> and <!subteam^S1>", "ana-oncall, Dana Wu, db-team"),
        ("@hanna-db", "hanna-db"),
        ("the web team, @ben", "the web team, ben"),
        ("U2", "ben"),
    ],
)
def test_owners_are_one_string_without_handles_signs(typed: str, owner: str) -> None:
    log = Log()
    log.declare()
    log.add(Kind.TASK, "do it", owner=typed)
    assert facts(log)["measures"]["tasks"][0]["owner"] == owner


def test_a_task_shows_only_what_is_set_and_what_became_of_it() -> None:
    log = Log()
    log.declare()
    plain = log.add(Kind.TASK, "raise the pool")
    full = log.add(
        Kind.TASK, "write it down", title="Docs", owner="<@U1>", due="2024-03-29", link="<https://j.x/T-1|T-1>"
    )
    log.add(Kind.TASK_ASSIGNED, "", task=full, person_id="U2")
    log.add(Kind.TASK_DONE, "", task=full)
    log.add(Kind.TASK_DROPPED, "too costly", task=plain)
    first, second = facts(log)["measures"]["tasks"]
    assert first == {"text": "raise the pool", "number": 2, "entries": [2, 6], "wont_do": "too costly"}
    assert second["owner"] == "ben"
    assert (second["title"], second["due"], second["link"], second["done"]) == (
        "Docs",
        "2024-03-29",
        "https://j.x/T-1",
        True,
    )


def test_improvements_and_tasks_are_two_lists_in_the_order_recorded() -> None:
    log = Log()
    log.declare()
    for kind, text in ((Kind.TASK, "t1"), (Kind.IMPROVEMENT, "i1"), (Kind.TASK, "t2"), (Kind.IMPROVEMENT, "i2")):
        log.add(kind, text)
    measures = facts(log)["measures"]
    assert [each["text"] for each in measures["improvements"]] == ["i1", "i2"]
    assert [each["text"] for each in measures["tasks"]] == ["t1", "t2"]


def test_nothing_recorded_leaves_empty_lists_and_says_what_is_missing() -> None:
    log = Log()
    log.declare()
    made = facts(log)
    assert made["conclusion"] == made["timeline"]["notes"] == made["summary"]["root_cause"] == []
    assert made["summary"]["impact"] == {
        "services": [], "unaffected": [], "experience": [], "percent": None, "percent_text": None,
    }  # fmt: skip
    assert made["timeline"]["detected_at"] is None
    assert missing(draft(log.record()))[:3] == ("start", "end", "services")


def test_changes_of_state_stand_apart_from_the_chronology() -> None:
    log = Log()
    log.declare("Outage", at("10:00"), severity="sev3")
    log.add(Kind.SEVERITY, "spreading", at("10:05"), severity="sev1")
    log.add(Kind.STATUS, "", at("10:06"), status="monitoring")
    log.add(Kind.ROLE, "", at("10:07"), role="commander", person_id="U3")
    log.add(Kind.MITIGATED, "traffic moved", at("10:20"))
    log.add(Kind.TITLE, "", at("10:21"), title="Better title")
    made = facts(log)
    assert made["timeline"]["chronology"] == []
    told = {row["kind"]: row.get("value") for row in made["timeline"]["status"]}
    assert told == {
        "started": None, "declared": "sev3", "severity": "sev1", "status": "monitoring", "role": "Dana Wu",
        "mitigated": None,
    }  # fmt: skip
    assert (made["title"], made["severity"], made["status"]) == ("Better title", "sev1", "mitigated")
    assert made["figures"]["minutes_to_mitigate"] == 20


@pytest.mark.parametrize(
    ("zone", "label", "start", "end", "expected"),
    [
        ("America/Los_Angeles", None, at("12:00"), at("13:00"), "PDT"),
        ("America/Los_Angeles", None, at("09:00", -10), at("09:00"), "PST/PDT"),
        ("America/Sao_Paulo", "BRT", at("12:00"), at("13:00"), "BRT"),
        ("UTC", None, at("12:00"), at("13:00"), "UTC"),
    ],
)
def test_the_zones_label_is_right_for_the_date(
    zone: str, label: str | None, start: Any, end: Any, expected: str
) -> None:
    log = Log(zone, label)
    log.declare("Outage", start)
    log.add(Kind.RESOLVED, "", end)
    assert facts(log)["summary"]["tz_label"] == expected


def test_cancelled_drills_and_duplicates_carry_their_flag() -> None:
    log = Log()
    log.declare(sort="drill")
    assert facts(log)["drill"] is True
    log.add(Kind.CANCELLED, "false alarm")
    made = facts(log)
    assert made["cancelled"] is True
    assert made["called_off"]["text"] == "false alarm"
    log = Log()
    log.declare()
    log.add(Kind.DUPLICATE, "", of=3)
    assert facts(log)["duplicate_of"] == 3


def test_secrets_are_hidden_everywhere_under_one_number_each() -> None:
    log = Log()
    log.declare("Leak of password=hunter2")
    log.add(Kind.NOTE, "again password=hunter2 and ana@example.com")
    log.add(Kind.TASK, "rotate", link="https://x.io/?token=abc123def456", owner="ben@example.com")
    made = facts(log)
    for secret in ("hunter2", "example.com", "abc123def456"):
        assert secret not in str(made)
    assert made["title"] == "Leak of password=[masked #1]"
    assert made["timeline"]["notes"][0]["text"] == "again password=[masked #1] and [masked #2]"
    assert made["masked"][0] == {"number": 1, "kind": "password", "entries": [1, 2]}
    assert "hunter2" in str(to_json(draft(log.record(), mask=False)))


def test_redacted_words_say_so_and_retracted_ones_are_gone() -> None:
    log = Log()
    log.declare()
    number = log.add(Kind.NOTE, "secret plan", at("10:10"))
    log.change(number, text="", redacted=True)
    assert facts(log)["timeline"]["notes"][0]["text"] == "[redacted]"
    log.retract(number)
    assert facts(log)["timeline"]["notes"] == []


def test_every_fact_has_its_proof_and_every_proof_its_evidence() -> None:
    replay = read_yaml(REPLAYS[0])
    record = record_of(replay["expected"], replay["timezone"]["iana"])
    made = draft(replace(record, entries=(*record.entries[::-1],)))
    assert made == draft(record)
    listed = {each.number for each in made.evidence}
    assert listed == cited(made)
    assert listed == {entry.number for entry in record.standing}
    pointed = {number for entries in to_json(made)["proof"].values() for number in entries}
    assert pointed <= listed


def test_a_start_told_after_a_reopening_leaves_the_first_window_alone() -> None:
    log = Log()
    log.declare(when=at("9:40"))
    told = log.add(Kind.STARTED, "", at("9:30"))
    log.add(Kind.STARTED, "", at("9:35"))
    log.add(Kind.RESOLVED, "", at("10:10"))
    reopened = log.add(Kind.REOPENED, "back", at("10:30"))
    log.add(Kind.STARTED, "", at("10:25"))
    assert facts(log)["summary"]["start"] == "2024-03-15T09:35:00+00:00"
    log.retract(told + 1)
    assert facts(log)["summary"]["start"] == "2024-03-15T09:30:00+00:00"
    log.retract(told)  # now nobody told the first window's start, and what was told later does not fit it
    assert facts(log)["summary"]["start"] == "2024-03-15T09:40:00+00:00"
    log.add(Kind.STARTED, "", at("9:20"))
    log.retract(told + 4)
    assert facts(log)["summary"]["start"] == "2024-03-15T09:20:00+00:00"
    log.retract(reopened)
    assert facts(log)["summary"]["start"] == "2024-03-15T09:20:00+00:00"


def test_an_escalation_and_a_detection_need_no_words_to_have_their_lines() -> None:
    log = Log()
    log.declare()
    log.add(Kind.DETECTED, "", by="alert")
    log.add(Kind.ESCALATED, "", to=["DevOps"])
    log.add(Kind.RESOLVED)
    assert [row["kind"] for row in facts(log)["timeline"]["chronology"]] == ["detected", "escalate"]


def test_numbers_and_links_of_measures_are_found_however_they_came_in() -> None:
    log = Log()
    log.declare()
    log.add(Kind.TASK, "Task 2: cap the pool <https://track.example.com/1>")
    log.add(Kind.TASK, "see <https://example.com/plan>", link="https://track.example.com/2")
    log.add(Kind.TASK, "write it down (see <https://example.com/run_(new)>).")
    log.add(Kind.IMPROVEMENT, "1. read <https://example.com/limits>")
    measures = facts(log)["measures"]
    assert [(task["text"], task.get("link")) for task in measures["tasks"]] == [
        ("cap the pool", "https://track.example.com/1"),
        ("see https://example.com/plan", "https://track.example.com/2"),
        ("write it down (see https://example.com/run_(new)).", None),
    ]
    assert [each["text"] for each in measures["improvements"]] == ["read https://example.com/limits"]


def test_two_detections_of_different_classes_each_say_their_own() -> None:
    log = Log()
    log.declare("Uploads fail", at("10:00"))
    log.add(Kind.DETECTED, "upload_error_rate fired", at("10:02"), by="alert")
    log.add(Kind.DETECTED, "an app engineer saw failures", at("10:05"), by="engineer")
    log.add(Kind.DETECTED, "somebody at the fair", at("10:07"))
    drafted = write(draft(log.record()), Wording().document).text
    assert (
        "- **Detection Method:**\n"
        "  - *Monitoring alert:* upload_error_rate fired [2]\n"
        "  - *Engineer:* an app engineer saw failures [3]\n"
        "  - somebody at the fair [4]\n"
    ) in drafted
    log.change(3, data={"by": "alert"})
    log.change(4, data={"by": "alert"})
    drafted = write(draft(log.record()), Wording().document).text
    assert "- **Detection Method (monitoring alert):**\n  - upload_error_rate fired [2]\n" in drafted
