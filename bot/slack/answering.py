"""What somebody whom an escalation asks does in the channel afterwards, taken as their answer. Knows no command."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.escalation import to_answer
from bot.domain.incident import CLOSED
from bot.domain.timeline import Change, Entry, Kind, NewEntry, Source
from bot.incidents import record
from bot.jobs import JobContext
from bot.slack.bot import Bot
from bot.slack.escalating import answer_job, asked_by
from bot.slack.instants import instant
from bot.slack.intake import SPOKEN
from bot.slack.scene import Scene
from storage.entries import entries_of
from storage.incidents import incident_by_id
from storage.queue import enqueue


async def heard_from(at: Scene, event: Mapping[str, Any]) -> None:
    """Somebody wrote, reacted or pinned: an answer, where an escalation waits for them. Free where none does."""
    user_id = str(event.get("user") or "")
    if not at.incident.awaited or user_id not in at.incident.awaited:
        return
    # Joining is told in a message too, with its own subtype.
    spoken = event.get("type") == "message" and event.get("subtype") in SPOKEN and not event.get("bot_id")
    if spoken or event.get("type") in ("reaction_added", "pin_added"):
        source = Source.MESSAGE if spoken else Source.REACTION
        ts = str(event.get("event_ts") or event.get("ts"))
        await enqueue(at.session, answer_job(at.bot, at.incident, user_id, ts, source))


async def note_answer(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `note_answer`: what somebody did in the channel answers the escalations that asked them before."""
    user_id, done_at = str(payload["user"]), instant(str(payload["ts"]))

    async def save(session: AsyncSession) -> None:
        incident = await incident_by_id(session, int(payload["incident"]))
        entries = await entries_of(session, incident.id, kinds=[Kind.ESCALATED, Kind.ANSWERED])
        whom = await asked_by(session, incident.id, entries)
        new = tuple(
            _answer(bot, incident.id, user_id, one, done_at, Source(str(payload["source"])))
            for one in to_answer(entries, user_id, whom, done_at)
        )
        if incident.status in CLOSED:
            incident.awaited = None
            session.add(incident)
        elif new:
            now = bot.clock.now().replace(microsecond=0)
            await record(session, incident, Change("escalation.answered", new), at=now)

    await ctx.finish(save)


def _answer(bot: Bot, incident_id: int, user_id: str, escalation: Entry, done_at: datetime, source: Source) -> NewEntry:
    """Recorded by the bot: nobody's *undo* takes it for their own last entry."""
    return NewEntry(
        kind=Kind.ANSWERED,
        text="",
        occurred_at=done_at,
        author_id=user_id,
        recorded_by_id=bot.identity.user_id,
        source=source,
        key=f"answered:{incident_id}:{escalation.number}:{user_id}",
        data={"escalation": escalation.number},
    )
