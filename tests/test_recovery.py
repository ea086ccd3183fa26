"""Gaps heal: what was said while the bot was away is read back, once, and what is gone is kept and marked so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.app import Tocsin
from storage.database import Database
from storage.tables import Message
from tests.rig import Rig


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
