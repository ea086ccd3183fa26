"""The forms: taking a message in by its shortcut, changing an entry, and what is wrong said beside the field."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sandbox.messages import Message
from tests.rig import Rig, running
from tests.test_intake import everything


async def opens(rig: Rig, handle: str, message: Message) -> None:
    """Use the shortcut on a message; its form is then before the person."""
    await rig.person(handle).shortcut("add_to_timeline", message)
    await rig.quiet()
    assert rig.person(handle).view is not None


async def submits(rig: Rig, handle: str, **values: str) -> dict[str, str]:
    """Fill the form on top and submit it; the errors beside its fields."""
    result = await rig.person(handle).submits(values)
    await rig.quiet()
    return result.errors


async def changes(rig: Rig, handle: str, command: str) -> None:
    """Record something and click *Change* in its answer."""
    answer = await rig.types(handle, command)
    await rig.person(handle).clicks(answer, "Change")
    await rig.quiet()
    assert rig.person(handle).view is not None


async def test_the_shortcut_takes_a_message_in_at_its_own_time(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "asked @ben: pool < full & slow")
    await rig.later(timedelta(minutes=5))
    await opens(rig, "gus", message)
    view = rig.person("gus").view
    assert view is not None
    assert view.element("words")[1]["initial_value"] == "asked @ben: pool < full & slow"
    assert await submits(rig, "gus", kind="action") == {}
    assert "10:00 UTC action: asked @ben: pool < full & slow" in await rig.timeline()
    assert "white_check_mark" in message.reactions
    assert rig.whispers("gus")[0].text.startswith("#2 action, Fri 15 Mar 10:00 UTC")
    assert rig.ws.refused == []


async def test_unchanged_words_follow_later_edits_and_changed_ones_are_locked(rig: Rig) -> None:
    room = await rig.declare()
    followed, locked = await rig.says("ana", "pool is full"), await rig.says("ana", "queue is long")
    await opens(rig, "ana", followed)
    await submits(rig, "ana", kind="note")
    await opens(rig, "ana", locked)
    await submits(rig, "ana", kind="note", words="queue of web-1 is long")
    await rig.person("ana").edits(followed, "pool is nearly full")
    await rig.person("ana").edits(locked, "queue was long")
    await rig.quiet()
    assert "note: pool is nearly full" in await rig.timeline()
    assert "note: queue of web-1 is long" in await rig.timeline()
    assert any("Slack now says: queue was long" in one.text for one in rig.whispers("ana", room))


async def test_what_the_form_took_in_needs_no_mark_and_loses_none(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await opens(rig, "ana", message)
    await submits(rig, "ana", kind="note")
    await rig.person("ben").reacts(message, "hammer_and_wrench")
    await rig.quiet()
    await rig.person("ben").unreacts(message, "hammer_and_wrench")
    await rig.quiet()
    assert "note: pool is full" in await rig.timeline()
    await rig.person("ana").deletes(message)
    await rig.quiet()
    assert "pool is full" not in await rig.timeline()


async def test_a_time_in_the_form_is_read_and_a_bad_one_is_told_beside_the_field(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await opens(rig, "ana", message)
    errors = await submits(rig, "ana", time="soonish", words="pool of db-1 is full")
    assert errors["time"].startswith("“soonish” cannot be read as a time")
    assert "1 entry" in await rig.timeline()
    assert await submits(rig, "ana", time="half seven") == {}
    view = rig.person("ana").view
    assert view is not None
    assert view.input("words") == "pool of db-1 is full"
    asked = next(block for block in view.blocks if block["block_id"].startswith("reading:"))
    assert "is not the same everywhere. Which one?" in asked["label"]["text"]
    reading = asked["element"]["options"][0]["text"]["text"]
    assert await submits(rig, "ana", **{asked["block_id"]: reading}) == {}
    assert f"#2 {reading} note: pool of db-1 is full" in await rig.timeline()
    assert rig.ws.refused == []


async def test_a_marked_message_is_changed_by_the_form(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await opens(rig, "ana", message)
    assert await submits(rig, "ana", kind="fix", time="9:50") == {}
    assert "#2 Fri 15 Mar 09:50 UTC fix: pool is full" in await rig.timeline()
    assert "2 entries" in await rig.timeline()


async def test_a_message_that_was_unmarked_is_taken_in_again_by_the_form(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.quiet()
    await opens(rig, "ana", message)
    await submits(rig, "ana", kind="action")
    assert "action: pool is full" in await rig.timeline()
    assert "white_check_mark" in message.reactions


async def test_somebody_quicker_is_told_and_nothing_is_overwritten(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await opens(rig, "ana", message)
    await rig.person("ben").reacts(message, "hammer_and_wrench")
    await rig.quiet()
    assert await submits(rig, "ana", kind="fix", words="mine") == {}
    view = rig.person("ana").view
    assert view is not None
    assert "#2 was changed by ben in the meantime. It stands so now:\n#2 action" in view.text
    assert view.input("words") == "mine"
    assert "action: pool is full" in await rig.timeline()
    await submits(rig, "ana")
    assert "fix: mine" in await rig.timeline()


async def test_the_form_takes_in_thread_replies_and_long_messages(rig: Rig) -> None:
    await rig.declare()
    parent = await rig.says("ana", "the parent")
    reply = await rig.says("ana", "long " * 1_500, thread=parent)
    await opens(rig, "ben", reply)
    await submits(rig, "ben", kind="note")
    assert "note: long long" in await rig.timeline()
    assert everything(rig).count("the parent") == 1


async def test_with_capture_marked_an_opened_form_stores_no_words_and_a_submitted_one_all(tmp_path: Path) -> None:
    async with running(tmp_path, capture="marked") as rig:
        await rig.declare()
        message = await rig.says("ana", "swordfish " * 400)
        await opens(rig, "ben", message)
        await rig.person("ben").closes_view()
        await rig.quiet()
        assert "swordfish" not in everything(rig)
        await opens(rig, "ben", message)
        await submits(rig, "ben", kind="note")
        assert everything(rig).count("swordfish " * 399) >= 2  # the message and its entry


async def test_outside_of_an_incidents_channel_the_shortcut_says_so(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "lunch?", rig.ops)
    answer = await rig.person("ana").shortcut("add_to_timeline", message)
    await rig.quiet()
    assert rig.person("ana").view is None
    assert "This channel belongs to no incident" in answer.later[0].text


async def test_the_bots_own_posts_are_not_taken_in(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.person("ana").shortcut("add_to_timeline", rig.posts()[0].message)
    await rig.quiet()
    assert rig.person("ana").view is None
    assert "post of the bot's own" in answer.later[0].text


async def test_2_a_trigger_that_expired_is_said_in_words(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    rig.ws.expects("views.open", "expired_trigger_id")
    rig.ws.faults.add("views.open", error="expired_trigger_id")
    answer = await rig.person("ana").shortcut("add_to_timeline", message)
    await rig.quiet()
    assert rig.person("ana").view is None
    assert "Slack gave up waiting for the form" in answer.later[0].text


async def test_change_replaces_words_kind_and_time(rig: Rig) -> None:
    await rig.declare()
    await changes(rig, "ana", "/incident note pool is full & slow")
    view = rig.person("ana").view
    assert view is not None
    assert view.element("words")[1]["initial_value"] == "pool is full & slow"
    assert await submits(rig, "ana", kind="action", time="9:45", words="pool <was> full") == {}
    assert "#2 Fri 15 Mar 09:45 UTC action: pool <was> full" in await rig.timeline()


async def test_change_without_a_change_says_so(rig: Rig) -> None:
    await rig.declare()
    await changes(rig, "ana", "/incident note pool is full")
    errors = await submits(rig, "ana")
    assert errors["words"].startswith("Nothing to change was named for #2")
    assert rig.ws.refused == []


async def test_change_sets_the_time_of_a_resolution(rig: Rig) -> None:
    await rig.declare()
    await rig.later(timedelta(minutes=30))
    await changes(rig, "ana", "/incident resolve all green")
    assert await submits(rig, "ana", time="10:20") == {}
    assert "10:20 UTC resolved: all green" in await rig.timeline()


async def test_change_after_somebody_else_changed_it_overwrites_nothing(rig: Rig) -> None:
    await rig.declare()
    await changes(rig, "ana", "/incident note pool is full")
    await rig.types("ben", "/incident edit #2 pool of db-1 is full")
    assert await submits(rig, "ana", time="9:50") == {}
    view = rig.person("ana").view
    assert view is not None
    assert "#2 was changed by ben in the meantime" in view.text
    assert "note, Fri 15 Mar 10:00 UTC" in view.text
    assert "pool of db-1 is full" in view.text
    assert "10:00 UTC note: pool of db-1 is full" in await rig.timeline()
    await submits(rig, "ana")
    # What ana did not touch is ben's still, though her form shows what stood before.
    assert "09:50 UTC note: pool of db-1 is full" in await rig.timeline()
    assert rig.ws.refused == []


async def test_change_that_the_times_do_not_allow_is_told_beside_a_field(rig: Rig) -> None:
    await rig.declare()
    await rig.later(timedelta(minutes=30))
    await changes(rig, "ana", "/incident resolve all green")
    errors = await submits(rig, "ana", time="9:20")
    assert errors["time"].startswith("These two do not fit")
    assert "10:30 UTC resolved: all green" in await rig.timeline()


async def test_an_explicit_retract_takes_the_bots_reaction_away_and_a_restore_brings_it_back(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    await rig.types("ana", "/incident retract #2")
    assert "white_check_mark" not in message.reactions
    await rig.types("ana", "/incident restore #2")
    assert "white_check_mark" in message.reactions


async def test_what_was_put_back_by_hand_outlives_its_mark(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await rig.types("ana", "/incident retract #2")
    await rig.types("ana", "/incident restore #2")
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.quiet()
    assert "note: pool is full" in await rig.timeline()
