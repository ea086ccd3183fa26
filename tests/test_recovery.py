"""Gaps heal: what was said while the bot was away is read back, once, and what is gone is kept and marked so."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import Tocsin
from bot.slack import reading_back
from storage.database import Database
from storage.tables import Message
from tests.rig import Rig, running


async def _messages(rig: Rig) -> list[Message]:
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        rows = list((await session.execute(select(Message).order_by(Message.ts))).scalars())  # type: ignore[arg-type]
    await db.close()
    return rows


async def _again(rig: Rig) -> None:
    """The bot comes back, an hour later."""
    await rig.clock.advance(timedelta(hours=1), rig.ws.quiet)
    rig.bot = Tocsin(rig.settings, clock=rig.clock)
    await rig.bot.start()
    await rig.quiet()


async def test_messages_replies_marks_pins_and_typed_commands_of_an_hour_away_are_read_back(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident lead")
    ana, ben = rig.person("ana"), rig.person("ben")
    heard = await rig.says("ben", "heard before")
    await rig.bot.stop()
    said = await ben.says("said while nobody listened", room)
    await ana.says("a reply in its thread", room, heard)
    await ana.reacts(said, "pushpin")
    typed = await ben.says("!action restarted the api at: 9:58", room)
    await ben.edits(heard, "heard before, and reworded since")
    pinned = await ana.says("pinned in the dark", room)
    await ben.pins(pinned)
    await _again(rig)
    rows = {row.text: row for row in await _messages(rig)}
    for words in ("said while nobody listened", "a reply in its thread", "heard before, and reworded since"):
        assert words in rows
    assert rows["said while nobody listened"].recovered_at is not None
    timeline = await rig.timeline()
    assert "note: said while nobody listened" in timeline
    assert "09:58 UTC action: restarted the api" in timeline
    assert "note: pinned in the dark" in timeline
    assert "white_check_mark" in typed.reactions
    told = [one.text for one in rig.whispers("ana") if "read back" in one.text]
    assert len(told) == 1
    assert "messages, 1 edit, 2 marks and pins" in told[0].casefold()
    assert "There may be more" in told[0]


async def test_reading_back_twice_records_nothing_twice(rig: Rig) -> None:
    room = await rig.declare()
    await rig.bot.stop()
    said = await rig.person("ben").says("only once", room)
    await rig.person("ana").reacts(said, "hammer_and_wrench")
    await _again(rig)
    before = await rig.timeline()
    for _ in range(3):
        await rig.restart()
    assert await rig.timeline() == before
    assert len([row for row in await _messages(rig) if row.text == "only once"]) == 1
    assert before.count("only once") == 1


async def test_a_mark_taken_away_in_the_gap_unmarks(rig: Rig) -> None:
    await rig.declare()
    said = await rig.says("ben", "not worth a line after all")
    await rig.person("ana").reacts(said, "pushpin")
    await rig.quiet()
    assert "not worth a line" in await rig.timeline()
    await rig.bot.stop()
    await rig.person("ana").unreacts(said, "pushpin")
    await _again(rig)
    assert "not worth a line" not in await rig.timeline()


async def test_absence_is_never_a_deletion(rig: Rig) -> None:
    await rig.declare()
    said = await rig.says("ben", "these words stay")
    await rig.person("ana").reacts(said, "pushpin")
    await rig.quiet()
    await rig.bot.stop()
    await rig.person("ben").deletes(said)
    await _again(rig)
    row = next(row for row in await _messages(rig) if row.text == "these words stay")
    assert row.deleted_at is None
    assert row.missing_since is not None
    assert "these words stay" in await rig.timeline()


async def test_what_was_missed_while_the_link_was_silent_is_read_back_after_a_reconnect(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.limits.on = False  # the clock stands while real seconds pass
    rig.ws.socket.refuses_connections = True
    await rig.ws.socket.disconnect(reason="refresh_requested")
    await rig.person("ben").says("said into the void", room)
    await rig.clock.advance(timedelta(hours=1))
    rig.ws.socket.refuses_connections = False
    for _ in range(200):
        await asyncio.sleep(0.05)
        if any(row.text == "said into the void" for row in await _messages(rig)):
            break
    rows = [row for row in await _messages(rig) if row.text == "said into the void"]
    assert len(rows) == 1
    assert rows[0].recovered_at is not None


async def test_what_was_read_back_says_so_and_stays_so(rig: Rig) -> None:
    room = await rig.declare()
    heard = await rig.says("ben", "!note heard as it was said")
    marked = await rig.says("ben", "heard, and marked in the dark")
    await rig.bot.stop()
    typed = await rig.person("ben").says("!action restarted the api", room)
    await rig.person("ana").reacts(marked, "pushpin")
    await rig.person("ben").edits(heard, "!note heard, reworded in the dark")
    await _again(rig)
    await rig.person("ben").edits(typed, "!action restarted the api twice")
    await rig.quiet()
    timeline = await rig.timeline()
    assert "action: restarted the api twice (ben) (recovered)" in timeline
    assert "note: heard, and marked in the dark (ben) (recovered)" in timeline
    assert "note: heard, reworded in the dark (ben) ↗" in timeline
    printed = json.loads(await _printed(rig, "timeline", "1", "--format", "json"))
    sources = {entry["text"]: entry["source"] for entry in printed["entries"]}
    assert sources["restarted the api twice"] == sources["heard, and marked in the dark"] == "recovered"
    assert sources["heard, reworded in the dark"] == "message"


async def _printed(rig: Rig, *command: str) -> str:
    """What the command line prints, beside the bot."""
    environment = os.environ | {"TOCSIN_DATABASE_URL": rig.settings.database_url}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *command,
        env=environment,
        cwd=rig.settings.data_dir,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


async def test_who_is_first_heard_of_in_the_gap_may_do_what_members_may(rig: Rig) -> None:
    room = await rig.declare()
    await rig.bot.stop()
    await rig.person("ben").says("!resolve all well again", room)
    await rig.person("gus").says("!resolve guests may not", room)
    await _again(rig)
    assert "Resolved" in rig.posts(room)[0].text
    timeline = await rig.timeline()
    assert "all well again" in timeline
    assert "guests may not" not in timeline


async def test_a_reply_that_is_gone_is_kept_and_dated_and_its_thread_not_read_for_ever(rig: Rig) -> None:
    room = await rig.declare()
    parent = await rig.says("ben", "a thread")
    gone = await rig.says("ana", "a reply that goes", thread=parent)
    await rig.says("ben", "a reply that stays", thread=parent)
    await rig.bot.stop()
    await rig.person("ana").deletes(gone)
    await _again(rig)
    rows = {row.text: row for row in await _messages(rig)}
    assert rows["a reply that goes"].missing_since is not None
    assert rows["a reply that goes"].deleted_at is None
    assert rows["a reply that stays"].missing_since is None
    assert room
    before = len(rig.ws.calls)
    await rig.restart()
    assert "conversations.replies" not in {call.method for call in rig.ws.calls[before:]}
    assert "1 message that was heard is not in the history any more" in rig.whispers("ana")[-1].text


async def test_a_thread_whose_first_message_was_deleted_is_read_and_its_words_go(rig: Rig) -> None:
    room = await rig.declare()
    parent = await rig.says("ben", "words that were taken back")
    await rig.says("ana", "a reply", thread=parent)
    await rig.bot.stop()
    await rig.person("ana").says("a reply in the dark", room, parent)
    await rig.person("ben").deletes(parent)
    await _again(rig)
    texts = {row.text for row in await _messages(rig)}
    assert "a reply in the dark" in texts
    assert "words that were taken back" not in texts  # Slack says that it was deleted: a tombstone is no absence


async def test_what_comes_while_history_is_read_is_not_missing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await rig.declare()
    rig.ws.limits.on = False
    for number in range(6):
        await rig.says("ben", f"before {number}")
    await rig.bot.stop()
    monkeypatch.setattr(reading_back, "PAGE", 4)
    rig.ws.faults.add("conversations.history", status=429, retry_after=60, match=lambda call: bool(call.text("cursor")))
    rig.bot = Tocsin(rig.settings, clock=rig.clock)
    await rig.bot.start()
    await rig.quiet()
    await rig.clock.advance(timedelta(seconds=30), rig.ws.quiet)
    await rig.says("ben", "said while the reading waited")
    await rig.later(timedelta(hours=1))
    assert [row.text for row in await _messages(rig) if row.missing_since is not None] == []
    assert len(rig.posts(room)) == 1


async def test_history_that_must_be_waited_for_holds_nothing_up(rig: Rig) -> None:
    room = await rig.declare()
    await rig.bot.stop()
    await rig.person("ben").says("said in the dark", room)
    rig.ws.faults.add("conversations.history", status=429, retry_after=600, times=1)
    await _again(rig)
    await rig.types("ana", "/incident severity sev3 smaller than it looked")
    assert "smaller than it looked" in rig.posts(room)[-1].text
    assert "said in the dark" not in {row.text for row in await _messages(rig)}
    await rig.later(timedelta(minutes=11))
    assert "said in the dark" in {row.text for row in await _messages(rig)}


async def test_a_reaction_of_many_is_taken_in_as_far_as_slack_names_them(rig: Rig) -> None:
    room = await rig.declare()
    said = await rig.says("ben", "seen by many")
    await rig.person("ana").reacts(said, "pushpin")
    await rig.quiet()
    await rig.bot.stop()
    crowd = [rig.ws.add_person(f"p{number}", name=f"Person {number}") for number in range(8)]
    said.reactions["pushpin"] = [*(one.id for one in crowd), rig.person("ana").id]
    await _again(rig)
    assert "seen by many" in await rig.timeline()  # ana is not among those that Slack names, and has not taken it off
    assert len(rig.posts(room)) == 1


async def test_a_pin_taken_off_in_the_dark_is_off_unless_its_message_is_gone_too(rig: Rig) -> None:
    room = await rig.declare()
    stays, goes = await rig.says("ben", "pinned for a while"), await rig.says("ben", "pinned and then gone")
    await rig.person("ana").pins(stays)
    await rig.person("ana").pins(goes)
    await rig.quiet()
    assert "pinned for a while" in await rig.timeline()
    await rig.bot.stop()
    await rig.person("ana").unpins(stays)
    await rig.person("ben").deletes(goes)
    await _again(rig)
    timeline = await rig.timeline()
    assert "pinned for a while" not in timeline
    assert "pinned and then gone" in timeline
    assert room


async def test_with_capture_marked_nothing_is_told_again_and_again(tmp_path: Path) -> None:
    async with running(tmp_path, capture="marked") as rig:
        room = await rig.declare()
        await rig.says("ben", "nobody marked this")
        await rig.bot.stop()
        await rig.person("ben").says("nor this", room)
        marked = await rig.person("ben").says("but this", room)
        await rig.person("ana").reacts(marked, "pushpin")
        await _again(rig)
        assert {row.text for row in await _messages(rig)} == {None, "but this"}
        told = len(rig.whispers("ana"))
        await rig.restart()
        assert len(rig.whispers("ana")) == told
        assert "but this" in await rig.timeline()


async def test_events_that_slack_left_out_are_read_back_once_it_sends_again(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.leaves_events_out = True
    await rig.person("ben").says("over the limit", room)
    await rig.quiet()
    await rig.clock.advance(timedelta(seconds=40), rig.quiet)
    await rig.person("ben").says("!action and this, later in that minute", room)
    await rig.later(timedelta(seconds=30))
    rig.ws.leaves_events_out = False
    await rig.later(timedelta(minutes=3))
    assert "over the limit" in {row.text for row in await _messages(rig)}
    assert "later in that minute" in await rig.timeline()
    assert rig.ws.refused == []
