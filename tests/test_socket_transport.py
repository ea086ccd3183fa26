"""The whole bot on Socket Mode that behaves badly: refreshes, half-open links, refusals, strangers, the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Tocsin
from bot.jobs import Permanent
from bot.slack import connecting
from bot.slack.api import SlackApi
from bot.slack.bot import Identity
from bot.slack.connecting import SWITCHED_OFF, Connections
from bot.slack.link import Patience
from bot.slack.receiving import Connected, Receiver
from sandbox.courier import Delivery
from storage.database import Database
from tests.rig import Rig, free_port, running

#: Real seconds, so small that a silent link is found while a test looks on.
QUICK = Patience(opening=2.0, ping_every=0.05, silence=0.25, farewell=1.0, closing=0.2)
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def quick(folder: Path, **changed: object) -> AsyncIterator[Rig]:
    """The rig, with a bot that soon loses patience with a link."""
    async with running(folder, **changed) as rig:
        await rig.bot.stop()
        await rig.begin(Tocsin(rig.settings, clock=rig.clock, patience=QUICK))
        await rig.ws.socket.connected(rig.settings.socket_connections)
        await rig.quiet()
        yield rig


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (what it waits for happens on sockets)
            await asyncio.sleep(0.005)


async def until_later(rig: Rig, condition: Callable[[], Any], step: timedelta = timedelta(seconds=5)) -> None:
    """Let time pass in small steps until something is so; what was sent gets real time to be acknowledged in."""
    async with asyncio.timeout(20):
        while not condition():
            await rig.ws.settled(1.0)
            await rig.clock.advance(step)
            await asyncio.sleep(0.02)


def sent(rig: Rig, words: str) -> Delivery:
    return next(d for d in rig.ws.acks if d.kind == "events_api" and d.payload["event"].get("text") == words)


class Slow:
    """Holds every commit back until `go`, as a slow disk does; counts who waits."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.go, self.waiting, write = asyncio.Event(), 0, Database.write

        @asynccontextmanager
        async def held(db: Database) -> AsyncIterator[Any]:
            async with write(db) as session:
                yield session
                self.waiting += 1
                await self.go.wait()
                self.waiting -= 1

        patch.setattr(Database, "write", held)


@pytest.mark.parametrize("count", [1, 3, 10])
async def test_as_many_connections_stand_as_are_set_and_each_serves(tmp_path: Path, count: int) -> None:
    async with running(tmp_path, socket_connections=count) as rig:
        await rig.ws.socket.connected(count)
        await rig.declare()
        for n in range(count + 2):
            await rig.says("ana", f"!note number {n}.")
        timeline = await rig.timeline()
        assert [n for n in range(count + 2) if timeline.count(f"number {n}.") != 1] == []
        assert len(rig.ws.socket.connections) == count
        assert all(link.sent for link in rig.ws.socket.connections)
        assert {d.attempts for d in rig.ws.acks} == {1}


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
@pytest.mark.parametrize("honoured", [True, False])
async def test_9_a_refresh_with_work_in_flight_loses_and_doubles_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, reason: Any, honoured: bool
) -> None:
    room = await rig.declare()
    rig.ws.socket.honour_old_acks = honoured
    old = rig.ws.socket.connections[0]
    with monkeypatch.context() as patch:
        slow = Slow(patch)
        await rig.person("ana").says("!note in flight", room)
        await until(lambda: slow.waiting)
        await rig.ws.socket.disconnect(reason)
        await until(lambda: any(link is not old for link in rig.ws.socket.connections))
        slow.go.set()
        await until(lambda: not slow.waiting)
    await until(lambda: old not in rig.ws.socket.connections)
    await until_later(rig, lambda: sent(rig, "!note in flight").outcome == "acknowledged")
    # On the same link when only a warning came; when the link is gone, as Slack honours it, or by a retry.
    attempts = 1 if reason == "warning" or honoured else 2
    assert sent(rig, "!note in flight").attempts == attempts
    assert (await rig.timeline()).count("in flight") == 1


async def test_the_next_link_stands_before_the_old_one_goes(rig: Rig) -> None:
    numbers: list[int] = []
    changed = rig.ws.socket._changed.set

    def watched() -> None:
        numbers.append(len(rig.ws.socket.connections))
        changed()

    rig.ws.socket._changed.set = watched  # type: ignore[method-assign]
    await rig.ws.socket.disconnect("warning")
    await until(lambda: numbers == [2, 1])


