"""An escalation is an event with an answer: who is asked, what answers, how long it took, who hears if nobody does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from sandbox.channels import Channel
from sandbox.seen import Seen
from tests.rig import Rig, running


def card(rig: Rig) -> Seen:
    return next(one for one in rig.posts() if "This channel is recorded" in one.text)


def line(rig: Rig) -> Seen:
    """The escalation's own line: the last post that says so."""
    return next(one for one in reversed(rig.posts()) if " escalated, " in one.text)


async def outside(rig: Rig, *handles: str) -> Channel:
    """An incident whose channel these people are not in."""
    for handle in handles:
        rig.ws.add_person(handle, name=handle.title())
    room = await rig.declare()
    for handle in handles:
        room.members.pop(rig.person(handle).id, None)
    return room


async def test_writing_reacting_or_a_command_answers_and_being_invited_does_not(rig: Rig) -> None:
    room = await outside(rig, "cleo", "dora", "finn")
    rig.ws.add_group("sre", ["dora", "ana"])
    await rig.types("ana", "/incident escalate the primary is stuck to: @cleo, DBA desk")
    await rig.later(timedelta(minutes=3))
    assert rig.person("cleo").id in room.members
    assert "Waiting for an answer: @cleo, DBA desk, asked" in card(rig).text
    assert [one.text for one in line(rig).buttons] == ["I'm on it"]
    await rig.says("ben", "who knows the primary?")  # nobody asked ben
    await rig.says("ana", "cleo does")  # nor does whoever asks answer
    assert "Waiting" in card(rig).text
    await rig.says("cleo", "looking at it")
    assert line(rig).text.endswith("cleo is on it, after 3 min.")
    assert line(rig).buttons == []
    assert "Waiting" not in card(rig).text

    await rig.types("ana", "/incident escalate need hands to: @sre")
    await rig.says("ana", "anybody of us?")
    assert "Waiting for an answer: @sre" in card(rig).text
    await rig.later(timedelta(minutes=2))
    await rig.person("dora").reacts(await rig.says("ben", "still down"), "eyes")
    await rig.quiet()
    assert line(rig).text.endswith("dora is on it, after 2 min.")

    await rig.types("ana", "/incident escalate and one more to: @finn")
    await rig.person("finn").joins(rig.ops)
    await rig.types("finn", "/incident status", rig.ops)
    assert "Waiting" in card(rig).text, "typed elsewhere"
    await rig.types("finn", "/incident status")
    assert line(rig).text.endswith("finn is on it, after 0 min.")
    # Nobody's undo takes an answer that the bot noted for their own last entry.
    assert "nothing here" in (await rig.types("finn", "/incident undo")).text
    timeline = await rig.timeline()
    assert len(re.findall("answer to an escalation", timeline)) == 3
    assert rig.ws.refused == []


async def test_a_tap_answers_one_and_an_undone_answer_is_not_given_again(rig: Rig) -> None:
    await outside(rig, "cleo")
    await rig.types("ana", "/incident escalate first to: @cleo")
    await rig.types("ana", "/incident escalate second to: @cleo")
    first = next(one for one in rig.posts() if "first" in one.text)
    await rig.later(timedelta(minutes=4))
    said = await rig.clicks("cleo", first, "I'm on it")
    assert "That answers #2, after 4 min." in said
    assert "Waiting for an answer: @cleo" in card(rig).text, "the second still waits"
    assert "You are on it already" in (await rig.types("cleo", "/incident on-it #2")).text
    refused = await rig.types("ben", "/incident on-it #1")
    assert refused.text.startswith("#1 stands as declared, and on-it is for the kind escalation.")
    assert "Nothing was recorded" in refused.text
    await rig.says("cleo", "and the second too")
    assert "Waiting" not in card(rig).text
    answer = re.findall(r"#(\d+)\W+Fri 15 Mar \S+ UTC answer to an escalation", await rig.timeline())[-1]
    await rig.types("cleo", f"/incident retract #{answer}")
    assert "Waiting" in card(rig).text
    await rig.says("cleo", "I meant somebody else")
    assert "Waiting" in card(rig).text
    assert rig.ws.refused == []


async def test_what_was_said_before_the_asking_is_no_answer_and_after_a_late_record_it_is(rig: Rig) -> None:
    rig.ws.add_person("cleo", name="Cleo")
    await rig.declare()
    await rig.says("cleo", "hello")
    await rig.later(timedelta(minutes=10))
    await rig.types("ana", "/incident escalate now to: @cleo")
    assert "Waiting" in card(rig).text
    await rig.types("ana", "/incident undo")
    await rig.types("ana", "/incident escalate earlier to: @cleo at: 9:55")
    assert line(rig).text.endswith("cleo is on it, after 5 min.")


async def test_added_by_an_edit_is_invited_and_told(rig: Rig) -> None:
    room = await outside(rig, "cleo")
    await rig.types("ana", "/incident escalate who can help")
    await rig.types("ana", "/incident edit #2 to: @cleo")
    assert rig.person("cleo").id in room.members
    told = next(one for one in rig.whispers("cleo") if "asks for you in INC-1 (#2)" in one.text)
    await rig.clicks("cleo", told, "I'm on it")
    assert line(rig).text.endswith("cleo is on it, after 0 min.")


async def test_what_a_free_plan_or_slack_refuses_is_said_to_who_escalated(rig: Rig) -> None:
    await outside(rig, "cleo")
    rig.ws.add_person("gone", name="Gone", deleted=True)
    rig.ws.add_group("sre", ["cleo"])
    rig.ws.faults.add("usergroups.users.list", error="plan_upgrade_required")
    await rig.types("ana", "/incident escalate help to: @sre, @gone")
    said = [one.text for one in rig.whispers("ana") if "Not everybody whom #2 names could be asked" in one.text]
    assert len(said) == 1
    assert "need a paid plan of Slack, so mention the people themselves: @sre" in said[0]
    assert "gone: Slack says" in said[0]


async def test_nobody_answers_is_told_once_an_escalation_also_over_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path, escalation_minutes=5) as rig:
        await outside(rig, "cleo", "dora")
        await rig.types("ben", "/incident lead")
        for words in ("first to: @cleo", "second to: DBA desk", "third to: @dora"):
            await rig.types("ana", f"/incident escalate {words}")
        await rig.says("dora", "on it")
        await rig.later(timedelta(minutes=4))

        def nags(handle: str) -> list[str]:
            return [one.text for one in rig.whispers(handle) if "Nobody has answered" in one.text]

        assert nags("ben") == []
        await rig.restart()
        await rig.later(timedelta(minutes=2))
        await rig.restart()
        await rig.later(timedelta(hours=3))
        assert nags("ana") == []
        assert [text.split(" for ")[0] for text in nags("ben")] == [
            "Nobody has answered #3 to @cleo",
            "Nobody has answered #4 to DBA desk",
        ]
        assert "Nobody was notified by it." in nags("ben")[1]
        assert rig.ws.refused == []
