"""The versions of an incident's draft, and who reviews it, as they are remembered. Knows no rules of either."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.citing import without_entry
from storage.tables import DraftVersion, Review


async def versions_of(session: AsyncSession, incident_id: int) -> list[DraftVersion]:
    """All versions of an incident's draft, the oldest first."""
    query = select(DraftVersion).where(col(DraftVersion.incident_id) == incident_id)
    return list((await session.execute(query.order_by(col(DraftVersion.number)))).scalars())


async def newest_version(session: AsyncSession, incident_id: int) -> DraftVersion | None:
    """The version that stands; None before the first draft."""
    query = select(DraftVersion).where(col(DraftVersion.incident_id) == incident_id)
    return (await session.execute(query.order_by(col(DraftVersion.number).desc()).limit(1))).scalar_one_or_none()


async def version_of(session: AsyncSession, incident_id: int, number: int) -> DraftVersion | None:
    """One version by its number."""
    query = select(DraftVersion).where(col(DraftVersion.incident_id) == incident_id, col(DraftVersion.number) == number)
    return (await session.execute(query)).scalar_one_or_none()


async def add_version_of(
    session: AsyncSession,
    incident_id: int,
    *,
    generated: str,
    text: str,
    origin: str,
    at: datetime,
    person_id: int | None = None,
) -> DraftVersion:
    """Append a version under the next number. The caller holds the incident (`lock_incident`)."""
    query = select(func.max(DraftVersion.number)).where(col(DraftVersion.incident_id) == incident_id)
    last = (await session.execute(query)).scalar_one()
    made = DraftVersion(
        incident_id=incident_id,
        number=(last or 0) + 1,
        generated=generated,
        text=text,
        origin=origin,
        person_id=person_id,
        made_at=at,
    )
    session.add(made)
    await session.flush()
    return made


async def take_out_entry(
    session: AsyncSession, incident_id: int, number: int, words: Iterable[str], instead: str
) -> list[int]:
    """Overwrite what every version says of an entry; the numbers of the published ones that said something of it."""
    told, published = list(words), []
    for version in await versions_of(session, incident_id):
        text = without_entry(version.text, number, told, instead)
        if version.published_at is not None and text != version.text:
            published.append(version.number)
        version.generated, version.text = without_entry(version.generated, number, told, instead), text
        session.add(version)
    return published


async def erase_superseded(session: AsyncSession, incident_id: int, *, at: datetime) -> None:
    """Erase the words of versions that neither stand nor were published; who made them when stays."""
    newest = await newest_version(session, incident_id)
    if newest is not None:
        await session.execute(
            update(DraftVersion)
            .where(
                col(DraftVersion.incident_id) == incident_id,
                col(DraftVersion.number) < newest.number,
                col(DraftVersion.published_at).is_(None),
            )
            .values(generated="", text="", erased_at=at)
        )


async def newest_published(session: AsyncSession, incident_id: int) -> int | None:
    """The number of the version that was published last; None where none was."""
    query = select(func.max(DraftVersion.number)).where(
        col(DraftVersion.incident_id) == incident_id, col(DraftVersion.published_at).is_not(None)
    )
    return (await session.execute(query)).scalar_one()


async def review_of(session: AsyncSession, incident_id: int) -> Review | None:
    """The review that an incident's draft is in; None: in none."""
    return (await session.execute(select(Review).where(col(Review.incident_id) == incident_id))).scalar_one_or_none()


async def end_review(session: AsyncSession, incident_id: int) -> None:
    """Nobody reviews it any more."""
    await session.execute(delete(Review).where(col(Review.incident_id) == incident_id))
