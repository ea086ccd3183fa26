"""What makes life hard for a bot on purpose: planned faults, rate limits, and the records of all calls."""

import asyncio
from typing import Any

import aiohttp
import pytest
from sandbox_rig import MINUTE, SECOND, Rig, error_of, rig
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient


async def _post(r: Rig, text: str = "x") -> Any:
    return await r.client.chat_postMessage(channel=r.ops.id, text=text)


def _words(r: Rig) -> list[str]:
    return [s.text for s in r.ana.sees(r.ops) if s.subtype is None]


async def test_a_fault_before_prevents_the_effect_and_one_after_hides_it() -> None:
    async with rig() as r:
        r.ws.faults.add("chat.postMessage", error="internal_error")
        assert await error_of(_post(r, "never")) == "internal_error"
        r.ws.faults.add("chat.postMessage", "after", error="fatal_error")
        assert await error_of(_post(r, "stands")) == "fatal_error"
        assert await error_of(_post(r, "fine")) == "ok"
        assert _words(r) == ["stands", "fine"]


async def test_faults_count_down_and_choose_their_calls() -> None:
    async with rig() as r:
        r.ws.faults.add("chat.postMessage", error="internal_error", times=2, match=lambda c: "bad" in c.text("text"))
        errors = [await error_of(_post(r, t)) for t in ("good", "bad", "bad", "bad")]
        assert errors == ["ok", "internal_error", "internal_error", "ok"]
        r.ws.faults.add("*", error="service_unavailable", times=None)
        assert await error_of(r.client.auth_test()) == "service_unavailable"
        assert await error_of(r.client.team_info()) == "service_unavailable"
        r.ws.faults.clear()
        assert await error_of(r.client.auth_test()) == "ok"


async def test_http_faults_look_as_the_sdk_meets_them() -> None:
    async with rig() as r:
        r.ws.faults.add("auth.test", status=429, retry_after=30)
        with pytest.raises(SlackApiError) as limited:
            await r.client.auth_test()
        assert limited.value.response.headers["Retry-After"] == "30"
        assert limited.value.response["error"] == "ratelimited"
        r.ws.faults.add("auth.test", status=502)
        with pytest.raises(SlackApiError) as broken:
            await r.client.auth_test()
        assert broken.value.response.status_code == 502
        r.ws.faults.add("auth.test", status=500, body="oops", content_type="text/plain")
        with pytest.raises((SlackApiError, AttributeError)):
            await r.client.auth_test()


async def test_a_dropped_connection_makes_the_sdks_own_handler_post_twice() -> None:
    async with rig() as r:
        r.ws.faults.add("chat.postMessage", "after", drop=True)
        with pytest.raises(aiohttp.ClientError):
            await _post(r, "once")
        assert _words(r) == ["once"]
        eager = AsyncWebClient(
            token=r.ws.bot_token, base_url=r.ws.api_url, retry_handlers=[AsyncConnectionErrorRetryHandler()]
        )
        r.ws.faults.add("chat.postMessage", "after", drop=True)
        await eager.chat_postMessage(channel=r.ops.id, text="twice")
        assert _words(r) == ["once", "twice", "twice"]
        assert [c.status for c in r.ws.calls[-2:]] == [None, 200]


async def test_a_delayed_call_is_open_until_the_clock_has_moved() -> None:
    async with rig() as r:
        r.ws.faults.add("chat.postMessage", delay=30 * SECOND)
        posting = asyncio.create_task(_post(r, "late"))
        assert await r.ws.settled(0.1) is True or r.ws.busy
        await asyncio.sleep(0.05)
        assert r.ws.busy
        assert _words(r) == []
        await r.clock.advance(30 * SECOND)
        await posting
        assert _words(r) == ["late"]
        assert r.ws.refused == []


async def test_each_method_has_its_tiers_bucket() -> None:
    async with rig(joined=False) as r:
        errors = [await error_of(r.client.conversations_list()) for _ in range(21)]
        assert errors == ["ok"] * 20 + ["ratelimited"]
        assert await error_of(r.client.users_info(user=r.ana.id)) == "ok"
        with pytest.raises(SlackApiError) as refusal:
            await r.client.conversations_list()
        assert refusal.value.response.status_code == 429
        wait = int(refusal.value.response.headers["Retry-After"])
        assert wait == 3
        await r.clock.advance(wait * SECOND)
        assert await error_of(r.client.conversations_list()) == "ok"
        assert await error_of(r.client.conversations_list()) == "ratelimited"


async def test_a_channel_takes_one_message_a_second_after_a_burst() -> None:
    async with rig() as r:
        await r.adds_bot(r.side)
        errors = [await error_of(_post(r, str(n))) for n in range(7)]
        assert errors == ["ok"] * 5 + ["ratelimited"] * 2
        assert await error_of(r.client.chat_postMessage(channel=r.side.id, text="other channel")) == "ok"
        await r.clock.advance(2 * SECOND)
        assert [await error_of(_post(r, "more")) for _ in range(3)] == ["ok", "ok", "ratelimited"]
        r.ws.limits.on = False
        assert [await error_of(_post(r, "free")) for _ in range(9)] == ["ok"] * 9


async def test_bursts_can_be_made_smaller() -> None:
    async with rig(joined=False) as r:
        r.ws.limits.burst = 1 / 20
        assert [await error_of(r.client.conversations_list()) for _ in range(2)] == ["ok", "ratelimited"]


async def test_every_call_is_recorded_and_unexpected_refusals_stand_out() -> None:
    async with rig() as r:
        await error_of(r.client.conversations_info(channel="C0NO"))
        record = r.ws.calls[-1]
        assert (record.method, record.error, record.caller, record.status) == (
            "conversations.info",
            "channel_not_found",
            "bot",
            200,
        )
        assert record.args["channel"] == "C0NO"
        assert record.at == r.clock.now()
        assert r.ws.refused == [record]
        r.ws.expects("conversations.info", "channel_not_found")
        assert r.ws.refused == []
        r.ws.faults.add("auth.test", error="internal_error")
        await error_of(r.client.auth_test())
        assert r.ws.refused == []


async def test_a_pinned_message_and_a_reply_change_their_message_only_if_told_so() -> None:
    async with rig() as r:
        for switched in (True, False):
            r.ws.metadata_changes = switched
            message = await r.ana.says("m", r.ops)
            await r.bo.pins(message)
            await r.bo.says("r", r.ops, thread=message)
            await r.ws.settled()
            changes = [k for k in r.kinds() if k == "message/message_changed"]
            assert len(changes) == (2 if switched else 0)
            r.heard.clear()


async def test_the_clock_goes_through_retries_and_posts_in_their_order() -> None:
    async with rig() as r:
        at = r.clock.now()
        await r.client.chat_scheduleMessage(channel=r.ops.id, text="minute", post_at=int(at.timestamp()) + 60)
        await r.handlers[0].close_async()
        await asyncio.sleep(0.02)
        await r.ana.says("nobody hears", r.ops)
        await r.ws.settled()
        assert r.ws.next_timer_at == at + MINUTE
        await r.connect()
        await r.clock.advance(MINUTE, r.ws.quiet)
        assert [e["text"] for e in r.heard] == ["nobody hears"]
        assert r.ws.acks[-2].attempts == 3
        assert r.ana.sees(r.ops)[-1].text == "minute"
