"""Entries as they are remembered: appended, versioned, read back as the domain's values. Knows no rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from bot.domain.lifecycle import provisional
from bot.domain.timeline import Entry, Kind, NewEntry, Origin, Revision
from storage.ahead import absent
from storage.behind import add_behind
from storage.entry_rows import as_entry, select_entries
from storage.finding import forget_words, keep_words, words_in
from storage.incidents import next_entry
from storage.loading import values
from storage.people import person_of
from storage.prepared import any_of, filled, numbered
from storage.tables import Entry as Row
from storage.tables import Incident, Workspace

#: Statements of every command, put together once; of bare columns, which the ORM has no part in.
_ENTRY = SQLModel.metadata.tables["entry"]
_ADD = _ENTRY.insert().inline()
_UNDER = (
    select(_ENTRY.c.incident_id, _ENTRY.c.number)
    .where(_ENTRY.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(_ENTRY.c.id)
    .limit(1)
)
_SAME = (
    select(_ENTRY.c.incident_id, _ENTRY.c.number)
    .where(
        _ENTRY.c.fingerprint == bindparam("fingerprint"),
        _ENTRY.c.latest,
        _ENTRY.c.standing == "standing",
        _ENTRY.c.recorded_at >= bindparam("since"),
    )
    .order_by(_ENTRY.c.id.desc())
    .limit(1)
)


async def add_entry(
    session: AsyncSession,
    incident: Incident,
    new: NewEntry,
    *,
    at: datetime,
    message_id: int | None = None,
    number: int | None = None,
) -> Entry:
    """Append an entry under the next number, as it is returned. The caller holds the incident (`lock_incident`).

    `number`: the one it has, where the incident's row counts it already.
    """
    if number is None:
        number = next_entry(session, incident)
    permalink = new.permalink or await _permalink(session, incident.workspace_id, new.origin)
    author = await person_of(session, incident.workspace_id, new.author_id)
    recorder = await person_of(session, incident.workspace_id, new.recorded_by_id)
    known = {"number": number, "recorded_at": at, "message_id": message_id, "permalink": permalink}
    entry = _first_version(incident.id, new, **known, author_id=author.id, recorded_by_id=recorder.id)
    # Not through an object of the ORM, which is written once and never looked at again: that costs three times as much.
    add_behind(session, _ADD, entry)
    absent(session).difference_update((new.key, new.fingerprint))
    await keep_words(session, incident.id, number, words_in(new.text, new.data))
    origin = new.origin if message_id is not None else None
    return replace(provisional(new, number, at), permalink=permalink, locked=new.locked, origin=origin)


def _first_version(incident_id: int, new: NewEntry, **known: Any) -> dict[str, Any]:
    """The row of an entry as it is added."""
    return {
        "incident_id": incident_id,
        "version": 1,
        "latest": True,
        "kind": str(new.kind),
        "text": new.text,
        "data": dict(new.data),
        "data_version": 1,
        "occurred_at": new.occurred_at,
        "precision": new.precision,
        "time_words": new.time_words,
        "time_zone": new.time_zone,
        "source": str(new.source),
        "key": new.key,
        "fingerprint": new.fingerprint,
        "standing": "standing",
        "action": "recorded",
        "locked": sorted(new.locked),
        **known,
    }


async def _permalink(session: AsyncSession, workspace_id: int, origin: Origin | None) -> str | None:
    """The address of the message an entry comes from, as Slack's chat.getPermalink gives it."""
    workspace = await session.get(Workspace, workspace_id) if origin else None
    if origin is None or workspace is None or not workspace.domain:
        return None
    return f"{workspace.domain.rstrip('/')}/archives/{origin.channel_id}/p{origin.ts.replace('.', '')}"


async def add_version(session: AsyncSession, incident: Incident, revision: Revision) -> bool:
    """Append an entry's next version; False where somebody else has changed it since `before` was read."""
    before, after = revision.before, revision.after
    held = await session.execute(
        update(Row)
        .where(
            col(Row.incident_id) == incident.id,
            col(Row.number) == before.number,
            col(Row.version) == before.version,
            col(Row.latest),
        )
        .values(latest=False)
        .returning(col(Row.message_id), col(Row.fingerprint), col(Row.author_id), col(Row.recorded_by_id))
    )
    found = held.one_or_none()
    if found is None:
        return False
    kept = dict(found._mapping)
    if after.author_id != before.author_id:
        kept["author_id"] = (await person_of(session, incident.workspace_id, after.author_id)).id
    changer = await person_of(session, incident.workspace_id, after.changed_by_id or after.author_id)
    session.add(_next_version(incident.id, revision, changer_id=changer.id, **kept))
    await session.flush()
    await forget_words(session, incident.id, after.number)
    if after.stands:
        await keep_words(session, incident.id, after.number, words_in(after.text, after.data))
    return True


