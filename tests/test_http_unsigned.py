"""What anybody on the internet can send to the request URL: it costs little, is counted, and fills no log."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.rig import Rig, running
from tests.test_http_transport import JSON, post, signed

HEAD = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
GZIP = {"Content-Type": JSON, "Content-Encoding": "gzip"}


@pytest_asyncio.fixture
async def http(tmp_path: Path) -> AsyncIterator[Rig]:
    """The rig over HTTP."""
    async with running(tmp_path, transport="http") as found:
        yield found


async def sent(rig: Rig, *pieces: bytes, answered: bool = True) -> bytes:
    """The line of the answer to what is written to the bot's port piece by piece; '' where nothing is waited for."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.bot.ports[-1])
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.05)
    line = await asyncio.wait_for(reader.readline(), 15) if answered else b""
    writer.close()
    return line


async def refused(rig: Rig) -> dict[str, int]:
    """How often something was refused, by reason, as the bot's figures tell it."""
    url = str(rig.ws.request_url).replace("/slack/events", "/metrics")
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        lines = [line for line in (await response.text()).splitlines() if line.startswith("tocsin_http_refused_total{")]
    return {line.split('"')[1]: int(float(line.split()[-1])) for line in lines}


def warned(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(each.name, each.getMessage()) for each in caplog.records if each.levelno >= logging.WARNING]


async def test_what_is_packed_is_judged_as_it_was_sent_and_never_unpacked(http: Rig) -> None:
    bomb = gzip.compress(bytes(40_000_000))  # unpacked it is too large, which would be another answer
    assert len(bomb) < 50_000
    assert (await post(http, bomb, GZIP))[0] == 401
    headers = signed(http, "", JSON)
    base = b"v0:" + headers["X-Slack-Request-Timestamp"].encode() + b":" + bomb
    own = "v0=" + hmac.new(http.ws.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    assert (await post(http, bomb, headers | GZIP | {"X-Slack-Signature": own}))[0] == 400
    assert await refused(http) == {"timestamp": 1, "unreadable": 1}


async def test_garbage_that_says_it_is_packed_is_counted_and_told_once(
    http: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    for encoding in ("gzip", "deflate", "br", "zstd", "gzip"):
        head = HEAD + b"Content-Encoding: " + encoding.encode() + b"\r\nContent-Length: 10\r\n\r\n"
        assert b" 401 " in await sent(http, head + b"\xffx" * 5)
    assert await refused(http) == {"timestamp": 5}
    assert warned(caplog) == [("bot.slack.http", "a request was refused")]


async def test_bodies_that_break_off_are_counted_and_told_once(http: Rig, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        await sent(http, HEAD + b"Content-Length: 50\r\n\r\n", b"abc", answered=False)
        await sent(http, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n", answered=False)
    await asyncio.sleep(0.2)
    assert await refused(http) == {"broken_off": 6}
    told = warned(caplog)
    assert [said for said in told if said[0] != "aiohttp.server"] == [("bot.slack.http", "a request was refused")]
    assert len(told) <= 2


async def test_what_is_no_http_is_told_once(http: Rig, caplog: pytest.LogCaptureFixture) -> None:
    for length in (b"-5", b"5\r\nContent-Length: 6", b"x"):
        assert b" 400 " in await sent(http, HEAD + b"Content-Length: " + length + b"\r\n\r\n{}")
    assert [name for name, _ in warned(caplog)] == ["aiohttp.server"]


async def test_a_body_that_never_ends_is_not_waited_for(http: Rig) -> None:
    assert b" 408 " in await sent(http, HEAD + b"Content-Length: 50\r\n\r\nabc")
    assert await refused(http) == {"too_slow": 1}
    assert (await post(http, "{", signed(http, "{", JSON)))[0] == 400
    assert (await http.types("ana", "/incident help")).failed is None
