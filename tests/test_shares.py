"""The share of users told in words: what of it stands in the draft, holds for the checklist and is read back."""

from __future__ import annotations

import pytest
from drafting_records import Log, at

from bot.domain.impact import users_share
from bot.domain.timeline import Kind
from bot.drafting.checked import rules_of
from bot.drafting.checking.report import check
from bot.drafting.checking.verdict import State
from bot.drafting.document import to_markdown
from bot.drafting.draft import draft
from bot.drafting.press import press
from bot.drafting.written.facts import read_written
from bot.settings import Settings
from bot.wording import Wording
from tests.rig import Rig

WORDING = Wording()
#: As it is told, and as the draft prints it.
SHARES = [
    ("all", "all"),
    ("None of our customers", "None of our customers"),
    ("none", "none"),
    ("everyone", "everyone"),
    ("5-10%", "5-10%"),
    ("between 20 and 40% of EU", "between 20 and 40% of EU"),
    ("30% (or 40%)", "30% (or 40%)"),
    ("not 30% but 40%", "not 30% but 40%"),
    ("<1%", r"\<1%"),
    ("up to 30% of users", "up to 30% of users"),
    ("30+% of users", "30+% of users"),
    ("about a third, 33%", "33% (about a third, 33%)"),
    ("30% of 4000 users", "30% (30% of 4000 users)"),
    ("all stores", "not measured (all stores)"),
    ("340 customers", "not measured (340 customers)"),
]


@pytest.mark.parametrize(("told", "printed"), SHARES, ids=[told for told, _ in SHARES])
def test_a_share_is_printed_as_it_was_told_and_read_back(told: str, printed: str) -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    percent, phrase = users_share(told)
    log.add(Kind.IMPACT, "carts fail", percent=percent, percent_text=phrase)
    log.add(Kind.RESOLVED, "", at("10:30"))
    text = to_markdown(draft(log.record()), WORDING.document)
    assert f"  - **Percentage of Users Affected:** {printed} [2]" in text.splitlines()
    report = check(text, rules_of(WORDING), record=log.record(), said=frozenset())
    assert [each.verdict.state for each in report.findings if each.point.number == 8] == [State.HOLDS]
    [impact] = [fact for fact in read_written(text).facts if fact.kind is Kind.IMPACT]
    assert (impact.data["percent"], impact.data["percent_text"]) == (percent, phrase)


@pytest.mark.parametrize("template", [None, "sre", "executive"])
def test_no_template_makes_one_figure_of_a_range(template: str | None) -> None:
    log = Log()
    log.declare("Outage", at("10:00"))
    log.add(Kind.IMPACT, "carts fail", percent=10, percent_text="5-10% of users")
    text = press(log.record(), Settings(), WORDING, template=template).document.text
    assert ":** 5-10% of users [2]" in text
    assert "(5-10% of users)" not in text


async def test_a_phrase_after_a_percentage_says_which_of_them_the_draft_keeps(rig: Rig) -> None:
    await rig.declare()
    assert "no percentage" not in (await rig.types("ana", "/incident impact users: all")).text
    await rig.types("ana", "/incident impact users: 70% of EU")
    for told in ("everyone", "340 customers"):
        answer = await rig.types("ana", f"/incident impact users: {told}")
        assert "the draft keeps the 70% of #3; if another one holds now" in answer.text
    assert "edit #5 users: 12%" in answer.text
    await rig.types("ana", "/incident retract #3")
    answer = await rig.types("ana", "/incident impact users: 350 customers")
    assert "It is no percentage; if you know one" in answer.text
