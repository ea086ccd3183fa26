"""What is said in an incident's channel is kept as it stands: edits, deletions, threads, bots, and nothing twice."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.databases import DATABASES
from tests.rig import Rig, running


def kept(rig: Rig, query: str = "select text from message order by ts", *values: object) -> list[object]:
    """The first column of what the database holds."""
    return [row[0] for row in DATABASES.rows(rig.settings.data_dir, query, *values)]


def everything(rig: Rig) -> str:
    """Every word in every table, as one string."""
    return DATABASES.everything(rig.settings.data_dir)


async def test_the_transcript_keeps_what_everybody_says(rig: Rig) -> None:
    room = await rig.declare()
    parent = await rig.says("ana", "pool is full")
    await rig.says("gus", "since when?", thread=parent)
    await rig.person("ben").says("in all regions", room, parent, broadcast=True)
    await rig.person("olga").uploads("graph.png", room, text="see graph")
    await rig.person("ana").says(f"<@{rig.ws.bot_user_id}> are you there & well?", room)
    await rig.quiet()
    assert kept(rig)[:4] == ["pool is full", "since when?", "in all regions", "see graph"]
    assert len(kept(rig)) == 5
    threads = "select count(*) from message where thread_ts = ? and ts != thread_ts"
    assert kept(rig, threads, parent.ts) == [2]
    assert "graph.png" in str(kept(rig, "select files from message where text = 'see graph'"))
    assert "1 entry" in await rig.timeline()


async def test_a_me_message_is_kept_too(rig: Rig) -> None:
    room = await rig.declare()
    ana = rig.person("ana")
    event = {"type": "message", "subtype": "me_message", "channel": room.id, "user": ana.id, "text": "looks at it"}
    await rig.ws.sends_event(event | {"ts": "1710496800.700001", "event_ts": "1710496800.700001"}, room)
    await rig.quiet()
    assert kept(rig) == ["looks at it"]


async def test_25_bots_and_webhooks_are_kept_but_never_act_and_our_own_posts_are_not_kept(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("pager", "!action silenced the alarm")
    await rig.person("pager").posts_by_webhook(room, "!resolve")
    await rig.person("pager").reacts(message, "pushpin")
    await rig.quiet()
    assert kept(rig) == ["!action silenced the alarm", "!resolve"]
    assert "1 entry" in await rig.timeline()
    assert "investigating" in (await rig.types("ana", "/incident status")).text
    await rig.person("ana").reacts(message, "pushpin")
    await rig.quiet()
    assert "note: !action silenced the alarm" in await rig.timeline()


async def test_an_edit_replaces_the_words_and_keeps_the_earlier_ones(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "pool is full")
    for words in ("pool is nearly full", "pool is full again"):
        await rig.person("ana").edits(message, words)
    await rig.quiet()
    assert kept(rig) == ["pool is full again"]
    versions = "select text from message_version order by event_ts"
    assert kept(rig, versions) == ["pool is full", "pool is nearly full"]


async def test_24_unfurls_pins_and_reply_counts_are_no_edits(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "see https://graphs.example/1")
    await rig.says("ben", "looking", thread=message)
    await rig.person("ben").pins(message)
    await rig.quiet()
    assert kept(rig, "select count(*) from message_version") == [0]
    assert (await rig.timeline()).count("see https://graphs.example/1") == 1


async def test_a_deleted_message_that_nobody_marked_is_erased_at_once_with_its_earlier_versions(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "the passphrase is swordfish")
    await rig.person("ana").edits(message, "the passphrase is swordfish2")
    await rig.quiet()
    assert "swordfish" in everything(rig)
    await rig.person("ana").deletes(message)
    await rig.quiet()
    assert "swordfish" not in everything(rig)


async def test_a_deleted_message_that_was_marked_leaves_the_draft_and_is_erased_after_30_days(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "swordfish was leaked")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    assert "swordfish" in await rig.timeline()
    await rig.person("ana").deletes(message)
    await rig.quiet()
    assert "swordfish" not in await rig.timeline()
    await rig.later(timedelta(days=29, hours=23))
    assert "swordfish" in everything(rig)
    await rig.later(timedelta(hours=2))
    assert "swordfish" not in everything(rig)


async def test_on_hold_the_words_of_a_deleted_marked_message_stay(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "swordfish was leaked")
    await rig.person("ben").reacts(message, "pushpin")
    await rig.quiet()
    await rig.person("ana").deletes(message)
    await rig.quiet()
    DATABASES.rows(rig.settings.data_dir, "update incident set on_hold = true")
    await rig.later(timedelta(days=31))
    assert "swordfish" in everything(rig)
    DATABASES.rows(rig.settings.data_dir, "update incident set on_hold = false")
    await rig.later(timedelta(days=2))
    assert "swordfish" not in everything(rig)


async def test_a_deleted_thread_parent_is_a_deletion_though_a_tombstone_stays(rig: Rig) -> None:
    await rig.declare()
    parent = await rig.says("ana", "swordfish")
    await rig.says("ben", "what?", thread=parent)
    await rig.person("ana").deletes(parent)
    await rig.quiet()
    assert "swordfish" not in everything(rig)
    assert "This message was deleted" not in everything(rig)
    assert "what?" in kept(rig)


async def test_with_capture_marked_no_words_of_unmarked_messages_are_stored(tmp_path: Path) -> None:
    async with running(tmp_path, capture="marked") as rig:
        room = await rig.declare()
        parent = await rig.says("ana", "swordfish one")
        reply = await rig.says("ana", "swordfish two", thread=parent)
        for place in range(30):
            await rig.person("ben").says(f"halibut {place}", room, parent)
        await rig.person("ana").edits(parent, "swordfish three")
        await rig.quiet()
        assert "swordfish" not in everything(rig)
        await rig.person("ben").reacts(reply, "hammer_and_wrench")
        await rig.quiet()
        assert "action: swordfish two" in await rig.timeline()
        assert "white_check_mark" in reply.reactions
        await rig.person("ana").edits(reply, "swordfish two, corrected")
        await rig.quiet()
        assert "action: swordfish two, corrected" in await rig.timeline()
        assert "swordfish one" not in everything(rig)
        assert "swordfish three" not in everything(rig)
        assert "halibut" not in everything(rig)
        await rig.says("ana", "!note typed as a command")
        assert "note: typed as a command" in await rig.timeline()


async def test_with_capture_marked_a_mark_taken_off_before_it_was_read_stores_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, capture="marked") as rig:
        await rig.declare()
        message = await rig.says("ana", "swordfish one")
        rig.ws.socket.hold()
        await rig.person("ben").reacts(message, "pushpin")
        await rig.person("ben").unreacts(message, "pushpin")
        rig.ws.socket.release(lambda held: held[::-1])
        await rig.quiet()
        assert "swordfish" not in everything(rig)


async def test_what_a_client_sends_twice_is_recorded_once(rig: Rig) -> None:
    room = await rig.declare()
    ana = rig.person("ana")
    event = {"type": "message", "channel": room.id, "user": ana.id, "text": "!action restarted", "client_msg_id": "c-1"}
    later = event | {"ts": "1710496801.000002", "event_ts": "1710496801.000002"}
    first = event | {"ts": "1710496800.900001", "event_ts": "1710496800.900001"}
    rig.ws.expects("reactions.add", "message_not_found")
    rig.ws.expects("reactions.remove", "message_not_found")
    await rig.ws.sends_event(dict(later), room)
    await rig.quiet()
    assert "action: restarted" in await rig.timeline()
    await rig.ws.sends_event(dict(first), room)
    await rig.quiet()
    assert (await rig.timeline()).count("action: restarted") == 1
    gone = {"type": "message", "subtype": "message_deleted", "channel": room.id, "hidden": True}
    deleted = gone | {"deleted_ts": first["ts"], "ts": "1710496802.000001", "event_ts": "1710496802.000001"}
    await rig.ws.sends_event(deleted, room)
    await rig.quiet()
    assert (await rig.timeline()).count("action: restarted") == 1


async def test_redacted_words_come_back_by_no_late_copy(rig: Rig) -> None:
    room = await rig.declare()
    rig.ws.socket.hold()
    message = await rig.person("ana").says("!note the key is swordfish", room)
    await rig.person("ana").edits(message, "!note the key is swordfish, rotated")
    rig.ws.socket.release(lambda held: held[1:] + held[:1])
    await rig.quiet()
    await rig.types("ana", "/incident redact #2")
    assert "swordfish" not in everything(rig)
    for delivery in [one for one in rig.ws.acks if one.event_id and one.type == "message"]:
        rig.ws.socket.redeliver(str(delivery.event_id))
    await rig.quiet()
    assert "swordfish" not in everything(rig)


async def test_a_kill_between_events_and_their_jobs_loses_nothing(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.person("ana").says("pool is full", room)
    await rig.person("ben").reacts(message, "pushpin")
    await rig.ws.settled()
    await rig.restart()
    assert "note: pool is full" in await rig.timeline()
    assert "white_check_mark" in message.reactions


@pytest.mark.sqlite
async def test_a_commit_that_fails_is_a_delivery_that_fails_and_comes_again(rig: Rig) -> None:
    room = await rig.declare()
    denied: list[str] = []

    def full(action: int, what: str | None, *_: object) -> int:
        """SQLite asks before each statement; the first COMMIT fails, as on a disk that is full."""
        if (action, what) != (sqlite3.SQLITE_TRANSACTION, "COMMIT") or denied:
            return sqlite3.SQLITE_OK
        denied.append("once")
        return sqlite3.SQLITE_DENY

    @event.listens_for(Engine, "commit")
    def watch(connection: Any) -> None:
        connection.connection.dbapi_connection.set_authorizer(full)

    try:
        before = len(rig.ws.acks)
        for words in ("pool is full", "so is the disk"):
            await rig.person("ana").says(words, room)
        await rig.ws.settled(1)
        await rig.clock.advance(timedelta(seconds=4), lambda: rig.ws.quiet(1))  # Slack gives up waiting after three
        await rig.quiet()
    finally:
        event.remove(Engine, "commit", watch)
    said = [one for one in rig.ws.acks[before:] if one.type == "message"]
    assert max(one.attempts for one in said) > 1
    assert {one.outcome for one in said} == {"acknowledged"}
    assert kept(rig, "select text from message where text is not null order by ts") == [
        "pool is full",
        "so is the disk",
    ]


async def test_other_channels_are_none_of_our_business(rig: Rig) -> None:
    await rig.declare()
    message = await rig.says("ana", "swordfish for lunch?", rig.ops)
    await rig.person("ben").reacts(message, "pushpin")
    await rig.says("ana", "!resolve", rig.ops)
    assert "swordfish" not in everything(rig)
    assert "investigating" in (await rig.types("ana", "/incident status")).text
