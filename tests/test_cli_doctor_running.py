"""What `tocsin doctor` says of bots at work, beside them: replicas, strangers, work that was given up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import Tocsin
from bot.cli import run
from storage.database import Database
from storage.job_tables import replica
from tests.rig import ALONE, Rig, running


class Operator:
    """Types commands beside the bot of a rig; in a thread, since the workspace answers on this one."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        for name, value in {
            "SLACK_API_URL": rig.ws.api_url,
            "SLACK_BOT_TOKEN": rig.ws.bot_token,
            "SLACK_APP_TOKEN": rig.ws.app_token,
            "TOCSIN_DATABASE_URL": rig.settings.database_url,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(rig.settings.data_dir)

    async def types(self, *arguments: str) -> tuple[int, str]:
        self._capsys.readouterr()
        code = await asyncio.to_thread(run, list(arguments))
        return code, self._capsys.readouterr().out


def database(rig: Rig) -> Database:
    """The bot's own."""
    assert rig.bot._db is not None
    return rig.bot._db


@pytest.mark.databases
async def test_work_that_was_given_up_is_named_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path) as rig:
        operator = Operator(rig, monkeypatch, capsys)
        _, out = await operator.types("doctor")
        assert "given up" not in out
        rig.ws.faults.add("conversations.create", error="restricted_action")
        rig.ws.expects("conversations.create", "restricted_action")
        await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
        _, out = await operator.types("doctor")
        [told] = [line for line in out.splitlines() if "given up" in line]
        assert told.startswith("warn  given up: open_incident of INC-1, 2024-03-15 10:00 UTC: ")
        assert told.endswith("conversations.create: restricted_action")
        assert "-> `/incident repair INC-1` in Slack, or `tocsin db retry`" in out
        if database(rig).dialect == "sqlite":
            assert (await operator.types("db", "retry"))[0] == 3  # the bot has the file
        await rig.bot.stop()
        assert (await operator.types("db", "retry", "open:7"))[0] == 1
        assert await operator.types("db", "retry", "open:1") == (0, "open:1 is tried again\n")
        assert await operator.types("db", "retry") == (0, "nothing to do: no job was given up\n")
        await rig.clock.advance_to(datetime.now(UTC))
        await rig.begin(Tocsin(rig.settings, clock=rig.clock, pace=ALONE))
        assert rig.room.name == "inc-1-checkout-is-down"
        _, out = await operator.types("doctor")
        assert "given up" not in out


@pytest.mark.databases
async def test_who_lives_and_who_else_connects_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path) as rig:
        operator = Operator(rig, monkeypatch, capsys)
        async with database(rig).write() as session:  # the rig's clock is in another year than doctor's
            await session.execute(update(replica).values(seen_at=datetime.now(UTC)))
        _, out = await operator.types("doctor")
        assert "ok    running: 1 of release " in out
        assert "1 connections to Slack" in out
        assert "not ours" not in out
        rig.ws.socket.add_ghosts(2)
        [ours] = [link for link in rig.ws.socket.connections if not link.silent]
        await rig.ws.socket.disconnect("refresh_requested", ours)
        await rig.ws.socket.connected(3)
        await rig.quiet()
        await asyncio.sleep(0.2)
        _, out = await operator.types("doctor")
        assert "warn  connections: Slack counted 2 that are not ours, at 2024-03-15 10:00 UTC" in out
        rig.ws.socket.bury_ghosts()
        await rig.bot.stop()
        _, out = await operator.types("doctor")
        assert "running" not in out
        assert "not ours" not in out
