"""What several commands of one channel need to know, read for all of them before the first is carried out.

Its incident is held from then on, so that what was not found stays absent until the transaction ends, but for what it
adds itself; or it is only looked at, and what is recorded is written where it has not changed. Knows no command.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, bindparam, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import CompoundSelect
from sqlmodel import SQLModel

from bot.domain.markup import Names
from storage.brief import Brief, NeedsTransaction
from storage.loading import columns_of, objects
from storage.prepared import any_of, filled, numbered, read
from storage.tables import Channel, Incident, Person, Workspace

_HELD, _ABSENT = "place held", "looked for in vain"

_WORKSPACE, _CHANNEL, _INCIDENT, _PERSON, _ENTRY = (
    SQLModel.metadata.tables[name] for name in ("workspace", "channel", "incident", "person", "entry")
)
_THERE = (Workspace, Channel, Incident, Person)
#: The incident as it was before anybody was waited for.
_AS_SEEN = _INCIDENT.alias("as_seen")


@dataclass(frozen=True, slots=True)
class Sought:
    """The keys of commands, and their fingerprints since an instant, under which something may stand already."""

    keys: Collection[str]
    fingerprints: Collection[str]
    since: datetime

    @property
    def counts(self) -> tuple[int, int]:
        """Of the parameters for keys and for fingerprints."""
        return len(filled(self.keys)), len(filled(self.fingerprints))

    @property
    def asked(self) -> dict[str, Any]:
        """Those parameters."""
        keys, fingerprints = filled(self.keys), filled(self.fingerprints)
        return {**numbered("key", keys), **numbered("fingerprint", fingerprints), "since": self.since}

    def note(self, session: AsyncSession, found: Collection[str]) -> None:
        """Let `absent` have those that were not found."""
        absent(session).update({*self.keys, *self.fingerprints}.difference(found))


def _place(people: int) -> Select[Any]:
    """The place of a channel and those of so many people who are known, one a row."""
    whose = and_(_PERSON.c.workspace_id == _WORKSPACE.c.id, _PERSON.c.user_id.in_(any_of("user", people)))
    return (
        select(*columns_of(*_THERE))
        .select_from(_WORKSPACE)
        .join(_CHANNEL, _CHANNEL.c.workspace_id == _WORKSPACE.c.id)
        .join(_INCIDENT, _INCIDENT.c.id == _CHANNEL.c.incident_id)
        .outerjoin(_PERSON, whose)
        .where(_WORKSPACE.c.team_id == bindparam("team_id"), _CHANNEL.c.slack_id == bindparam("slack_id"))
    )


@cache
def _held_place(people: int) -> Select[Any]:
    """As `_place`, and waits for the incident's row, which is this transaction's alone from then on."""
    return _place(people).with_for_update(of=_INCIDENT, key_share=True)  # as `lock_incident` does


@cache
def _held_place_and_before(people: int, keys: int, fingerprints: int) -> Select[Any]:
    """As `_held_place`; in each row besides how much came before, and the incident's version before it was waited
    for."""
    seen = select(_AS_SEEN.c.version).where(_AS_SEEN.c.id == _INCIDENT.c.id).scalar_subquery()
    return _held_place(people).add_columns(_how_many_before(keys, fingerprints), seen)


@cache
def _place_and_before(people: int, keys: int, fingerprints: int) -> Select[Any]:
    """As `_place`; in each row besides how much came before."""
    return _place(people).add_columns(_how_many_before(keys, fingerprints))


def _how_many_before(keys: int, fingerprints: int) -> ScalarSelect[int]:
    return select(func.count()).select_from(_came_before(keys, fingerprints).subquery()).scalar_subquery()


@cache
def _came_before(keys: int, fingerprints: int) -> CompoundSelect[Any]:
    """Which of so many keys, and so many fingerprints, something was recorded under."""
    same = (
        _ENTRY.c.fingerprint.in_(any_of("fingerprint", fingerprints)),
        _ENTRY.c.latest,
        _ENTRY.c.standing == "standing",
        _ENTRY.c.recorded_at >= bindparam("since"),
    )
    return union_all(
        select(_ENTRY.c.key).where(_ENTRY.c.key.in_(any_of("key", keys))), select(_ENTRY.c.fingerprint).where(*same)
    )


@dataclass(slots=True)
class Held:
    """An incident's channel and who asks for something there; the incident's row is this transaction's alone, but for
    one that only looks (`as_seen`)."""

    workspace: Workspace
    channel: Channel
    incident: Incident
    people: dict[str, Person] = field(default_factory=dict)
    """By Slack's id, those of them that have a row."""
    names: Names | None = None
    """The display names of the workspace, once somebody has read them."""
    looked_back: bool = False
    """Whether it is known already that nothing stands under what was sought: else `look_back` tells."""
    as_seen: int | None = None
    """The version that the incident must still have when something is recorded, where its row is not held; else None.
    """


async def hold(
    session: AsyncSession, team_id: str, slack_id: str, user_ids: Collection[str], sought: Sought | None = None
) -> Held | None:
    """Hold the incident of a channel until the transaction ends, and know who is there; None where it is none of ours.

    To be done before anything else in its transaction, and for one channel alone: then nobody waits crosswise.
    `sought`: looked for in the same statement, which saves a wait for the server; `Held.looked_back` says whether that
    was enough.
    """
    users = filled(user_ids)
    asked = {"team_id": team_id, "slack_id": slack_id, **numbered("user", users)}
    if sought is None:
        rows = await objects(session, _held_place(len(users)), _THERE, asked)
    else:
        rows = await objects(session, _held_place_and_before(len(users), *sought.counts), _THERE, asked | sought.asked)
    if not rows:
        return None
    found = _keep(session, rows)
    if sought is not None:
        before, seen = rows[0][len(_THERE) :]
        # The look back is older than the lock: where others recorded something in between, it saw nothing of that.
        found.looked_back = seen == found.incident.version and not before
        if found.looked_back:
            sought.note(session, ())
    return found


async def look(brief: Brief, team_id: str, slack_id: str, user_id: str, sought: Sought) -> Held:
    """As `hold`, for somebody's one command, and nobody waits: what it records is written only where the incident is
    still as it was seen here. Raises NeedsTransaction where the place is none of ours, or something came before."""
    asked = {"team_id": team_id, "slack_id": slack_id, **numbered("user", [user_id])}
    rows = await brief.objects(_place_and_before(1, *sought.counts), _THERE, asked | sought.asked)
    if not rows or rows[0][len(_THERE)]:
        raise NeedsTransaction
    found = _keep(brief.session, rows)
    found.looked_back, found.as_seen = True, found.incident.version
    sought.note(brief.session, ())
    return found


def _keep(session: AsyncSession, rows: Sequence[Sequence[Any]]) -> Held:
    people = {row[3].user_id: row[3] for row in rows if row[3] is not None}
    workspace, channel, incident = rows[0][:3]
    session.info[_HELD] = found = Held(workspace, channel, incident, people)
    return found


def held(session: AsyncSession) -> Held | None:
    """What this transaction holds since its beginning."""
    found: Held | None = session.info.get(_HELD)
    return found


async def look_back(session: AsyncSession, sought: Sought) -> None:
    """Find out which of these nothing was recorded under: `absent` has them.

    Only for what is recorded in the incident that is held.
    """
    rows = await read(session, _came_before(*sought.counts), sought.asked)
    sought.note(session, {row[0] for row in rows})


def absent(session: AsyncSession) -> set[str]:
    """The keys and fingerprints under which nothing is recorded; whoever records takes its own out."""
    known: set[str] = session.info.setdefault(_ABSENT, set())
    return known
