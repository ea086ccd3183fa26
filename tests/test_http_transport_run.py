"""`tocsin run` and `tocsin doctor` over HTTP, as an operator meets them: settings, probes, a command, the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.cli import run
from sandbox import WallClock, Workspace
from tests.forge import Forge
from tests.rig import free_port
from tests.test_cli_run import environment, running

pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).parents[1]


@pytest_asyncio.fixture
async def ws() -> AsyncIterator[Workspace]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/slack/events"
    workspace = Workspace(ROOT / "manifest.yml", clock=WallClock(), transport="http", request_url=url)
    await workspace.start()
    workspace.add_person("ana", name="Ana Reyes", tz="UTC")
    await workspace.add_channel("ops", members=["ana"])
    yield workspace
    await workspace.stop()


def over_http(ws: Workspace) -> dict[str, str]:
    port = str(ws.request_url).partition("127.0.0.1:")[2].partition("/")[0]
    return {
        "TOCSIN_TRANSPORT": "http",
        "TOCSIN_HTTP_PORT": port,
        "SLACK_SIGNING_SECRET": ws.signing_secret,
        "SLACK_APP_TOKEN": "",  # over HTTP none is needed
    }


async def test_it_listens_answers_and_ends_within_ten_seconds(ws: Workspace, forge: Forge, tmp_path: Path) -> None:
    async with running(forge, tmp_path, ws, **over_http(ws)) as bot:
        assert (await bot.line()).startswith("connected to https://acme.slack.test/; ")
        assert await ws.verifies_request_url()
        answer = await ws.person("ana").types("/incident declare payload queue down sev1", ws.channel("ops"))
        assert answer.failed is None
        async with aiohttp.ClientSession() as session:
            async with session.get(str(ws.request_url).replace("/slack/events", "/readyz")) as response:
                assert (response.status, await response.json()) == (200, {"status": "ok"})
            async with session.post(str(ws.request_url), data="token=verification-secret&text=words") as response:
                assert response.status == 401
            begun = time.monotonic()
            bot.process.terminate()  # with the session's connection still open
            assert await bot.ended() == 0
        assert time.monotonic() - begun < 10
        assert "a request was refused reason=timestamp" in bot.log
        for secret in ("Traceback", "verification-secret", ws.signing_secret, ws.bot_token, "queue down"):
            assert secret not in bot.log


async def test_without_a_signing_secret_it_says_so(ws: Workspace, forge: Forge, tmp_path: Path) -> None:
    async with running(forge, tmp_path, ws, **over_http(ws) | {"SLACK_SIGNING_SECRET": ""}) as bot:
        assert await bot.ended() == 2
        assert "environment SLACK_SIGNING_SECRET: is not set" in bot.log
        assert "SLACK_APP_TOKEN" not in bot.log


async def test_a_port_that_is_taken_ends_it_in_words(ws: Workspace, forge: Forge, tmp_path: Path) -> None:
    async with running(forge, tmp_path, ws, **over_http(ws)) as first:
        await first.line()
        async with running(forge, tmp_path, ws, **over_http(ws), TOCSIN_DATA_DIR=str(tmp_path / "other")) as second:
            assert await second.ended() == 2
            assert "cannot be listened on: Address already in use" in second.log
            assert "Traceback" not in second.log


@pytest.mark.parametrize("given", [True, False])
async def test_doctor_asks_for_what_http_needs(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: bool
) -> None:
    settings = environment(tmp_path, ws, **over_http(ws))
    for name in ("SLACK_API_URL", "SLACK_BOT_TOKEN", "TOCSIN_TRANSPORT", "TOCSIN_DATA_DIR"):
        monkeypatch.setenv(name, settings[name])
    monkeypatch.delenv("SLACK_APP_TOKEN", raising=False)
    monkeypatch.delenv("SLACK_SIGNING_SECRET", raising=False)
    if given:
        monkeypatch.setenv("SLACK_SIGNING_SECRET", ws.signing_secret)
    monkeypatch.chdir(tmp_path)
    await asyncio.to_thread(run, ["doctor"])
    told = capsys.readouterr().out
    assert ("SLACK_SIGNING_SECRET is not set" in told) is not given
    assert "SLACK_APP_TOKEN" not in told
    assert "app token" not in told
