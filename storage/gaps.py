"""What we hold of a channel, to compare with what Slack's history shows of it; what is missing. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.tables import Message, Reaction
from storage.transcript import PIN, message_of, reactions_on

#: Rows that are looked at, or written, before others get their turn.
AT_ONCE = 1_000


@dataclass(slots=True)
class Held:
    """What we hold of one message. `marks` are (user, emoji) of the reactions that stand, pins aside."""

    text: str | None = None
    event_ts: str | None = None
    is_heard: bool = False
    """False where only its edit, mark or deletion has come so far."""
    is_erased: bool = False
    is_deleted: bool = False
    marks: set[tuple[str, str]] = field(default_factory=set)


async def held(session: AsyncSession, channel_id: int, shown: Sequence[str]) -> dict[str, Held]:
    """What we hold of these messages, by ts; those that we know nothing of are left out."""
    found: dict[str, Held] = {}
    query = select(Message).where(col(Message.channel_id) == channel_id, col(Message.ts).in_(shown))
    for row in (await session.execute(query)).scalars():
        erased, deleted = row.erased_at is not None, row.deleted_at is not None
        found[row.ts] = Held(row.text, row.event_ts, row.person_id is not None, erased, deleted)
    touched = select(Reaction).where(
        col(Reaction.channel_id) == channel_id, col(Reaction.ts).in_(shown), col(Reaction.emoji) != PIN
    )
    touches = sorted(
        (await session.execute(touched)).scalars(), key=lambda one: (Decimal(one.event_ts), not one.present, one.id)
    )
    for one in touches:
        marks = found.setdefault(one.ts, Held()).marks
        (marks.add if one.present else marks.discard)((one.user_id, one.emoji))
    return found


async def replies_held(
    session: AsyncSession, channel_id: int, parents: Sequence[str]
) -> Mapping[str, tuple[int, str | None]]:
    """(how many replies we hold, the ts of the latest) of each thread; deleted and missing ones aside."""
    query = select(col(Message.thread_ts), col(Message.ts)).where(
        col(Message.channel_id) == channel_id,
        col(Message.thread_ts).in_(parents),
        col(Message.ts) != col(Message.thread_ts),
        col(Message.deleted_at).is_(None),
        col(Message.missing_since).is_(None),
    )
    threads: dict[str, list[str]] = {parent: [] for parent in parents}
    for thread_ts, ts in await session.execute(query):
        threads[str(thread_ts)].append(ts)
    return {parent: (len(each), max(each, key=Decimal, default=None)) for parent, each in threads.items()}


async def marked_present(session: AsyncSession, channel_id: int, ts: str) -> set[tuple[str, str]]:
    """(user, emoji) of every reaction that stands on a message; pins aside."""
    standing: dict[tuple[str, str], bool] = {}
    for one in await reactions_on(session, channel_id, ts):
        standing[one.user_id, one.emoji] = one.present
    return {what for what, present in standing.items() if present and what[1] != PIN}


async def pins_held(session: AsyncSession, channel_id: int) -> dict[str, str]:
    """Who pinned each message that stands pinned, by its ts. Whoever takes a pin off, it is off."""
    query = select(Reaction).where(col(Reaction.channel_id) == channel_id, col(Reaction.emoji) == PIN)
    touches = sorted(
        (await session.execute(query)).scalars(), key=lambda one: (Decimal(one.event_ts), not one.present, one.id)
    )
    pinned: dict[str, str] = {}
    for one in touches:
        if one.present:
            pinned[one.ts] = one.user_id
        else:
            pinned.pop(one.ts, None)
    return pinned


async def set_recovered(session: AsyncSession, channel_id: int, ts: str, *, at: datetime) -> None:
    """Note that a message was read back from history and not heard as it was said."""
    row = await message_of(session, channel_id, ts)
    row.recovered_at, row.missing_since = row.recovered_at or at, None
    session.add(row)


@dataclass(frozen=True, slots=True)
class Absence:
    """What of ours a reading did not find (`gone`) and what it found again (`back`), as messages' primary keys."""

    gone: tuple[int, ...]
    back: tuple[int, ...]
    last: int | None
    """Where the next look begins; None when all was looked at."""


async def absence(
    session: AsyncSession, channel_id: int, seen: Collection[str], threads: Collection[str], *, before: str, after: int
) -> Absence:
    """Compare some of our messages, from the primary key `after` on, with a whole reading.

    Top-level messages and the replies of `threads`, which were read to their ends, can be missing from it; nothing that
    was said at `before` (a ts) or later can, since it may have come after its page was read.
    """
    query = select(col(Message.id), col(Message.ts), col(Message.thread_ts), col(Message.missing_since)).where(
        col(Message.channel_id) == channel_id, col(Message.deleted_at).is_(None), col(Message.id) > after
    )
    rows = (await session.execute(query.order_by(col(Message.id)).limit(AT_ONCE))).all()
    gone: list[int] = []
    back: list[int] = []
    for key, ts, thread_ts, missing_since in rows:
        if ts in seen:
            if missing_since is not None:
                back.append(key)
        elif missing_since is None and Decimal(ts) < Decimal(before) and thread_ts in (None, ts, *threads):
            gone.append(key)
    return Absence(tuple(gone), tuple(back), rows[-1][0] if len(rows) == AT_ONCE else None)


async def note_absence(session: AsyncSession, found: Absence, *, at: datetime) -> None:
    """Date the messages that Slack's history shows no more, and keep them; what shows again is missing no longer."""
    for keys, since in ((found.gone, at), (found.back, None)):
        if keys:
            await session.execute(update(Message).where(col(Message.id).in_(keys)).values(missing_since=since))