def _next_version(incident_id: int, revision: Revision, *, changer_id: int, **kept: Any) -> Row:
    """The row of an entry as revised; `kept` is what no revision changes."""
    after = revision.after
    return Row(
        incident_id=incident_id,
        number=after.number,
        version=after.version,
        kind=after.kind,
        text=after.text,
        data=dict(after.data),
        occurred_at=after.occurred_at,
        precision=after.precision,
        time_words=after.time_words,
        time_zone=after.time_zone,
        recorded_at=after.recorded_at,
        source=after.source,
        permalink=after.permalink,
        key=revision.key,
        standing=after.standing,
        action=revision.action,
        why=after.why,
        changed_at=after.changed_at,
        changed_by_id=changer_id,
        locked=sorted(after.locked),
        redacted_at=after.changed_at if after.redacted else None,
        **kept,
    )


async def entries_of(
    session: AsyncSession, incident_id: int, *, kinds: Collection[Kind] | None = None, numbers: Collection[int] = ()
) -> list[Entry]:
    """The entries of an incident in their last versions, by number; only some kinds or numbers where asked."""
    if kinds is not None and not kinds:
        return []
    which, those = filled([str(kind) for kind in kinds or ()]), filled(numbers)
    asked = {"incident": incident_id, **numbered("kind", which), **numbered("number", those)}
    return [as_entry(row) for row in await values(session, _entries(len(which), len(those)), asked)]


@cache
def _entries(kinds: int, numbers: int) -> Select[Any]:
    """Narrowed by so many kinds and numbers, by none where it is 0; most that is asked of an incident begins here."""
    by = [_ENTRY.c.kind.in_(any_of("kind", kinds))] if kinds else []
    by += [_ENTRY.c.number.in_(any_of("number", numbers))] if numbers else []
    query = select_entries().where(_ENTRY.c.incident_id == bindparam("incident"), _ENTRY.c.latest, *by)
    return query.order_by(_ENTRY.c.number)


async def entry_of(session: AsyncSession, incident_id: int, number: int) -> Entry | None:
    """One entry in its last version."""
    return next(iter(await entries_of(session, incident_id, numbers=[number])), None)


async def history_of(session: AsyncSession, incident_id: int, number: int) -> list[Entry]:
    """Every version of an entry, the oldest first."""
    query = (
        select_entries()
        .where(col(Row.incident_id) == incident_id, col(Row.number) == number)
        .order_by(col(Row.version))
    )
    return [as_entry(row) for row in await session.execute(query)]


async def entry_of_message(session: AsyncSession, message_id: int) -> tuple[int, Entry] | None:
    """(incident's key, entry) of a message that was marked or typed as `!verb`, in its last version."""
    query = select_entries(col(Row.incident_id)).where(col(Row.message_id) == message_id, col(Row.latest))
    row = (await session.execute(query)).one_or_none()
    return (row[-1], as_entry(row)) if row else None


async def number_of_key(session: AsyncSession, key: str) -> tuple[int, int] | None:
    """(incident's key, number) of what was recorded under an idempotency key."""
    return await _first_under(session, [key])


async def _first_under(session: AsyncSession, keys: Sequence[str]) -> tuple[int, int] | None:
    if absent(session).issuperset(keys):
        return None
    row = (await session.execute(_UNDER, {"keys": list(keys)})).one_or_none()
    if row is None and session.get_bind().dialect.name == "sqlite":
        absent(session).update(keys)  # nobody else can add one before this transaction ends
    return (row[0], row[1]) if row else None


async def recorded_under(session: AsyncSession, keys: Sequence[str]) -> tuple[int, Entry] | None:
    """(incident's key, entry in its last version) of the first thing recorded under any of these idempotency keys."""
    row = await _first_under(session, keys)
    entry = await entry_of(session, row[0], row[1]) if row else None
    return (row[0], entry) if row and entry else None


async def same_command(session: AsyncSession, fingerprint: str, at: datetime, within: timedelta) -> Entry | None:
    """The standing entry that an identical command made within `within` before `at`, or None."""
    if fingerprint in absent(session):
        return None
    row = (await session.execute(_SAME, {"fingerprint": fingerprint, "since": at - within})).one_or_none()
    return await entry_of(session, row[0], row[1]) if row else None


async def last_own(session: AsyncSession, incident_id: int, person_id: int) -> Entry | None:
    """The standing entry that a person recorded last in an incident, the declaration aside."""
    query = select_entries().where(
        col(Row.incident_id) == incident_id,
        col(Row.recorded_by_id) == person_id,
        col(Row.latest),
        col(Row.standing) == "standing",
        col(Row.kind) != "declared",
    )
    row = (await session.execute(query.order_by(col(Row.number).desc()).limit(1))).one_or_none()
    return as_entry(row) if row else None
