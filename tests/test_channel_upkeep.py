"""What is shown of an incident stays true: card, topic, name, announcement, also when people change the channel."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from sandbox import posting
from sandbox.channels import Channel
from sandbox.seen import Seen
from tests.rig import Rig


def card(rig: Rig, room: Channel) -> Seen:
    return next(one for one in rig.posts(room) if "This channel is recorded" in one.text)


async def direct(rig: Rig, handle: str = "ana") -> list[str]:
    channel = await rig.person(handle).opens_direct()
    return [one.text for one in rig.person(handle).sees(channel)]


async def test_18_the_card_is_edited_in_place(rig: Rig) -> None:
    room = await rig.declare()
    ts = card(rig, room).ts
    for text in (
        "lead @ben",
        "detected alert from the pager at: 9:55",
        "impact checkout fails services: checkout, cart users: 40%",
        "update we roll back",
        "started at: 9:50",
        "mitigated rolled back",
    ):
        await rig.types("ana", f"/incident {text}")
    now = card(rig, room)
    assert now.ts == ts
    assert now.pinned
    for words in ("Mitigated", "ben", "today 9:50 AM", "checkout fails", "checkout, cart", "40", "we roll back"):
        assert words in now.text, words
    assert "Mitigated" not in [button.text for button in now.buttons]
    assert rig.ws.refused == []


async def test_14_changes_that_come_while_slack_limits_us_make_one_edit(rig: Rig) -> None:
    await rig.declare()
    before = len(rig.ws.calls)
    rig.ws.faults.add("chat.update", status=429, retry_after=30)
    for number in range(20):
        await rig.types("ana", f"/incident impact {number} users complain")
    await rig.later(timedelta(minutes=2))
    edits = [call for call in rig.ws.calls[before:] if call.method == "chat.update"]
    assert [call.error for call in edits] == ["ratelimited", None]
    assert "19 users complain" in card(rig, rig.room).text


async def test_a_card_that_somebody_deleted_is_made_again_once(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.expects("chat.update", "message_not_found")
    for turn in range(2):
        message = next(one for one in room.log if one.ts == card(rig, room).ts)
        posting.delete(rig.ws, message)  # as an admin can
        await rig.later(timedelta(minutes=2))  # a channel takes a message a second
        await rig.types("ana", "/incident lead @ben")
        await rig.types("ana", "/incident lead @ana")
        if turn == 0:
            again = card(rig, room)
            assert again.pinned
            (bookmark,) = room.bookmarks.values()
            assert bookmark["link"].endswith(f"p{again.ts.replace('.', '')}")
    assert not [one for one in rig.posts(room) if "This channel is recorded" in one.text]
    assert rig.ws.refused == []


async def test_a_topic_set_by_hand_is_left_alone_and_that_is_said_once(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident severity sev2")
    assert room.topic.value.startswith("sev2, investigating, led by nobody yet")
    await rig.person("ben").sets_topic(room, "bridge: zoom.example/1")
    await rig.quiet()
    await rig.types("ana", "/incident severity sev3")
    await rig.person("ben").sets_topic(room, "bridge: zoom.example/2")
    await rig.types("ana", "/incident lead @ben")
    assert "zoom.example/2" in room.topic.value
    said = [one for one in rig.whispers("ben", room) if "You set the topic by hand" in one.text]
    assert len(said) == 1
    assert rig.ws.refused == []


async def test_the_topic_is_not_set_to_what_it_is(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident severity sev2")
    await rig.types("ana", "/incident undo")
    await rig.types("ana", "/incident status investigating")
    topics = [one for one in rig.person("ana").sees(room) if one.subtype == "channel_topic"]
    assert len(topics) == 3  # as opened, sev2, sev1 again


async def test_a_new_title_renames_the_channel(rig: Rig) -> None:
    rig.ws.expects("conversations.rename", "name_taken")
    await rig.ws.add_channel("inc-1-payments-down", members=["ana"])
    room = await rig.declare()
    await rig.types("ana", "/incident title Payments DOWN")
    assert room.name == "inc-1-payments-down-2"
    assert "Payments DOWN" in card(rig, room).text
    rig.ws.faults.add("conversations.rename", "after", error="internal_error")
    await rig.types("ana", "/incident title cart down")
    await rig.later(timedelta(seconds=30))
    assert room.name == "inc-1-cart-down"
    assert rig.ws.refused == []


@pytest.mark.parametrize("how", ["archived", "kicked", "deleted"])
async def test_23_a_channel_that_is_closed_to_the_bot_ends_in_words_in_the_log(
    rig: Rig, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    room = await rig.declare()
    texts = ("severity sev2", "title other words", "update still on it", "resolve")
    answers = [await rig.types("ana", f"/incident {text}") for text in texts]
    if how == "archived":
        await rig.person("ana").archives(room)
    elif how == "kicked":
        await rig.person("ana").kicks(room, rig.ws.people[rig.ws.bot_user_id])
    else:
        await rig.ws.deletes_channel(room)
    await rig.quiet()
    before = len(rig.ws.calls)
    with caplog.at_level(logging.WARNING):
        # Nobody types there any more; the buttons of earlier answers and the clock still move things.
        for answer in reversed(answers):
            await rig.person("ana").clicks(answer, "Undo")
        await rig.later(timedelta(hours=3))
    calls = rig.ws.calls[before:]
    assert len(calls) < 30, "no endless retry"
    refused = {call.error for call in rig.ws.refused}
    assert refused <= {"is_archived", "is_inactive", "not_in_channel", "channel_not_found", "cant_update_message"} | {
        "posting_to_channel_denied"
    }
    assert refused
    assert "stays as it is" in caplog.text


async def test_work_that_is_given_up_is_told_once_with_what_to_do(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.faults.add("chat.update", error="msg_too_long", times=None)
    for severity in ("sev2", "sev3"):
        await rig.types("ana", f"/incident severity {severity}")
        await rig.later(timedelta(minutes=1))
    said = [one for one in rig.whispers("ana", room) if "could not be brought up to date" in one.text]
    assert len(said) == 1
    assert "`" in said[0].raw_text or "msg_too_long" in said[0].text
    assert [button.text for button in said[0].buttons] == ["Try again"]


async def test_a_private_incident_is_seen_by_its_channel_alone(rig: Rig) -> None:
    room = await rig.declare("payroll leak sev1 private")
    assert room.private
    await rig.types("ana", "/incident severity sev2", room)
    await rig.types("ana", "/incident resolve", room)
    for channel in rig.ws.channels:
        if channel is not room and channel.kind != "im":
            seen = [one for one in rig.person("ana").sees(channel) if not one.ephemeral]
            assert not [one for one in seen if "payroll" in one.text], channel.name
    assert not [one for one in await direct(rig, "ben") if "INC-1" in one]


async def test_the_card_fits_a_phone(rig: Rig) -> None:
    """A phone shows some forty characters a line and a dozen lines; buttons wrap after the third."""
    room = await rig.declare("the checkout of the web shop answers with errors for most of our users sev1")
    await rig.types("ana", "/incident impact no orders come in services: checkout, cart users: 40%")
    now = card(rig, room)
    rows = [row for block in now.text.split("\n") for row in [block[i : i + 40] for i in range(0, len(block), 40)]]
    assert len(rows) <= 26, now.text
    assert len(now.buttons) <= 4
    assert all(len(button.text) <= 16 for button in now.buttons)
