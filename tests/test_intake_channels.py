"""What happens to the incidents' channels themselves, and what is said in them at the wrong moment."""

from __future__ import annotations

from datetime import timedelta

from sandbox.errors import NotPossible
from tests.rig import Rig
from tests.test_intake import kept


async def test_what_is_said_before_the_channel_is_known_as_ours_is_read_back(rig: Rig) -> None:
    # Slack made the channel, but its answer was lost: until the job tries again nobody knows whose it is.
    rig.ws.faults.add("conversations.create", "after", drop=True, times=2)
    await rig.types("ana", "/incident declare checkout is down", rig.ops)
    room = next((one for one in rig.ws.channels if one.name.startswith("inc-1")), None)
    assert room is not None
    await rig.person("ben").joins(room)
    message = await rig.person("ben").says("!action restarted the api", room)
    await rig.person("ben").says("looking at the graphs", room, message)
    marked = await rig.person("ben").says("pool is full", room)
    await rig.person("ben").reacts(marked, "pushpin")
    await rig.ws.settled(1)
    assert kept(rig) == []
    await rig.later(timedelta(minutes=5))
    assert kept(rig) == ["!action restarted the api", "looking at the graphs", "pool is full"]
    shown = (await rig.types("ben", "/incident timeline", room)).text
    assert "action: restarted the api (ben)" in shown
    assert "note: pool is full (ben)" in shown


async def test_29_a_channel_whose_id_changes_stays_the_incidents(rig: Rig) -> None:
    room = await rig.declare()
    before = await rig.says("ana", "pool is full")
    rig.ws.socket.hold()
    await rig.ws.changes_channel_id(room)
    await rig.person("ana").says("!action restarted the api", room)
    await rig.person("ben").reacts(before, "pushpin")
    rig.ws.socket.release(lambda held: held[::-1])  # the new id is heard of last
    await rig.quiet()
    shown = await rig.timeline()
    assert "action: restarted the api" in shown
    assert "note: pool is full" in shown
    await rig.types("ana", "/incident severity sev3")
    assert any("sev3" in one.text.casefold() for one in rig.posts(room))
    assert rig.ws.refused == []


async def test_a_renamed_channel_keeps_recording_under_its_new_name(rig: Rig) -> None:
    room = await rig.declare()
    await rig.person("ana").renames(room, "war-room")
    await rig.quiet()
    assert kept(rig, "select name from channel") == ["war-room"]
    await rig.says("ana", "!action restarted the api")
    assert "action: restarted the api" in await rig.timeline()


async def test_an_archived_channel_is_left_alone_and_followed_again_when_it_is_open(rig: Rig) -> None:
    room = await rig.declare()
    await rig.person("ana").archives(room)
    await rig.quiet()
    assert kept(rig, "select is_archived from channel") == [1]
    try:
        await rig.person("ana").says("too late", room)
        raise AssertionError("nobody can speak in an archived channel")
    except NotPossible:
        pass
    await rig.person("ana").unarchives(room)
    await rig.quiet()
    assert kept(rig, "select is_archived from channel") == [0]


async def test_a_deleted_channel_leaves_the_record_as_it_is(rig: Rig) -> None:
    room = await rig.declare()
    await rig.says("ana", "!action restarted the api")
    await rig.ws.deletes_channel(room)
    await rig.quiet()
    assert kept(rig, "select is_deleted from channel") == [1]
    assert kept(rig, "select text from entry where kind = 'action'") == ["restarted the api"]
    assert kept(rig) == ["!action restarted the api"]


async def test_a_topic_set_by_hand_is_seen_and_the_bots_own_is_not(rig: Rig) -> None:
    room = await rig.declare()
    assert kept(rig, "select topic_by_hand from incident") == [0]
    await rig.person("ana").sets_topic(room, "all hands here")
    await rig.quiet()
    assert kept(rig, "select topic_by_hand from incident") == [1]
