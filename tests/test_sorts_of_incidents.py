"""Told afterwards, a drill, a double, a false alarm: each is what it is wherever it shows."""

from __future__ import annotations

import pytest

from sandbox import Channel
from tests.rig import Rig


def told(rig: Rig, room: Channel) -> list[str]:
    """The bot's posts in a channel, the card first."""
    return [one.text for one in rig.posts(room)]


async def test_what_is_told_afterwards_asks_and_mentions_nobody(rig: Rig) -> None:
    await rig.types("ana", "/incident declare network went away sev2 past at: yesterday 9:00", rig.ops)
    room = rig.room
    answer = await rig.types("ana", "/incident escalate need somebody to: @ben, Network team at: yesterday 9:20")
    assert "notified" not in answer.text
    card, line = rig.posts(room)
    assert line.text == "ana escalated, yesterday 9:20 AM to @ben, Network team: need somebody"
    assert (line.mentions, line.buttons) == ([], [])
    assert "Waiting for an answer" not in card.text
    assert rig.person("ben").id not in room.members
    await rig.person("ben").joins(room)
    await rig.says("ben", "that was me, the cable", room)
    assert rig.whispers("ben", room) == []
    assert "answer to an escalation" not in await rig.timeline()
    await rig.types("ana", "/incident resolve at: yesterday 11:00")
    assert "Duration\n2 h, until yesterday 11:00 AM" in told(rig, room)[0]
    assert told(rig, rig.ops) == []


async def test_a_drill_is_marked_wherever_it_shows(rig: Rig) -> None:
    room = await rig.declare("drill: fail over the database sev2")
    await rig.types("ana", "/incident escalate need a DBA to: @ben")
    await rig.types("ana", "/incident update all is well")
    card, *lines = told(rig, room)
    assert card.startswith("Drill: INC-1 fail over the database")
    assert lines == ["Drill. ana escalated, today 10:00 AM to @ben: need a DBA", "Drill. Update by ana: all is well"]
    assert room.topic.value.startswith("Drill. ")
    assert (await rig.timeline()).startswith("Timeline of a drill, ")
    for typed, where in (("catchup", room), ("status", room), ("list", rig.ops), ("help", room)):
        said = (await rig.types("ana", f"/incident {typed}", where)).text
        assert ("drill" in said) is (typed != "help"), typed


async def test_a_double_says_where_it_goes_on_unless_that_is_private(rig: Rig) -> None:
    first = await rig.declare("checkout is down sev1")
    await rig.types("ana", "/incident declare private: payroll leaks", rig.ops)
    for typed, says in (("duplicate INC-1", True), ("duplicate INC-2", False)):
        second = await rig.declare(f"shop is broken, {says}")
        await rig.types("ana", f"/incident {typed}", second)
        answered = told(rig, second)
        if not says:
            assert len(answered) == 1, "nobody learns of a private incident by its number"
            continue
        card, line = answered
        assert f"The same incident as INC-1, which goes on in #{first.name}" in card
        assert "Duration\nNot counted" in card
        assert line == f"ana marked this as the same incident as INC-1\nIt goes on in #{first.name}."
        assert (await rig.types("ana", "/incident status", second)).text.count("(assumed)") == 1


async def test_a_false_alarm_takes_its_draft_back(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident resolve")
    assert any("Draft of the postmortem" in one for one in told(rig, room))
    answer = await rig.types("ana", "/incident cancel the alert was wrong")
    assert answer.failed is None
    assert not any("Draft of the postmortem" in one for one in told(rig, room))
    assert "Duration\nNot counted" in told(rig, room)[0]
    await rig.types("ana", "/incident postmortem")
    assert any("Draft of the postmortem" in one for one in told(rig, room)), "who asks for one has it"


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        ("9:40 private sev2", "sev2, private"),
        ("half past nine drill", "a drill"),
        ("yesterday 9:00, past", "told"),
    ],
)
async def test_flags_behind_the_time_are_no_part_of_it(rig: Rig, behind: str, said: str) -> None:
    answer = (await rig.types("ana", f"/incident declare checkout is down at: {behind}", rig.ops)).text
    assert answer.startswith("INC-1 checkout is down, ")
    assert said in answer
    assert "assumed" not in answer


async def test_a_reopening_in_an_archived_channel_says_what_a_person_must_do(rig: Rig) -> None:
    room = await rig.declare()
    for typed in ("resolve", "archive"):
        await rig.types("ana", f"/incident {typed}")
    assert room.archived
    card = next(one for one in rig.person("ana").sees(room) if one.pinned)
    await rig.person("ana").clicks(card, "Reopen")
    done = await rig.person("ana").submits({"words": "it is back"})
    await rig.quiet()
    assert done.failed is None
    mine = await rig.person("ana").opens_direct()
    heard = [one.text for place in (room, mine) for one in rig.person("ana").sees(place)]
    assert any("A person can, in the channel's settings" in one for one in heard), heard
