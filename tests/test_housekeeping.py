"""What happens without anybody asking: words erased in time, and what somebody deactivated held handed on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.databases import DATABASES
from tests.rig import Rig, running


def words(rig: Rig) -> dict[str, str | None]:
    """Every message's ts with its words, as the database has them."""
    return dict(DATABASES.rows(rig.settings.data_dir, "SELECT ts, text FROM message"))


async def test_ninety_days_after_the_resolve_unmarked_words_are_erased_and_marked_ones_kept(rig: Rig) -> None:
    await rig.declare()
    chatter = await rig.says("ben", "my phone number is 555")
    marked = await rig.says("ben", "the pool is full")
    await rig.person("ana").reacts(marked, "pushpin")
    typed = await rig.says("ben", "!action restarted the pool")
    await rig.types("ana", "/incident resolve")
    await rig.later(timedelta(days=89))
    assert words(rig)[chatter.ts] == "my phone number is 555"
    await rig.later(timedelta(days=2))
    after = words(rig)
    assert after[chatter.ts] is None
    assert after[marked.ts] == "the pool is full"
    assert after[typed.ts] == "!action restarted the pool"
    assert "the pool is full" in await rig.timeline()


async def test_an_incident_on_hold_keeps_its_words_until_the_hold_ends(tmp_path: Path) -> None:
    async with running(tmp_path, transcript_days=1) as rig:
        await rig.declare()
        chatter = await rig.says("ben", "who was it")
        await rig.types("ana", "/incident resolve")
        hold(rig, True)
        await rig.later(timedelta(days=4))
        assert words(rig)[chatter.ts] == "who was it"
        hold(rig, False)
        await rig.later(timedelta(days=2))
        assert words(rig)[chatter.ts] is None


def hold(rig: Rig, held: bool) -> None:
    """Put every incident on hold, or end that."""
    DATABASES.rows(rig.settings.data_dir, "UPDATE incident SET on_hold = ?", held)


async def test_a_reopened_incident_counts_from_its_last_resolve(tmp_path: Path) -> None:
    async with running(tmp_path, transcript_days=2) as rig:
        await rig.declare()
        chatter = await rig.says("ben", "who was it")
        await rig.types("ana", "/incident resolve")
        await rig.later(timedelta(days=1))
        await rig.types("ana", "/incident reopen again")
        await rig.later(timedelta(days=3))
        assert words(rig)[chatter.ts] == "who was it", "open again: nothing is erased"
        await rig.types("ana", "/incident resolve")
        await rig.later(timedelta(days=1))
        assert words(rig)[chatter.ts] == "who was it"
        await rig.later(timedelta(days=2))
        assert words(rig)[chatter.ts] is None


async def test_what_somebody_deactivated_held_goes_to_the_commander_and_is_said_once(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident lead @ana")
    await rig.types("ana", "/incident role scribe @ben")
    await rig.types("ana", "/incident task add an alert owner: @ben")
    await rig.types("ana", "/incident task tell the users owner: @gus")
    before = len(rig.posts())
    await rig.person("ben").changes(deleted=True)
    await rig.later(timedelta(minutes=1))
    await rig.person("ben").changes(name="Ben O.")  # heard of again: nothing more
    await rig.later(timedelta(minutes=1))
    said = [one.text for one in rig.posts()[before:]]
    assert said == ["ben was deactivated. What they held goes to ana."]
    tasks = (await rig.types("ana", "/incident tasks")).text
    assert "add an alert, ana" in tasks
    assert "tell the users, gus" in tasks
    assert rig.ws.refused == []


async def test_when_the_commander_is_deactivated_the_role_falls_free_and_that_is_said(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident lead @ben")
    await rig.types("ana", "/incident task add an alert owner: @ben")
    before = len(rig.posts())
    await rig.person("ben").changes(deleted=True)
    await rig.later(timedelta(minutes=1))
    assert [one.text for one in rig.posts()[before:]] == [
        "ben was deactivated. What they held goes to nobody yet: lead and assign change that."
    ]
    assert "Nobody yet" in rig.posts()[0].text
    assert "led by nobody yet" in room.topic.value
    assert "Take the lead" in [button.text for button in rig.posts()[0].buttons]


async def test_somebody_who_held_nothing_leaves_in_silence(rig: Rig) -> None:
    await rig.declare()
    await rig.says("ben", "hello")
    before = len(rig.posts())
    await rig.person("ben").changes(deleted=True)
    await rig.later(timedelta(minutes=1))
    assert rig.posts()[before:] == []


async def test_handing_on_survives_faults_and_is_still_said_once(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident lead @ana")
    await rig.types("ana", "/incident task add an alert owner: @ben")
    before = len(rig.posts())
    rig.ws.faults.add("chat.postMessage", "after", drop=True)
    await rig.person("ben").changes(deleted=True)
    await rig.later(timedelta(minutes=1))
    assert len(rig.posts()[before:]) == 1
