"""What the reading commands share: the database looked at beside a running bot, and an incident's record from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.outcome import DIFFERENT, Stop
from bot.domain.record import Record
from bot.incidents import read_record
from bot.settings import Settings
from storage.database import Database
from storage.drafts import versions_of
from storage.incidents import every_incident
from storage.tables import DraftVersion


@asynccontextmanager
async def looking(settings: Settings) -> AsyncIterator[AsyncSession]:
    """A read-only transaction: no lock is taken, so a running bot is not disturbed."""
    db = await Database.open(settings.database_url, read_only=True)
    try:
        async with db.read() as session:
            yield session
    finally:
        await db.close()


def numbered(text: str, prefix: str) -> int:
    """The number in `3` or `INC-3`. Raises Stop."""
    digits = text.upper().removeprefix(prefix.upper()).lstrip("-# ")
    if not digits.isdecimal():
        raise Stop(2, f"{text!r} is no incident's number; write 3 or {prefix}-3")
    return int(digits)


async def record_of(settings: Settings, number: int) -> Record:
    """The record of an incident. Raises Stop where there is none."""
    return (await drafts_of(settings, number))[0]


async def drafts_of(settings: Settings, number: int) -> tuple[Record, list[DraftVersion]]:
    """The record of an incident and the versions of its draft. Raises Stop where there is none."""
    async with looking(settings) as session:
        found = [incident for incident in await every_incident(session) if incident.number == number]
        if not found:
            raise Stop(DIFFERENT, f"there is no {settings.incident_prefix}-{number}; `tocsin list` shows what there is")
        label, prefix = settings.timezone_label, settings.incident_prefix
        record = await read_record(session, found[0], zone_label=label, prefix=prefix)
        return record, await versions_of(session, found[0].id)
