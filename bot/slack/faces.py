"""An incident as it stands, read for whatever shows it. Knows no job."""

from __future__ import annotations

from bot.domain.record import Record
from bot.incidents import read_record
from bot.slack.bot import Bot
from bot.slack.card import Face
from storage.incidents import incident_by_id
from storage.tables import Incident


async def read_face(bot: Bot, incident_id: int) -> tuple[Incident, Record, Face]:
    """An incident with its record and how it shows itself now."""
    async with bot.db.read() as session:
        incident = await incident_by_id(session, incident_id)
        record = await read_record(
            session, incident, zone_label=bot.settings.timezone_label, prefix=bot.settings.incident_prefix
        )
    return incident, record, Face(record, bot.settings, bot.wording, bot.clock.now())
