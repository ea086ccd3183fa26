"""An incident as it stands, read for whatever shows it. Knows no job."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.record import Record
from bot.incidents import read_record
from bot.slack.bot import Bot
from bot.slack.card import Face
from bot.wording import Wire
from storage.incidents import channel_of_incident, incident_by_id, incidents_of
from storage.tables import Incident


async def read_face(bot: Bot, incident_id: int) -> tuple[Incident, Record, Face]:
    """An incident with its record and how it shows itself now."""
    async with bot.db.read() as session:
        incident = await incident_by_id(session, incident_id)
        record = await read_record(
            session, incident, zone_label=bot.settings.timezone_label, prefix=bot.settings.incident_prefix
        )
        same = await _channel_of_same(session, incident, record)
    return incident, record, Face(record, bot.settings, bot.wording, bot.clock.now(), same)


async def _channel_of_same(session: AsyncSession, incident: Incident, record: Record) -> Wire | None:
    """The channel that a duplicate points to; never that of a private incident."""
    if record.state.duplicate_of is None:
        return None
    others = await incidents_of(session, incident.workspace_id)
    other = next((one for one in others if one.number == record.state.duplicate_of), None)
    if other is None or other.visibility == "private":
        return None
    channel = await channel_of_incident(session, other.id)
    return Wire(f"<#{channel.slack_id}>") if channel is not None and not channel.is_deleted else None
