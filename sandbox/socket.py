"""Socket Mode: tickets, connections, envelopes, pings and disconnects. It knows nothing of what it carries."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import WSMsgType, web

from sandbox.courier import Envelope

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
Routing = Literal["rotate", "random", "first", "last"] | Callable[[Sequence["Connection"]], "Connection"]
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

MAX_CONNECTIONS = 10
PING_EVERY = 10.0  # real seconds; Slack's own period is not documented, node's client gives up after 30


@dataclass(eq=False)
class Connection:
    """One websocket of the app; `silent` ones are half-open: they take frames and answer nothing."""

    number: int
    ws: web.WebSocketResponse | None
    silent: bool = False
    sent: list[str] = field(default_factory=list)
    """The ids of the envelopes sent on it."""

    async def send(self, frame: JSON) -> None:
        """Send a frame; nothing where the socket is gone or was told to be silent."""
        if self.ws is not None and not self.silent:
            with suppress(ConnectionError, RuntimeError):
                await self.ws.send_str(json.dumps(frame))


class SocketServer:
    """The far end of Socket Mode, with the switches that make it behave as badly as the real one can."""

    def __init__(self, ws: "Workspace", *, honour_old_acks: bool, seed: int) -> None:
        self._ws = ws
        self.honour_old_acks = honour_old_acks
        """Whether an acknowledgement may come on another connection than its envelope went out on."""
        self.connections: list[Connection] = []
        self.routing: Routing = "rotate"
        """Which connection a payload goes to: Slack gives no pattern."""
        self.copies = 1
        """How often each event is sent at once; 2 makes every event a duplicate."""
        self.delay = timedelta(0)
        """How late payloads go out, by the workspace's clock."""
        self.refuses_connections = False
        """True makes the websocket end close every new connection at once."""
        self.stray_acks: list[JSON] = []
        """Acknowledgements that counted for nothing: unknown, late, or on the wrong connection."""
        self.held: dict[Envelope, asyncio.Future[None]] | None = None
        self._random = random.Random(seed)
        self._tickets: set[str] = set()
        self._numbers = 0
        self._changed = asyncio.Event()

    # What the app's side uses

    def ticket_url(self, base: str) -> str:
        """A new address to connect to; it serves one connection."""
        ticket = self._ws.ids.uuid()
        self._tickets.add(ticket)
        return f"{base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self._ws.app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The websocket endpoint."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.refuses_connections:
            return web.Response(status=408 if self.refuses_connections else 401, text="invalid ticket")
        self._tickets.discard(ticket)
        link = web.WebSocketResponse(autoping=False)
        await link.prepare(request)
        self._numbers += 1
        connection = Connection(self._numbers, link)
        if len(self.connections) >= MAX_CONNECTIONS:
            await connection.send(self._goodbye("too_many_websockets"))
            await link.close()
            return link
        self._enter(connection)
        pings = asyncio.get_running_loop().create_task(self._ping(connection))
        try:
            await connection.send(self._hello())
            await self._read(connection)
        finally:
            pings.cancel()
            if connection.silent:
                connection.ws = None  # a half-open link outlives its far end
            else:
                self._leave(connection)
        return link

    async def send(self, envelope: Envelope) -> bool:
        """Send one attempt on some connection; False when there is none."""
        if self.delay:
            await self._ws.clock.sleep(self.delay.total_seconds())
        if self.held is not None:
            await self._rest(envelope)
        sent = await self._put(envelope)
        if sent and envelope.delivery.kind == "events_api":
            for _ in range(self.copies - 1):
                await self._put(envelope)
        return sent

    async def close(self) -> None:
        """Nothing is left over: the server closes the links."""

    # What tests use

    async def connected(self, count: int = 1) -> None:
        """Return as soon as at least `count` connections stand."""
        while len(self.connections) < count:
            self._changed.clear()
            await self._changed.wait()

    async def disconnect(self, reason: Reason = "refresh_requested", connection: Connection | None = None) -> None:
        """Tell connections to go; all but `warning` also closes them."""
        for link in [connection] if connection else list(self.connections):
            await link.send(self._goodbye(reason))
            if reason != "warning":
                self._leave(link)
                if link.ws is not None:
                    await link.ws.close()

    def drop_without_close(self, connection: Connection | None = None) -> None:
        """Let connections go silent without a word: they stay in the rotation and eat payloads."""
        for link in [connection] if connection else self.connections:
            link.silent = True

    def add_ghosts(self, count: int) -> None:
        """Add half-open connections with nobody behind them."""
        for _ in range(count):
            self._numbers += 1
            self._enter(Connection(self._numbers, None, silent=True))

    def bury_ghosts(self) -> None:
        """Take silent connections out of the rotation, as Slack does after a while."""
        for link in [c for c in self.connections if c.silent]:
            self._leave(link)

    def redeliver(self, event_id: str) -> None:
        """Send an event again, as a retry, although it was acknowledged."""
        self._ws.courier.resend(event_id)

    def hold(self) -> None:
        """Keep payloads back, as a slow network does, until `release`; what is held is not under way."""
        self.held = {}

    def release(self, order: Callable[[list[Envelope]], list[Envelope]] = list) -> None:
        """Send what was held, in the order that `order` makes of it; their 3 seconds begin now."""
        held, self.held = self.held or {}, None
        for envelope in order(list(held)):
            self._ws.activity.begin()
            held[envelope].set_result(None)

    # Inside

    async def _rest(self, envelope: Envelope) -> None:
        assert self.held is not None
        self.held[envelope] = released = asyncio.get_running_loop().create_future()
        self._ws.activity.end()
        try:
            await released
        except asyncio.CancelledError:
            self._ws.activity.begin()
            raise

    def _enter(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._changed.set()

    def _leave(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self._changed.set()

    async def _read(self, connection: Connection) -> None:
        assert connection.ws is not None
        async for frame in connection.ws:
            if connection.silent:
                continue
            if frame.type is WSMsgType.PING:
                await connection.ws.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                self._hear(connection, json.loads(frame.data))

    def _hear(self, connection: Connection, frame: JSON) -> None:
        envelope_id = str(frame.get("envelope_id", ""))
        allowed = self.honour_old_acks or envelope_id in connection.sent
        if not allowed or not self._ws.courier.acknowledge(envelope_id, frame.get("payload")):
            self.stray_acks.append(frame)

    async def _put(self, envelope: Envelope) -> bool:
        if not self.connections:
            return False
        connection = self._choose()
        connection.sent.append(envelope.id)
        delivery = envelope.delivery
        frame: JSON = {
            "envelope_id": envelope.id,
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.accepts_response,
        }
        if delivery.kind == "events_api":
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
        await connection.send(frame)
        return True

    def _choose(self) -> Connection:
        if callable(self.routing):
            return self.routing(self.connections)
        if self.routing == "rotate":
            self.connections.append(self.connections.pop(0))
            return self.connections[-1]
        if self.routing == "random":
            return self._random.choice(self.connections)
        return self.connections[0 if self.routing == "first" else -1]

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._ws.app_id},
            "debug_info": {"host": "applink-1", "build_number": 54, "approximate_connection_time": 18060},
        }

    @staticmethod
    def _goodbye(reason: str) -> JSON:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}

    async def _ping(self, connection: Connection) -> None:
        while connection.ws is not None and not connection.ws.closed:
            await asyncio.sleep(PING_EVERY)
            if not connection.silent:
                with suppress(ConnectionError, RuntimeError):
                    await connection.ws.ping(b"Ping from applink-1")
