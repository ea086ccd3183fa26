"""The HTTP server of a running bot: health, readiness and figures on one port or two, and a POST that others answer."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.serving.health import Health
from bot.settings import Fault, SettingsError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Of one request's body. Slack's largest payloads, modals with all they hold, stay far below.
_MOST_BYTES = 4 * 1024 * 1024
_TOLD_EVERY = 60.0


class Server:
    """`start` listens, on as many ports as it is called for; `stop` lets go of all."""

    def __init__(self, health: Health, *, host: str) -> None:
        self._health = health
        self._host = host
        self._runners: list[web.AppRunner] = []

    async def start(self, port: int, posts: Mapping[str, Handler] | None = None) -> None:
        """Listen on this port too, 0 for any that is free; `posts` is path to handler, for this port alone.

        Raises SettingsError where it is taken or not allowed.
        """
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        for path, handler in (posts or {}).items():
            app.router.add_post(path, handler)
        # The access log would hold every address that asks; what matters is counted.
        # Inflated before anybody looks at a signature, a small body of nobody's could hold up everything for seconds.
        runner = web.AppRunner(
            app, access_log=None, logger=_aiohttps_log(), auto_decompress=False, shutdown_timeout=1.0
        )
        await runner.setup()
        self._runners.append(runner)
        try:
            await web.TCPSite(runner, self._host, port).start()
        except OSError as refused:
            why = os.strerror(refused.errno) if refused.errno else "no such address"
            hint = "choose another in [http], or end what listens there"
            raise SettingsError([Fault(f"{self._host}:{port}", f"cannot be listened on: {why}", hint)]) from None

    @property
    def ports(self) -> list[int]:
        """Where it listens, in the order of starting."""
        return [int(runner.addresses[0][1]) for runner in self._runners if runner.addresses]

    async def stop(self) -> None:
        """Answer what was asked, then close all ports."""
        for runner in self._runners:
            await runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return _told(self._health.alive())

    async def _readyz(self, _: web.Request) -> web.Response:
        return _told(await self._health.ready())

    async def _metrics(self, _: web.Request) -> web.Response:
        body = await self._health.figures()
        return web.Response(body=body, headers={"Content-Type": self._health.metrics.content_type})


class _Seldom(logging.Filter):
    """Lets through once a minute what is said of requests that are no HTTP: anybody can send those by the thousand."""

    _told_at = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this is to be told."""
        fault = record.exc_info[1] if record.exc_info else None
        if not isinstance(fault, (HttpProcessingError, web.RequestPayloadError)):
            return True
        if 0 <= record.created - self._told_at < _TOLD_EVERY:
            return False
        self._told_at = record.created
        return True


def _aiohttps_log() -> logging.Logger:
    """What aiohttp says, under its own name; a logger for each port, so that no port's minute hides another's."""
    log = logging.Logger("aiohttp.server")
    log.parent = logging.getLogger("aiohttp.server")
    log.addFilter(_Seldom())
    return log


def _told(troubles: Mapping[str, str]) -> web.Response:
    body = {"status": "ok"} if not troubles else {"status": "unavailable", **troubles}
    return web.json_response(body, status=503 if troubles else 200, headers={"Cache-Control": "no-store"})
