"""One websocket of Socket Mode: its frames, its pings, and the silence by which a half-open one is found out."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType

from bot.slack.readable import readable

log = logging.getLogger(__name__)

_MOST_BYTES = 16 * 1024 * 1024
_ENDINGS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a link waits for what, in seconds of real time: a network does not know the bot's clock."""

    opening: float = 10.0
    """For the websocket and Slack's hello on it."""
    ping_every: float = 10.0
    silence: float = 30.0
    """Without any frame, pings and pongs too: then the far end is gone, although nobody said so."""
    farewell: float = 3.0
    """For acknowledgements still to be sent on a link that another has taken the place of."""
    closing: float = 0.5
    """For the closing handshake, which a server that is gone does not answer."""


class NoHello(Exception):
    """A websocket that opened and then did not say hello. `reason`: what it said instead; `closed` for nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Link:
    """One connection. `leaving` is set when it is to be replaced, with the reason in `why`."""

    def __init__(self, socket: ClientWebSocketResponse, patience: Patience) -> None:
        self._socket = socket
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._waits_for_frame = False
        self._watching: asyncio.Task[None] | None = None
        self.leaving = asyncio.Event()
        self.why = ""
        self.tasks: set[asyncio.Task[None]] = set()
        """The payloads that came on it and are not answered yet."""
        self.opened_at = self.heard_at = self._loop.time()
        """Both by the event loop's clock, in seconds."""

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: str, proxy: str | None, patience: Patience) -> Link:
        """Connect to an address that apps.connections.open gave; such an address serves once.

        Raises aiohttp.ClientError, OSError and TimeoutError.
        """
        async with asyncio.timeout(patience.opening):
            socket = await session.ws_connect(
                url,
                autoping=False,
                proxy=proxy,
                max_msg_size=_MOST_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=patience.closing),
            )
        link = cls(socket, patience)
        link._watching = asyncio.create_task(link._watch(), name="watch link")
        return link

    async def frame(self) -> dict[str, Any] | None:
        """Slack's next frame, None when the link is closed by whomever. What is no JSON object is left out."""
        while True:
            self._waits_for_frame = True
            message = await self._socket.receive()
            self._waits_for_frame = False
            self.heard_at = self._loop.time()
            if message.type is WSMsgType.TEXT:
                with suppress(ValueError, RecursionError):
                    frame = readable(message.data)
                    if isinstance(frame, dict):
                        return frame
            elif message.type is WSMsgType.PING:
                with suppress(ConnectionError):
                    await self._socket.pong(message.data)
            elif message.type in _ENDINGS:
                return None

    async def hello(self) -> dict[str, Any]:
        """The first frame, which says that payloads will come. Raises NoHello and TimeoutError."""
        async with asyncio.timeout(self._patience.opening):
            while (frame := await self.frame()) is not None:
                if frame.get("type") == "hello":
                    return frame
                if frame.get("type") == "disconnect":
                    raise NoHello(str(frame.get("reason")))
        raise NoHello("closed")

    async def send(self, frame: Mapping[str, Any]) -> bool:
        """Send a frame; False where the link is gone. True means that it was handed to the network, no more."""
        if self._socket.closed:
            return False
        try:
            async with asyncio.timeout(self._patience.silence):
                await self._socket.send_str(json.dumps(frame))
        except (ConnectionError, TimeoutError, RuntimeError):
            return False
        return True

    def leave(self, why: str) -> None:
        """It is to be replaced; the first reason stands."""
        self.why = self.why or why
        self.leaving.set()

    async def finish(self, seconds: float) -> None:
        """Wait, at most so long, until what came on it is answered; then close it."""
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)
        await self.close()

    async def close(self) -> None:
        """Close it, with a handshake if the far end answers at once."""
        if self._watching is not None and self._watching is not asyncio.current_task():
            self._watching.cancel()
        with suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(self._socket.close(), 2 * self._patience.closing)

    async def _watch(self) -> None:
        while not self._socket.closed:
            await asyncio.sleep(self._patience.ping_every)
            # While we ourselves are too busy to read, silence tells nothing of the far end.
            if self._waits_for_frame and self._loop.time() - self.heard_at > self._patience.silence:
                self.leave("silent")
                await self.close()
                return
            with suppress(ConnectionError, TimeoutError, RuntimeError):
                async with asyncio.timeout(self._patience.ping_every):
                    await self._socket.ping(b"tocsin")
