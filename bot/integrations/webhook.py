"""One signed outgoing webhook: each change is posted, at least once and in order. Knows no Slack and no rule.

docs/webhook.md is the contract with the receiver.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.clock import Clock
from bot.incidents import WEBHOOK
from bot.integrations.webhook_body import NamesAwaited, body_of
from bot.jobs import Handler, JobContext, Permanent, Retry
from bot.jobs.outcome import MOST_FAILURES, wait_after
from bot.settings import Settings
from storage.database import Database

log = logging.getLogger(__name__)

#: For a whole answer: a receiver is to keep a delivery and answer, and work afterwards.
TIMEOUT = timedelta(seconds=10)
#: A delivery that could not be made for so long is given up.
PATIENCE = timedelta(hours=24)
#: Whatever a receiver asks for, it is tried again within this.
_LONGEST_PAUSE = timedelta(hours=1)
_BREATH = timedelta(seconds=1)
#: How long a delivery waits for the names of those it mentions; Slack tells them within a second.
_FOR_NAMES = timedelta(seconds=10)
#: A gateway says that nobody is behind it. Any other 5xx is an answer, which may be about this one delivery.
_NOBODY_THERE = frozenset({502, 503, 504})


class _Failed(Exception):
    """The receiver answered that it could not take a delivery: counted by the worker, and tried again."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer of the receiver's; `after` is its Retry-After, None where it names no span."""

    status: int
    after: timedelta | None


def handlers(settings: Settings, db: Database, clock: Clock) -> dict[str, Handler]:
    """The webhook's one kind of job. Without a webhook in the settings, what still waited for it is dropped."""
    told = settings.require_webhook()

    async def drop(ctx: JobContext, payload: Mapping[str, Any]) -> None:
        log.info("webhook.dropped", extra={"job_id": ctx.job.id})

    if told is None:
        return {WEBHOOK: drop}
    url, secret = told
    webhook = Webhook(
        url,
        secret.reveal(),
        db,
        clock,
        prefix=settings.incident_prefix,
        private=settings.webhook_private == "on",
        # The rest of the workers stays with Slack, however long the receiver takes.
        most_at_once=max(1, settings.workers // 4),
    )
    return {WEBHOOK: webhook.deliver}


class Webhook:
    """The way to one receiver. Raises nothing but what the worker understands."""

    def __init__(
        self,
        url: str,
        secret: str,
        db: Database,
        clock: Clock,
        *,
        prefix: str = "INC",
        private: bool = False,
        most_at_once: int = 2,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        self._url = url
        self._secret = secret
        self._db = db
        self._clock = clock
        self._prefix = prefix
        self._private = private
        self._most_at_once = most_at_once
        self._timeout = timeout
        self._under_way = 0
        self._silences = 0
        """How often in a row nobody was there."""

    async def deliver(self, ctx: JobContext, payload: Mapping[str, Any]) -> None:
        """The job `webhook`: one delivery, whose id is the same however often it is tried."""
        await ctx.gate(WEBHOOK)
        if self._under_way >= (1 if self._silences else self._most_at_once):
            raise Retry(self._timeout if self._silences else _BREATH)
        self._under_way += 1
        try:
            body = await self._body(ctx, payload)
            if body is not None:
                self._judge(ctx, await self._post(ctx, str(payload["delivery"]), body))
        finally:
            self._under_way -= 1

    async def _body(self, ctx: JobContext, payload: Mapping[str, Any]) -> bytes | None:
        asked_long_ago = self._clock.now() - ctx.job.run_at >= _FOR_NAMES
        try:
            async with self._db.read() as session:
                return await body_of(
                    session, payload, prefix=self._prefix, private=self._private, nameless=asked_long_ago
                )
        except NamesAwaited:
            raise Retry(_BREATH) from None

    async def _post(self, ctx: JobContext, delivery: str, body: bytes) -> _Answer:
        now = self._clock.now()
        timestamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "tocsin-webhook/1",
            "X-Tocsin-Delivery": delivery,
            "X-Tocsin-Timestamp": timestamp,
            "X-Tocsin-Signature": signature(self._secret, timestamp, body),
        }
        timeout = aiohttp.ClientTimeout(total=self._timeout.total_seconds())
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
                # A redirect would send a signed body to somebody whom no operator named.
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return _Answer(response.status, _span(response.headers.get("Retry-After"), now))
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            raise self._nobody(ctx, type(broken).__name__, None) from None

    def _judge(self, ctx: JobContext, answer: _Answer) -> None:
        status = answer.status
        if status in _NOBODY_THERE:
            raise self._nobody(ctx, f"http_{status}", answer.after)
        if self._silences:
            log.info("webhook.answers_again", extra={"after": self._silences})
        self._silences = 0
        if 200 <= status < 300:
            return
        if status == 429:
            raise self._later(ctx, f"http_{status}", answer.after or wait_after(ctx.job.claims))
        if status >= 500 and ctx.job.failures + 1 < MOST_FAILURES:
            raise _Failed
        raise Permanent(f"webhook: http_{status}")

    def _nobody(self, ctx: JobContext, why: str, after: timedelta | None) -> Exception:
        """Nobody is there, for this or for any other delivery: all wait, so that the order is kept and no storm comes.

        It counts as no failure of the delivery, which holds its lane until somebody is there.
        """
        self._silences += 1
        wait = max(wait_after(self._silences), after or timedelta(0))
        log.warning("webhook.nobody_there", extra={"job_id": ctx.job.id, "fault": why, "in_a_row": self._silences})
        return self._later(ctx, why, wait)

    def _later(self, ctx: JobContext, why: str, wait: timedelta) -> Exception:
        if self._clock.now() - ctx.job.run_at >= PATIENCE:
            return Permanent(f"webhook: {why}, for a day")
        return Retry(min(wait, _LONGEST_PAUSE), WEBHOOK)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Tocsin-Signature` says: `v1=` and the HMAC-SHA256, in hex, of `v1:<timestamp>:<body>`."""
    signed = b"v1:" + timestamp.encode() + b":" + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _span(value: str | None, now: datetime) -> timedelta | None:
    """A Retry-After: seconds, or a date; None where it is neither."""
    if value is None:
        return None
    words = value.strip()
    if words.isascii() and words.isdigit():
        return timedelta(seconds=min(int(words[:9]), 10**8))
    try:
        until = parsedate_to_datetime(words)
    except (ValueError, OverflowError):  # the latter for a zone that is further away than a date can be
        return None
    return max((until if until.tzinfo else until.replace(tzinfo=UTC)) - now, timedelta(0))
