"""A channel's whole history read back, and what we never heard of it taken in. Knows no job and nobody to tell.

What cannot be recovered, since Slack does not keep it: slash commands, wordings between two edits, deleted messages,
when a reaction was set (its time is then that of the reading), and where very many reacted, who all of them were.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from bot.slack.api import SlackRefused
from bot.slack.bang import is_typed
from bot.slack.bot import Bot
from bot.slack.intake import SPOKEN, on_deleted, on_said, wording_ts
from bot.slack.marks import kind_of
from bot.slack.people import get_to_know
from bot.slack.posting import SKEW
from bot.slack.reactions import take
from bot.slack.scene import Scene, scene
from storage.away import is_away
from storage.gaps import Held, absence, held, marked_present, note_absence, pins_held, replies_held, set_recovered
from storage.tables import Channel
from storage.transcript import PIN, find_message, newer

log = logging.getLogger(__name__)

PAGE = 500  # messages; Slack takes up to 999
AT_ONCE = 50  # of those that differ, in one transaction: others wait for it

R_co = TypeVar("R_co")
R = TypeVar("R")


class Step(Protocol):
    """How one page is read: as a step of a job, so that a long reading goes on where it stopped, or at once."""

    async def __call__(self, name: str, call: Callable[[int], Awaitable[R]], /) -> R:
        """The result of `call`, which is given the attempt; JSON."""


async def at_once(_: str, call: Callable[[int], Awaitable[R]]) -> R:
    """A step that nobody remembers."""
    return await call(1)


class OutOfTime(Exception):
    """The reading took longer than it was given."""


@dataclass(slots=True)
class Found:
    """What was not as we held it: messages never heard, edits, marks and pins set or taken off, messages gone."""

    messages: int = 0
    edits: int = 0
    marks: int = 0
    gone: int = 0
    failed: int = 0
    """Messages that could not be taken in; the log says why."""

    @property
    def anything(self) -> bool:
        """Whether there is anything to tell."""
        return any(asdict(self).values())

    @property
    def changes(self) -> bool:
        """Whether a draft made without it may say something else."""
        return bool(self.messages or self.edits or self.marks or self.gone)

    def add(self, more: Mapping[str, int]) -> None:
        """Count what a page or a list brought."""
        for name, count in more.items():
            setattr(self, name, getattr(self, name) + count)


@dataclass(slots=True)
class _Page:
    """One page of history, for a job's step: ids and figures only, never words."""

    found: Found = field(default_factory=Found)
    threads: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    cursor: str = ""


