"""What several commands of one channel need to know, read for all of them before the first is carried out.

Its incident is held from then on, so that what was not found stays absent until the transaction ends, but for what it
adds itself. Knows no command.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from bot.domain.markup import Names
from storage.tables import Channel, Incident, Person, Workspace

V = TypeVar("V")

_HELD, _ABSENT = "place held", "looked for in vain"

_PLACE = (
    select(Workspace, Channel, Incident, Person)
    .join(Channel, col(Channel.workspace_id) == col(Workspace.id))
    .join(Incident, col(Incident.id) == col(Channel.incident_id))
    .outerjoin(
        Person,
        and_(
            col(Person.workspace_id) == col(Workspace.id),
            col(Person.user_id).in_(bindparam("user_ids", expanding=True)),
        ),
    )
    .where(col(Workspace.team_id) == bindparam("team_id"), col(Channel.slack_id) == bindparam("slack_id"))
    .with_for_update(of=Incident, key_share=True)  # as `lock_incident` does
    .execution_options(populate_existing=True)
)
_ENTRY = SQLModel.metadata.tables["entry"]
_SAME: tuple[ColumnElement[bool], ...] = (
    _ENTRY.c.latest,
    _ENTRY.c.standing == "standing",
    _ENTRY.c.recorded_at >= bindparam("since"),
)
_CAME_BEFORE = union_all(
    select(_ENTRY.c.key).where(_ENTRY.c.key.in_(bindparam("keys", expanding=True))),
    select(_ENTRY.c.fingerprint).where(_ENTRY.c.fingerprint.in_(bindparam("fingerprints", expanding=True)), *_SAME),
)


@dataclass(slots=True)
class Held:
    """An incident's channel and who asks for something there; the incident's row is this transaction's alone."""

    workspace: Workspace
    channel: Channel
    incident: Incident
    people: dict[str, Person] = field(default_factory=dict)
    """By Slack's id, those of them that have a row."""
    names: Names | None = None
    """The display names of the workspace, once somebody has read them."""


async def hold(session: AsyncSession, team_id: str, slack_id: str, user_ids: Collection[str]) -> Held | None:
    """Hold the incident of a channel until the transaction ends, and know who is there; None where it is none of ours.

    To be done before anything else in its transaction, and for one channel alone: then nobody waits crosswise.
    """
    asked = {"team_id": team_id, "slack_id": slack_id, "user_ids": filled(user_ids)}
    rows = (await session.execute(_PLACE, asked)).all()
    if not rows:
        return None
    people = {person.user_id: person for *_, person in rows if person is not None}
    session.info[_HELD] = found = Held(*rows[0][:3], people)
    return found


def held(session: AsyncSession) -> Held | None:
    """What this transaction holds since its beginning."""
    found: Held | None = session.info.get(_HELD)
    return found


async def look_back(
    session: AsyncSession, keys: Collection[str], fingerprints: Collection[str], since: datetime
) -> None:
    """Find out which of these keys, and which fingerprints since then, nothing was recorded under: `absent` has them.

    Only for what is recorded in the incident that is held.
    """
    asked = {"keys": filled(keys), "fingerprints": filled(fingerprints), "since": since}
    found = set((await session.execute(_CAME_BEFORE, asked)).scalars())
    absent(session).update({*keys, *fingerprints} - found)


def absent(session: AsyncSession) -> set[str]:
    """The keys and fingerprints under which nothing is recorded; whoever records takes its own out."""
    known: set[str] = session.info.setdefault(_ABSENT, set())
    return known


def filled(values: Collection[V]) -> Sequence[V]:
    """The values, the last one repeated until their number is a power of two: so there are few different statements,
    and each is prepared once."""
    listed: list[Any] = list(values)
    return listed + listed[-1:] * ((1 << max(0, len(listed) - 1).bit_length()) - len(listed))
