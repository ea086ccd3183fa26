"""Of the thirty ways in which Slack bots break, those that no other room proves (`tests/test_house_breakages.py`)."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Tocsin
from bot.slack import inviting, reading_back
from tests.rig import ALONE, Rig, number, running

LATE = timedelta(seconds=3.5)


async def test_1_no_acknowledgement_waits_for_slack(rig: Rig) -> None:
    await rig.types("ana", "/incident list", rig.ops)  # who is new is asked for, and that may take its time
    slow = rig.ws.faults.add("*", "before", delay=LATE, times=None)
    ana, begun_at = rig.person("ana"), rig.clock.now()
    answer = await ana.types("/incident declare checkout is down sev1", rig.ops)
    others = await asyncio.gather(*(ana.types(f"/incident status INC-1 {n}", rig.ops) for n in range(20)))
    assert "INC-1" in answer.text
    assert [one.failed for one in others] == [None] * 20
    assert rig.clock.now() == begun_at, "none waited for a call"
    slow.left = 0
    await rig.clock.advance(LATE)
    await rig.later(timedelta(minutes=2))
    assert len(rig.posts()) == 1


@pytest.mark.sqlite
async def test_1_a_command_that_came_too_late_is_seen_to_fail_and_counts_once(rig: Rig) -> None:
    room, ana = await rig.declare(), rig.person("ana")
    with closing(sqlite3.connect(rig.settings.data_dir / "tocsin.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # as a disk does that takes its time
        typing = asyncio.create_task(ana.types("/incident note the pool is full", room))
        while not typing.done():
            await asyncio.sleep(0.01)
            await rig.clock.advance(timedelta(seconds=1))
        other.execute("ROLLBACK")
    assert (await typing).failed is not None
    again = await rig.types("ana", "/incident note the pool is full")
    assert number(again) == 2
    assert (await rig.timeline()).count("the pool is full") == 1


async def test_3_the_same_event_on_other_sockets_minutes_later_and_after_a_restart_has_one_effect(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, socket_connections=3) as rig:
        await rig.ws.socket.connected(3)
        room, ben = await rig.declare(), rig.person("ben")
        rig.ws.socket.copies = 4
        typed = await rig.says("ben", "!action drained the pool")
        marked = await rig.says("ben", "the pool is full")
        await ben.reacts(marked, "pushpin")
        await ben.pins(marked)
        await ben.edits(marked, "the pool is nearly full")
        await ben.edits(typed, "!action drained both pools")
        gone = await rig.says("ben", "!note nothing to see")
        await ben.deletes(gone)
        await rig.quiet()
        assert len({id(link) for link in rig.ws.socket.connections if link.sent}) == 3
        timeline, posts = await rig.timeline(), len(rig.posts(room))
        events = [one.event_id for one in rig.ws.acks if one.event_id]
        rig.ws.socket.copies = 1
        for pause in (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=2)):
            await rig.later(pause)
            for event_id in reversed(events):
                rig.ws.socket.redeliver(event_id)
            await rig.quiet()
            assert await rig.timeline() == timeline
            await rig.restart()
        assert len(rig.posts(room)) == posts
        assert timeline.count("drained both pools") == timeline.count("the pool is nearly full") == 1
        assert "nothing to see" not in timeline


@pytest.mark.parametrize("first", ["message", "app_mention"])
async def test_4_a_message_and_its_mention_of_the_bot_have_one_effect(rig: Rig, first: str) -> None:
    room, ben = await rig.declare(), rig.person("ben")
    before = len(rig.posts(room))
    if first == "app_mention":
        rig.ws.socket.hold()
    said = await ben.says("!action asked @tocsin to drain the pool", room)
    message: dict[str, Any] = rig.ws.acks[-1].payload["event"]
    mention = {key: value for key, value in message.items() if key != "channel_type"} | {"type": "app_mention"}
    await rig.ws.sends_event(mention, room)
    if first == "app_mention":
        await rig.ws.settled(0.1)
        rig.ws.socket.release(lambda held: list(reversed(held)))
    await rig.quiet()
    assert (await rig.timeline()).count("to drain the pool") == 1
    assert len(rig.posts(room)) == before
    assert "white_check_mark" in said.reactions


async def test_7_what_goes_wrong_after_the_answer_is_no_failure_of_the_command(rig: Rig) -> None:
    await rig.types("ana", "/incident list", rig.ops)
    rig.ws.faults.add("*", error="fatal_error", times=None)
    answer = await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
    assert answer.failed is None
    assert "INC-1" in answer.text
    assert "INC-1" in (await rig.types("ana", "/incident list", rig.ops)).text


async def test_15_words_of_any_length_are_taken_and_shown_within_slacks_limits(rig: Rig) -> None:
    too_long = await rig.types("ana", "/incident declare " + "<&> " * 800 + "sev1", rig.ops)
    assert "200 fit" in too_long.text
    await rig.declare("<&> " * 14 + "sev1")
    for n in range(52):  # more than a message may have blocks
        words = "drain the <pool> & refill it, " * (1 if n else 110)
        assert number(await rig.types("ana", f"/incident action {n} {words}")) == n + 2
    await rig.says("ben", "!note " + "<&>" * 1_000)
    for verb in ("timeline", "timeline all", "status", "catchup", "actions", "impact " + "users & " * 400, "list"):
        answer = await rig.types("ana", f"/incident {verb}")
        assert (answer.failed, bool(answer.text)) == (None, True), verb
    await rig.person("ana").opens_home()
    await rig.types("ana", "/incident resolve " + "all well & <good> " * 200)
    await rig.later(timedelta(minutes=5))
    assert any(one.files for one in rig.posts())
    assert rig.ws.refused == []


async def test_16_what_is_empty_leaves_no_empty_field(rig: Rig) -> None:
    nobody = rig.ws.add_person("nobody", name="")
    rig.ops.members[nobody.id] = None
    room = await rig.declare("\u200b sev1", by="nobody")
    await rig.types("nobody", "/incident lead", room)
    for words in (
        "note \u00a0",
        "note ``",
        "impact  ",
        "title \u200b",
        "action &nbsp;",
        "timeline",
        "status",
        "catchup",
    ):
        assert (await rig.types("nobody", f"/incident {words}", room)).failed is None, words
    said = await rig.says("nobody", "\u200b", room)
    await rig.person("ana").reacts(said, "pushpin")
    await rig.quiet()
    await nobody.opens_home()
    await rig.types("nobody", "/incident resolve", room)
    assert rig.ws.refused == []


async def test_17_buttons_that_do_the_same_stand_side_by_side(rig: Rig) -> None:
    for _ in range(3):
        await rig.declare("the same title sev1")
    for _ in range(3):
        await rig.types("ana", "/incident action drain the pool")
        await rig.later(timedelta(minutes=2))
    for words in ("list", "timeline", "actions", "search drain"):
        answer = await rig.types("ana", f"/incident {words}")
        assert answer.failed is None, words
    await rig.person("ana").opens_home()
    await rig.quiet()
    assert rig.ws.refused == []


async def test_28_every_page_is_read_also_after_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "PAGE", 3)
    monkeypatch.setattr(inviting, "PAGE", 2)
    async with running(tmp_path, invite=("zoe",), announce_channel="#zebra") as rig:
        rig.ws.pages_run_empty, rig.ws.limits.on = True, False
        zoe = rig.ws.add_person("zoe", name="Zoe Last")
        board = await rig.ws.add_channel("zebra", members=["ana", "tocsin"])
        room = await rig.declare()
        assert zoe.id in room.members
        assert len(rig.posts(board)) == 1
        await rig.bot.stop()
        parent = await rig.person("ben").says("!note said in the dark, 0.", room)
        for n in range(1, 8):
            await rig.person("ben").says(f"!note said in the dark, {n}.", room, parent if n % 2 else None)
        await rig.begin(Tocsin(rig.settings, clock=rig.clock, pace=ALONE))
        await rig.later(timedelta(minutes=2))
        timeline = (await rig.types("ana", "/incident timeline all")).text
        assert [n for n in range(8) if timeline.count(f"in the dark, {n}.") != 1] == []


async def test_29_people_go_and_groups_are_emptied_and_it_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, invite=("sre",)) as rig:
        rig.ws.add_group("sre", ["ben"])
        await rig.declare()
        await rig.types("ana", "/incident lead @ben")
        await rig.person("ben").changes(deleted=True)
        await rig.ws.changes_group("sre", [])
        await rig.types("ana", "/incident severity sev2")
        await rig.declare("another one sev2")
        assert rig.person("ben").id not in rig.room.members or rig.person("ben").deleted
        assert "sev2" in (await rig.types("ana", "/incident status INC-1")).text
        assert rig.ws.refused == []
