"""What several declarations of one workspace need to know, read for all of them before the first is carried out.

They take turns with those of other processes, so that what was not found stays absent until the transaction ends, but
for what it adds itself. Knows no command.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.markup import Names
from storage.people import meet, workspace_of
from storage.prepared import filled
from storage.tables import Channel, Incident, Person, Workspace
from storage.turns import take_turn

_DECLARING = "declarations here"

_PEOPLE = select(Person).where(
    col(Person.workspace_id) == bindparam("workspace"), col(Person.user_id).in_(bindparam("user_ids", expanding=True))
)
_PLACES = (
    select(Channel, Incident)
    .outerjoin(Incident, col(Incident.id) == col(Channel.incident_id))
    .where(
        col(Channel.workspace_id) == bindparam("workspace"),
        col(Channel.slack_id).in_(bindparam("slack_ids", expanding=True)),
    )
)


@dataclass(slots=True)
class Declaring:
    """Who declares and where; `places` has those channels that are ours. What each asks is kept as it changes."""

    workspace: Workspace
    places: dict[str, tuple[Channel, Incident | None]]
    coming: int = 1
    """How many incidents are declared at most."""
    keys: list[int] = field(default_factory=list)
    """The keys that the next of their rows may have, the first one last; nobody else's row gets them."""
    names: Names | None = None
    """The display names of the workspace, once somebody has read them."""
    number: int | None = None
    """The last incident's number, once one was taken: the counter's row is this transaction's alone from then on."""
    opening: int | None = None
    """How many incidents are being opened, once somebody has counted them."""
    recent: dict[str, list[Incident]] = field(default_factory=dict)
    """The latest open and public ones by their sort, the newest first, where somebody has read them."""
    rooms: dict[int, Channel | None] = field(default_factory=dict)
    """The channels of incidents by their key, as far as they are known; None where there is none."""
    listed: dict[tuple[int, datetime], str] = field(default_factory=dict)
    """How one of them is listed at an instant, by its key, where somebody has put it in words."""

    def opened(self, incident: Incident) -> None:
        """One was declared here."""
        self.rooms[incident.id] = None
        if self.opening is not None:
            self.opening += 1
        if incident.visibility == "public" and incident.sort in self.recent:
            self.recent[incident.sort].insert(0, incident)


async def declare_together(
    session: AsyncSession, team_id: str, slack_ids: Collection[str], user_ids: Collection[str], coming: int = 1
) -> Declaring:
    """Have the turn to declare so many until the transaction ends, and know who is where.

    To be done before anything else in its transaction: then nobody waits crosswise.
    """
    await take_turn(session, f"declare:{team_id}")
    workspace = await workspace_of(session, team_id)
    asked = {"workspace": workspace.id, "user_ids": filled(user_ids)}
    for person in (await session.execute(_PEOPLE, asked)).scalars():
        meet(session, person)
    rows = await session.execute(_PLACES, {"workspace": workspace.id, "slack_ids": filled(slack_ids)})
    places: dict[str, tuple[Channel, Incident | None]] = {one.slack_id: (one, incident) for one, incident in rows}
    session.info[_DECLARING] = found = Declaring(workspace, places, coming)
    return found


def declaring(session: AsyncSession) -> Declaring | None:
    """What this transaction knows of its declarations since its beginning; None where it is not for them."""
    found: Declaring | None = session.info.get(_DECLARING)
    return found
