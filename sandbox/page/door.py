"""The page's own HTTP server: the page, what is on the screen as it changes, acts and files. It only routes."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from sandbox.errors import NotPossible
from sandbox.page.acting import ACTS, Asked
from sandbox.page.guard import HEADERS, guard
from sandbox.page.looking import Screen, parts
from sandbox.page.message import file
from sandbox.page.unread import Marks

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

# Types by name and never guessed: some machines' tables call JavaScript text/plain, which browsers refuse as a module.
_KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
          ".svg": "image/svg+xml"}  # fmt: skip
_LARGEST = 12 * 1024 * 1024
_BREATH = 0.03
"""Seconds in which changes gather before they are sent, so that ten calls in a row are drawn once."""
_GLANCE = 1.0
"""Seconds after which the screen is looked at again although nothing stirred: clocks move by themselves."""


class Page:
    """Serves the workspace to browsers on 127.0.0.1 from `start` to `stop`."""

    def __init__(
        self,
        ws: "Workspace",
        port: int = 0,
        *,
        favourites: Sequence[str] = ("pushpin", "eyes", "white_check_mark"),
        marks: Marks | None = None,
    ) -> None:
        """`favourites` are the emoji (names without colons) that are offered first; port 0 takes a free one."""
        self._ws = ws
        self._port = port
        self._favourites = tuple(favourites)
        self.marks = marks or Marks()
        """How far each person has read."""
        self._runner: web.AppRunner | None = None
        self._closing = False
        self.url = ""
        """Where it listens, with its trailing slash; empty before `start`."""

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        app = web.Application(client_max_size=_LARGEST, middlewares=[guard])
        app.router.add_get("/", self._static)
        app.router.add_get(r"/static/{name:[a-z]+\.(?:css|js|json|svg)}", self._static)
        app.router.add_get("/screen", self._screen)
        app.router.add_post("/act", self._act)
        app.router.add_get("/file/{id}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def stop(self) -> None:
        """Let go of the browsers; they try again for as long as they are open."""
        self._closing = True
        self._ws.activity.stir()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "Page":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "page.html")
        found = files("sandbox.page").joinpath("static", name)
        if not found.is_file():
            raise web.HTTPNotFound
        kind = _KINDS[name[name.rindex(".") :]]
        return web.Response(body=found.read_bytes(), content_type=kind, charset="utf-8")

    async def _screen(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: each carries the parts of the screen that are no longer what was sent last."""
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        sent: dict[str, str] = {}
        with suppress(ConnectionError):
            # Without this a browser that looks elsewhere by now would go on reading here.
            while not self._closing and request.transport is not None and not request.transport.is_closing():
                steps = self._ws.activity.steps
                # Looked up each time: channels come, go and change their ids.
                screen = self._looked_at(request)
                if screen.channel is not None and request.query.get("tab") != "home" and screen.open_to_viewer:
                    self.marks.read(screen.viewer, screen.channel)
                fresh = {name: json.dumps(part) for name, part in parts(screen, self.marks).items()}
                changed = [name for name, part in fresh.items() if sent.get(name) != part]
                if changed:
                    body = ",".join(f'"{name}":{fresh[name]}' for name in changed)
                    await response.write(f"data: {{{body}}}\n\n".encode())
                    sent = fresh
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ws.activity.stirred(steps), _GLANCE)
                await asyncio.sleep(_BREATH)
        return response

    def _looked_at(self, request: web.Request) -> Screen:
        channel = self._ws.channel_by_id(request.query.get("channel", ""))
        thread = request.query.get("thread")
        return Screen(self._ws, self._person(request), channel, thread, self._favourites)

    def _person(self, request: web.Request) -> "Person":
        people = [p for p in self._ws.people.values() if p.bot is None and not p.deleted]
        asked = request.query.get("person")
        found = next((p for p in people if p.id == asked), people[0] if people else None)
        if found is None:
            raise web.HTTPNotFound(text="there is nobody in this workspace")
        return found

    async def _act(self, request: web.Request) -> web.StreamResponse:
        """One thing that a person does. 409 with Slack's own refusal, 404 where what it is done to has gone."""
        try:
            body = await request.json()
            person, act = self._ws.people[body["person"]], ACTS[body["act"]]
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "nobody here can do that"}, status=400)
        if person.bot is not None or person.deleted:
            return web.json_response({"error": "nobody here can do that"}, status=400)
        try:
            told = await act(Asked(self._ws, person, body, self.marks))
        except NotPossible as refusal:
            return web.json_response({"error": str(refusal)}, status=409)
        except LookupError as refusal:
            return web.json_response({"error": str(refusal.args[0] if refusal.args else refusal)}, status=404)
        except (TypeError, ValueError) as refusal:
            return web.json_response({"error": str(refusal)}, status=400)
        finally:
            self._ws.activity.stir()
        return web.json_response(told)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """A file's content, for who sees a message with it; only pictures are shown as what they are."""
        viewer, found = self._person(request), self._ws.files.get(request.match_info["id"])
        if (
            found is None
            or found.deleted
            or not any(_sees(viewer, m.channel.id) for m in found.shares if not m.deleted)
        ):
            raise web.HTTPNotFound
        picture = file(self._ws, viewer, found)["shows"] == "image" and "download" not in request.query
        name = quote(found.name.encode("utf-8", "replace"))
        how = "inline" if picture else "attachment"
        headers = {"Content-Disposition": f"{how}; filename*=UTF-8''{name}"}
        kind = found.payload()["mimetype"] if picture else "application/octet-stream"
        return web.Response(body=found.content, content_type=kind, headers=headers)


def _sees(viewer: "Person", channel_id: str) -> bool:
    channel = viewer.ws.channel_by_id(channel_id)
    return channel is not None and (channel.kind == "public" or viewer.id in channel.members)
