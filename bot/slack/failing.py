"""What people hear of work that was given up: which, why in Slack's word, and what a person must do. Said once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.timeline import Kind
from bot.jobs import JobContext
from bot.jobs.outcome import DIED
from bot.slack.answer import Answer, Button
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.telling import tell_of
from storage.queue import FailedJob, Job, enqueue

#: Work whose failing is no news: what tells of failing, and look-ups that only make a name nicer.
UNTOLD = frozenset({"tell_failed", "tell_recovered", "learn_person", "learn_group", "fetch_message", "leave_topic"})
#: Work of which an incident has many alike: told once for the incident and a reason, not for each.
ALIKE = frozenset({"webhook"})


async def on_failed(session: AsyncSession, failed: FailedJob) -> None:
    """Have people told, in the transaction that gives a job up."""
    incident_id = failed.payload.get("incident")
    if incident_id is None or failed.kind in UNTOLD:
        return
    await enqueue(
        session,
        Job(
            # Once for a job and a reason: tried again and failed again, it says nothing new.
            id=f"tell:{failed.lane if failed.kind in ALIKE else failed.id}:{failed.error}"[:255],
            kind="tell_failed",
            run_at=failed.failed_at + timedelta(seconds=1),
            payload={"incident": incident_id, "kind": failed.kind, "error": failed.error},
        ),
    )


async def tell_failed(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `tell_failed`: privately, to who leads the incident, or who declared it."""
    incident_id = int(payload["incident"])
    _, record, _ = await read_face(bot, incident_id)
    declared = next(entry for entry in record.entries if entry.kind is Kind.DECLARED)
    error = str(payload["error"])
    died = error.startswith(DIED)
    words = bot.wording.say(
        "lines.failed",
        label=record.label,
        kind=str(payload["kind"]),
        # `conversations.create: restricted_action` is Slack's word; a class and a line of ours belong in the log.
        error=error if " at " not in error and not died else None,
        code="died" if died else error.partition(": ")[2].partition(" ")[0],
        command=bot.settings.command,
    )
    answer = Answer(words, (Button(bot.wording.plain("labels.try_again"), f"repair {record.label}"),))

    async def tell(_: int) -> bool:
        return await tell_of(bot, incident_id, record.state.commander_id or declared.author_id, answer)

    await ctx.step("tell", tell)
