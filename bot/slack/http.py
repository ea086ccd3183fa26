"""Slack's payloads over HTTP: signed POSTs, verified on their raw bytes, parsed, given to Bolt. Knows no server."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.response import BoltResponse

from bot.serving import Server
from bot.settings import Secret
from bot.slack.readable import keepable, readable
from bot.slack.receiving import Connected, Receiver

log = logging.getLogger(__name__)

PATH = "/slack/events"
#: Older ones count as replayed; Slack's own advice.
REPLAY_WINDOW = timedelta(minutes=5)
_RETRY_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")
_TOLD_EVERY = timedelta(minutes=1)
#: For a whole body. Slack sends all of it at once, and waits three seconds for the answer.
_BODY_WITHIN = timedelta(seconds=5)


class Refused(Exception):
    """A request that is none of Slack's, or cannot be read. `reason` is for figures and the log, never the sender."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class SlackEvents:
    """`/slack/events`, where events, commands and interactivity all arrive: `start` opens its port, `stop` takes no
    more."""

    trouble: str | None = "not listening yet"
    """Why nothing can come from Slack, None while the port is open. Whether Slack has the address, it alone knows."""

    def __init__(self, receiver: Receiver, secret: Secret, server: Server, port: int) -> None:
        self._receiver = receiver
        self._secret = secret
        self._server = server
        self._port = port
        self._closing = False
        self._told_at: datetime | None = None

    async def start(self) -> None:
        """Listen. Raises SettingsError where the port is taken."""
        await self._server.start(self._port, {PATH: self.serve})
        self.trouble = None
        self._receiver.tell(Connected(first=True, missed_since=None))

    async def stop(self, seconds: float = 3.0) -> None:
        """Take in no more (Slack sends events again), and wait until what was taken in is answered, at most so long."""
        self._closing, self.trouble = True, "stopping"
        await self._receiver.finish(seconds)

    @property
    def busy(self) -> bool:
        """Whether a payload is unanswered."""
        return self._receiver.busy

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One POST. 401 for what Slack did not sign, 400 for what cannot be read, 408 and 413 for a body that takes too
        long or is too large, 500 where a listener failed."""
        arrived = asyncio.get_running_loop().time()
        try:
            # Only the length may be known of a body that nobody signed: it never gets into the log.
            raw = await _read(request)
            if _looks_at_certificate(raw, request.content_type):
                return web.Response()  # Slack looks at the certificate; it may come unsigned, and does nothing
            self._verify(raw, request)
            kind, body = _parsed(raw, request.content_type)
        except Refused as refused:
            self._count(refused)
            return web.json_response({"error": "invalid request"}, status=refused.status)
        if self._closing:
            return web.Response(status=503)
        self._receiver.metrics.heard(self._receiver.clock.now())
        if body.get("type") == "url_verification":
            return web.Response(text=str(body.get("challenge") or ""))
        with self._receiver.under_way():
            headers = {name: request.headers[name] for name in _RETRY_HEADERS if name in request.headers}
            response = await self._receiver.run(body, headers)
            outcome = "acknowledged" if response.status == 200 else "failed"
            self._receiver.metrics.answered(kind, outcome, asyncio.get_running_loop().time() - arrived)
        return await _answer(kind, response)

    def _verify(self, raw: bytes, request: web.Request) -> None:
        """Ours and not Bolt's (1.30.0), which logs the whole body where a signature is wrong, and answers 500 to a
        timestamp that is no number."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            raise Refused(401, "timestamp")
        if abs(self._receiver.clock.now().timestamp() - int(timestamp)) > REPLAY_WINDOW.total_seconds():
            raise Refused(401, "replayed")
        signed = b"v0:" + timestamp.encode() + b":" + raw
        ours = "v0=" + hmac.new(self._secret.reveal().encode(), signed, hashlib.sha256).hexdigest()
        theirs = request.headers.get("X-Slack-Signature", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(ours.encode(), theirs):
            raise Refused(401, "signature")

    def _count(self, refused: Refused) -> None:
        """Counted each time, told once a minute: anybody on the internet can send such requests."""
        self._receiver.metrics.refused(refused.reason)
        now = self._receiver.clock.now()
        if self._told_at is None or now - self._told_at >= _TOLD_EVERY:
            self._told_at = now
            log.warning("a request was refused", extra={"reason": refused.reason})


async def _read(request: web.Request) -> bytes:
    """The body as it was sent: the signature is of these bytes, so nothing is unpacked."""
    try:
        async with asyncio.timeout(_BODY_WITHIN.total_seconds()):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "too_large") from None
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refused(400, "broken_off") from None


def _looks_at_certificate(raw: bytes, content_type: str) -> bool:
    """Only of a form, whose fields hold no bare `&`: in an event's JSON somebody's link may say the same."""
    return content_type == "application/x-www-form-urlencoded" and b"ssl_check=1" in raw.split(b"&")


def _parsed(raw: bytes, content_type: str) -> tuple[str, dict[str, Any]]:
    """(kind, payload) of a body that Slack signed.

    Forms are told apart by their fields: Bolt's parser (1.30.0) asks whether the word *payload* occurs anywhere in the
    form, and then finds no field of that name in `/incident payload queue down`.
    """
    try:
        text = raw.decode()
        if content_type == "application/json":
            return "event", _object(readable(text))
        form = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
        if "command" in form:
            return "command", {name: keepable(value) for name, value in form.items()}
        return "interaction", _object(readable(form["payload"]))
    except (ValueError, KeyError, RecursionError):
        raise Refused(400, "unreadable") from None


def _object(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


async def _answer(kind: str, response: BoltResponse) -> web.StreamResponse:
    if response.status == 200:
        return await to_aiohttp_response(response)
    # With anything but 2xx Slack sends an event again, and shows a person that their command failed.
    log.warning("a payload was not acknowledged", extra={"kind": kind, "status": response.status})
    return web.Response(status=response.status)
