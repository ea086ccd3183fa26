"""What is said of an incident to one person alone, and whether it may be said outside of its channel. Knows no job."""

from __future__ import annotations

from bot.slack.answer import Answer
from bot.slack.bot import Bot
from bot.slack.gate import Who
from bot.slack.people import get_to_know, who
from bot.slack.posting import whisper, write_to
from storage.incidents import channel_of_incident, incident_by_id
from storage.people import find_person
from storage.tables import Channel, Incident


async def tell_of(bot: Bot, incident_id: int, user_id: str, answer: Answer) -> bool:
    """In the incident's channel; where that does not go, in a direct message if they may hear of it there. False where
    nothing was said."""
    incident, channel = await _place(bot, incident_id)
    if channel is not None:
        if await whisper(bot.api, channel=channel.slack_id, user=user_id, text=answer.words, blocks=answer.blocks()):
            return True
        if not await hears_elsewhere(bot, incident, user_id):
            return False
    # Without a channel nobody knows of it but who declared it, or asked for something of it.
    return await write_to(bot.api, user=user_id, text=answer.words, blocks=answer.blocks())


async def remind_of(bot: Bot, incident_id: int, user_id: str, answer: Answer) -> bool:
    """In a direct message, which stays; in the channel where they may hear of the incident only there. False where
    nothing was said."""
    incident, channel = await _place(bot, incident_id)
    text, blocks = answer.words, answer.blocks()
    if await hears_elsewhere(bot, incident, user_id):
        return await write_to(bot.api, user=user_id, text=text, blocks=blocks)
    return channel is not None and await whisper(
        bot.api, channel=channel.slack_id, user=user_id, text=text, blocks=blocks
    )


async def hears_elsewhere(bot: Bot, incident: Incident, user_id: str) -> bool:
    """Whether somebody may hear of an incident outside of its channel: members may, of one that is not private."""
    if incident.visibility == "private":
        return False
    await get_to_know(bot, bot.identity.team_id, user_id)
    async with bot.db.read() as session:
        person = await find_person(session, bot.identity.team_id, user_id)
    return person is not None and who(person) is Who.MEMBER


async def _place(bot: Bot, incident_id: int) -> tuple[Incident, Channel | None]:
    async with bot.db.read() as session:
        return await incident_by_id(session, incident_id), await channel_of_incident(session, incident_id)
