"""Healing gaps: an incident's whole history read back, and what we never heard filled in. Absence is never a deletion.

What cannot be recovered, since Slack does not keep it: slash commands, wordings between two edits, deleted messages,
and when a reaction was set (its time is then that of the reading).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import CLOSED
from bot.jobs import JobContext
from bot.slack.answer import Answer
from bot.slack.api import SlackRefused
from bot.slack.bot import Bot
from bot.slack.intake import SPOKEN, on_said
from bot.slack.marks import kind_of
from bot.slack.posting import tell_privately
from bot.slack.reactions import take
from bot.slack.scene import Scene, scene
from storage.incidents import channel_of_incident, every_incident, incident_by_id
from storage.queue import Job, rearm
from storage.tables import Channel
from storage.transcript import (
    PIN,
    find_message,
    mark_missing,
    marked_present,
    newer,
    replies_known,
    set_recovered,
)

log = logging.getLogger(__name__)

PAGE = 200  # messages; Slack takes up to 999, but a page is one transaction here


@dataclass(slots=True)
class Found:
    """What one page of history brought: for the job's step, so ids and figures only."""

    recovered: int = 0
    threads: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    cursor: str = ""

    def stored(self) -> dict[str, Any]:
        """As a step keeps it."""
        return {"recovered": self.recovered, "threads": self.threads, "seen": self.seen, "cursor": self.cursor}


