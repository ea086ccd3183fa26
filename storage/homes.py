"""Home tabs as they are remembered: who opened theirs when, what it shows, what stands there. Knows no view."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.beside import Home
from storage.tables import Channel, Incident
from storage.upsert import insert_once


async def home_of(session: AsyncSession, workspace_id: int, user_id: str) -> Home | None:
    """Somebody's home tab; None where they never opened it."""
    query = select(Home).where(col(Home.workspace_id) == workspace_id, col(Home.user_id) == user_id)
    return (await session.execute(query)).scalar_one_or_none()


async def keep_home(session: AsyncSession, workspace_id: int, user_id: str, **facts: str | datetime | None) -> None:
    """Remember of somebody's home tab what `facts` say; all else stays."""
    home = await home_of(session, workspace_id, user_id)
    if home is None:
        await insert_once(session, Home, workspace_id=workspace_id, user_id=user_id, shows="all")
        home = await home_of(session, workspace_id, user_id)
        assert home is not None
    for name, value in facts.items():
        setattr(home, name, value)
    session.add(home)


async def rooms_of(session: AsyncSession, workspace_id: int, *, private: bool) -> dict[str, int]:
    """Incidents' keys by the Slack id of their channel: of private incidents alone, or of all."""
    query = (
        select(col(Channel.slack_id), col(Incident.id))
        .join(Incident, col(Incident.id) == col(Channel.incident_id))
        .where(col(Channel.workspace_id) == workspace_id)
    )
    if private:
        query = query.where(col(Incident.visibility) == "private")
    return {str(slack_id): int(incident_id) for slack_id, incident_id in await session.execute(query)}
