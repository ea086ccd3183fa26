"""What we made in Slack, what came in already, and the audit. Knows no Slack client."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from storage.behind import add_behind
from storage.tables import Artifact, Audit, Inbox
from storage.upsert import insert_once, replacing

_NOTE = SQLModel.metadata.tables["audit"].insert().inline()
#: Every job that posts asks what it posted before.
_MADE_AS = select(Artifact).where(
    col(Artifact.incident_id) == bindparam("incident"), col(Artifact.name) == bindparam("name")
)
#: Every opening keeps several.
_KEEP = replacing(
    SQLModel.metadata.tables["artifact"],
    ("incident_id", "name"),
    ("channel_slack_id", "ts", "ref", "digest", "made_at"),
)


async def artifact(session: AsyncSession, incident_id: int, name: str) -> Artifact | None:
    """What we made of that name for an incident: `card`, `bookmark`, `announcement`, `draft`, `line:7`, …"""
    return (await session.execute(_MADE_AS, {"incident": incident_id, "name": name})).scalar_one_or_none()


async def artifacts_named(session: AsyncSession, incident_id: int, prefix: str) -> list[Artifact]:
    """All that we made for an incident under names that begin so, by name."""
    query = select(Artifact).where(col(Artifact.incident_id) == incident_id, col(Artifact.name).startswith(prefix))
    return list((await session.execute(query.order_by(col(Artifact.name)))).scalars())


async def keep_artifact(
    session: AsyncSession,
    incident_id: int,
    name: str,
    *,
    at: datetime,
    channel: str | None = None,
    ts: str | None = None,
    ref: str | None = None,
    digest: str | None = None,
) -> None:
    """Remember what we made; a later one of the same name takes its place."""
    made = {"channel_slack_id": channel, "ts": ts, "ref": ref, "digest": digest, "made_at": at}
    known = (one for one in session.identity_map.values() if isinstance(one, Artifact))
    found = next((one for one in known if (one.incident_id, one.name) == (incident_id, name)), None)
    if found is None:
        add_behind(session, _KEEP[session.get_bind().dialect.name], made | {"incident_id": incident_id, "name": name})
        return
    for field, value in made.items():  # what this transaction has read already stays what there is
        setattr(found, field, value)
    session.add(found)


async def forget_artifact(session: AsyncSession, incident_id: int, name: str) -> None:
    """Forget what was taken away in Slack."""
    await session.execute(delete(Artifact).where(col(Artifact.incident_id) == incident_id, col(Artifact.name) == name))


async def first_time(session: AsyncSession, key: str, *, at: datetime) -> bool:
    """Whether this key of the sender's comes in for the first time; it is taken in this transaction."""
    return await insert_once(session, Inbox, key=key, received_at=at) is not None


async def note_audit(
    session: AsyncSession,
    workspace_id: int,
    *,
    at: datetime,
    actor: str,
    action: str,
    target: str,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Append to the audit, by reference only: no words of anybody's go in."""
    line = {"workspace_id": workspace_id, "at": at, "actor": actor, "action": action, "target": target}
    add_behind(session, _NOTE, line | {"before": before, "after": after})


async def last_audit(session: AsyncSession, workspace_id: int, action: str) -> Audit | None:
    """The newest line of the audit about an action."""
    query = select(Audit).where(col(Audit.workspace_id) == workspace_id, col(Audit.action) == action)
    return (await session.execute(query.order_by(col(Audit.id).desc()).limit(1))).scalar_one_or_none()