async def test_many_refreshes_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, socket_connections=2) as rig:
        room = await rig.declare()
        rig.ws.socket.honour_old_acks = False
        for n in range(12):
            await rig.person("ana").says(f"!note tick {n}.", room)
            if n % 4 == 3:
                await until_later(rig, lambda: len(rig.ws.socket.connections) == 2)
                await rig.ws.socket.disconnect("refresh_requested", rig.ws.socket.connections[0])
        await until_later(rig, lambda: all(d.outcome for d in rig.ws.acks))
        await rig.quiet()
        timeline = await rig.timeline()
        assert [n for n in range(12) if timeline.count(f"tick {n}.") != 1] == []


async def test_12_a_half_open_link_is_found_and_replaced(tmp_path: Path) -> None:
    async with quick(tmp_path) as rig:
        room = await rig.declare()
        rig.ws.socket.drop_without_close()
        dead = rig.ws.socket.connections[0]
        await rig.person("ana").says("!note into the void", room)
        await until(lambda: any(link is not dead for link in rig.ws.socket.connections))
        rig.ws.socket.bury_ghosts()
        await until_later(rig, lambda: sent(rig, "!note into the void").outcome == "acknowledged")
        await rig.quiet()
        assert (await rig.timeline()).count("into the void") == 1
        assert 'tocsin_socket_endings_total{reason="silent"} 1.0' in rig.bot.metrics.exposed().decode()


async def test_a_quiet_link_that_answers_pings_is_left_alone(tmp_path: Path) -> None:
    async with quick(tmp_path) as rig:
        [link] = rig.ws.socket.connections
        await asyncio.sleep(4 * QUICK.silence)
        assert rig.ws.socket.connections == [link]


async def test_a_link_that_never_says_hello_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with quick(tmp_path) as rig:
        monkeypatch.setattr(rig.ws.socket, "_hello", lambda: {"type": "silence"})
        await rig.ws.socket.disconnect("refresh_requested")
        await asyncio.sleep(QUICK.opening + 0.2)
        monkeypatch.undo()
        await until_later(rig, lambda: rig.ws.socket.connections)
        assert (await rig.types("ana", "/incident help")).failed is None


FAULTS: list[dict[str, Any]] = [
    {"status": 500, "body": "<html>oops</html>"},
    {"error": "internal_error"},
    {"status": 429, "retry_after": 30},
    {"drop": True},
    {"error": "some_new_error"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(next(iter(fault.values()))))
async def test_11_opening_that_fails_for_minutes_is_tried_again_with_pauses(rig: Rig, fault: dict[str, Any]) -> None:
    rig.ws.faults.add("apps.connections.open", times=None, **fault)
    before = len([call for call in rig.ws.calls if call.method == "apps.connections.open"])
    await rig.ws.socket.disconnect("refresh_requested")
    for _ in range(10):
        await rig.later(timedelta(seconds=30))
        await asyncio.sleep(0.02)
    tries = len([call for call in rig.ws.calls if call.method == "apps.connections.open"]) - before
    assert 5 <= tries <= 20
    assert (await rig.types("ana", "/incident help")).failed == "dispatch_failed"
    rig.ws.faults.clear()
    await until_later(rig, lambda: rig.ws.socket.connections)
    assert (await rig.types("ana", "/incident help")).failed is None


async def test_a_websocket_end_that_refuses_is_tried_again_with_pauses(rig: Rig) -> None:
    rig.ws.socket.refuses_connections = True
    before = len(rig.ws.calls)
    await rig.ws.socket.disconnect("refresh_requested")
    for _ in range(4):
        await rig.later(timedelta(seconds=30))
        await asyncio.sleep(0.05)
    assert 3 <= len(rig.ws.calls) - before <= 12
    rig.ws.socket.refuses_connections = False
    await until_later(rig, lambda: rig.ws.socket.connections)


async def test_a_link_taken_away_again_and_again_makes_no_storm(rig: Rig) -> None:
    before = len(rig.ws.calls)

    async def take_away() -> None:
        while True:
            await rig.ws.socket.connected()
            await rig.ws.socket.disconnect("refresh_requested")

    taking = asyncio.create_task(take_away())
    await asyncio.sleep(1.0)
    taking.cancel()
    assert len(rig.ws.calls) - before <= 5
    await until_later(rig, lambda: rig.ws.socket.connections)


async def readiness(rig: Rig) -> tuple[int, dict[str, str]]:
    url = f"http://127.0.0.1:{rig.settings.health_port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


async def test_30_socket_mode_switched_off_is_said_clearly_and_ends_by_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path, health_port=free_port()) as rig:
        await _switched_off_and_on(rig, caplog)


