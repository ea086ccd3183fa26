"""A real receiver of webhooks: keeps what comes, answers as it is told to, and checks signatures as the docs say."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

SECRET = "a-secret-of-the-tests"
DOCS = Path(__file__).parents[1] / "docs" / "webhook.md"


def is_tocsin(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """The receiver's own check, taken from the documentation."""
    return bool(_documented()(secret, headers, body, now))


@cache
def _documented() -> Callable[..., bool]:
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.S)
    names: dict[str, Any] = {}
    exec(code, names)
    check: Callable[..., bool] = names["is_tocsin"]
    return check


@dataclass(frozen=True)
class Came:
    """One request as it came."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def id(self) -> str:
        return str(self.said["id"])

    def signed(self, at: datetime, secret: str = SECRET) -> bool:
        return is_tocsin(secret, self.headers, self.body, at.timestamp())


@dataclass
class Receiver:
    """`answers` are used up one a request, then it says 200. `hang` never answers, `drop` cuts the line.

    It says 500 to every delivery of the name `breaks_on`.
    """

    url: str = ""
    came: list[Came] = field(default_factory=list)
    answers: deque[int | str | tuple[int, dict[str, str]]] = field(default_factory=deque)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    breaks_on: str = ""
    most_at_once: int = 0
    _now: int = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.came.append(Came(dict(request.headers), await request.read()))
        answer = self.answers.popleft() if self.answers else 200
        if self.breaks_on and self.came[-1].said["name"] == self.breaks_on:
            answer = 500
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if answer == "hang":
                await self.released.wait()
                answer = 200
            if answer == "drop":
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            assert isinstance(status, int)
            return web.Response(status=status, headers=headers)
        finally:
            self._now -= 1

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.came]

    @property
    def names(self) -> list[str]:
        return [str(one.said["name"]) for one in self.came]

    async def has(self, count: int) -> None:
        """Wait in real time for so many requests."""
        while len(self.came) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@contextmanager
def nobody_there() -> Iterator[tuple[socket.socket, str]]:
    """A port that nobody listens at, kept so that no other test's server is given it meanwhile; and its address."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept, f"http://127.0.0.1:{kept.getsockname()[1]}/hook"


@asynccontextmanager
async def receiving(
    *answers: int | str | tuple[int, dict[str, str]], kept: socket.socket | None = None
) -> AsyncIterator[Receiver]:
    """A receiver that gives these answers; on a port of its own, or on the one that is `kept` for it."""
    receiver = Receiver(answers=deque(answers))
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.SockSite(runner, kept) if kept is not None else web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver.released.set()
        await runner.cleanup()
