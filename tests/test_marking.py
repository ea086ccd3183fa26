"""Marking messages by reaction and pin: what counts, what does not, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.databases import DATABASES
from tests.rig import Rig

MARKS = {
    "pushpin": "note",
    "star": "note",
    "hammer_and_wrench": "action",
    "test_tube": "hypothesis",
    "no_entry_sign": "ruled out",
    "rotating_light": "detection",
    "adhesive_bandage": "fix",
}


@pytest.mark.parametrize("tone", ["", "::skin-tone-3"])
async def test_each_mark_takes_a_message_in_at_its_own_time(rig: Rig, tone: str) -> None:
    await rig.declare()
    for emoji, kind in MARKS.items():
        said_at = rig.clock.now()
        message = await rig.says("ana", "looked at the pool & it is <full>")
        await rig.later(timedelta(minutes=7))
        await rig.person("ben").reacts(message, emoji + tone)
        await rig.quiet()
        assert f"{said_at:%H:%M} UTC {kind}: looked at the pool & it is <full>" in await rig.timeline()
        assert "white_check_mark" in message.reactions, emoji
        assert rig.ws.refused == [], emoji


async def test_other_reactions_mark_nothing(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "eyes")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()
    assert message.reactions.keys() == {"eyes"}


async def test_a_thread_reply_is_marked_itself_and_not_its_parent(rig: Rig) -> None:
    await rig.declare()
    parent = await rig.says("ana", "the parent")
    reply = await rig.says("ana", "the reply", thread=parent)
    await rig.person("ben").reacts(reply, "pushpin")
    await rig.quiet()
    assert "note: the reply" in await rig.timeline()
    assert "the parent" not in await rig.timeline()


async def test_the_author_is_who_said_it(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    query = "select user_id from entry join person on person.id = entry.author_id where number = 2"
    assert DATABASES.rows(rig.settings.data_dir, query) == [(rig.person("ana").id,)]
    # It was ben who recorded it, so it is his to undo.
    assert "pool is full" in (await rig.types("ben", "/incident undo")).text


async def test_the_first_mark_stands_until_all_are_gone(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "restarted the api")
    await rig.person("ana").reacts(message, "hammer_and_wrench")
    for handle, emoji in (("ben", "hammer_and_wrench"), ("gus", "pushpin")):
        await rig.person(handle).reacts(message, emoji)
        await rig.quiet()
        assert "action: restarted the api" in await rig.timeline()
    await rig.person("ana").unreacts(message, "hammer_and_wrench")
    await rig.person("ben").unreacts(message, "hammer_and_wrench")
    await rig.quiet()
    assert "action: restarted the api" in await rig.timeline()
    await rig.person("gus").unreacts(message, "pushpin")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()
    assert "white_check_mark" not in message.reactions


async def test_marked_again_it_comes_back_with_its_number_and_the_new_mark(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "restarted the api")
    ben = rig.person("ben")
    await ben.reacts(message, "pushpin")
    await ben.unreacts(message, "pushpin")
    await rig.quiet()
    await ben.reacts(message, "hammer_and_wrench")
    await rig.quiet()
    assert "#2 Fri 15 Mar 10:00 UTC action: restarted the api" in await rig.timeline()
    assert "white_check_mark" in message.reactions


async def test_a_pin_is_a_note_and_whoever_takes_it_off_it_is_off(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").pins(message)
    await rig.quiet()
    assert "note: pool is full" in await rig.timeline()
    await rig.person("gus").unpins(message)
    await rig.quiet()
    assert "1 entry" in await rig.timeline()


async def test_a_pin_holds_what_a_reaction_lets_go(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.person("ana").pins(message)
    await rig.quiet()
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.quiet()
    assert "note: pool is full" in await rig.timeline()


async def test_guests_and_outsiders_may_mark_and_bots_may_not(rig: Rig) -> None:
    await rig.declare()
    for handle in ("gus", "olga", "pager"):
        message = await rig.says("ana", f"seen by {handle}")
        await rig.person(handle).reacts(message, "pushpin")
        await rig.person(handle).reacts(message, "star")
        await rig.quiet()
    shown = await rig.timeline()
    assert "note: seen by gus" in shown
    assert "note: seen by olga" in shown
    assert "pager" not in shown


async def test_the_bots_own_reaction_and_pin_never_count(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "pool is full")
    body = {"user": rig.ws.bot_user_id, "reaction": "pushpin", "item_user": message.user_id}
    item = {"type": "message", "channel": room.id, "ts": message.ts}
    await rig.ws.sends_event({"type": "reaction_added", "item": item} | body, room)
    await rig.quiet()
    assert "1 entry" in await rig.timeline()


async def test_a_mark_never_moves_a_detection_that_stands(rig: Rig) -> None:
    await rig.declare()
    first, second = await rig.says("ana", "pager woke me"), await rig.says("ana", "a customer wrote")
    for message in (first, second):
        await rig.person("ben").reacts(message, "rotating_light")
        await rig.quiet()
    assert "detection: pager woke me" in await rig.timeline()
    assert "note: a customer wrote" in await rig.timeline()
    await rig.types("ana", "/incident detected an alert fired at: 9:55")
    await rig.person("ben").reacts(await rig.says("ana", "third"), "rotating_light")
    await rig.quiet()
    assert "note: third" in await rig.timeline()


async def test_with_the_first_detection_unmarked_the_next_one_counts(rig: Rig) -> None:
    await rig.declare()
    first, second = await rig.says("ana", "wrong one"), await rig.says("ana", "right one")
    for message in (first, second):
        await rig.person("ben").reacts(message, "rotating_light")
        await rig.quiet()
    await rig.person("ben").unreacts(first, "rotating_light")
    await rig.quiet()
    assert "detection: right one" in await rig.timeline()
    assert "wrong one" not in await rig.timeline()


async def test_a_marked_detection_says_who_noticed(rig: Rig) -> None:
    await rig.declare()
    await rig.person("ben").reacts(await rig.says("ana", "Datadog alert fired for checkout"), "rotating_light")
    await rig.quiet()
    assert "by: alert" in (await rig.types("ana", "/incident edit #2 Datadog alert went off for checkout")).text


async def test_once_a_person_the_first_time_is_told_with_undo(rig: Rig) -> None:
    room = await rig.declare()
    for words in ("pool is full", "pool is empty"):
        await rig.person("ben").reacts(await rig.says("ana", words), "pushpin")
        await rig.quiet()
    whispers = rig.whispers("ben")
    assert [one.text.count("Your mark put this message into the timeline") for one in whispers] == [1]
    assert "note, Fri 15 Mar 10:00 UTC: pool is full" in whispers[0].text
    assert rig.whispers("ana", room) == []
    await rig.person("ben").clicks(whispers[0], "Undo")
    await rig.quiet()
    assert "pool is full" not in await rig.timeline()


async def test_what_was_taken_back_by_hand_stays_so_until_it_is_marked_anew(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await rig.later(timedelta(minutes=1))
    await rig.types("ana", "/incident retract #2")
    await rig.person("ana").edits(message, "pool is fuller")
    await rig.person("gus").reacts(message, "star")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()
    await rig.later(timedelta(minutes=1))
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.person("gus").unreacts(message, "star")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    assert "note: pool is fuller" in await rig.timeline()


async def test_an_edit_in_slack_changes_the_entry(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.person("ana").edits(message, "pool is nearly full")
    await rig.quiet()
    assert "#2 Fri 15 Mar 10:00 UTC note: pool is nearly full" in await rig.timeline()


async def test_what_was_corrected_by_hand_stays_and_the_difference_is_offered(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await rig.types("ben", "/incident edit #2 pool of db-1 is full")
    await rig.person("ana").edits(message, "pool is full & slow")
    await rig.quiet()
    assert "note: pool of db-1 is full" in await rig.timeline()
    offer = rig.whispers("ana", room)[-2]
    assert "Slack now says: pool is full & slow" in offer.text
    await rig.person("ana").clicks(offer, "Take Slack's words")
    await rig.quiet()
    assert "note: pool is full & slow" in await rig.timeline()


async def test_un_reacting_does_not_remove_what_was_corrected_by_hand_and_offers_it(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await rig.types("ana", "/incident edit #2 kind: action")
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.quiet()
    assert "action: pool is full" in await rig.timeline()
    offer = rig.whispers("ben", room)[-1]
    assert "corrected here by hand, so it stays" in offer.text
    await rig.person("ben").clicks(offer, "Take back #2")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()


async def test_once_published_marks_and_edits_change_nothing(rig: Rig) -> None:
    await rig.declare()
    message, other = await rig.says("ana", "pool is full"), await rig.says("ana", "unmarked so far")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    DATABASES.rows(rig.settings.data_dir, "update incident set published_at = '2024-03-15T10:00:00.000000Z'")
    await rig.person("ana").edits(message, "pool was never full")
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.person("ben").reacts(other, "pushpin")
    await rig.quiet()
    assert "note: pool is full" in await rig.timeline()
    assert "unmarked so far" not in await rig.timeline()
    await rig.person("ana").deletes(message)
    await rig.quiet()
    assert "note: pool is full" in await rig.timeline()


async def test_a_mark_that_comes_before_its_message_takes_it_in(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.socket.hold()
    message = await rig.person("ana").says("pool is full", room)
    await rig.person("ben").reacts(message, "pushpin")
    rig.ws.socket.release(lambda held: held[::-1])
    await rig.quiet()
    assert (await rig.timeline()).count("note: pool is full") == 1


async def test_a_shared_file_without_words_is_marked_by_its_name(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.person("ana").uploads("latency.png", room)
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    assert "note: latency.png" in await rig.timeline()


async def test_a_mark_on_the_bots_own_post_does_nothing(rig: Rig) -> None:
    await rig.declare()
    card = rig.posts()[0].message
    await rig.person("ben").reacts(card, "pushpin")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()
    assert rig.ws.refused == []


async def test_a_secret_in_a_marked_message_is_told_with_redact(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "token is ghp_0123456789abcdefABCDEF0123456789abcd")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    whisper = rig.whispers("ben")[-1]
    assert "looks as if it holds a secret" in whisper.text
    assert "Redact" in [button.text for button in whisper.buttons]
