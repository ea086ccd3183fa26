"""The same code on PostgreSQL: an incident from its declaration to its draft, restarts, and two replicas at work."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from bot.app import Tocsin
from storage.database import Database
from storage.tables import Entry, Message
from tests.other_transaction import other, waiting
from tests.rig import Rig, number

pytestmark = pytest.mark.postgresql


async def test_an_incident_from_declaration_to_draft(rig: Rig) -> None:
    room = await rig.declare()
    action = await rig.types("ana", "/incident action restarted the api at: 9:50")
    assert "Fri 15 Mar 09:50 UTC" in action.text
    marked = await rig.says("ben", "no errors on the core switches")
    await rig.person("gus").reacts(marked, "no_entry_sign")
    await rig.quiet()
    typed = await rig.says("ana", "!cause pool of 12 instead of 120")
    await rig.person("ana").edits(typed, "!cause pool of 12 instead of 120 connections")
    await rig.quiet()
    await rig.types("ana", "/incident resolve")
    draft = next(post for post in rig.posts(room) if post.files)
    words = draft.files[0].content.decode()
    for fact in ("restarted the api", "no errors on the core switches", "instead of 120 connections"):
        assert fact in words
    assert rig.ws.refused == []


async def test_a_restart_loses_and_doubles_nothing(rig: Rig) -> None:
    await rig.declare()
    first = number(await rig.types("ana", "/incident note before the restart"))
    await rig.restart()
    second = number(await rig.types("ana", "/incident note after the restart"))
    assert second == first + 1
    channels = [one for one in rig.ws.channels if one.creator_id == rig.ws.bot_user_id and one.is_channel]
    assert len(channels) == 1
    assert len([post for post in rig.posts() if post.pinned]) == 1


async def test_two_replicas_take_turns_and_record_each_thing_once(rig: Rig) -> None:
    await rig.declare()
    twin = Tocsin(rig.settings, clock=rig.clock)
    await twin.start()
    try:
        room = rig.room
        messages = [rig.person("ana").says(f"line {n}", room) for n in range(30)]
        commands = [rig.person("ben").types(f"/incident note thing {n}", room) for n in range(12)]
        answers = await asyncio.gather(*commands, *messages)
        await rig.quiet()
        numbers = [number(answer) for answer in answers[:12]]  # type: ignore[arg-type]
        assert sorted(numbers) == list(range(min(numbers), min(numbers) + 12))
        db = await Database.open(rig.settings.database_url, read_only=True)
        async with db.read() as session:
            said = (await session.execute(select(func.count()).select_from(Message))).scalar_one()
            notes = (await session.execute(select(func.count()).where(Entry.kind == "note"))).scalar_one()  # type: ignore[arg-type]
        await db.close()
        assert (said, notes) == (30, 12)
        assert rig.ws.refused == []
    finally:
        await twin.stop()


@pytest.mark.parametrize("words", ["restarted the api", "restarted the api with @ben"])
async def test_the_same_words_on_two_replicas_that_both_wait_for_the_incident_are_recorded_once(
    rig: Rig, words: str
) -> None:
    """Each looked back as it began to wait, before the other had recorded anything."""
    await rig.declare()
    twin = Tocsin(rig.settings, clock=rig.clock)
    await twin.start()
    try:
        # Both know the channel's incident by now.
        await asyncio.gather(*(rig.types("ben", f"/incident note {word}") for word in ("one", "two", "three", "four")))
        async with other(rig) as theirs:
            await theirs.execute("SELECT id FROM incident FOR UPDATE")
            typed = [asyncio.create_task(rig.types("ana", f"/incident note {words}")) for _ in range(4)]
            await waiting(theirs, 2)
        answers = await asyncio.gather(*typed)
    finally:
        await twin.stop()
    assert sum("You recorded just that" in answer.text for answer in answers) == 3
    assert (await rig.timeline()).count("restarted the api") == 1
