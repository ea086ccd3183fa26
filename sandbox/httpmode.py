"""HTTP mode: signed POSTs to the app's request URL, with retry headers. It knows nothing of what it carries."""

import asyncio
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from sandbox.courier import Envelope
from sandbox.ids import epoch

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

MAX_REDIRECTS = 2


class RequestUrl:
    """Posts payloads to `Workspace.request_url` as Slack does."""

    def __init__(self, ws: "Workspace") -> None:
        if ws.request_url is None:
            raise ValueError("HTTP mode needs a request_url")
        self._ws = ws
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, envelope: Envelope) -> bool:
        """Start one POST; its answer comes back to the courier as an acknowledgement or a refusal."""
        task = asyncio.get_running_loop().create_task(self._post(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def verifies_url(self) -> bool:
        """Do what saving the request URL in the app's settings does: send a challenge and expect it back."""
        challenge = self._ws.ids.hex(32)
        payload = {"token": self._ws.verification_token, "challenge": challenge, "type": "url_verification"}
        body = json.dumps(payload)
        async with self._client().post(
            str(self._ws.request_url), data=body, headers=self.signed(body, "application/json")
        ) as response:
            return response.status == 200 and challenge in await response.text()

    def signed(self, body: str, content_type: str) -> dict[str, str]:
        """The headers of a request with this body, signed with the app's secret at the clock's time."""
        timestamp = str(epoch(self._ws.clock.now()))
        secret, base = self._ws.signing_secret.encode(), f"v0:{timestamp}:{body}".encode()
        signature = "v0=" + hmac.new(secret, base, hashlib.sha256).hexdigest()
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature,
            "User-Agent": "Slackbot 1.0",
        }

    async def close(self) -> None:
        """Cancel deliveries under way and close the connection pool."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def _post(self, envelope: Envelope) -> None:
        courier = self._ws.courier
        body, content_type = _encoded(envelope)
        headers = self.signed(body, content_type)
        if envelope.attempt:
            reason = "http_timeout" if envelope.reason == "timeout" else envelope.reason
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": reason}
        try:
            async with self._client().post(
                str(self._ws.request_url), data=body.encode(), headers=headers, max_redirects=MAX_REDIRECTS + 1
            ) as response:
                text = await response.text()
                if not 200 <= response.status < 300:
                    final = response.headers.get("x-slack-no-retry") == "1"
                    courier.refuse(envelope.id, response.status, "http_error", final=final)
                else:
                    courier.acknowledge(envelope.id, _answer(text, response.content_type))
        except aiohttp.TooManyRedirects:
            courier.refuse(envelope.id, 0, "too_many_redirects")
        except aiohttp.ClientSSLError:
            courier.refuse(envelope.id, 0, "ssl_error")
        except aiohttp.ClientError:
            courier.refuse(envelope.id, 0, "connection_failed")


def _encoded(envelope: Envelope) -> tuple[str, str]:
    delivery = envelope.delivery
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def _answer(text: str, content_type: str) -> JSON | None:
    """An acknowledgement's body: JSON, or plain words which are a message's text."""
    if not text:
        return None
    if content_type == "application/json":
        try:
            body = json.loads(text)
        except ValueError:
            return {"text": text}
        return body if isinstance(body, dict) else None
    return {"text": text}
