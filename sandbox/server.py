"""The workspace's one HTTP server: Web API, websockets, response_urls, uploads and downloads. It only routes."""

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.webapi.call import Call
from sandbox.webapi.door import Door

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]


class Server:
    """Listens on 127.0.0.1."""

    def __init__(self, ws: "Workspace", port: int) -> None:
        self._ws = ws
        self._port = port
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port of the loopback address."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        door = Door(self._ws)
        app.router.add_route("*", "/api/{method}", door.serve)
        app.router.add_get("/link/", self._ws.socket.serve)
        app.router.add_post("/{kind:commands|actions}/{team}/{hook}", self._hook)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files/{file}/{tail:.+}", self._download)
        app.router.add_get("/", self._login)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handler_cancellation=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Close sockets as Slack does when Socket Mode is switched off, then the server."""
        await self._ws.socket.disconnect("link_disabled")
        if self._runner is not None:
            await self._runner.cleanup()

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        """A response_url; what is posted to it is JSON."""
        with self._ws.activity.under_way():
            hook = self._ws.hooks.get(request.match_info["hook"])
            try:
                body = json.loads(await request.text())
            except ValueError:
                return web.Response(status=400, text="invalid_payload")
            if hook is None or not isinstance(body, dict):
                return web.Response(status=404, text="no_team")
            status, text = hook.use(body)
            return web.Response(status=status, text=text)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, raw or as a form; they must be as long as was announced."""
        with self._ws.activity.under_way():
            file = self._ws.files.get(request.match_info["file"])
            content = await self._bytes(request)
            fault = self._ws.faults.take(Call(self._ws, "upload", {}, "none"), "before")
            if fault is not None and fault.status != 200:
                return web.Response(status=fault.status, text=fault.body or "")
            if file is None or file.completed:
                return web.Response(status=404, text="file not found")
            if len(content) != file.announced_length:
                return web.Response(status=400, text="length mismatch")
            file.content, file.uploaded = content, True
            return web.Response(text=f"OK - {len(content)}")

    @staticmethod
    async def _bytes(request: web.Request) -> bytes:
        if request.content_type != "multipart/form-data":
            return await request.read()
        for value in (await request.post()).values():
            if isinstance(value, web.FileField):
                return value.file.read()
        return b""

    @staticmethod
    async def _login(_request: web.Request) -> web.StreamResponse:
        """Where somebody without a token ends up: a page, with 200."""
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file's content, for the bot's token with files:read; others are led to the login page, as Slack does it."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        file = self._ws.files.get(request.match_info["file"])
        if self._ws.serves_login_page:
            return await self._login(request)
        if token != self._ws.bot_token or "files:read" not in self._ws.manifest.scopes:
            return web.Response(status=302, headers={"Location": f"{self.url}/?redir=%2Ffiles"})
        if file is None or file.deleted:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.payload()["mimetype"])
