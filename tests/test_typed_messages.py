"""`!verb` messages: recording where the talk is, edited, deleted and refused there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.messages import Message
from tests.rig import Rig

VERBS = [
    ("!started at: 9:40", "09:40 UTC start of impact"),
    ("!detected Datadog alert", "10:00 UTC detection: Datadog alert"),
    ("!impact checkout fails services: web, api users: 20%", "impact: checkout fails"),
    ("!action restarted the api", "action: restarted the api"),
    ("!did restarted the api at: 9:55", "09:55 UTC action: restarted the api"),
    ("!suspect the pool leaks", "hypothesis: the pool leaks"),
    ("!hypothesis the pool leaks", "hypothesis: the pool leaks"),
    ("!ruled-out it was not DNS", "ruled out: it was not DNS"),
    ("!dead-end it was not DNS", "ruled out: it was not DNS"),
    ("!escalate please look to: DevOps", "escalation to DevOps: please look"),
    ("!note queue is long", "note: queue is long"),
    ("!log queue is long at 9:58", "09:58 UTC note: queue is long"),
    ("!cause pool leaked", "root cause: pool leaked"),
    ("!cause-detail the pool leaked since v2", "cause in detail: the pool leaked since v2"),
    ("!fix rolled back", "fix: rolled back"),
    ("!fix-detail rolled back to v1", "fix in detail: rolled back to v1"),
    ("!improve title: Alerts | earlier ones", "improvement: earlier ones"),
    ("!task watch the pool owner: ana", "task: watch the pool"),
    ("!conclude we were lucky", "conclusion: we were lucky"),
    ("!Action in any case", "action: in any case"),
    ("  !note with space before", "note: with space before"),
    ("!note first line\nsecond line", "note: first line\nsecond line"),
    ("!note\nbelow the verb", "note: below the verb"),
]
COURSE = [("!mitigated traffic moved", "mitigated: traffic moved"), ("!resolve all green", "resolved: all green")]
CHATTER = (
    "!important look at this",
    "!actions speak louder",
    "! action spaced",
    "!!action twice",
    "so !action later",
    "!declare another one",
    "!edit #1 other words",
    "!retract #1",
    "!redact #1",
    "!undo",
    "!timeline",
    "!status",
    "!help",
    "!",
)


def marks(message: Message, rig: Rig) -> set[str]:
    """The bot's own reactions on a message."""
    return {name for name, users in message.reactions.items() if rig.ws.bot_user_id in users}


@pytest.mark.parametrize("some", range(4))
async def test_every_recording_verb_is_a_message_too(rig: Rig, some: int) -> None:
    """In the channel and in a thread; a quarter of the verbs in each incident, so that one look shows its timeline."""
    room = await rig.declare()
    parent = await rig.says("ana", "let us talk here")
    for words, shown in VERBS[some::4]:
        posts, before = len(rig.posts()), (await rig.timeline()).count(shown)
        for thread in (None, parent):
            message = await rig.says("ana", words, room, thread)
            assert marks(message, rig) == {"white_check_mark"}, words
        if "escalate" not in words:
            assert len(rig.posts()) == posts, words  # no post in the channel for what is a fact
        assert (await rig.timeline()).count(shown) > before, words


async def test_a_verb_that_moves_the_incident_on_is_a_message_too(rig: Rig) -> None:
    await rig.declare()
    for words, shown in COURSE:
        message = await rig.says("ana", words)
        assert marks(message, rig) == {"white_check_mark"}, words
        assert shown in await rig.timeline()


async def test_anything_else_after_an_exclamation_mark_is_chatter(rig: Rig) -> None:
    await rig.declare()
    for count, words in enumerate(CHATTER, start=1):
        message = await rig.says("ana", words)
        assert "1 entry" in await rig.timeline(), words
        assert marks(message, rig) == set(), words
        assert len(rig.whispers("ana")) == count, words  # the timelines that were asked for


async def test_a_verb_without_a_time_is_answered_by_a_reaction_alone_and_one_with_a_time_in_words(rig: Rig) -> None:
    room = await rig.declare()
    before = len(rig.whispers("ana", room))
    await rig.says("ana", "!action restarted the api")
    assert len(rig.whispers("ana", room)) == before
    await rig.says("ana", "!action drained the node at: 9:50")
    told = rig.whispers("ana", room)[before:]
    assert [one.text.split("\n")[0] for one in told] == ["#3 action, Fri 15 Mar 09:50 UTC: drained the node"]
    assert rig.whispers("ben", room) == []


