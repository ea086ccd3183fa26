"""Keeping an entry in line with the message it comes from. Knows no event; what a person corrected by hand stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.timeline import Change, Entry, Source, Standing, revise
from bot.incidents import Recorded, cached_state, record
from storage.tables import Incident


async def align(
    session: AsyncSession,
    incident: Incident,
    before: Entry,
    fields: Mapping[str, Any],
    *,
    at: datetime,
    by_id: str,
    key: str,
) -> Recorded:
    """Make an entry stand with these fields, the corrected ones aside; nothing is written where nothing differs.

    Raises what `record` raises.
    """
    # What the keys of another kind said is no part of an entry whose kind was set by hand.
    foreign = {"data"} if "kind" in before.locked and fields.get("kind", before.kind) is not before.kind else set()
    kept = {name: value for name, value in fields.items() if name not in before.locked | foreign}
    if before.stands and all(getattr(before, name) == value for name, value in kept.items()):
        return unchanged(incident, before)
    action = "edited" if before.stands else "restored"
    kept |= {"standing": Standing.STANDING, "why": None}
    revision = revise(before, at=at, by_id=by_id, action=action, key=f"{key}:{action}:{before.version}", **kept)
    return await record(session, incident, Change(f"entry.{action}", revisions=(revision,)), at=at)


def came_by(source: Source, before: Entry | None, read_back: bool) -> Source:
    """How an entry came in, for its version that a message or a mark makes now; `before` is the one it has.

    What was found in history stays *recovered*, also when its message is reworded later; the rest never becomes it.
    """
    if before is None:
        return Source.RECOVERED if read_back else source
    return Source.RECOVERED if before.source is Source.RECOVERED else source


def unchanged(incident: Incident, entry: Entry) -> Recorded:
    """What comes back where there was nothing to record."""
    state = cached_state(incident)
    return Recorded(incident, (entry,), state, state, repeated=True)


async def withdraw(
    session: AsyncSession, incident: Incident, before: Entry, *, at: datetime, by_id: str, key: str
) -> Recorded:
    """Take an entry out because its message was unmarked, deleted or edited away; it comes back the same way.

    Raises what `record` raises: without it the incident's windows may no longer fit.
    """
    revision = revise(
        before,
        at=at,
        by_id=by_id,
        action="withdrawn",
        key=f"withdrawn:{incident.id}:{before.number}:{before.version}:{key}",
        standing=Standing.RETRACTED,
    )
    return await record(session, incident, Change("entry.withdrawn", revisions=(revision,)), at=at)
