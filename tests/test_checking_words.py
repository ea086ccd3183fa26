"""The linter: what it finds in what people write, what it leaves alone, and what a team adds to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.timeline import Kind
from bot.drafting.checked import checked, rules_of
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.rules import read_rules
from bot.drafting.press import press, templates
from bot.settings import load
from bot.wording import Wording
from tests.test_checking import rules, whole

LINTER = Linter(rules(), ["ana-oncall", "Dana Wu"])


def found(kind: Kind, text: str, **given: str) -> list[str]:
    return [each.rule for each in LINTER.faults(kind, text, given or None)]


@pytest.mark.parametrize(
    ("kind", "text", "rule"),
    [
        (Kind.CAUSE, "Dana Wu pushed the wrong config", "person_as_cause"),
        (Kind.CAUSE, "the on-call engineer accidentally deleted the index", "person_as_cause"),
        (Kind.CAUSE_DETAIL, "It was down because of ana-oncall.", "person_as_cause"),
        (Kind.CAUSE, "a developer's mistake in the query", "person_as_cause"),
        (Kind.CAUSE, "Human error during the deploy", "human_error"),
        (Kind.CONCLUSION, "A careless change took it down", "human_error"),
        (Kind.CAUSE_DETAIL, "The alert should have fired earlier", "should_have"),
        (Kind.CAUSE_DETAIL, "Somebody forgot the certificate", "should_have"),
        (Kind.FIX_DETAIL, "We shouldn't have shipped it", "should_have"),
        (Kind.IMPROVEMENT, "Be more careful with migrations", "be_careful"),
        (Kind.TASK, "Pay closer attention to the dashboards", "be_careful"),
        (Kind.TASK, "Investigate", "bare"),
        (Kind.TASK, "2. Monitor it more closely", "bare"),
        (Kind.IMPROVEMENT, "Improve things", "bare"),
        (Kind.TASK, "Better alerts for the queue", "task_without_verb"),
        (Kind.TASK, "Documentation of the restore", "task_without_verb"),
        (Kind.TASK, "Add limits etc.", "vague"),
    ],
)
def test_blame_and_vagueness_are_found_with_a_reason_and_other_words(kind: Kind, text: str, rule: str) -> None:
    lints = LINTER.faults(kind, text)
    assert rule in {each.rule for each in lints}
    assert all(each.reason and each.instead for each in lints)


def test_people_are_found_among_thousands_in_any_spelling_and_where_none_is_known_none_is() -> None:
    many = Linter(rules(), [*(f"Person Number{n}" for n in range(5_000)), "Dana WU", "STRASSER"])
    for text in ("dana wu pushed a wrong config", "DANA WU pushed a wrong config", "Strasser pushed a wrong one"):
        [lint] = many.faults(Kind.CAUSE, text)
        assert lint.rule == "person_as_cause"
        assert text.startswith(lint.text)
    nobody = Linter(replace(rules(), words={**rules().words, "roles": frozenset()}))
    for text in ("dana wu pushed the wrong config", "it pushed the wrong config", "because of a typo"):
        assert not nobody.faults(Kind.CAUSE, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.CAUSE, "The connection pool was exhausted by a spike of traffic."),
        (Kind.CAUSE, "The operator of the cluster failed to start a pod."),
        (Kind.CAUSE_DETAIL, "A deployment changed /etc/hosts, and the pods could not reach the database."),
        (Kind.CAUSE_DETAIL, "ana-oncall saw the same graph as on any day, and the runbook told her to wait."),
        (Kind.CONCLUSION, "The users of the shop forgave us."),
        (Kind.FIX_DETAIL, "Engineers raised the limit and verified it against the error rate."),
        (Kind.IMPROVEMENT, "Monitor the depth of the queue"),
        (Kind.TASK, "Investigate why the replica lagged"),
        (Kind.TASK, "Task 3: Re-enable the nightly export"),
        (Kind.TASK, "Load-test checkout before each sale"),
        (Kind.NOTE, "human error, says the vendor, who should have known"),
        (Kind.ACTION, "Dana Wu deleted the index again"),
    ],
)
def test_plain_words_are_left_alone(kind: Kind, text: str) -> None:
    assert found(kind, text) == []


def test_a_task_needs_an_owner_and_a_day_or_a_ticket() -> None:
    assert found(Kind.TASK, "Add an alert", title="x") == ["task_without_owner", "task_without_due"]
    assert found(Kind.TASK, "Add an alert", owner="ben", link="https://t.example.com/1") == []
    assert found(Kind.TASK, "Add an alert", owner="ben", due="2024-04-01") == []


def test_a_team_adds_rules_words_and_takes_ours_away(tmp_path: Path) -> None:
    own = """
[rules.synergy]
in = ["conclusion"]
match = ['synerg\\w+']
reason = "says nothing"

[rules.should_have]
off = true

[words]
verbs = ["yeet"]
no_verbs = ["synergy"]
"""
    (tmp_path / "linter.toml").write_text(own, encoding="utf-8")
    wording = Wording("en", tmp_path)
    linter = Linter(rules_of(wording))
    assert wording.complaints == []
    assert [each.rule for each in linter.faults(Kind.CONCLUSION, "Synergies everywhere")] == ["synergy"]
    assert linter.faults(Kind.CAUSE, "It should have failed") == ()
    assert linter.has_verb("Yeet the queue") is True
    assert linter.has_verb("Synergy now") is False


def test_a_fault_in_a_teams_rules_is_told_with_file_and_line_and_ours_hold(tmp_path: Path) -> None:
    own = """[rules.torn]
match = ['un(closed']
reason = "x"

[rules.nowhere]
in = ["somewhere"]
reason = "x"

[rules.mute]
match = ['x']

[words]
verbs = "yeet"
nouns = ["x"]
"""
    (tmp_path / "linter.toml").write_text(own, encoding="utf-8")
    wording = Wording("en", tmp_path)
    kept = rules_of(wording)
    path = tmp_path / "linter.toml"
    assert [each.removeprefix(f"{path}: ").partition(": ")[0] for each in wording.complaints] == [
        "line 2",
        "line 5",
        "line 9",
        "line 13",
        "line 14",
    ]
    assert kept.rules.keys() == rules().rules.keys()
    [fault] = read_rules([("own.toml", "rules = \n[words]\n")]).faults
    assert fault.startswith("own.toml: ")
    assert "line 1" in fault


@pytest.mark.parametrize("dates", ["long", "iso", "american"])
@pytest.mark.parametrize("people", ["names", "roles"])
def test_no_look_of_a_draft_claims_what_no_entry_says(dates: str, people: str) -> None:
    wording, record = Wording("en"), whole()
    chosen = replace(load({}), date_style=dates, draft_people=people, clock_hours="12", draft_zone="Asia/Kolkata")
    for template in templates(wording):
        text = press(record, chosen, wording, template=template).document.text
        assert checked(text, chosen, wording, record).unproved == (), template
