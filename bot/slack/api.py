"""Slack's Web API as the jobs use it: one call, its answer or one of three ways it can fail. Knows no incident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.jobs import Away, Gates, Permanent, Retry, still_ours

#: Errors after which trying again can help; `fatal_error` and `internal_error` may have taken effect.
TRANSIENT = frozenset(
    {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited"}
)
RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
#: What Slack advises where it names no span.
DEFAULT_RETRY_AFTER = timedelta(seconds=30)
#: Seconds a connection is kept for the next call. Well under what servers keep one, since a call over a connection
#: that is closed at the other end at that moment is one of which nobody can tell whether it took effect.
KEPT_OPEN = 5.0


class SlackRefused(Exception):
    """Slack answered `ok: false`. `error` is its code, `answer` the whole answer (never a token)."""

    def __init__(self, method: str, error: str, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{method}: {error}")
        self.method = method
        self.error = error
        self.answer = answer


class NotServed(Exception):
    """A file that Slack does not give us; the message is why, in a word."""


class SlackUnwell(Away):
    """No answer came, or one that tells nothing: the call may have taken effect. Trying again can help."""


class SlackApi:
    """One method per call. The client's timeout must be well under a job's lease: a call is over before a take-over.

    A method that Slack said to wait with is not called before its time, whoever asks and in whichever replica: a
    hundred jobs that wait for one limit make no storm. Nothing is called for a job that is another replica's by now.
    Calls that follow one another go over one connection; `close` ends those that wait for more.
    """

    def __init__(self, client: AsyncWebClient, clock: Clock, gates: Gates | None = None) -> None:
        self.client = client
        self._clock = clock
        self.gates = gates or Gates()

    async def call(
        self, method: str, *, query: Mapping[str, Any] | None = None, json: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call a method: `query` for those that take plain arguments, `json` for those with blocks or views.

        Raises SlackRefused for an `ok: false` that will not change by itself, Retry with Slack's own span for a rate
        limit (nothing happened then), SlackUnwell where nobody can tell whether the call took effect, and Fenced.
        """
        gate = _gate(method, json or query or {})
        if (left := self.gates.left(gate, self._clock.now())) is not None:
            raise Retry(left)
        await still_ours()
        self._connect()
        try:
            if json is not None:
                answer = await self.client.api_call(method, json=_without_none(json))
            else:
                answer = await self.client.api_call(method, params=_flat(query or {}))
        except SlackApiError as refused:
            fault = _fault(method, refused, gate)
            if isinstance(fault, Retry):
                self.gates.close(gate, self._clock.now() + fault.after)
            raise fault from None
        except (aiohttp.ClientError, TimeoutError, OSError, SlackRequestError) as broken:
            raise SlackUnwell(f"{method}: no answer ({type(broken).__name__})") from broken
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def _connect(self) -> None:
        """Without a session slack_sdk opens a connection for each call, with its handshake (3.47)."""
        if self.client.session is None or self.client.session.closed:
            self.client.session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_OPEN),
                timeout=aiohttp.ClientTimeout(total=self.client.timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def close(self) -> None:
        """End the connections. A later call opens them again."""
        if self.client.session is not None:
            await self.client.session.close()

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that `files.getUploadURLExternal` gave. Raises SlackUnwell."""
        await still_ours()
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
                session.post(url, data=content, headers={"Content-Type": "application/octet-stream"}) as response,
            ):
                if response.status == 429:
                    raise Retry(_retry_after(response.headers))
                if response.status != 200:
                    raise SlackUnwell(f"upload: http_{response.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            raise SlackUnwell(f"upload: no answer ({type(broken).__name__})") from broken

    async def download(self, url: str, most: int) -> tuple[bytes, str]:
        """(bytes, MIME type) of a file of Slack's, asked for with our own token; at most `most` bytes.

        Raises NotServed where Slack gives something else (its login page, a redirect to it, more than that), and
        SlackUnwell. The token goes to no other host.
        """
        await still_ours()
        if not _is_slacks(url, self.client.base_url):
            raise NotServed("elsewhere")
        headers, timeout = {"Authorization": f"Bearer {self.client.token}"}, aiohttp.ClientTimeout(total=20)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(url, headers=headers, allow_redirects=False) as response,
            ):
                if response.status == 429:
                    raise Retry(_retry_after(response.headers))
                if response.status >= 500:
                    raise SlackUnwell(f"download: http_{response.status}")
                if response.status != 200:
                    raise NotServed(f"http_{response.status}")
                content = bytearray()
                async for part in response.content.iter_chunked(65_536):
                    content += part
                    if len(content) > most:
                        raise NotServed("too_large")
                return bytes(content), response.content_type
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            raise SlackUnwell(f"download: no answer ({type(broken).__name__})") from broken


def _is_slacks(url: str, api_url: str) -> bool:
    """Whether an address is of the host that the API has, or of one below it (files.slack.com)."""
    asked, api = urlsplit(url), urlsplit(api_url)
    host, home = asked.hostname or "", api.hostname or ""
    if asked.scheme != api.scheme or asked.username is not None:
        return False
    return (host == home and asked.port == api.port) or (host.endswith(f".{home}") and asked.port is None)


def _fault(method: str, refused: SlackApiError, gate: str) -> Retry | SlackRefused | SlackUnwell:
    response = refused.response
    # slack_sdk hands over the raw text of an HTML or plain 5xx page, so `.get` would fail here (3.47).
    answer: dict[str, Any] = response.data if isinstance(response.data, dict) else {}
    error = str(answer.get("error") or f"http_{response.status_code}")
    if response.status_code == 429 or error in RATE_LIMITED:
        return Retry(_retry_after(response.headers), gate)
    if response.status_code >= 500 or error in TRANSIENT or error.startswith("http_"):
        return SlackUnwell(f"{method}: {error}")
    return SlackRefused(method, error, answer)


def _gate(method: str, args: Mapping[str, Any]) -> str:
    """What a rate limit holds for: a method, and of posts one channel, which takes about one a second."""
    return f"{method}:{args.get('channel')}" if method == "chat.postMessage" else method


def permanent(refused: SlackRefused) -> Permanent:
    """A refusal that no repeating mends, for the job's log and the operator."""
    needed = refused.answer.get("needed")
    return Permanent(f"{refused.method}: {refused.error}" + (f" (needs {needed})" if needed else ""))


def _retry_after(headers: Mapping[str, Any]) -> timedelta:
    value = next((headers[name] for name in headers if str(name).lower() == "retry-after"), None)
    if isinstance(value, list):
        value = value[0] if value else None
    try:
        return timedelta(seconds=max(1, int(str(value))))
    except ValueError:
        return DEFAULT_RETRY_AFTER


def _flat(query: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in query.items():
        if value is None:
            continue
        if isinstance(value, bool):
            flat[name] = int(value)
        elif isinstance(value, (list, tuple)):
            flat[name] = ",".join(str(part) for part in value)
        else:
            flat[name] = value
    return flat


def _without_none(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