async def heal(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `heal`: at start, after a reconnect and before a draft, for one incident."""
    async with bot.db.read() as session:
        incident = await incident_by_id(session, int(payload["incident"]))
        channel = await channel_of_incident(session, incident.id)
    if channel is None or channel.is_deleted:
        return
    begun = bot.clock.now()
    healing = _Healing(bot, ctx, channel, begun)
    try:
        seen, recovered = await healing.history()
    except SlackRefused as refused:
        log.warning("history cannot be read", extra={"incident": incident.number, "error": refused.error})
        return
    await healing.pins()
    await healing.note_missing(seen)
    if recovered and incident.commander_id:
        words = bot.wording.say("lines.recovered", count=recovered)

        async def tell(_: int) -> bool:
            return await tell_privately(
                bot.api,
                channel=channel.slack_id,
                user=str(incident.commander_id),
                text=words,
                blocks=Answer(words).blocks(),
            )

        await ctx.step("tell", tell)


async def heal_all(bot: Bot) -> None:
    """Have every open incident healed: at start and after a reconnect, when events may have been missed."""
    now = bot.clock.now()
    async with bot.db.write() as session:
        for incident in await every_incident(session):
            if incident.status not in CLOSED:
                job = Job(
                    id=f"again:heal:{incident.id}",
                    kind="heal",
                    lane=f"incident:{incident.id}",
                    payload={"incident": incident.id},
                    run_at=now,
                )
                await rearm(session, job)


class _Healing:
    def __init__(self, bot: Bot, ctx: JobContext, channel: Channel, begun: datetime) -> None:
        self.bot, self.ctx, self.channel, self.begun = bot, ctx, channel, begun

    async def history(self) -> tuple[set[str], int]:
        """(every ts that Slack still shows, how much was recovered): parents, then threads that differ from ours."""
        seen: set[str] = set()
        threads: list[str] = []
        recovered, cursor, page = 0, "", 0
        while page == 0 or cursor:
            found = await self._page(f"history:{page}", "conversations.history", {}, cursor)
            seen |= set(found["seen"])
            threads += found["threads"]
            recovered += found["recovered"]
            cursor, page = found["cursor"], page + 1
        for parent in threads:
            cursor, page = "", 0
            while page == 0 or cursor:
                found = await self._page(f"replies:{parent}:{page}", "conversations.replies", {"ts": parent}, cursor)
                seen |= set(found["seen"])
                recovered += found["recovered"]
                cursor, page = found["cursor"], page + 1
        return seen, recovered

    async def _page(self, step: str, method: str, query: Mapping[str, Any], cursor: str) -> dict[str, Any]:
        """One page, taken in within one transaction; the step keeps ids and figures, never words."""

        async def call(_: int) -> dict[str, Any]:
            asked = {"channel": self.channel.slack_id, "limit": PAGE, "cursor": cursor or None, **query}
            answer = await self.bot.api.call(method, query=asked)
            found = Found(cursor=str((answer.get("response_metadata") or {}).get("next_cursor") or ""))
            async with self.bot.db.write() as session:
                here = await scene(self.bot, session, self.channel.slack_id)
                if here is None:
                    return found.stored()
                # Oldest first, so that a thread's parent is there before its replies.
                for message in sorted(answer.get("messages") or [], key=lambda one: str(one.get("ts"))):
                    await self._take(here, message, found)
            self.bot.metrics.recovered(found.recovered)
            return found.stored()

        return await self.ctx.step(step, call)

    async def _take(self, here: Scene, message: Mapping[str, Any], found: Found) -> None:
        ts = str(message["ts"])
        found.seen.append(ts)
        own = message.get("user") == self.bot.identity.user_id
        if message.get("subtype") not in SPOKEN or own:
            return
        before = await find_message(here.session, here.channel.id, ts)
        known = before is not None and (
            before.text == message.get("text")
            or before.erased_at is not None
            or (before.text is None and self.bot.settings.capture == "marked" and before.event_ts is not None)
        )
        if not known and (before is None or not _older(message, before.event_ts)):
            await on_said(here, message, _version(message))
            await set_recovered(here.session, here.channel.id, ts, at=self.begun)
            found.recovered += 1
        await self._reactions(here, message, ts)
        if int(message.get("reply_count") or 0) and await self._thread_differs(here.session, message):
            found.threads.append(ts)

    async def _thread_differs(self, session: AsyncSession, parent: Mapping[str, Any]) -> bool:
        count, latest = await replies_known(session, self.channel.id, str(parent["ts"]))
        return count != int(parent["reply_count"]) or latest != str(parent.get("latest_reply") or latest)

    async def _reactions(self, here: Scene, message: Mapping[str, Any], ts: str) -> None:
        """Marks that Slack shows and we lack; and those that we hold and it has no more, where it names everybody."""
        shown: set[tuple[str, str]] = set()
        whole = True
        for reaction in message.get("reactions") or []:
            if kind_of(here, str(reaction.get("name"))) is None:
                continue
            users = [str(user) for user in reaction.get("users") or []]
            whole = whole and int(reaction.get("count") or 0) == len(users)
            shown |= {(user, str(reaction["name"])) for user in users}
        held = {one for one in await marked_present(here.session, here.channel.id, ts) if one[1] != PIN}
        for user, emoji in sorted(shown - held):
            await self._mark(here, ts, user, emoji, present=True)
        for user, emoji in sorted(held - shown) if whole else ():
            if kind_of(here, emoji) is not None:
                await self._mark(here, ts, user, emoji, present=False)

    async def _mark(self, here: Scene, ts: str, user: str, emoji: str, *, present: bool) -> None:
        read_at = f"{self.begun.timestamp():.6f}"
        await take(here, ts=ts, user_id=user, emoji=emoji, event_ts=read_at, present=present)

    async def pins(self) -> None:
        """Pins are a list of their own; one that is gone was taken off."""

        async def call(_: int) -> int:
            listed = await self.bot.api.call("pins.list", query={"channel": self.channel.slack_id})
            pinned = {
                str(item["message"]["ts"]): str(item.get("created_by") or "")
                for item in listed.get("items") or []
                if (item.get("message") or {}).get("ts") and (item["message"].get("user") != self.bot.identity.user_id)
            }
            async with self.bot.db.write() as session:
                here = await scene(self.bot, session, self.channel.slack_id)
                for ts, by_id in pinned.items() if here is not None else ():
                    assert here is not None
                    held = {emoji for _, emoji in await marked_present(session, here.channel.id, ts)}
                    if PIN not in held:
                        read_at = f"{self.begun.timestamp():.6f}"
                        await take(here, ts=ts, user_id="", emoji=PIN, event_ts=read_at, present=True, by_id=by_id)
            return len(pinned)

        try:
            await self.ctx.step("pins", call)
        except SlackRefused as refused:
            log.warning("pins cannot be read", extra={"error": refused.error})

    async def note_missing(self, seen: set[str]) -> None:
        """What Slack shows no more is marked so, with the date, and kept."""

        async def nothing(_: int) -> None:
            return None

        async def save(session: AsyncSession, _: None) -> None:
            await mark_missing(session, self.channel.id, seen, before=self.begun, at=self.begun)

        await self.ctx.step("missing", nothing, save)


def _version(message: Mapping[str, Any]) -> str:
    """What orders a wording read from history: its edit (cut to seconds by Slack), at least just after the message."""
    ts, edited = str(message["ts"]), (message.get("edited") or {}).get("ts")
    if edited is None:
        return ts
    whole, _, part = ts.partition(".")
    just_after = f"{whole}.{int(part or 0) + 1:06d}"
    return str(edited) if newer(str(edited), just_after) else just_after


def _older(message: Mapping[str, Any], event_ts: str | None) -> bool:
    """Whether what history shows is older than what we hold: an event has overtaken the reading."""
    return event_ts is not None and not newer(_version(message), event_ts) and (message.get("edited") is None)
