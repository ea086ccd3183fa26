"""Where an event happens: one of our channels, its incident, one transaction. Knows no kind of event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.timeline import Entry
from bot.slack.bot import Bot
from bot.slack.call import Call
from storage.incidents import place_of
from storage.queue import Job, rearm
from storage.tables import Channel, Incident, Message, Workspace
from storage.transcript import message_of_origin


@dataclass(slots=True)
class Scene:
    """One event in one of our channels. `now` is aware UTC; `reading_back`: it was not heard, history shows it."""

    bot: Bot
    session: AsyncSession
    workspace: Workspace
    channel: Channel
    incident: Incident
    now: datetime
    reading_back: bool = False


async def scene(bot: Bot, session: AsyncSession, slack_channel_id: str) -> Scene | None:
    """The incident's scene of a channel; None where the channel is none of ours."""
    place = await place_of(session, bot.identity.team_id, slack_channel_id)
    return Scene(bot, session, *place, bot.clock.now()) if place else None


async def acknowledge(at: Scene, row: Message, why: str, user_id: str) -> None:
    """Have the bot answer on a message: with a reaction of its own, and privately where something must be said.

    `why`: its words were `recorded` or `refused`, it was marked (`mark`) or `unmarked`, or it is only to be `shown`.
    """
    await rearm(at.session, _answer(row.id, at.incident.id, why, user_id, at.now))


async def show_on_message(call: Call, entry: Entry, why: str) -> None:
    """Have the bot's reaction on the message that an entry comes from say what became of the entry by a command."""
    message_id = await message_of_origin(call.session, call.workspace.id, entry.origin) if entry.origin else None
    if message_id is not None:
        await rearm(call.session, _answer(message_id, call.about.id, why, call.actor.user_id, call.now))


def _answer(message_id: int, incident_id: int, why: str, user_id: str, at: datetime) -> Job:
    return Job(
        id=f"again:acknowledge:{message_id}",
        kind="acknowledge_message",
        lane=f"message:{message_id}",
        payload={"message": message_id, "incident": incident_id, "why": why, "user": user_id},
        run_at=at,
    )


async def offer_difference(at: Scene, row: Message, entry: Entry, user_id: str, why: str) -> None:
    """Tell somebody privately that Slack and an entry differ now, and offer to take Slack's side.

    `why`: the words were `edited`, the message was `unmarked`, or it is gone and its entry could not be (`kept`).
    """
    await rearm(
        at.session,
        Job(
            id=f"again:offer:{row.id}",
            kind="offer_difference",
            lane=f"message:{row.id}",
            payload={
                "message": row.id,
                "incident": at.incident.id,
                "number": entry.number,
                "user": user_id,
                "why": why,
            },
            run_at=at.now,
        ),
    )