async def _switched_off_and_on(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.ws.faults.add("apps.connections.open", times=None, error="forbidden_team")
    await rig.ws.socket.disconnect("link_disabled")
    await until_later(rig, lambda: "no connection to Slack yet" in caplog.text)
    told = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR and r.name.startswith("bot")]
    assert told == ["Socket Mode is switched off in the app's settings; nothing comes until it is on again"]
    assert await readiness(rig) == (503, {"status": "unavailable", "slack": SWITCHED_OFF})
    rig.ws.faults.clear()
    await until_later(rig, lambda: rig.ws.socket.connections)
    await rig.quiet()
    assert await readiness(rig) == (200, {"status": "ok"})


async def test_10_connections_of_somebody_else_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running(tmp_path) as rig:
        assert "not ours" not in caplog.text
        rig.ws.socket.add_ghosts(2)
        for _ in range(2):
            [ours] = [link for link in rig.ws.socket.connections if not link.silent]
            await rig.ws.socket.disconnect("warning", ours)
            await until(lambda ours=ours: ours not in rig.ws.socket.connections)
        told = [record for record in caplog.records if "not ours" in record.getMessage()]
        assert [(record.counted, record.ours) for record in told] == [(4, 2)]  # type: ignore[attr-defined]
        rig.ws.socket.bury_ghosts()


async def test_own_links_that_fell_silent_are_no_strangers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with quick(tmp_path) as rig:
        rig.ws.socket.drop_without_close()
        await rig.ws.socket.connected(2)
        await until(lambda: 'reason="silent"' in rig.bot.metrics.exposed().decode())
        assert "not ours" not in caplog.text
        rig.ws.socket.bury_ghosts()


async def test_10_over_ten_connections_slack_says_so_and_the_bot_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as rig:
        rig.ws.socket.add_ghosts(9)
        [ours] = [link for link in rig.ws.socket.connections if not link.silent]
        await rig.ws.socket.disconnect("too_many_websockets", ours)
        rig.ws.socket.add_ghosts(1)
        before = len(rig.ws.calls)
        await until_later(rig, lambda: len(rig.ws.calls) > before)
        await asyncio.sleep(0.3)
        assert len(rig.ws.calls) - before <= 2
        assert "ten are the most" in caplog.text
        rig.ws.socket.bury_ghosts()
        await until_later(rig, lambda: rig.ws.socket.connections)


async def test_a_token_that_is_wrong_ends_the_start_and_later_none_does(rig: Rig) -> None:
    await rig.bot.stop()
    for error in ("invalid_auth", "not_allowed_token_type", "missing_scope"):
        rig.ws.faults.add("apps.connections.open", error=error)
        bot = Tocsin(rig.settings, clock=rig.clock)
        with pytest.raises(Permanent, match=error):
            await bot.start()
        await bot.stop()
    await rig.begin(Tocsin(rig.settings, clock=rig.clock))
    rig.ws.faults.add("apps.connections.open", error="invalid_auth", times=3)
    await rig.ws.socket.disconnect("refresh_requested")
    await until_later(rig, lambda: rig.ws.socket.connections)


