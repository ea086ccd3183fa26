"""Changing what was recorded: edit, retract, restore, undo, redact, move, and what is refused of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.tables import Entry, Message, MessageVersion
from tests.rig import Rig


async def every_word(rig: Rig) -> str:
    """All words that are stored, of entries in every version and of messages."""
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        said = [str(row) for row in await session.execute(select(Entry.text, Entry.data, Entry.why, Entry.time_words))]
        said += [str(row) for row in await session.execute(select(Message.text))]
        said += [str(row) for row in await session.execute(select(MessageVersion.text))]
    await db.close()
    return "\n".join(said)


async def test_an_edit_changes_words_keys_kind_and_time(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action drained node 3")
    words = await rig.types("ana", "/incident edit #2 drained node 4")
    assert words.text.startswith("#2 action, Fri 15 Mar 10:00 UTC: drained node 4")
    assert "#2 is changed" in words.text
    time = await rig.types("ana", "/incident edit 2 at: 9:40")
    assert time.text.startswith("#2 action, Fri 15 Mar 09:40 UTC: drained node 4")
    kind = await rig.types("ana", "/incident edit #2 kind: impact services: web users: 20%")
    assert kind.text.startswith("#2 impact, Fri 15 Mar 09:40 UTC: drained node 4")
    assert "services: web" in kind.text
    assert "users: 20%" in kind.text
    task = await rig.types("ana", "/incident edit #2 title: Drain | drain it by hand kind: task owner: @ben")
    assert task.text.startswith("#2 task, Fri 15 Mar 09:40 UTC: drain it by hand"), task.text
    assert "title: Drain" in task.text
    assert "owner: @ben" in task.text
    both = await rig.types("ana", "/incident edit #2 kind: root cause at 9:41")
    assert both.text.startswith("#2 root cause, Fri 15 Mar 09:41 UTC: drain it by hand")


async def test_a_key_of_another_kind_is_words_beside_words_and_refused_alone(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action drained node 3")
    words = await rig.types("ana", "/incident edit #2 told services: all of them")
    assert words.text.startswith("#2 action, Fri 15 Mar 10:00 UTC: told services: all of them")
    alone = await rig.types("ana", "/incident edit #2 services: web")
    assert alone.text.startswith("#2 (action) has no services:. It takes: at:, kind:."), alone.text
    assert "edit #2 services: web" in alone.text
    state = await rig.types("ana", "/incident edit #1 kind: note")
    assert state.text.startswith("#1 (declared) has no kind:. It takes: at:.")
    kind = await rig.types("ana", "/incident edit #2 kind: rumour")
    assert "“rumour” is no kind" in kind.text
    nothing = await rig.types("ana", "/incident edit #2")
    assert "Nothing to change was named for #2" in nothing.text


async def test_a_number_is_needed_and_must_be_there(rig: Rig) -> None:
    await rig.declare()
    for verb in ("edit", "retract", "restore", "redact", "done", "assign", "move"):
        none = await rig.types("ana", f"/incident {verb}")
        assert "#7" in none.text, verb
        assert "needs" in none.text, verb
        words = await rig.types("ana", f"/incident {verb} something else")
        assert "needs an entry's number first" in words.text, verb
        assert f"{verb} something else" in words.text
        unknown = await rig.types("ana", f"/incident {verb} #99 whatever INC-2")
        assert "There is no entry #99 here. The last one is #1" in unknown.text, verb
        assert f"{verb} #99 whatever INC-2" in unknown.text


async def test_what_is_taken_back_is_struck_through_in_each_of_its_lines(rig: Rig) -> None:
    await rig.declare()
    for typed in ("note drained node 3\n\nand node 4", "role scribe @ben", "note ran this:\n```\nkubectl drain\n```"):
        await rig.types("ana", f"/incident {typed}")
        gone = await rig.types("ana", "/incident undo")
        assert "taken back" in gone.text
        assert "~" not in gone.text, "what Slack does not read as struck through stands there as it was sent"


async def test_a_retracted_entry_is_restored_before_it_is_changed(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident note wrong")
    gone = await rig.types("ana", "/incident retract #2 other incident")
    assert gone.text.startswith("#2 is taken back. It will not be in the draft.")
    assert "#2" not in await rig.timeline()
    refused = await rig.types("ben", "/incident edit #2 right")
    assert refused.text.startswith("#2 was taken back by ana. Restore it first, then change it.")
    assert "edit #2 right" in refused.text
    back = await rig.clicks("ben", refused, "Restore")
    assert back.startswith("#2 note, Fri 15 Mar 10:00 UTC")
    assert "#2" in await rig.timeline()
    assert "#2 stands" in (await rig.types("ana", "/incident restore #2")).text
    stays = await rig.types("ana", "/incident retract #1")
    assert "cancel <why>" in stays.text


async def test_undo_names_what_it_takes_back_and_asks_after_ten_minutes(rig: Rig) -> None:
    await rig.declare()
    assert "nothing here that could be taken back" in (await rig.types("ben", "/incident undo")).text
    await rig.types("ana", "/incident note one")
    await rig.types("ben", "/incident note two")
    await rig.later(timedelta(minutes=10))
    assert "#2 note, Fri 15 Mar 10:00 UTC: one" in (await rig.types("ana", "/incident undo")).text
    await rig.types("ana", "/incident restore #2")
    await rig.later(timedelta(seconds=1))
    old = await rig.types("ana", "/incident undo")
    assert "older than ten minutes. Is it this one?" in old.text
    assert "#2 note" in old.text
    assert "#2" in await rig.timeline()
    assert "#2 is taken back" in await rig.clicks("ana", old, "Take back #2")
    assert rig.ws.refused == []


async def test_the_buttons_of_an_answer_change_and_undo(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident note one")
    assert "#2 is taken back" in await rig.clicks("ana", answer, "Undo")
    assert "#2 was taken back" in await rig.clicks("ana", answer, "Undo")
    answer = await rig.types("ana", "/incident note two")
    await rig.clicks("ana", answer, "Change")
    done = await rig.person("ana").submits({"kind": "action", "time": "9:50", "words": "did two"})
    await rig.quiet()
    assert done.closed
    assert "#3 Fri 15 Mar 09:50 UTC action: did two" in await rig.timeline()


async def test_redacted_words_are_nowhere(rig: Rig) -> None:
    await rig.declare()
    secret = "hunter2-" + "s3cret"
    await rig.types("ana", f"/incident task title: {secret} | use {secret} owner: {secret} at 9:55")
    await rig.types("ana", f"/incident edit #2 better {secret} than")
    await rig.types("ana", f"/incident impact {secret} services: {secret} users: some {secret}")
    for n in (2, 3):
        answer = await rig.types("ana", f"/incident redact #{n} it held a password")
        assert answer.text.startswith(f"The words of #{n} are overwritten here.")
    assert secret not in await every_word(rig)
    assert secret not in await rig.timeline()
    assert all(secret not in post.text for post in rig.posts())
    assert "#3 Fri 15 Mar 10:00 UTC impact: [redacted]" in await rig.timeline()


async def test_a_redacted_message_is_overwritten_in_the_transcript_too(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "the password is hunter2")
    await rig.person("ana").edits(message, "the password is hunter2 really")
    await rig.person("ana").reacts(message, "pushpin")
    await rig.quiet()
    answer = await rig.types("ben", "/incident redact #2")
    assert "Its message in Slack still shows them: delete or edit it there" in answer.text
    assert "hunter2" not in await every_word(rig)


async def test_redacting_what_was_posted_takes_it_from_the_post_and_the_title(rig: Rig) -> None:
    room = await rig.declare("leak of hunter2 sev1")
    await rig.types("ana", "/incident update the password was hunter2")
    await rig.types("ana", "/incident redact #2")
    assert [post.text for post in rig.posts(room) if "the password was" in post.text] == []
    await rig.types("ana", "/incident redact #1")
    await rig.later(timedelta(minutes=1))
    assert [post.text for post in rig.posts(room) if "hunter2" in post.text] == []
    assert "hunter2" not in room.name
    assert "hunter2" not in room.topic.value
    assert "hunter2" not in (await rig.types("ana", "/incident list")).text
    assert "hunter2" not in await every_word(rig)


async def test_a_secret_is_told_with_redact(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident note token xoxb-" + "123456789012-abcdefghijklmnop")
    assert "looks as if it holds a secret" in answer.text
    assert "The words of #2 are overwritten" in await rig.clicks("ana", answer, "Redact")
    assert "xoxb" not in await every_word(rig)


async def test_an_entry_moves_with_its_own_time(rig: Rig) -> None:
    room = await rig.declare("checkout is down")
    other = await rig.declare("search is slow")
    await rig.types("ana", "/incident action reindexed at: 9:55", room)
    answer = await rig.types("ana", "/incident move #2 to INC-2", room)
    assert answer.text == "#2 now stands as INC-2 #2."
    assert "#2 Fri 15 Mar 09:55 UTC action: reindexed" in (await rig.types("ana", "/incident timeline", other)).text
    assert "reindexed" not in (await rig.types("ana", "/incident timeline", room)).text
    for where in ("INC-1", "INC-9", "somewhere", ""):
        await rig.types("ana", "/incident note stays", room)
        refused = await rig.types("ana", f"/incident move #3 {where}", room)
        assert "Write its number: INC-3" in refused.text, refused.text
    assert "cannot be moved" in (await rig.types("ana", "/incident move #1 INC-2", room)).text


@pytest.mark.parametrize("redacted_in", ["where it was", "where it is now"])
async def test_an_entry_that_was_moved_is_redacted_in_both_incidents(rig: Rig, redacted_in: str) -> None:
    room = await rig.declare("checkout is down")
    other = await rig.declare("search is slow")
    message = await rig.says("ana", "!action logged in with hunter2", room)
    await rig.types("ana", "/incident note stays", other)
    assert (await rig.types("ana", "/incident move #2 to INC-2", room)).text == "#2 now stands as INC-2 #3."
    here, number = (room, 2) if redacted_in == "where it was" else (other, 3)
    answer = await rig.types("ana", f"/incident redact #{number}", here)
    assert answer.text.startswith(f"The words of #{number} are overwritten here.")
    assert message.text.startswith("!action")
    assert "hunter2" not in await every_word(rig)
    assert "stays" in (await rig.types("ana", "/incident timeline", other)).text


async def test_a_guest_cannot_take_back_or_change_what_runs_the_incident(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident severity sev2")
    await rig.types("ana", "/incident resolve")
    for typed in ("retract #3", "edit #3 at: 9:59", "redact #2", "edit #1 at: 9:00"):
        refused = await rig.types("gus", f"/incident {typed}")
        assert "you are here as a guest" in refused.text
        assert "Nothing was changed" in refused.text
    assert "Status resolved, severity sev2" in (await rig.types("ana", "/incident status")).text
    assert "#4 note" in (await rig.types("gus", "/incident note mine")).text
    assert "#4 is taken back" in (await rig.types("gus", "/incident undo")).text


async def test_the_words_of_a_declaration_are_its_title(rig: Rig) -> None:
    room = await rig.declare("payments down sev1")
    assert "#2 title, " in (told := (await rig.types("ana", "/incident edit #1 payments gone")).text)
    assert "title: payments gone" in told
    await rig.quiet()
    assert room.name == "inc-1-payments-gone"
    assert "title: payments slow" in (await rig.types("ana", "/incident edit #2 title: payments slow")).text
    timed = await rig.types("ana", "/incident edit #1 payments gone at: 9:50")
    assert timed.text.startswith("#1 has no words but the incident's title.\nNothing was changed:")
    assert [button.text for button in timed.buttons] == ["Use title"]
    both = await rig.types("ana", "/incident edit #1 sev2 payments gone")
    assert [button.text for button in both.buttons] == ["Use severity", "Use title"]
    unknown = await rig.types("ana", "/incident edit #1 Severity: sev9")
    assert [button.text for button in unknown.buttons] == ["Use title"]
    for typed in ("Severity sev3", "severity: sev3"):
        severity = await rig.types("ana", f"/incident edit #1 {typed}")
        assert [button.text for button in severity.buttons] == ["Use severity"], typed
    assert "severity: sev3" in await rig.clicks("ana", severity, "Use severity")
    status = (await rig.types("ana", "/incident status")).text
    assert "INC-1 payments slow" in status
    assert "severity sev3" in status
    assert "#1 is changed" in (await rig.types("ana", "/incident edit #1 at: 9:40")).text
    assert "you are here as a guest" in (await rig.types("gus", "/incident edit #1 payments fine")).text


async def test_the_form_of_a_declaration_asks_for_no_words(rig: Rig) -> None:
    await rig.declare("payments down sev1")
    await rig.types("ana", "/incident form edit #1")
    view = rig.person("ana").view
    assert view is not None
    assert "The title is changed with title …, the severity with severity …." in view.text
    assert "words" not in [block.get("block_id") for block in view.blocks]
