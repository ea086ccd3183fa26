"""`tocsin hold` keeps words from being erased in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import Tocsin
from bot.cli import run
from storage.database import Database
from storage.tables import Audit, Message
from tests.rig import Rig, running

pytestmark = pytest.mark.sqlite


async def _kept(rig: Rig) -> list[str | None]:
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        kept = list((await session.execute(select(Message.text))).scalars())  # type: ignore[call-overload]
    await db.close()
    return kept


async def test_a_held_incident_keeps_its_transcript_past_its_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path, transcript_days=90) as rig:
        await rig.declare()
        await rig.says("ana", "words that a lawyer wants")
        await rig.types("ana", "/incident resolve")
        monkeypatch.setenv("TOCSIN_DATABASE_URL", rig.settings.database_url)
        monkeypatch.chdir(tmp_path)
        assert await asyncio.to_thread(run, ["hold", "1"]) == 3  # the bot has the file
        assert str(tmp_path) in capsys.readouterr().err
        await rig.bot.stop()
        assert await asyncio.to_thread(run, ["hold", "INC-1"]) == 0
        assert await asyncio.to_thread(run, ["hold", "7"]) == 1
        rig.bot = Tocsin(rig.settings, clock=rig.clock)
        await rig.bot.start()
        await rig.later(timedelta(days=95))
        assert "words that a lawyer wants" in await _kept(rig)
        await rig.bot.stop()
        assert await asyncio.to_thread(run, ["hold", "1", "--off"]) == 0
        rig.bot = Tocsin(rig.settings, clock=rig.clock)
        await rig.bot.start()
        await rig.later(timedelta(days=2))
        assert "words that a lawyer wants" not in await _kept(rig)
    db = await Database.open(rig.settings.database_url, read_only=True)
    async with db.read() as session:
        actions = set((await session.execute(select(Audit.action))).scalars())  # type: ignore[call-overload]
    await db.close()
    assert {"incident.held", "incident.released"} <= actions
