"""Where a bot can die: around each commit, acknowledgement and Slack call. Lives in the bot's process, put on from
outside; the bot knows nothing of it.

A boundary has a name that is the same in every telling of one story, such as `call after pins.add in job open #1`.
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.jobs import Worker
from bot.slack.api import SlackApi
from bot.slack.link import Link
from bot.slack.receiving import Receiver
from storage.behind import _GUARD
from storage.brief import Brief
from storage.database import Database

#: The file in a bot's folder that says where to die and where to note down what was passed.
ORDERS = "die.json"

_work: ContextVar[str] = ContextVar("work", default="start")


class Watch:
    """Counts the boundaries that are passed once it is armed, and kills the process at the one it was told of."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._target: str | None = None
        self._noted: Path | None = None
        self._passed: Counter[str] = Counter()

    @property
    def armed(self) -> bool:
        """Whether it counts."""
        return self._target is not None or self._noted is not None

    def arm(self) -> None:
        """Do what stands in the file of orders now: count from here on, note down, die somewhere, or none of it."""
        orders = json.loads((self._folder / ORDERS).read_text())
        self._target, self._noted = orders["target"], Path(orders["noted"]) if orders["noted"] else None
        self._passed.clear()

    def passes(self, what: str) -> None:
        """A boundary is reached; the process may end here."""
        if not self.armed:
            return
        named = f"{what} in {_work.get()}"
        self._passed[named] += 1
        numbered = f"{named} #{self._passed[named]}"
        if self._noted is not None:
            with self._noted.open("a") as noted:
                noted.write(numbered + "\n")
        if numbered == self._target:
            os.kill(os.getpid(), signal.SIGKILL)


def install(folder: Path) -> Watch:
    """Put the watch around the bot's commits, acknowledgements and calls; it does nothing until it is armed."""
    watch = Watch(folder)
    _name_the_work()
    _around_commits(watch)
    _around_brief_commits(watch)
    _around_acknowledgements(watch)
    _around_calls(watch)
    return watch


def _name_the_work() -> None:
    run, perform, turn = Receiver.run, Worker._perform, Worker._round

    async def named_run(self: Receiver, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        event = body.get("event") or {}
        verb = f"{body.get('command')} {str(body.get('text')).split(' ')[0]}"
        kind = f"{event.get('type')} {event.get('subtype') or ''}" if event else verb
        _work.set(kind.strip())
        return await run(self, body, headers)

    async def named_perform(self: Worker, job: Any) -> None:
        _work.set(f"job {job.kind}")
        await perform(self, job)

    async def named_round(self: Worker, now: Any) -> Any:
        _work.set("worker")
        return await turn(self, now)

    Worker._round = named_round  # type: ignore[method-assign]
    Receiver.run = named_run  # type: ignore[method-assign]
    Worker._perform = named_perform  # type: ignore[method-assign]


def _around_commits(watch: Watch) -> None:
    write = Database.write

    @asynccontextmanager
    async def watched(self: Database) -> AsyncIterator[Any]:
        async with write(self) as session:
            before = await _writes(self, session) if watch.armed else None
            yield session
            await session.flush()
            wrote = watch.armed and before != await _writes(self, session)
            if wrote:
                watch.passes("commit before")
        if wrote:
            watch.passes("commit after")

    Database.write = watched  # type: ignore[method-assign, assignment]


def _around_brief_commits(watch: Watch) -> None:
    """What a command by itself writes on PostgreSQL, in one statement that is its own transaction."""
    write = Brief.write

    async def watched(self: Brief) -> None:
        if _GUARD in self.session.info:
            watch.passes("commit before")
        await write(self)
        if self.writing:
            watch.passes("commit after")

    Brief.write = watched  # type: ignore[method-assign]


async def _writes(db: Database, session: AsyncSession) -> Any:
    """Something that differs once the transaction has written: a commit of nothing is no boundary."""
    ask = "SELECT total_changes()" if db.dialect == "sqlite" else "SELECT pg_current_xact_id_if_assigned() IS NULL"
    return (await session.execute(text(ask))).scalar_one()


def _around_acknowledgements(watch: Watch) -> None:
    send = Link.send

    async def watched(self: Link, frame: Mapping[str, Any]) -> bool:
        watch.passes("ack before")
        sent = await send(self, frame)
        watch.passes("ack after")
        return sent

    Link.send = watched  # type: ignore[method-assign]


def _around_calls(watch: Watch) -> None:
    call, upload = AsyncWebClient.api_call, SlackApi.upload

    async def watched_call(self: AsyncWebClient, method: str, *rest: Any, **named: Any) -> Any:
        watch.passes(f"call before {method}")
        answer = await call(self, method, *rest, **named)
        watch.passes(f"call after {method}")
        return answer

    async def watched_upload(self: SlackApi, url: str, content: bytes) -> None:
        watch.passes("call before upload")
        await upload(self, url, content)
        watch.passes("call after upload")

    AsyncWebClient.api_call = watched_call  # type: ignore[method-assign]
    SlackApi.upload = watched_upload  # type: ignore[method-assign]


def kind_of(boundary: str) -> str:
    """`commit before`, `commit after`, `ack before`, … of a boundary's name."""
    return " ".join(re.findall(r"^\w+ \w+", boundary))
