"""In Slack: how the draft stands beside its post, what mends it, and one quiet line where words blame."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rig import Rig


async def test_the_drafts_post_says_how_many_points_hold_and_a_button_what_is_missing(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident impact no orders come in services: checkout users: 40%")
    await rig.types("ana", "/incident resolve restarted the cache")
    [post] = [one for one in rig.posts() if one.files]
    assert " of 34 points hold. " in post.text
    told = (await rig.clicks("ana", post, "What is missing")).replace("`", "")
    assert " of 34 points of the checklist hold; " in told
    for mend in ("/incident cause …", "/incident cause-detail …", "/incident task … owner: … due: …"):
        assert mend in told
    assert "(line " not in told
    assert "in no entry" not in told
    assert rig.ws.refused == []


HINTS = (
    ("cause human error at the deploy", "“human error” ends the search at a person"),
    ("conclude ops should have known", "“should have” tells of what did not happen"),
    ("improve be more careful", "“be more careful” asks people to be better"),
    ("task better alerts owner: ben due: tomorrow", "“better alerts” does not begin with a verb"),
    ("task write the runbook due: tomorrow", "It has no owner."),
    ("cause the pool was too small for the sale", ""),
)


async def test_words_that_blame_are_recorded_and_met_with_one_quiet_line(rig: Rig) -> None:
    await rig.declare()
    before = len(rig.posts())
    for number, (typed, hint) in enumerate(HINTS, start=2):
        first, *more = (await rig.types("ana", f"/incident {typed}")).text.splitlines()
        assert f"#{number}" in first
        # What somebody else set just now is told too; nobody else did.
        assert [line for line in more if hint and line.startswith(hint)] == (more[-1:] if hint else [])
        assert len([line for line in more if "“" in line or line.startswith("It has")]) == bool(hint)
    edited = await rig.types("ana", "/incident edit #2 somebody was careless")
    assert "ends the search" not in edited.text
    assert len(rig.posts()) == before


async def test_somebody_whom_the_bot_has_just_met_is_found_in_a_cause_a_minute_later(rig: Rig) -> None:
    await rig.declare()
    unknown = await rig.types("ana", "/incident cause it went down because of Ben")
    await rig.types("ben", "/incident note looking at the deploy")
    await rig.later(timedelta(seconds=61))
    known = await rig.types("ana", "/incident cause it is down because of Ben")
    assert ["“" in one.text for one in (unknown, known)] == [False, True]


async def test_a_check_that_takes_longer_than_slack_waits_says_where_it_can_be_had(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rig.declare()
    monkeypatch.setattr("bot.slack.commands.missing.PATIENCE", 0.0)
    answer = await rig.types("ana", "/incident missing")
    assert answer.text.startswith("To check the draft of INC-1 takes longer than Slack waits (entries: 1).")
    assert "tocsin draft INC-1 --output draft.md, then tocsin check draft.md." in answer.text
