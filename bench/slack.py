"""A far end of Socket Mode that sends faster than any app takes in, and counts each acknowledgement.

The local workspace of sandbox/ plays Slack truly and takes its time over it; this one only measures. It lives in the
bench's own process, the app under test in another.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

TEAM, CHANNEL, BOT_USER = "T0BENCH", "C0BENCH", "U0TOCSIN"
PEOPLE = [f"U{n:06d}" for n in range(20)]
_APP = "A0BENCH"
#: How long every call takes, in seconds.
ANSWERS_AFTER = 0.050
#: How long what is sent at once waits for the next round, in seconds, where what happens after an answer is to be over.
PAUSE = 0.010


@dataclass(slots=True)
class Outcome:
    """What came of a load. `latencies` are in seconds, sorted, of what was acknowledged; `seconds` is all of it."""

    sent: int
    seconds: float
    latencies: list[float]
    acknowledged: set[str]
    """The ts of every message (or what else names it) that was acknowledged."""
    told: dict[str, str]
    """What was said in acknowledgements that say something, by the same names."""
    strays: int
    """Acknowledgements of nothing, or of something acknowledged before."""


@dataclass(slots=True)
class _Load:
    """A load under way: `waiting` is when each envelope was due to be sent, and its ts."""

    waiting: dict[str, tuple[float, str]] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    strays: int = 0
    on_ack: Callable[[], None] = lambda: None


class Slack:
    """`async with Slack() as slack`; then an app connects to `slack.api_url`, and a load is sent to it."""

    def __init__(self) -> None:
        self.api_url = ""
        self._socket: web.WebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._load = _Load()
        self._messages = messages()

    async def __aenter__(self) -> Slack:
        app = web.Application()
        app.router.add_post("/api/{method}", self._answer)
        app.router.add_get("/api/{method}", self._answer)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, shutdown_timeout=0.1)
        await site.start()
        self._base = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url = f"http://{self._base}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def settings(self) -> dict[str, str]:
        """The environment of an app that is to connect here."""
        return {"SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_APP_TOKEN": "xapp-bench", "SLACK_API_URL": self.api_url}

    async def connected(self) -> None:
        """Return when an app is connected."""
        await asyncio.wait_for(self._connected.wait(), 30)

    async def as_fast_as_it_can(self, count: int, concurrency: int = 100) -> Outcome:
        """Send `count` messages, never more than `concurrency` of them unacknowledged."""
        self._load = load = _Load()
        left, done = count, asyncio.Event()

        def one_more() -> None:
            nonlocal left
            if left:
                left -= 1
                self._send(load, time.perf_counter())
            elif not load.waiting:
                done.set()

        load.on_ack = one_more
        began = time.perf_counter()
        for _ in range(min(concurrency, count)):
            one_more()
        await asyncio.wait_for(done.wait(), 300)
        return self._outcome(load, count, began)

    async def at_a_rate(self, rate: float, seconds: float) -> Outcome:
        """Send `rate` messages a second, whether or not they are acknowledged; wait for the last of them."""
        self._load = load = _Load()
        began, count = time.perf_counter(), int(rate * seconds)
        for number in range(count):
            due = began + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self._send(load, due)
        for _ in range(300):
            if not load.waiting:
                break
            await asyncio.sleep(0.1)
        return self._outcome(load, count, began)

    async def at_once(
        self, frames: Iterator[tuple[str, str, str]], together: int, rounds: int, pause: float = PAUSE
    ) -> Outcome:
        """Send so many of `frames` in the same instant, wait until each is acknowledged, and do that `rounds` times,
        with `pause` seconds between."""
        self._load = load = _Load()
        done = asyncio.Event()
        load.on_ack = lambda: None if load.waiting else done.set()
        began = time.perf_counter()
        for _ in range(rounds):
            done.clear()
            now = time.perf_counter()
            for _ in range(together):
                self._send(load, now, next(frames))
            await asyncio.wait_for(done.wait(), 60)
            await asyncio.sleep(pause)
        return self._outcome(load, together * rounds, began)

    def _outcome(self, load: _Load, sent: int, began: float) -> Outcome:
        seconds = time.perf_counter() - began
        return Outcome(sent, seconds, sorted(load.latencies), load.acknowledged, load.told, load.strays)

    def _send(self, load: _Load, due: float, given: tuple[str, str, str] | None = None) -> None:
        ts, envelope_id, frame = given or next(self._messages)
        load.waiting[envelope_id] = (due, ts)
        assert self._socket is not None
        # Its coroutine waits for nothing while the socket's buffer has room; a task for each would cost more.
        sending = self._socket.send_str(frame)
        try:
            sending.send(None)
        except StopIteration:
            return
        raise RuntimeError("the app does not read: its socket's buffer is full")

    def _hear(self, text: str) -> None:
        load, frame = self._load, json.loads(text)
        found = load.waiting.pop(frame["envelope_id"], None)
        if found is None:
            load.strays += 1
            return
        load.latencies.append(time.perf_counter() - found[0])
        load.acknowledged.add(found[1])
        if payload := frame.get("payload"):
            load.told[found[1]] = str(payload.get("text"))
        load.on_ack()

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": _APP}}))
        self._socket = socket
        self._connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._hear(message.data)
        return socket

    async def _answer(self, request: web.Request) -> web.Response:
        await asyncio.sleep(ANSWERS_AFTER)
        said: dict[str, Any] = {"ok": True}
        match request.match_info["method"]:
            case "auth.test":
                said |= {"team_id": TEAM, "user_id": BOT_USER, "bot_id": "B0TOCSIN", "url": "https://bench.slack.com/"}
            case "apps.connections.open":
                said["url"] = f"ws://{self._base}/link"
            case "users.info":
                asked = (await request.post()).get("user") or request.query.get("user")
                said["user"] = {"id": asked, "team_id": TEAM, "name": str(asked).lower(), "profile": {}}
            case "conversations.history":
                said["messages"] = []
            case "pins.list":
                said["items"] = []
        return web.json_response(said)


def messages() -> Iterator[tuple[str, str, str]]:
    """(ts, envelope's id, frame) of messages as Slack sends them: each another, by twenty people, some in threads."""
    began, number, parent = int(time.time()), 0, ""
    while True:
        number += 1
        ts = f"{began + number // 500}.{number % 500:06d}"
        user, text = (
            PEOPLE[number % len(PEOPLE)],
            f"message {number}: the pool on db-{number % 7} is at {number % 97} %",
        )
        event = {
            "type": "message",
            "user": user,
            "ts": ts,
            "client_msg_id": f"3f1a2b4c-0000-4000-8000-{number:012d}",
            "text": text,
            "team": TEAM,
            "blocks": [
                {
                    "type": "rich_text",
                    "block_id": "b1",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
                }
            ],
            "channel": CHANNEL,
            "event_ts": ts,
            "channel_type": "channel",
        }
        if number % 5 == 0 and parent:
            event["thread_ts"] = parent
        elif number % 5 == 1:
            parent = ts
        yield ts, f"e-{number}", json.dumps(_envelope(event, number))


def _envelope(event: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "envelope_id": f"e-{number}",
        "type": "events_api",
        "accepts_response_payload": False,
        "retry_attempt": 0,
        "retry_reason": "",
        "payload": {
            "token": "t",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": _APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{number:09d}",
            "event_time": int(event["ts"].partition(".")[0]),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-bench",
        },
    }