async def test_the_messages_own_time_stands_in_for_at(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.socket.hold()
    await rig.person("ana").says("!action restarted the api", room)
    await rig.person("ana").says("!action drained the node at: 5 min ago", room)
    await rig.later(timedelta(minutes=7))
    rig.ws.socket.release()
    await rig.quiet()
    assert "10:00 UTC action: restarted the api" in await rig.timeline()
    assert "09:55 UTC action: drained the node" in await rig.timeline()


async def test_editing_the_message_edits_kind_time_and_words(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    ana = rig.person("ana")
    for words, shown in (
        ("!action restarted both apis", "#2 Fri 15 Mar 10:00 UTC action: restarted both apis"),
        ("!action restarted both apis at: 9:50", "#2 Fri 15 Mar 09:50 UTC action: restarted both apis"),
        ("!fix restarted both apis", "#2 Fri 15 Mar 10:00 UTC fix: restarted both apis"),
        ("!impact 20% of users cut off", "#2 Fri 15 Mar 10:00 UTC impact: 20% of users cut off"),
    ):
        await ana.edits(message, words)
        await rig.quiet()
        timeline = await rig.timeline()
        assert shown in timeline
        assert "2 entries" in timeline
        assert marks(message, rig) == {"white_check_mark"}


async def test_edited_into_chatter_it_is_withdrawn_and_back_it_is_restored(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    await rig.person("ana").edits(message, "restarted the api?")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()
    assert marks(message, rig) == set()
    await rig.person("ana").edits(message, "!action restarted the api, really")
    await rig.quiet()
    assert "#2 Fri 15 Mar 10:00 UTC action: restarted the api, really" in await rig.timeline()
    assert marks(message, rig) == {"white_check_mark"}


async def test_edited_from_chatter_it_is_recorded(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "restarted the api")
    await rig.person("ana").edits(message, "!action restarted the api")
    await rig.quiet()
    assert "action: restarted the api" in await rig.timeline()


async def test_deleting_the_message_retracts_its_entry(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!resolve all green")
    assert "resolved" in (await rig.types("ana", "/incident status")).text
    await rig.person("ana").deletes(message)
    await rig.quiet()
    assert "all green" not in await rig.timeline()
    assert "investigating" in (await rig.types("ana", "/incident status")).text


async def test_an_explicit_retract_wins_over_later_edits(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    await rig.types("ana", "/incident retract #2 it was not me")
    await rig.later(timedelta(minutes=1))
    await rig.person("ana").edits(message, "!action restarted the api, really")
    await rig.quiet()
    assert "1 entry" in await rig.timeline()


async def test_a_message_put_back_by_hand_after_its_deletion_stays(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    await rig.person("ana").deletes(message)
    await rig.quiet()
    await rig.types("ana", "/incident restore #2")
    gone = next(one for one in rig.ws.acks if one.event_id and one.payload["event"].get("subtype") == "message_deleted")
    rig.ws.socket.redeliver(str(gone.event_id))
    await rig.quiet()
    assert "action: restarted the api" in await rig.timeline()


async def test_a_time_that_cannot_be_read_records_nothing_until_the_message_is_edited(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "!action restarted the api at: soonish")
    assert "1 entry" in await rig.timeline()
    assert marks(message, rig) == {"warning"}
    told = rig.whispers("ana", room)[0]
    assert "“soonish” cannot be read as a time" in told.text
    assert rig.whispers("ben", room) == []
    await rig.person("ana").edits(message, "!action restarted the api at: 9:50")
    await rig.quiet()
    assert "09:50 UTC action: restarted the api" in await rig.timeline()
    assert marks(message, rig) == {"white_check_mark"}


async def test_an_edit_that_cannot_be_read_leaves_what_stands_and_says_so(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    await rig.person("ana").edits(message, "!action restarted both at: soonish")
    await rig.quiet()
    assert "10:00 UTC action: restarted the api" in await rig.timeline()
    assert marks(message, rig) == {"warning"}
    assert any("“soonish” cannot be read as a time" in one.text for one in rig.whispers("ana", room))
    await rig.person("ana").edits(message, "!action restarted both at: 9:50")
    await rig.quiet()
    assert "09:50 UTC action: restarted both" in await rig.timeline()
    assert marks(message, rig) == {"white_check_mark"}


async def test_two_likely_readings_are_asked_privately_and_answered_by_a_tap(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "!action restarted the api at: half seven")
    assert marks(message, rig) == {"warning"}
    asked = rig.whispers("ana", room)[-1]
    assert "Which one?" in asked.text
    assert len(asked.buttons) >= 2


async def test_a_verb_without_words_is_refused_privately(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "!action")
    assert marks(message, rig) == {"warning"}
    assert "needs words" in rig.whispers("ana", room)[-1].text


async def test_guests_and_outsiders_never_change_status_by_message(rig: Rig) -> None:
    room = await rig.declare()
    for handle in ("gus", "olga"):
        for told, verb in enumerate(("resolve", "mitigated", "reopen now", "cancel false alarm"), start=1):
            message = await rig.says(handle, f"!{verb}")
            assert marks(message, rig) == {"warning"}, verb
            whispers = rig.whispers(handle, room)
            assert len(whispers) == told, verb
            assert "is for members" in whispers[-1].text
            assert "investigating" in (await rig.types("ana", "/incident status")).text
        recorded = await rig.says(handle, "!note I see it too")
        assert marks(recorded, rig) == {"white_check_mark"}


async def test_a_member_whom_nobody_has_met_may_resolve_by_message(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ben", "!resolve all green")
    assert marks(message, rig) == {"white_check_mark"}
    assert "resolved" in (await rig.types("ana", "/incident status")).text


async def test_what_was_corrected_by_hand_is_not_overwritten_by_an_edit(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "!action restarted the api")
    await rig.types("ben", "/incident edit #2 restarted api-1")
    await rig.person("ana").edits(message, "!fix restarted the apis at: 9:50")
    await rig.quiet()
    assert "#2 Fri 15 Mar 09:50 UTC fix: restarted api-1" in await rig.timeline()
    offer = next(one for one in rig.whispers("ana", room) if "corrected here by hand" in one.text)
    assert offer.text.startswith("The message of #2 was edited in Slack")
    await rig.person("ana").clicks(offer, "Take Slack's words")
    await rig.quiet()
    assert "#2 Fri 15 Mar 09:50 UTC fix: restarted the apis" in await rig.timeline()


async def test_mitigated_can_be_corrected_by_an_edit_after_the_end(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!mitigated traffic moved")
    await rig.later(timedelta(minutes=5))
    await rig.says("ana", "!resolve")
    await rig.person("ana").edits(message, "!mitigated traffic moved away")
    await rig.quiet()
    assert "mitigated: traffic moved away" in await rig.timeline()
    assert marks(message, rig) == {"white_check_mark"}


async def test_a_deletion_that_the_times_do_not_allow_keeps_the_entry_and_says_so(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ana", "!started at: 9:00")
    await rig.types("ana", "/incident resolve at: 9:30")
    await rig.person("ana").deletes(message)
    await rig.quiet()
    assert any("is gone from Slack, but the entry stays" in one.text for one in rig.whispers("ana", room))
    assert "09:00 UTC start of impact" in await rig.timeline()


async def test_entities_and_mentions_print_as_they_were_typed(rig: Rig) -> None:
    await rig.declare()
    await rig.says("ana", "!action asked @ben if a < b && c > d, see https://x.example/?a=1&b=2")
    assert "action: asked @ben if a < b && c > d, see https://x.example/?a=1&b=2" in await rig.timeline()


async def test_a_marked_message_that_becomes_a_command_and_back_follows_both(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "restarted the api")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await rig.person("ana").edits(message, "!action restarted the api at: 9:50")
    await rig.quiet()
    assert "#2 Fri 15 Mar 09:50 UTC action: restarted the api" in await rig.timeline()
    await rig.person("ben").unreacts(message, "pushpin")
    await rig.quiet()
    assert "#2 Fri 15 Mar 09:50 UTC action: restarted the api" in await rig.timeline()
    await rig.person("ben").reacts(message, "pushpin")
    await rig.person("ana").edits(message, "restarted the api, I think")
    await rig.quiet()
    assert "#2 Fri 15 Mar 10:00 UTC note: restarted the api, I think" in await rig.timeline()


async def test_a_command_that_could_not_be_read_and_became_talk_bears_no_warning(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!fix rolled back at: soonish")
    assert "warning" in message.reactions
    await rig.person("ana").edits(message, "!important not a command")
    await rig.quiet()
    assert "warning" not in message.reactions
    assert "1 entry" in await rig.timeline()


async def test_commands_in_later_lines_are_words_and_the_author_hears_so_once(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "!action one\n!action two\n\n  !note three\n!important four")
    assert marks(message, rig) == {"white_check_mark"}
    (told,) = rig.whispers("ana")
    assert "2 later lines that are commands stand among the words of #2." in told.text
    assert "send each as a message of its own" in told.text
    assert "2 entries" in await rig.timeline()
    before = len(rig.whispers("ana"))
    await rig.person("ana").edits(message, "!action one, again\n!action two")
    await rig.quiet()
    assert len(rig.whispers("ana")) == before
    for words in ("!note first\nso !action later", "!note pasted\n```\n!action restart\n```", "!note a\n!edit #2 b"):
        await rig.says("ana", words)
    assert len(rig.whispers("ana")) == before
    assert rig.whispers("ben") == []