async def test_at_the_end_nothing_more_is_taken_and_what_runs_is_finished(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await rig.declare()
    with monkeypatch.context() as patch:
        slow = Slow(patch)
        await rig.person("ana").says("!note before the end", room)
        await until(lambda: slow.waiting)
        stopping = asyncio.create_task(rig.bot.stop())
        await asyncio.sleep(0.1)
        await rig.person("ana").says("!note after the end", room)
        await asyncio.sleep(0.1)
        others = rig.settings.database_url.startswith("postgresql")  # where the worker leaves at the same time
        assert slow.waiting <= 1 + others
        assert not stopping.done()
        slow.go.set()
        await asyncio.wait_for(stopping, 5)
    assert sent(rig, "!note before the end").outcome == "acknowledged"
    assert sent(rig, "!note after the end").outcome is None
    assert rig.ws.socket.connections == []
    await rig.clock.advance(timedelta(seconds=4))
    await rig.begin(Tocsin(rig.settings, clock=rig.clock))
    await until_later(rig, lambda: sent(rig, "!note after the end").outcome == "acknowledged")
    timeline = await rig.timeline()
    assert (timeline.count("before the end"), timeline.count("after the end")) == (1, 1)


async def test_the_end_does_not_wait_for_a_server_that_is_gone(tmp_path: Path) -> None:
    async with running(tmp_path, socket_connections=4) as rig:
        await rig.ws.socket.connected(4)
        rig.ws.socket.drop_without_close()
        began = asyncio.get_running_loop().time()
        await rig.bot.stop()
        assert asyncio.get_running_loop().time() - began < 3
        rig.ws.socket.bury_ghosts()


@asynccontextmanager
async def told(rig: Rig, count: int = 1) -> AsyncIterator[tuple[list[Connected], Connections]]:
    """Connections without the bot, and what they say whenever they stand."""
    await rig.bot.stop()
    heard: list[Connected] = []

    async def hear(connected: Connected) -> None:
        heard.append(connected)

    app = rig.bot._bolt(_nobody(rig), rig.ws.bot_token)
    receiver = Receiver(app, clock=rig.clock, metrics=rig.bot.metrics, on_connected=hear)
    opener = AsyncWebClient(token=rig.ws.app_token, base_url=rig.ws.api_url, retry_handlers=[])
    api = SlackApi(opener, rig.clock)
    connections = Connections(receiver, api, count=count, patience=QUICK)
    await connections.start()
    await rig.ws.socket.connected(count)
    try:
        yield heard, connections
    finally:
        await connections.stop()
        await api.close()


def _nobody(rig: Rig) -> Any:
    return Identity(rig.ws.team_id, rig.ws.bot_user_id, rig.ws.bot.id, "")


async def test_who_heals_gaps_is_told_of_each_connection_and_since_when_something_may_be_missing(rig: Rig) -> None:
    async with told(rig) as (heard, _):
        await until(lambda: len(heard) == 1)
        assert heard[0] == Connected(first=True, missed_since=None)
        await rig.ws.socket.disconnect("warning")
        await until(lambda: len(heard) == 2)
        assert heard[1] == Connected(first=False, missed_since=None)
        rig.ws.faults.add("apps.connections.open", error="internal_error", times=2)
        gone_at = rig.clock.now()
        await rig.ws.socket.disconnect("refresh_requested")
        await until_later(rig, lambda: len(heard) == 3)
        assert heard[2] == Connected(first=False, missed_since=gone_at)
        fell_silent_at = rig.clock.now()
        rig.ws.socket.drop_without_close()
        await until(lambda: 'reason="silent"' in rig.bot.metrics.exposed().decode())
        await until_later(rig, lambda: len(heard) == 4)
        since = heard[3].missed_since
        assert since is not None
        assert timedelta(0) < fell_silent_at - since < timedelta(seconds=2)
        rig.ws.socket.bury_ghosts()


async def test_with_a_second_link_a_refresh_misses_nothing(rig: Rig) -> None:
    async with told(rig, count=2) as (heard, _):
        await rig.ws.socket.disconnect("refresh_requested", rig.ws.socket.connections[0])
        await until(lambda: len(heard) == 3)
        assert [one.missed_since for one in heard] == [None, None, None]


async def test_frames_that_mean_nothing_are_passed_over(rig: Rig) -> None:
    [link] = rig.ws.socket.connections
    assert link.ws is not None
    for text in ("hello", "[]", "{", '{"type":"news"}', '{"envelope_id":"1"}', '{"envelope_id":"1","payload":[]}', ""):
        await link.ws.send_str(text)
    await link.ws.send_bytes(b"\x00")
    await link.ws.send_str('{"type":"odd","envelope_id":"odd","payload":{}}')
    assert (await rig.types("ana", "/incident help")).failed is None
    assert rig.ws.socket.connections == [link]
    assert [ack for ack in rig.ws.socket.stray_acks if ack["envelope_id"] == "1"] == []


async def test_a_ping_of_slacks_is_answered_with_its_own_words(rig: Rig) -> None:
    [link] = rig.ws.socket.connections
    assert link.ws is not None
    heard: list[bytes] = []
    receive = link.ws.receive

    async def listening(timeout: float | None = None) -> Any:
        frame = await receive(timeout)
        if frame.type is aiohttp.WSMsgType.PONG:
            heard.append(frame.data)
        return frame

    link.ws.receive = listening  # type: ignore[method-assign]
    await link.ws.ping(b"Ping from applink-2")
    await link.ws.ping(b"Ping from applink-3")
    await until(lambda: b"Ping from applink-3" in heard)


async def test_a_link_with_too_much_under_way_is_not_read_and_not_taken_for_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "MOST_AT_ONCE", 2)
    async with quick(tmp_path) as rig:
        room = await rig.declare()
        [link] = rig.ws.socket.connections
        with monkeypatch.context() as patch:
            slow = Slow(patch)
            for n in range(5):
                await rig.person("ana").says(f"!note wave {n}.", room)
            await until(lambda: slow.waiting)
            await asyncio.sleep(2 * QUICK.silence)
            assert "tocsin_payloads_under_way 2.0" in rig.bot.metrics.exposed().decode()
            assert rig.ws.socket.connections == [link]
            slow.go.set()
            await rig.quiet()
        timeline = await rig.timeline()
        assert [n for n in range(5) if timeline.count(f"wave {n}.") != 1] == []
        assert rig.ws.socket.connections == [link]
