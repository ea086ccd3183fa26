"""HTTP mode against Bolt's own server: signatures, acknowledgements, retries, and two of its known faults."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from sandbox_rig import MANIFEST, MINUTE, SECOND, Rig, rig


@asynccontextmanager
async def over_http(**options: Any) -> AsyncIterator[Rig]:
    """The rig with the probe behind a request URL instead of a socket."""
    async with rig(MANIFEST, connected=False, joined=False, transport="http", request_url="-", **options) as r:
        runner = web.AppRunner(r.app.web_app("/slack/events"), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        r.ws.request_url = f"http://127.0.0.1:{port}/slack/events"
        # Bolt compares signatures with the real time, which a set clock is not.
        r.app._async_middleware_list[1].verifier.clock.now = lambda: r.clock.now().timestamp()
        try:
            yield r
        finally:
            await runner.cleanup()


async def test_commands_events_and_clicks_travel_signed() -> None:
    async with over_http() as r:

        @r.app.command("/probe")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack(f"heard {body['text']}")

        @r.app.action("go")
        async def go(ack: Any) -> None:
            await ack()

        assert await r.ws.verifies_request_url()
        assert (await r.ana.types("/probe a & b", r.ops)).text == "heard a & b"
        await r.adds_bot(r.ops)
        await r.ana.says("hello", r.ops)
        await r.ws.settled()
        assert [e["text"] for e in r.heard] == ["hello"]
        button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
        await r.client.chat_postMessage(
            channel=r.ops.id, text="card", blocks=[{"type": "actions", "elements": [button]}]
        )
        assert (await r.ana.clicks("Go")).failed is None


async def test_a_forged_or_old_signature_is_refused() -> None:
    async with over_http() as r:
        transport = r.ws.courier.transport
        body = '{"type":"event_callback"}'
        async with aiohttp.ClientSession() as session:
            signed = transport.signed(body, "application/json")
            forged = signed | {"X-Slack-Signature": "v0=" + "0" * 64}
            async with session.post(r.ws.request_url, data=body, headers=forged) as response:
                assert response.status == 401
            await r.clock.advance(6 * MINUTE)
            async with session.post(r.ws.request_url, data=body, headers=signed) as response:
                assert response.status == 401


async def test_a_failing_request_url_gets_the_event_again() -> None:
    async with over_http() as r:
        tried: list[tuple[str, str]] = []

        async def fails(body: dict[str, Any], req: Any) -> None:
            headers = req.headers
            tried.append((headers.get("x-slack-retry-num", ["-"])[0], headers.get("x-slack-retry-reason", ["-"])[0]))
            raise RuntimeError("no")

        await r.adds_bot(r.ops)
        r.on_event = fails
        await r.ana.says("x", r.ops)
        await r.ws.settled()
        assert tried == [("-", "-"), ("1", "http_error")]
        await r.clock.advance(10 * MINUTE, r.ws.quiet)
        assert [number for number, _ in tried] == ["-", "1", "2", "3"]
        assert r.ws.acks[-1].outcome == "lost"


async def test_a_slow_command_times_out_for_the_person() -> None:
    async with over_http() as r:
        go = asyncio.Event()

        @r.app.command("/probe")
        async def slow(ack: Any) -> None:
            await go.wait()
            await ack("too late")

        typing = asyncio.create_task(r.ana.types("/probe x", r.ops))
        await asyncio.sleep(0.05)
        await r.clock.advance(3 * SECOND)
        assert (await typing).failed == "operation_timeout"
        go.set()
        await asyncio.sleep(0.02)
        assert "too late" not in [s.text for s in r.ana.sees(r.ops)]


async def test_a_request_url_that_answers_an_error_or_nothing_fails_the_command() -> None:
    async with over_http() as r:
        assert (await r.ana.types("/raw unhandled", r.ops)).failed == "dispatch_failed"
        r.ws.request_url = "http://127.0.0.1:9/none"
        assert (await r.ana.types("/raw x", r.ops)).failed == "dispatch_failed"


async def test_the_word_payload_in_a_command_breaks_bolts_parser_and_shows_here() -> None:
    async with over_http() as r:

        @r.app.command("/probe")
        async def answer(ack: Any) -> None:
            await ack("fine")

        assert (await r.ana.types("/probe queue down", r.ops)).text == "fine"
        assert (await r.ana.types("/probe payload queue down", r.ops)).failed == "dispatch_failed"
