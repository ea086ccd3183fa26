"""Socket Mode: keeps one to ten links to Slack standing and hears on each of them. Knows no event and no command.

Our own and not slack_sdk's client (3.47), which closes a link before it has the next one, sends an acknowledgement on
whichever link there is then, tries again without growing pauses, and does not know which of its listeners still run.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_bolt.response import BoltResponse
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env

from bot.jobs import Permanent, Retry
from bot.slack.api import SlackApi, SlackRefused, SlackUnwell, permanent
from bot.slack.link import Link, NoHello, Patience
from bot.slack.receiving import Connected, Receiver
from bot.slack.strangers import Others, Strangers

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
#: Payloads under way on one link; a link that has more is not read, and Slack notices by itself.
MOST_AT_ONCE = 1_000
#: A link that Slack takes away at once, and again: after so many within ten seconds the next one waits its turn.
_HASTY, _HASTE = 3, 10.0

SWITCHED_OFF = "Socket Mode is switched off in the app's settings (link_disabled)"
_KINDS = {"events_api": "event", "slash_commands": "command", "interactive": "interaction"}


class Connections:
    """`start` returns when the first link stands; the others follow. `stop` ends intake, waits for what runs, closes.

    `api` calls with the app-level token. `others` knows how many links the other live replicas keep.
    """

    def __init__(
        self,
        receiver: Receiver,
        api: SlackApi,
        *,
        count: int = 1,
        patience: Patience | None = None,
        others: Others | None = None,
    ) -> None:
        self._receiver = receiver
        self._strangers = Strangers(receiver.metrics, others)
        self._api = api
        self._count = count
        self._patience = patience or Patience()
        self._links: list[Link] = []  # those that are read
        self._held: set[Link] = set()  # and those that others took the place of, until what came on them is answered
        self._slots: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._turn = asyncio.Lock()
        self._stands: asyncio.Future[None] | None = None
        self._failures = 0
        self._opening = False
        self._missed_since: datetime | None = None
        self._disabled = False
        self._trouble: str | None = "not connected yet"

    async def start(self) -> None:
        """Connect. Waits as long as Slack is unwell; raises Permanent where the token is refused for good."""
        self._session = aiohttp.ClientSession()
        self._stands = asyncio.get_running_loop().create_future()
        self._slots = [asyncio.create_task(self._keep(), name=f"socket {n + 1}") for n in range(self._count)]
        await self._stands

    @property
    def trouble(self) -> str | None:
        """Why nothing comes from Slack, for the operator; None while a link stands."""
        return None if self._links and not self._disabled else self._trouble

    @property
    def busy(self) -> bool:
        """Whether a payload is unanswered or a link being opened; not while that waits before it is tried again."""
        return self._opening or self._receiver.busy

    async def stop(self, seconds: float = 3.0) -> None:
        """Read no more, wait until every payload is answered (at most so long, real time), close the links."""
        for link in self._held:
            link.leave("stopped")
        await _cancelled([*self._slots, *self._tasks])
        await self._receiver.finish(seconds)
        await _cancelled([task for link in self._held for task in link.tasks])
        await asyncio.gather(*(link.close() for link in self._held))
        if self._session is not None:
            await self._session.close()

    # One slot: a link, and after it the next one

    async def _keep(self) -> None:
        opened: deque[float] = deque(maxlen=_HASTY)
        loop, old = asyncio.get_running_loop(), None
        while True:
            hasty = len(opened) == _HASTY and loop.time() - opened[0] < _HASTE
            try:
                link = await self._open(hasty)
            except Permanent as refused:
                assert self._stands is not None
                self._stands.set_exception(refused)
                return
            opened.append(loop.time())
            if old is not None:
                self._go(self._retire(old))
            old = link
            await link.leaving.wait()

    async def _retire(self, link: Link) -> None:
        await link.finish(self._patience.farewell)
        self._held.discard(link)

    async def _open(self, hasty: bool) -> Link:
        """A link that said hello, however long it takes. One at a time, so that all slots wait for one failure."""
        async with self._turn:
            while True:
                if hasty or self._failures:
                    await self._receiver.clock.sleep(self._wait())
                hasty, after = False, None
                self._opening = True
                try:
                    return await self._opened()
                except Retry as limited:
                    after, fault = limited.after, "rate limited"
                except SlackRefused as refused:
                    if not self._stood:
                        raise permanent(refused) from None
                    fault = refused.error
                except NoHello as silent:
                    fault = silent.reason
                except (SlackUnwell, aiohttp.ClientError, OSError, TimeoutError) as unwell:
                    fault = str(unwell) if isinstance(unwell, SlackUnwell) else type(unwell).__name__
                finally:
                    self._opening = False
                self._failed(fault)
                if after is not None:
                    await self._receiver.clock.sleep(after.total_seconds())

    async def _opened(self) -> Link:
        assert self._session is not None
        address = (await self._api.call("apps.connections.open")).get("url")
        if not isinstance(address, str):
            raise NoHello("no address")
        link = await Link.open(self._session, address, load_http_proxy_from_env(), self._patience)
        try:
            hello = await link.hello()
        except BaseException:
            await link.close()
            raise
        self._stand(link, hello)
        return link

    @property
    def _stood(self) -> bool:
        return self._stands is not None and self._stands.done()

    def _wait(self) -> float:
        """Seconds before the next try: 1, 2, 4 … 30, spread so that replicas do not all come at once."""
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** max(0, self._failures - 1))
        return longest * random.uniform(0.8, 1.0)  # noqa: S311

    def _failed(self, fault: str) -> None:
        self._failures += 1
        if fault == "link_disabled":
            self._switched_off()
        if not self._disabled:
            self._trouble = f"Slack gives no connection: {fault}"
        level = logging.ERROR if self._failures == 5 else logging.WARNING
        log.log(level, "no connection to Slack yet", extra={"fault": fault, "tries": self._failures})

    def _switched_off(self) -> None:
        if not self._disabled:
            log.error("Socket Mode is switched off in the app's settings; nothing comes until it is on again")
        self._disabled, self._trouble, self._failures = True, SWITCHED_OFF, max(1, self._failures)

    # What comes on a link

    def _stand(self, link: Link, hello: dict[str, Any]) -> None:
        self._failures, self._disabled = 0, False
        self._links.append(link)
        self._held.add(link)
        self._receiver.metrics.connections.set(len(self._links))
        self._go(self._strangers.count(int(hello.get("num_connections") or 0), len(self._links)))
        missed_since, self._missed_since = self._missed_since, None
        self._receiver.tell(Connected(first=not self._stood, missed_since=missed_since))
        self._go(self._read(link))
        log.info("connected to Slack", extra={"links": len(self._links), "missed_since": missed_since})
        if self._stands is not None and not self._stands.done():
            self._stands.set_result(None)

    async def _read(self, link: Link) -> None:
        room = asyncio.Semaphore(MOST_AT_ONCE)
        try:
            while (frame := await link.frame()) is not None:
                self._receiver.metrics.heard(self._receiver.clock.now())
                if frame.get("type") == "disconnect":
                    self._told_to_leave(link, str(frame.get("reason") or "disconnect"))
                elif frame.get("envelope_id") and isinstance(frame.get("payload"), dict):
                    await room.acquire()
                    task = asyncio.create_task(self._take(link, frame), name="payload")
                    link.tasks.add(task)
                    task.add_done_callback(link.tasks.discard)
                    task.add_done_callback(lambda _: room.release())
        finally:
            link.leave("closed")
            self._over(link)

    def _told_to_leave(self, link: Link, reason: str) -> None:
        if reason == "link_disabled":
            self._switched_off()
        elif reason == "too_many_websockets":
            log.warning("Slack has too many connections of this app: ten are the most, all copies together")
            self._failures = max(1, self._failures)
        link.leave(reason)

    def _over(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        self._links.remove(link)
        now = self._receiver.clock.now()
        if link.why == "silent":
            self._strangers.went_silent()
            now -= timedelta(seconds=loop.time() - link.heard_at)
        if not self._links or link.why == "silent":
            self._missed_since = min(now, self._missed_since or now)
        if not self._disabled:
            self._trouble = f"the connection ended: {link.why}"
        self._receiver.metrics.ended(link.why)
        self._receiver.metrics.connections.set(len(self._links))
        log.info("a connection to Slack ended", extra={"reason": link.why, "links": len(self._links)})

    async def _take(self, link: Link, frame: dict[str, Any]) -> None:
        """One payload: run it, and acknowledge it if that went well. Otherwise Slack sends events again."""
        loop = asyncio.get_running_loop()
        arrived = loop.time()
        kind = _KINDS.get(str(frame.get("type")), "other")
        with self._receiver.under_way():
            headers = {"x-slack-retry-num": str(frame.get("retry_attempt") or 0)}
            if reason := frame.get("retry_reason"):
                headers["x-slack-retry-reason"] = str(reason)
            response = await self._receiver.run(frame["payload"], headers)
            outcome = "failed"
            if response.status == 200:
                sent = await self._acknowledge(link, _acknowledgement(str(frame["envelope_id"]), response))
                outcome = "acknowledged" if sent else "unsent"
            if outcome != "acknowledged":
                log.warning("a payload was not acknowledged", extra={"kind": kind, "outcome": outcome})
            self._receiver.metrics.answered(kind, outcome, loop.time() - arrived)

    async def _acknowledge(self, link: Link, frame: dict[str, Any]) -> bool:
        """On the link that the payload came by; where that is gone, on another, which Slack may or may not honour."""
        if await link.send(frame):
            return True
        for other in list(self._links):
            if other is not link and await other.send(frame):
                return True
        return False

    def _go(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _acknowledgement(envelope_id: str, response: BoltResponse) -> dict[str, Any]:
    if not response.body:
        return {"envelope_id": envelope_id}
    kind = response.headers.get("content-type", [""])[0]
    payload = json.loads(response.body) if kind.startswith("application/json") else {"text": response.body}
    return {"envelope_id": envelope_id, "payload": payload}


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