class ReadingBack:
    """One reading of one channel. `until`: no page is begun after it (OutOfTime); what was read by then is kept."""

    def __init__(self, bot: Bot, channel: Channel, step: Step, *, until: datetime | None = None) -> None:
        self._bot, self._channel, self._step, self._until = bot, channel, step, until
        self.found = Found()

    async def run(self) -> None:
        """Read all of it. Raises what the API raises; `found` then has what came before."""
        begun_at = datetime.fromtimestamp(await self._step("begun", self._begin), UTC)
        seen, threads = await self._history()
        await self._pins(seen)
        await self._note_missing(seen, threads, begun_at)

    async def _begin(self, _: int) -> float:
        """When the reading began, also where it goes on after a wait: what was said since cannot be missing."""
        return self._bot.clock.now().timestamp()

    async def _history(self) -> tuple[set[str], list[str]]:
        """(every ts that Slack still shows, the threads that were read): parents, then threads that differ."""
        seen: set[str] = set()
        threads = [parent async for parent in self._all("history", "conversations.history", {}, seen)]
        for parent in threads:
            async for _ in self._all(f"replies:{parent}", "conversations.replies", {"ts": parent}, seen):
                pass
        return seen, threads

    async def _all(self, name: str, method: str, query: Mapping[str, Any], seen: set[str]) -> AsyncIterator[str]:
        """Every page of a listing; gives the threads that differ from ours."""
        cursor, number = "", 0
        while number == 0 or cursor:
            if self._until is not None and self._bot.clock.now() > self._until:
                raise OutOfTime
            page = await self._page(f"{name}:{number}", method, query, cursor)
            seen.update(page["seen"])
            self.found.add(page["found"])
            for parent in page["threads"] if method == "conversations.history" else ():
                yield parent
            cursor, number = page["cursor"], number + 1

    async def _page(self, step: str, method: str, query: Mapping[str, Any], cursor: str) -> dict[str, Any]:
        async def call(_: int) -> dict[str, Any]:
            asked = {"channel": self._channel.slack_id, "limit": PAGE, "cursor": cursor or None, **query}
            read_at = self._bot.clock.now()
            answer = await self._bot.api.call(method, query=asked)
            page = _Page(cursor=str((answer.get("response_metadata") or {}).get("next_cursor") or ""))
            # Oldest first: a command may follow from the one before.
            messages = sorted(answer.get("messages") or [], key=lambda one: str(one.get("ts")))
            page.seen = [str(message["ts"]) for message in messages]
            differing = await self._differing(messages, page)
            for begin in range(0, len(differing), AT_ONCE):
                await self._take_in(differing[begin : begin + AT_ONCE], page.found, read_at)
            return asdict(page)

        return await self._step(step, call)

    async def _differing(self, messages: list[Mapping[str, Any]], page: _Page) -> list[Mapping[str, Any]]:
        """The messages that are not as we hold them: of a long history that is none, and nobody waits for a look."""
        parents = {str(one["ts"]): one for one in messages if int(one.get("reply_count") or 0)}
        async with self._bot.db.read() as session:
            here = await scene(self._bot, session, self._channel.slack_id)
            if here is None:
                return []
            ours = await held(session, here.channel.id, page.seen)
            threads = await replies_held(session, here.channel.id, list(parents))
        for ts, parent in parents.items():
            count, latest = threads[ts]
            if count != int(parent["reply_count"]) or latest != str(parent.get("latest_reply") or latest):
                page.threads.append(ts)
        return [one for one in messages if self._differs(here, one, ours.get(str(one["ts"])))]

    def _differs(self, here: Scene, message: Mapping[str, Any], before: Held | None) -> bool:
        if message.get("subtype") == "tombstone":
            return before is not None and not before.is_deleted
        if message.get("subtype") not in SPOKEN or message.get("user") == self._bot.identity.user_id:
            return False
        shown, whole = _marks(here, message)
        marks = {one for one in before.marks if kind_of(here, one[1])} if before is not None else set()
        if bool(shown - marks) or (whole and bool(marks - shown)):
            return True
        return not self._worded(message, before)

    def _worded(self, message: Mapping[str, Any], before: Held | None) -> bool:
        """Whether we hold what the message says, or may not, or know better: an event has overtaken the reading."""
        if before is None:
            return False
        text = str(message.get("text") or "")
        if before.is_erased or before.is_deleted or before.text == text:
            return True
        if before.text is None and before.is_heard and self._bot.settings.capture == "marked":
            return not before.marks and not is_typed(text)
        stale = before.event_ts is not None and not newer(wording_ts(message), before.event_ts)
        return stale and message.get("edited") is None

    async def _take_in(self, messages: list[Mapping[str, Any]], found: Found, read_at: datetime) -> None:
        """Some of those that differ, in one transaction; one that cannot be taken in keeps no other out."""
        for user_id in _acting(messages, self._bot.settings.marks):
            await get_to_know(self._bot, self._bot.identity.team_id, user_id)
        async with self._bot.db.write() as session:
            here = await scene(self._bot, session, self._channel.slack_id)
            for message in messages if here is not None else ():
                assert here is not None
                here.reading_back = True
                counted = Found()
                try:
                    async with session.begin_nested():
                        await self._take(here, message, counted, read_at)
                except Exception as fault:  # as in a group commit: whichever it is, it fails alone
                    if is_away(fault):
                        raise
                    log.exception("a message could not be read back", extra={"ts": str(message["ts"])})
                    counted = Found(failed=1)
                found.add(asdict(counted))

    async def _take(self, here: Scene, message: Mapping[str, Any], found: Found, read_at: datetime) -> None:
        ts = str(message["ts"])
        if message.get("subtype") == "tombstone":  # not absence: Slack says itself that it was deleted
            await on_deleted(here, ts)
            found.gone += 1
            return
        row = await find_message(here.session, here.channel.id, ts)
        before = (await held(here.session, here.channel.id, [ts])).get(ts) if row is not None else None
        if not self._worded(message, before):
            await on_said(here, message, wording_ts(message))
            await set_recovered(here.session, here.channel.id, ts, at=read_at)
            heard = before is not None and before.is_heard
            found.edits, found.messages = found.edits + heard, found.messages + (not heard)
        shown, whole = _marks(here, message)
        standing = await marked_present(here.session, here.channel.id, ts)
        gone = {one for one in standing - shown if whole and kind_of(here, one[1])}
        for user_id, emoji in sorted((shown - standing) | gone):
            at = f"{read_at.timestamp():.6f}"
            present = (user_id, emoji) in shown
            found.marks += await take(here, ts=ts, user_id=user_id, emoji=emoji, event_ts=at, present=present)

    async def _pins(self, seen: set[str]) -> None:
        """Pins are a list of their own. One that is not on it was taken off, unless its message is gone as well."""

        async def call(_: int) -> int:
            read_at = self._bot.clock.now()
            listed = await self._bot.api.call("pins.list", query={"channel": self._channel.slack_id})
            pinned = {
                str(item["message"]["ts"]): str(item.get("created_by") or "")
                for item in listed.get("items") or []
                if (item.get("message") or {}).get("ts") and item["message"].get("user") != self._bot.identity.user_id
            }
            return await self._take_pins(pinned, seen, f"{read_at.timestamp():.6f}")

        try:
            self.found.marks += await self._step("pins", call)
        except SlackRefused as refused:
            log.warning("pins cannot be read", extra={"error": refused.error})

    async def _take_pins(self, pinned: Mapping[str, str], seen: set[str], at: str) -> int:
        async with self._bot.db.read() as session:
            ours = await pins_held(session, self._channel.id)
        new = [(ts, by_id, True) for ts, by_id in pinned.items() if ts not in ours]
        gone = [(ts, by_id, False) for ts, by_id in ours.items() if ts not in pinned and ts in seen]
        if not new and not gone:
            return 0
        for by_id in {by_id for _, by_id, _ in new}:
            await get_to_know(self._bot, self._bot.identity.team_id, by_id)
        taken = 0
        async with self._bot.db.write() as session:
            here = await scene(self._bot, session, self._channel.slack_id)
            for ts, by_id, present in [*new, *gone] if here is not None else ():
                assert here is not None
                here.reading_back = True
                taken += await take(here, ts=ts, user_id=by_id, emoji=PIN, event_ts=at, present=present)
        return taken

    async def _note_missing(self, seen: set[str], threads: list[str], begun_at: datetime) -> None:
        """What Slack shows no more is marked so, with the date, and kept: absence is never a deletion."""
        before, last = f"{(begun_at - SKEW).timestamp():.6f}", 0
        while True:
            async with self._bot.db.read() as session:
                found = await absence(session, self._channel.id, seen, threads, before=before, after=last)
            if found.gone or found.back:
                async with self._bot.db.write() as session:
                    await note_absence(session, found, at=self._bot.clock.now())
            self.found.gone += len(found.gone)
            if found.last is None:
                return
            last = found.last


def _marks(here: Scene, message: Mapping[str, Any]) -> tuple[set[tuple[str, str]], bool]:
    """((user, emoji) of the reactions that mark something, whether Slack names everybody who set one)."""
    shown: set[tuple[str, str]] = set()
    whole = True
    for reaction in message.get("reactions") or []:
        if kind_of(here, str(reaction.get("name"))) is None:
            continue
        users = [str(user) for user in reaction.get("users") or [] if user != here.bot.identity.user_id]
        whole = whole and int(reaction.get("count") or 0) <= len(reaction.get("users") or [])
        shown |= {(user, str(reaction["name"])) for user in users}
    return shown, whole


def _acting(messages: Iterable[Mapping[str, Any]], marks: Collection[str]) -> list[str]:
    """Who must be known before these are taken in: whoever records by `!verb`, or marks."""
    found: dict[str, None] = {}
    for message in messages:
        if not message.get("bot_id") and is_typed(str(message.get("text") or "")):
            found[str(message.get("user") or "")] = None
        for reaction in message.get("reactions") or []:
            if str(reaction.get("name")).partition("::")[0] in marks:
                found |= dict.fromkeys(str(user) for user in reaction.get("users") or [])
    return [user_id for user_id in found if user_id]
