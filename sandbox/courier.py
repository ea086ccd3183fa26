"""Carries payloads to the app and hears its acknowledgements: 3 seconds, retries for events, none for people's acts.

It knows neither what the payloads mean nor whether they travel by websocket or by HTTP.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
T = TypeVar("T")
Kind = Literal["events_api", "slash_commands", "interactive"]

ACK_WITHIN = timedelta(seconds=3)
RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
ACKNOWLEDGED, TIMED_OUT, FAILED, LOST = "acknowledged", "operation_timeout", "dispatch_failed", "lost"


@dataclass(eq=False)
class Delivery:
    """One payload on its way, with all its attempts: what `Workspace.acks` lists."""

    kind: Kind
    payload: JSON = field(repr=False)
    accepts_response: bool
    event_id: str | None = None
    envelope_ids: list[str] = field(default_factory=list)
    attempts: int = 0
    sent_at: datetime | None = None
    acked_at: datetime | None = None
    ack_payload: JSON | None = None
    status: int | None = None
    """The HTTP status of an answer that was no acknowledgement, where the transport is HTTP."""
    reached: bool = False
    """Whether the last attempt found anybody to send to."""
    outcome: str | None = None
    """acknowledged, operation_timeout, dispatch_failed, lost (an event after its last retry), None while open."""
    late_acks: int = 0
    """Acknowledgements that came after the 3 seconds or on another socket than allowed; they count for nothing."""
    waiting: asyncio.Event | None = None
    final: bool = False
    """Whether the app asked for no more retries of this event (HTTP only)."""
    reason: str = "timeout"
    """Why the last attempt failed, for the retry's own words."""

    @property
    def envelope_id(self) -> str | None:
        """That of the last attempt; None before the first, or over HTTP."""
        return self.envelope_ids[-1] if self.envelope_ids else None

    @property
    def latency(self) -> timedelta | None:
        """From the sending of the acknowledged attempt to its acknowledgement, by the workspace's clock."""
        if self.acked_at is None or self.sent_at is None:
            return None
        return self.acked_at - self.sent_at

    @property
    def type(self) -> str:
        """The event's type, the command, or the type of the interaction."""
        if self.kind == "events_api":
            return str(self.payload["event"]["type"])
        return str(self.payload.get("command") or self.payload.get("type"))


@dataclass(frozen=True, eq=False)
class Envelope:
    """One attempt of a delivery, as the transport sends it."""

    id: str
    delivery: Delivery
    attempt: int
    reason: str


class Transport(Protocol):
    """How attempts reach the app; acknowledgements come back through `Courier.acknowledge`."""

    async def send(self, envelope: Envelope) -> bool:
        """False when nobody could be reached at all."""
        ...

    async def close(self) -> None:
        """Let go of sockets and of deliveries under way."""


class Courier:
    """Sends, waits and sends again."""

    def __init__(self, ws: "Workspace", silence: str) -> None:
        """`silence` is what a person sees when no answer came in time: it differs between the transports."""
        self._ws = ws
        self._silence = silence
        self.transport: Transport | None = None
        self.ack_within = ACK_WITHIN
        """How long the app has for its acknowledgement."""
        self.retry_after: Sequence[timedelta] = RETRY_AFTER
        """The pauses before an event is sent again; after the last one it is lost."""
        self.deliveries: list[Delivery] = []
        self._envelopes: dict[str, Delivery] = {}
        self._timers: dict[Delivery, datetime] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def next_timer_at(self) -> datetime | None:
        """When the next acknowledgement is overdue or the next retry due."""
        return min(self._timers.values(), default=None)

    def post_event(self, body: JSON) -> Delivery:
        """Send an event on its way, with its retries, and return at once."""
        delivery = Delivery("events_api", body, False, event_id=body.get("event_id"))
        self.deliveries.append(delivery)
        self._ws.activity.begin()
        self._run(self._carry_event(delivery))
        return delivery

    async def ask(self, kind: Kind, payload: JSON, *, accepts_response: bool) -> Delivery:
        """Send what a person did, once, and wait for its acknowledgement or its failure."""
        delivery = Delivery(kind, payload, accepts_response)
        self.deliveries.append(delivery)
        with self._ws.activity.under_way():
            # A task of its own: who waits on the clock counts as a worker there, and a person is none.
            if await self._run(self._attempt(delivery, 0)):
                delivery.outcome = ACKNOWLEDGED
            else:
                silent = delivery.reached and delivery.status is None
                delivery.outcome = self._silence if silent else FAILED
        return delivery

    def resend(self, event_id: str) -> Delivery:
        """Deliver an event once more although it was acknowledged, as Slack now and then does."""
        first = next(d for d in self.deliveries if d.event_id == event_id)
        again = Delivery("events_api", first.payload, False, event_id=event_id, attempts=1)
        self.deliveries.append(again)
        self._ws.activity.begin()
        self._run(self._carry_event(again))
        return again

    def acknowledge(self, envelope_id: str, payload: JSON | None) -> bool:
        """Take an acknowledgement; False when it is unknown, late, or a repetition."""
        delivery = self._envelopes.get(envelope_id)
        if delivery is None:
            return False
        if delivery.waiting is None or delivery.envelope_id != envelope_id or delivery.waiting.is_set():
            delivery.late_acks += 1
            return False
        delivery.ack_payload, delivery.acked_at = payload, self._ws.clock.now()
        delivery.waiting.set()
        return True

    def refuse(self, envelope_id: str, status: int, reason: str, *, final: bool = False) -> None:
        """Take an HTTP answer that is no acknowledgement; a final one asks for no retries."""
        delivery = self._envelopes[envelope_id]
        if delivery.waiting is not None and delivery.envelope_id == envelope_id:
            delivery.status, delivery.reason, delivery.final = status, reason, final
            delivery.waiting.set()

    async def _carry_event(self, delivery: Delivery) -> None:
        first = delivery.attempts
        try:
            for number in range(first, len(self.retry_after) + 1):
                if number > first:
                    await self._pause(delivery, self.retry_after[number - 1])
                if await self._attempt(delivery, number):
                    delivery.outcome = ACKNOWLEDGED
                    return
                if delivery.final:
                    break
            delivery.outcome = LOST
        finally:
            self._ws.activity.end()

    async def _pause(self, delivery: Delivery, span: timedelta) -> None:
        """Wait for a retry's time; a waiting retry is nothing under way."""
        self._ws.activity.end()
        self._timers[delivery] = self._ws.clock.now() + span
        try:
            await self._ws.clock.sleep(span.total_seconds())
        finally:
            self._timers.pop(delivery, None)
            self._ws.activity.begin()

    async def _attempt(self, delivery: Delivery, number: int) -> bool:
        envelope = Envelope(self._ws.ids.uuid(), delivery, number, delivery.reason if number else "")
        delivery.attempts = number + 1
        delivery.envelope_ids.append(envelope.id)
        self._envelopes[envelope.id] = delivery
        delivery.sent_at, delivery.status, delivery.reason = self._ws.clock.now(), None, "timeout"
        delivery.waiting = acked = asyncio.Event()
        try:
            delivery.reached = self.transport is not None and await self.transport.send(envelope)
            if not delivery.reached:
                delivery.reason = "connection_failed"
                return False
            if not acked.is_set():
                delivery.sent_at = self._ws.clock.now()
            self._timers[delivery] = overdue_at = delivery.sent_at + self.ack_within
            heard = await self._ws.clock.wait(acked, overdue_at)
            return heard and delivery.status is None
        finally:
            self._timers.pop(delivery, None)
            delivery.waiting = None

    def _run(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """End whatever still waits."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
