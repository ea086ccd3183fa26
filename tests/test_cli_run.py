"""`tocsin run`, as a process of its own beside a local workspace: start, one line, what it logs, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import WallClock, Workspace
from sandbox.channels import Channel
from tests.forge import Forge, Forged, Script
from tests.forge import environment as bare

pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).parents[1]
SECRET_WORDS = "the crown jewels are in the attic"


@pytest_asyncio.fixture
async def ws() -> AsyncIterator[Workspace]:
    workspace = Workspace(ROOT / "manifest.yml", clock=WallClock())
    await workspace.start()
    workspace.add_person("ana", name="Ana Reyes", tz="UTC")
    await workspace.add_channel("ops", members=["ana"])
    yield workspace
    await workspace.stop()


class Running:
    """`tocsin run` as a process. `lines` are what it printed, `log` what it logged."""

    def __init__(self, process: asyncio.subprocess.Process | Forged) -> None:
        self.process = process
        self.log = ""

    async def line(self) -> str:
        """The next line on stdout; empty at its end."""
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 20)).decode()

    async def ended(self) -> int:
        """Its exit code, once it has ended; what it logged is in `log` then."""
        _, log = await asyncio.wait_for(self.process.communicate(), 20)
        self.log = log.decode()
        assert self.process.returncode is not None
        return self.process.returncode


def environment(folder: Path, ws: Workspace | None = None, **more: str) -> dict[str, str]:
    slack = {} if ws is None else {
        "SLACK_API_URL": ws.api_url, "SLACK_BOT_TOKEN": ws.bot_token, "SLACK_APP_TOKEN": ws.app_token,
    }  # fmt: skip
    return bare(TOCSIN_DATA_DIR=str(folder / "data")) | slack | more


@contextlib.asynccontextmanager
async def running(by: Forge | Script, folder: Path, ws: Workspace | None = None, **more: str) -> AsyncIterator[Running]:
    process = await by.piped(["run"], folder, environment(folder, ws, **more))
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def room(ws: Workspace) -> Channel:
    return [one for one in ws.channels if one.is_channel and one.creator_id == ws.bot_user_id][-1]


async def test_it_says_in_one_line_that_it_is_connected_has_its_file_alone_and_ends_well_on_a_signal(
    ws: Workspace, forge: Forge, tmp_path: Path
) -> None:
    async with running(Script(), tmp_path, ws) as bot:
        assert (await bot.line()).startswith("connected to https://acme.slack.test/; ")
        assert (await ws.person("ana").types("/incident help", ws.channel("ops"))).text.startswith("/incident ")
        assert (tmp_path / "data" / "heartbeat").exists()
        async with running(forge, tmp_path, ws) as second:
            assert await second.ended() == 3
            assert f"tocsin.db is in use by process {bot.process.pid}; stop it first" in second.log
        begun = time.monotonic()
        bot.process.send_signal(signal.SIGTERM)
        assert await bot.line() == ""
        assert await bot.ended() == 0
        assert time.monotonic() - begun < 10
        assert "Traceback" not in bot.log
        assert [line for line in bot.log.splitlines() if " info " not in line] == []


async def test_work_under_way_ends_within_ten_seconds_and_goes_on_at_the_next_start(
    ws: Workspace, forge: Forge, tmp_path: Path
) -> None:
    ws.faults.add("conversations.create", delay=timedelta(seconds=60))
    async with running(forge, tmp_path, ws) as bot:
        await bot.line()
        await ws.person("ana").types("/incident declare checkout is down sev1", ws.channel("ops"))
        await asyncio.sleep(0.5)  # until the call that hangs is under way
        begun = time.monotonic()
        bot.process.terminate()
        assert await bot.ended() == 0
        assert 4 < time.monotonic() - begun < 10
    ws.faults.clear()
    async with running(forge, tmp_path, ws) as bot:
        await bot.line()
        async with asyncio.timeout(20):
            while not any(one.name.startswith("inc-1-") for one in ws.channels):  # noqa: ASYNC110  no event tells
                await asyncio.sleep(0.05)


async def test_missing_tokens_are_all_told_with_where_they_are_found(forge: Forge, tmp_path: Path) -> None:
    async with running(forge, tmp_path) as bot:
        assert await bot.ended() == 2
    assert bot.log.splitlines() == [
        "the settings hold 2 faults:",
        "  environment SLACK_BOT_TOKEN: is not set",
        "      copy it from OAuth & Permissions at api.slack.com/apps",
        "  environment SLACK_APP_TOKEN: is not set",
        "      copy it from Basic Information, App-Level Tokens at api.slack.com/apps",
    ]


@pytest.mark.parametrize(
    ("name", "token", "method"),
    [("SLACK_BOT_TOKEN", "xoxb-wrong-1", "auth.test"), ("SLACK_APP_TOKEN", "xapp-wrong-1", "apps.connections.open")],
)
async def test_a_token_that_slack_refuses_ends_it_in_words(
    name: str, token: str, method: str, ws: Workspace, forge: Forge, tmp_path: Path
) -> None:
    async with running(forge, tmp_path, ws, **{name: token}) as bot:
        assert await bot.ended() == 2
    assert bot.log.splitlines()[-1] == f"Slack refused: {method}: invalid_auth; `tocsin doctor` says more"
    assert token not in bot.log


async def test_with_slack_away_it_keeps_trying_and_still_ends_on_a_signal(
    ws: Workspace, forge: Forge, tmp_path: Path
) -> None:
    async with running(forge, tmp_path, ws, SLACK_API_URL="http://127.0.0.1:9/api/") as bot:
        assert bot.process.stderr is not None
        for _ in range(2):
            line = await asyncio.wait_for(bot.process.stderr.readline(), 20)
            assert b"Slack does not answer yet" in line
        bot.process.terminate()
        assert await bot.ended() == 0


@pytest.mark.parametrize(("form", "end"), [("text", signal.SIGTERM), ("json", signal.SIGINT)])
async def test_at_its_most_talkative_the_log_holds_no_token_no_ticket_and_nobodys_words(
    form: str, end: signal.Signals, ws: Workspace, forge: Forge, tmp_path: Path
) -> None:
    ws.faults.add("chat.postMessage", error="internal_error", times=1)
    async with running(forge, tmp_path, ws, TOCSIN_LOG_LEVEL="debug", TOCSIN_LOG_FORMAT=form) as bot:
        await bot.line()
        ana, ops = ws.person("ana"), ws.channel("ops")
        await ana.types(f"/incident declare {SECRET_WORDS} sev1", ops)
        await ws.quiet()
        async with asyncio.timeout(20):
            while not any(one.name.startswith("inc-1-") for one in ws.channels):  # noqa: ASYNC110  no event tells
                await asyncio.sleep(0.05)
        await ana.joins(room(ws))
        await ana.types(f"/incident note {SECRET_WORDS}", room(ws))
        await ana.types(f"/incident {SECRET_WORDS}", room(ws))
        await ana.types(f"/incident note at: {SECRET_WORDS}", room(ws))
        message = await ana.says(SECRET_WORDS, room(ws))
        await ana.reacts(message, "pushpin")
        async with asyncio.timeout(20):
            while "white_check_mark" not in message.reactions:  # noqa: ASYNC110  no event tells
                await asyncio.sleep(0.05)
        begun = time.monotonic()
        bot.process.send_signal(end)
        assert await bot.ended() == 0
        assert time.monotonic() - begun < 10
    assert "Traceback" not in bot.log
    lines = bot.log.splitlines()
    assert any("job.done job_id=again:acknowledge:1" in line for line in lines)
    for word in ("jewels", "attic", ws.bot_token, ws.app_token, "response_url", "trigger_id", "ticket=", "/commands/"):
        assert [line for line in lines if word in line] == []
    if form == "json":
        assert all({"at", "level", "logger", "message"} <= json.loads(line).keys() for line in lines)
