"""Socket Mode against the unmodified Bolt: acknowledgements, retries, disconnects, several sockets, chaos."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
from sandbox_rig import MANIFEST, MINUTE, SECOND, Rig, error_of, rig
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace


async def test_an_event_is_acknowledged_and_recorded() -> None:
    async with rig() as r:
        await r.ana.says("hello", r.ops)
        assert r.ws.busy
        await r.ws.settled()
        assert [e["text"] for e in r.heard] == ["hello"]
        delivery = r.ws.acks[-1]
        assert (delivery.kind, delivery.type) == ("events_api", "message")
        assert (delivery.outcome, delivery.attempts) == ("acknowledged", 1)
        assert delivery.latency == 0 * SECOND
        assert not r.ws.busy
        assert r.ws.next_timer_at is None


async def test_a_failing_listener_gets_the_event_again_at_0_60_and_300_seconds() -> None:
    async with rig(joined=False) as r:
        tried: list[tuple[Any, str, str]] = []

        async def fails(body: dict[str, Any], req: Any) -> None:
            tried.append((r.clock.now(), body["event_id"], req.headers["x-slack-retry-num"][0]))
            raise RuntimeError("no")

        await r.adds_bot(r.ops)
        r.on_event = fails
        start = r.clock.now()
        await r.bo.says("x", r.ops)
        assert await r.ws.settled(0.2) is False
        assert r.ws.next_timer_at == start + 3 * SECOND
        await r.clock.advance_to(start + 10 * MINUTE, lambda: _pause(r))
        says = [t for t in tried if t[1] == r.ws.acks[-1].event_id]
        assert [(at - start) / SECOND for at, _, _ in says] == [0, 3, 66, 369]
        assert [number for _, _, number in says] == ["0", "1", "2", "3"]
        assert r.ws.acks[-1].outcome == "lost"
        assert len(set(r.ws.acks[-1].envelope_ids)) == 4


async def _pause(r: Rig) -> None:
    await r.ws.quiet(0.05)


async def test_retries_carry_their_number_and_reason() -> None:
    async with rig(joined=False, connected=False) as r:
        await r.bo.invites(r.ops, [r.ws.bot_person])
        frames = []
        socket = await _raw_socket(r, frames)
        await r.bo.says("x", r.ops)
        await asyncio.sleep(0.05)
        await r.clock.advance(3 * SECOND)
        await asyncio.sleep(0.05)
        mine = [f for f in frames if f.get("payload", {}).get("event", {}).get("text") == "x"]
        assert [(f["retry_attempt"], f["retry_reason"]) for f in mine] == [(0, ""), (1, "timeout")]
        assert mine[0]["payload"] == mine[1]["payload"]
        assert mine[0]["envelope_id"] != mine[1]["envelope_id"]
        await socket.close()


async def _raw_socket(r: Rig, frames: list[dict[str, Any]]) -> aiohttp.ClientWebSocketResponse:
    """A socket that reads everything and acknowledges nothing."""
    opener = AsyncWebClient(token=r.ws.app_token, base_url=r.ws.api_url)
    url = (await opener.apps_connections_open(app_token=r.ws.app_token))["url"]
    session = aiohttp.ClientSession()
    socket = await session.ws_connect(url)

    async def read() -> None:
        async for message in socket:
            frames.append(message.json())
        await session.close()

    task = asyncio.create_task(read())
    task.add_done_callback(lambda _: None)
    await r.ws.socket.connected()
    await asyncio.sleep(0.02)
    return socket


async def test_hello_tells_the_connections_and_a_ticket_serves_once() -> None:
    async with rig() as r:
        frames: list[dict[str, Any]] = []
        socket = await _raw_socket(r, frames)
        await r.ws.socket.connected(2)
        assert frames[0]["type"] == "hello"
        assert frames[0]["num_connections"] == 2
        url = (await AsyncWebClient(base_url=r.ws.api_url).apps_connections_open(app_token=r.ws.app_token))["url"]
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(url) as first:
                await first.receive()
            async with session.get(url) as again:
                assert again.status == 401
        await socket.close()


async def test_the_app_token_opens_and_no_other() -> None:
    async with rig(connected=False, joined=False) as r:
        client = AsyncWebClient(base_url=r.ws.api_url)
        assert await error_of(client.apps_connections_open(app_token=r.ws.bot_token)) == "not_allowed_token_type"
        assert await error_of(client.apps_connections_open(app_token="xapp-1-none")) == "invalid_auth"
        assert await error_of(client.auth_test(token=r.ws.app_token)) == "not_allowed_token_type"


async def test_a_command_without_a_connection_fails_at_once() -> None:
    async with rig(connected=False, joined=False) as r:
        answer = await r.ana.types("/probe x", r.ops)
        assert answer.failed == "dispatch_failed"
        assert answer.text == ""


async def test_a_command_nobody_acknowledges_fails_after_three_seconds_and_is_not_sent_again() -> None:
    async with rig() as r:
        typing = asyncio.create_task(r.ana.types("/probe x", r.ops))
        await asyncio.sleep(0.1)
        assert not typing.done()
        await r.clock.advance(2.9 * SECOND, lambda: r.ws.quiet(0.05))
        assert not typing.done()
        await r.clock.advance(0.1 * SECOND, lambda: r.ws.quiet(0.05))
        assert (await typing).failed == "dispatch_failed"
        await r.clock.advance(10 * MINUTE, r.ws.quiet)
        assert [d.attempts for d in r.ws.acks if d.kind == "slash_commands"] == [1]


async def test_a_late_acknowledgement_counts_for_nothing() -> None:
    async with rig() as r:
        go = asyncio.Event()

        @r.app.command("/probe")
        async def slow(ack: Any) -> None:
            await go.wait()
            await ack("too late")

        typing = asyncio.create_task(r.ana.types("/probe x", r.ops))
        await asyncio.sleep(0.05)
        await r.clock.advance(3 * SECOND, lambda: r.ws.quiet(0.05))
        answer = await typing
        go.set()
        await asyncio.sleep(0.05)
        assert answer.failed == "dispatch_failed"
        assert len(r.ws.socket.stray_acks) == 1
        assert r.ana.sees(r.ops)[-1].text != "too late"


async def test_a_disconnect_makes_the_client_connect_again_and_nothing_is_lost() -> None:
    async with rig() as r:
        for reason in ("refresh_requested", "warning"):
            await _until(lambda: r.ws.socket.connections)
            old = r.ws.socket.connections[0]
            await r.ws.socket.disconnect(reason)
            await _until(lambda old=old: r.ws.socket.connections and r.ws.socket.connections[0] is not old)
            await r.ana.says(reason, r.ops)
            # The client may be between two links once more (it also reconnects on the close): then a retry brings it.
            await r.clock.advance(5 * SECOND, lambda: r.ws.quiet(0.2))
        assert {e["text"] for e in r.heard} == {"refresh_requested", "warning"}


async def _until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (what it waits for happens inside the client)
            await asyncio.sleep(0.005)


async def test_an_acknowledgement_on_another_socket_is_honoured_or_not() -> None:
    for honoured in (True, False):
        async with rig(connections_honour_old_acks=honoured, joined=False) as r:
            frames: list[dict[str, Any]] = []
            socket = await _raw_socket(r, frames)
            r.ws.socket.routing = "last"
            answers = asyncio.create_task(r.ana.types("/probe x", r.ops))
            await _until(lambda frames=frames: len(frames) > 1)
            envelope_id = frames[-1]["envelope_id"]
            await r.handlers[0].client.current_session.send_json({"envelope_id": envelope_id})
            if honoured:
                assert (await answers).failed is None
            else:
                await asyncio.sleep(0.05)
                assert not answers.done()
                assert r.ws.socket.stray_acks == [{"envelope_id": envelope_id}]
                await r.clock.advance(3 * SECOND)
                assert (await answers).failed == "dispatch_failed"
            await socket.close()


async def test_payloads_go_to_one_of_several_connections() -> None:
    async with rig() as r:
        await r.connect()
        for n in range(4):
            await r.ana.says(str(n), r.ops)
        await r.ws.settled()
        assert sorted(e["text"] for e in r.heard) == ["0", "1", "2", "3"]
        assert sorted(len(c.sent) for c in r.ws.socket.connections)[0] >= 2


async def test_ghost_connections_eat_payloads_and_leave_no_room() -> None:
    async with rig() as r:
        r.ws.socket.routing = "last"
        r.ws.socket.add_ghosts(9)
        typing = asyncio.create_task(r.ana.types("/probe x", r.ops))
        await asyncio.sleep(0.05)
        await r.clock.advance(3 * SECOND, lambda: r.ws.quiet(0.02))
        assert (await typing).failed == "dispatch_failed"
        opener = AsyncWebClient(base_url=r.ws.api_url)
        url = (await opener.apps_connections_open(app_token=r.ws.app_token))["url"]
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as eleventh:
            frame = await eleventh.receive_json()
            assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
        r.ws.socket.bury_ghosts()
        await r.ana.says("alive", r.ops)
        await r.ws.settled()
        assert r.heard[-1]["text"] == "alive"


async def test_a_silent_link_is_noticed_by_the_clients_pings() -> None:
    async with rig(connected=False, joined=False) as r:
        handler = await r.connect(ping_interval=0.1)
        first = r.ws.socket.connections[0]
        await asyncio.sleep(0.35)
        assert r.ws.socket.connections == [first], "pings are answered while the link lives"
        r.ws.socket.drop_without_close()
        await _until(lambda: len(r.ws.socket.connections) > 1)
        assert handler.client.current_session is not None
        assert first in r.ws.socket.connections


async def test_duplicates_and_redelivery_keep_the_event_id() -> None:
    async with rig() as r:
        r.ws.socket.copies = 2
        await r.ana.says("twice", r.ops)
        await r.ws.settled()
        await _until(lambda: len(r.heard) == 2)
        r.ws.socket.copies = 1
        r.ws.socket.redeliver(r.bodies[0]["event_id"])
        await r.ws.settled()
        assert [e["text"] for e in r.heard] == ["twice"] * 3
        assert len({b["event_id"] for b in r.bodies}) == 1


async def test_held_payloads_come_in_the_order_of_their_release() -> None:
    async with rig() as r:
        r.ws.socket.hold()
        for word in ("one", "two", "three"):
            await r.ana.says(word, r.ops)
        await r.ws.settled()
        assert r.heard == []
        r.ws.socket.release(lambda held: held[::-1])
        assert r.ws.busy
        await r.ws.settled()
        assert [e["text"] for e in r.heard] == ["three", "two", "one"]


async def test_late_payloads_keep_their_three_seconds() -> None:
    async with rig() as r:
        r.ws.socket.delay = 30 * SECOND
        await r.ana.says("late", r.ops)
        await asyncio.sleep(0.02)
        assert r.heard == []
        await r.clock.advance(30 * SECOND, lambda: r.ws.quiet(0.1))
        await r.ws.settled()
        assert [e["text"] for e in r.heard] == ["late"]
        assert r.ws.acks[-1].attempts == 1


async def test_on_the_wall_clock_everything_happens_in_real_time() -> None:
    async with Workspace(MANIFEST) as ws:
        ana = ws.add_person("ana")
        ops = await ws.add_channel("ops", members=["ana"])
        before = datetime.now(UTC)
        message = await ana.says("now", ops)
        assert abs(float(message.ts) - before.timestamp()) < 1
        assert (await ana.types("/probe x", ops)).failed == "dispatch_failed"
        await ws.quiet()


async def test_quiet_waits_for_workers_on_the_clock() -> None:
    async with rig() as r:
        wake, steps = asyncio.Event(), []

        @r.app.command("/probe")
        async def queue(ack: Any) -> None:
            wake.set()
            await ack()

        async def worker() -> None:
            while True:
                await r.clock.wait(wake)
                wake.clear()
                for n in range(3):
                    await r.client.chat_postMessage(channel=r.ops.id, text=str(n))
                    await asyncio.sleep(0.01)
                    steps.append(n)

        task = asyncio.create_task(worker())
        await r.ana.types("/probe", r.ops)
        await r.ws.quiet()
        assert steps == [0, 1, 2]
        task.cancel()
