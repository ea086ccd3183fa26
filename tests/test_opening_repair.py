"""`repair`: what failed is tried again, what is missing is made again, and what only a person can do is said."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import posting
from tests.databases import DATABASES
from tests.rig import Rig
from tests.test_opening import opened, told


async def refused_opening(rig: Rig, text: str) -> None:
    rig.ws.creation_restricted = True
    rig.ws.expects("conversations.create", "restricted_action")
    await rig.types("ana", f"/incident declare {text}", rig.ops)
    await rig.later(timedelta(seconds=5))
    assert opened(rig) == []
    rig.ws.creation_restricted = False


async def test_an_opening_that_was_refused_is_made_good_by_a_click(rig: Rig) -> None:
    await refused_opening(rig, "checkout is down sev1")
    direct = await rig.person("ana").opens_direct()
    (told_so,) = [one for one in rig.person("ana").sees(direct) if "could not be opened" in one.text]
    await rig.person("ana").clicks(told_so, "Try again")
    await rig.quiet()
    (channel,) = opened(rig)
    assert len(rig.posts(channel)) == 1
    assert "INC-1 is open in #inc-1-checkout-is-down" in await told(rig)
    assert rig.ws.refused == []


async def test_a_private_one_without_a_channel_is_its_declarers_alone_to_repair(rig: Rig) -> None:
    await refused_opening(rig, "payroll leak private")
    answer = await rig.types("ben", "/incident repair INC-1", rig.ops)
    assert "INC-1 is being opened" not in answer.text
    assert opened(rig) == []
    await rig.types("ana", "/incident repair INC-1", rig.ops)
    (channel,) = opened(rig)
    assert channel.private


async def test_card_pin_bookmark_and_topic_are_made_again(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.expects("chat.update", "message_not_found")
    rig.ws.expects("pins.add", "message_not_found")
    rig.ws.expects("bookmarks.edit", "not_found")
    (card,) = (one for one in room.log if "Severity" in str(one.blocks))
    posting.delete(rig.ws, card)
    room.bookmarks.clear()
    await rig.quiet()
    await rig.types("ana", "/incident repair")
    (again,) = rig.posts()
    assert again.pinned
    assert [mark["link"].rpartition("/p")[2] for mark in room.bookmarks.values()] == [again.ts.replace(".", "")]
    assert [one for one in rig.whispers("ana") if "is in order" in one.text]
    assert rig.ws.refused == []


async def test_an_archived_channel_is_said_to_need_a_person_and_then_comes_up_to_date(rig: Rig) -> None:
    room = await rig.declare()
    answer = await rig.types("ana", "/incident severity sev2")
    await rig.person("ana").archives(room)
    await rig.quiet()
    rig.ws.expects("chat.update", "is_inactive")
    rig.ws.expects("conversations.setTopic", "is_archived")
    await rig.person("ana").clicks(answer, "Undo")
    await rig.types("ana", "/incident repair INC-1", rig.ops)
    assert "archived, and no bot can open it again" in await told(rig)
    await rig.person("ana").unarchives(room)
    room.members[rig.person("ana").id] = None
    await rig.types("ana", "/incident repair INC-1", rig.ops)
    assert room.topic.value.startswith("sev1")
    assert "sev1" in rig.posts()[0].text


async def test_a_public_channel_that_the_bot_was_removed_from_is_joined_again(rig: Rig) -> None:
    room = await rig.declare()
    await rig.person("ana").kicks(room, rig.ws.people[rig.ws.bot_user_id])
    await rig.quiet()
    await rig.types("ana", "/incident repair INC-1", rig.ops)
    assert rig.ws.bot_user_id in room.members
    await rig.types("ana", "/incident severity sev3", room)
    assert "sev3" in rig.posts(room)[0].text


async def test_outside_of_any_incident_repair_wants_a_number(rig: Rig) -> None:
    answer = await rig.types("ana", "/incident repair", rig.ops)
    assert answer.failed is None
    answer = await rig.types("ana", "/incident repair INC-9", rig.ops)
    assert "INC-9" in answer.text


async def test_what_was_recorded_before_the_channel_came_is_said_in_it(rig: Rig) -> None:
    rig.ws.faults.add("conversations.create", error="internal_error", times=7)
    await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
    await rig.later(timedelta(seconds=100))
    for text in ("severity sev2", "escalate need a DBA to: @ben", "resolve all well"):
        answer = await rig.types("ana", f"/incident {text}", rig.ops)
        await rig.person("ana").clicks(answer, "Record in INC-1")
    await rig.later(timedelta(minutes=10))
    (channel,) = opened(rig)
    texts = [one.text for one in rig.posts(channel)]
    assert "Resolved" in texts[0]
    assert texts[1].startswith("ana lowered the severity from sev1 to sev2")
    assert texts[2].startswith("ana escalated")
    assert texts[3].startswith("ana recorded resolved")
    assert len(rig.posts(channel)[4].files) == 1
    assert len(texts) == 5
    assert rig.person("ben").id not in channel.members, "nobody is called to what is over"


async def test_an_unarchived_channel_comes_up_to_date_by_itself(rig: Rig) -> None:
    room = await rig.declare()
    answer = await rig.types("ana", "/incident severity sev2")
    await rig.person("ana").archives(room)
    await rig.quiet()
    rig.ws.expects("chat.update", "is_inactive")
    rig.ws.expects("conversations.setTopic", "is_archived")
    rig.ws.unarchive_keeps_members = True
    await rig.person("ana").clicks(answer, "Undo")
    await rig.quiet()
    await rig.person("ana").unarchives(room)
    await rig.quiet()
    assert "sev1" in rig.posts(room)[0].text
    assert rig.ws.refused == []


async def test_somebody_whom_slack_tells_nothing_of_can_still_declare(rig: Rig) -> None:
    rig.ws.faults.add("users.info", status=503, times=None)
    answer = await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
    assert "INC-1" in answer.text
    assert len(opened(rig)) == 1


#: (what somebody does to the channel as soon as it is there, what the declarer reads, whether repair ends well)
BY_HAND = (
    ("archives", "a person can open it again", False),
    ("renames", "INC-1 is open in #other-name", True),
    ("converts_to_private", "INC-1 is open in", True),
    ("kicks", "removed the bot from the channel", True),
    ("deletes", "Somebody deleted the channel", False),
)


@pytest.mark.parametrize(("what", "words", "well"), BY_HAND, ids=[one[0] for one in BY_HAND])
async def test_a_channel_that_is_changed_by_hand_while_it_opens(rig: Rig, what: str, words: str, well: bool) -> None:
    ana, doing = rig.person("ana"), list[asyncio.Task[Any]]()

    async def act() -> None:
        room = opened(rig)[0]
        room.members[ana.id] = None
        if what == "deletes":
            await rig.ws.deletes_channel(room)
        else:
            more = {"renames": ["other-name"], "kicks": [rig.ws.bot_person]}.get(what, [])
            await getattr(ana, what)(room, *more)

    def at_once(_: Any) -> bool:
        doing.append(asyncio.create_task(act()))
        return False

    rig.ws.faults.add("conversations.create", "after", error="-", match=at_once)
    answer = await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
    assert "INC-1" in answer.text
    (done,) = doing
    await done
    await rig.later(timedelta(minutes=5))
    assert words in await told(rig)
    await rig.types("ana", "/incident repair INC-1", rig.ops)
    await rig.later(timedelta(minutes=5))
    rooms = opened(rig)
    assert len(rooms) == (what != "deletes"), "a second channel never"
    marks = [(len(rig.posts(room)), len(room.pins), len(room.bookmarks)) for room in rooms]
    assert marks == ([(1, 1, 1)] if well else [(0, 0, 0)] * len(rooms))


async def test_work_of_which_the_bot_died_again_and_again_is_told_without_blaming_slack(
    rig: Rig, tmp_path: Path
) -> None:
    await rig.declare()
    await rig.types("ana", "/incident sev 2")
    await rig.later(timedelta(minutes=1))
    again = "UPDATE job SET state = 'ready', lost = 6, finished_at = NULL WHERE kind = 'refresh_card' RETURNING id"
    assert len(DATABASES.rows(tmp_path, again)) == 1
    await rig.types("ana", "/incident sev 3")
    await rig.later(timedelta(minutes=1))
    (words,) = [one.text for one in rig.whispers("ana") if "could not be brought up to date" in one.text]
    assert "The bot itself died each time it tried: whoever runs it must look at its log." in words
    assert "Slack says" not in words
