"""Messages and reactions of the incidents' channels as they are remembered. Knows no incident's rules.

Events come late, twice and out of order, so each write says by `event_ts` what it may overwrite; the outcome does not
depend on the order of arrival: edits, deletions and marks can come before their message.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.timeline import Origin
from storage.files import drop_files
from storage.incidents import channel_of
from storage.tables import Channel, Entry, Message, MessageVersion, Person, Reaction
from storage.upsert import insert_once

PIN = ":pin:"


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it came in. `text` is None where it must not be kept (`capture: marked`)."""

    ts: str
    event_ts: str
    person_id: int | None
    text: str | None
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    client_msg_id: str | None = None
    edited_ts: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)


def newer(a: str | None, b: str | None) -> bool:
    """Whether Slack's time `a` is later than `b` (decimal: a float would merge neighbours)."""
    if a is None or b is None:
        return b is None and a is not None
    return Decimal(a) > Decimal(b)


async def message_of(session: AsyncSession, channel_id: int, ts: str) -> Message:
    """The row of a message, made without words where only its edit, mark or deletion has come so far.

    It is held until the transaction ends, so that two events of one message take turns.
    """
    query = select(Message).where(col(Message.channel_id) == channel_id, col(Message.ts) == ts)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        await insert_once(session, Message, channel_id=channel_id, ts=ts, files=[])
        found = (await session.execute(query)).scalar_one()
    return found


async def find_message(session: AsyncSession, channel_id: int, ts: str) -> Message | None:
    """The row of a message, or None."""
    query = select(Message).where(col(Message.channel_id) == channel_id, col(Message.ts) == ts)
    return (await session.execute(query)).scalar_one_or_none()


async def first_words(
    session: AsyncSession, channel_id: int, user_ids: Collection[str], since: datetime
) -> tuple[str, str] | None:
    """(user id, ts) of the first message that any of these people wrote from `since` on; None where none did."""
    query = (
        select(col(Person.user_id), col(Message.ts))
        .join(Person, col(Person.id) == col(Message.person_id))
        .where(col(Message.channel_id) == channel_id, col(Person.user_id).in_(list(user_ids)))
        .where(col(Message.ts) >= f"{int(since.timestamp())}.000000")
        .order_by(col(Message.ts))
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none() if user_ids else None
    return (found[0], found[1]) if found else None


async def sent_as(session: AsyncSession, channel_id: int, client_msg_id: str) -> list[Message]:
    """The messages that a client sent as one and the same (a resend after a lost connection), the earliest first."""
    query = select(Message).where(col(Message.channel_id) == channel_id, col(Message.client_msg_id) == client_msg_id)
    return sorted((await session.execute(query)).scalars(), key=lambda row: Decimal(row.ts))


async def keep_said(session: AsyncSession, row: Message, said: Said, *, older: bool = True) -> tuple[bool, bool]:
    """Keep a message or its edit in its row: (whether its words changed, whether an earlier wording came to light).

    Nothing older fills what was erased or edited; `older` says whether earlier wordings are kept at all.
    """
    row.person_id = row.person_id or said.person_id
    row.bot_id = row.bot_id or said.bot_id
    row.subtype = row.subtype or said.subtype
    row.thread_ts = row.thread_ts or said.thread_ts
    row.client_msg_id = row.client_msg_id or said.client_msg_id
    session.add(row)
    if row.erased_at is not None or row.deleted_at is not None or said.text is None:
        return False, False
    if row.text is not None and not newer(said.event_ts, row.event_ts):
        late = older and row.text != said.text
        return False, late and await keep_version(session, row, said.event_ts, said.text)
    changed = said.text != row.text
    if row.text is not None and changed:
        await keep_version(session, row, row.event_ts or row.ts, row.text)
    row.text, row.files = said.text, said.files or row.files
    row.event_ts = said.event_ts
    row.edited_ts = said.edited_ts or row.edited_ts
    return changed, False


async def keep_version(session: AsyncSession, row: Message, event_ts: str, text: str) -> bool:
    """Keep an earlier wording; False where it is known."""
    made = await insert_once(session, MessageVersion, message_id=row.id, event_ts=event_ts, text=text)
    return made is not None


async def wordings(session: AsyncSession, row: Message) -> list[str]:
    """What a message says, then what it said before, the latest first."""
    query = select(MessageVersion).where(col(MessageVersion.message_id) == row.id)
    before = sorted((await session.execute(query)).scalars(), key=lambda one: Decimal(one.event_ts), reverse=True)
    return [*([row.text] if row.text is not None else []), *(one.text for one in before)]


async def keep_deleted(session: AsyncSession, channel_id: int, ts: str, *, at: datetime) -> tuple[Message, bool]:
    """Note that a message was deleted in Slack: (row, whether that is news). Its words stay until `erase`."""
    row = await message_of(session, channel_id, ts)
    first = row.deleted_at is None
    row.deleted_at = row.deleted_at or at
    session.add(row)
    return row, first


async def erase(session: AsyncSession, row: Message, *, at: datetime) -> None:
    """Erase a message's words with all earlier wordings; the row stays, so that no older event fills it again."""
    row.text, row.files, row.erased_at = None, [], at
    session.add(row)
    await session.execute(delete(MessageVersion).where(col(MessageVersion.message_id) == row.id))
    await drop_files(session, [row.id], at=at)


async def redact_message(session: AsyncSession, message_id: int, instead: str, *, at: datetime) -> None:
    """Overwrite the words of a message and of its earlier wordings, and let go of its files."""
    await drop_files(session, [message_id], at=at)
    await session.execute(update(Message).where(col(Message.id) == message_id).values(text=instead, files=[]))
    await session.execute(
        update(MessageVersion).where(col(MessageVersion.message_id) == message_id).values(text=instead)
    )


async def keep_reaction(
    session: AsyncSession, channel_id: int, ts: str, user_id: str, emoji: str, *, event_ts: str, present: bool
) -> bool:
    """Keep that somebody set a reaction or took it off; False where this was known already."""
    made = await insert_once(
        session,
        Reaction,
        channel_id=channel_id,
        ts=ts,
        user_id=user_id,
        emoji=emoji,
        event_ts=event_ts,
        present=present,
    )
    return made is not None


async def reactions_on(session: AsyncSession, channel_id: int, ts: str) -> list[Reaction]:
    """All that was set on a message and taken off it, in the order in which it happened."""
    query = select(Reaction).where(col(Reaction.channel_id) == channel_id, col(Reaction.ts) == ts)
    found = (await session.execute(query)).scalars()
    # A removal of the same instant comes after what it removes.
    return sorted(found, key=lambda reaction: (Decimal(reaction.event_ts), not reaction.present, reaction.id or 0))


async def reacted_with(session: AsyncSession, channel_id: int, emoji: Collection[str]) -> list[str]:
    """The ts of every message that one of these reactions was ever set on, skin tones aside."""
    named = [col(Reaction.emoji) == one for one in emoji] + [
        col(Reaction.emoji).startswith(f"{one}::") for one in emoji
    ]
    query = select(col(Reaction.ts)).where(col(Reaction.channel_id) == channel_id, or_(*named)).distinct()
    return list((await session.execute(query)).scalars())


async def message_of_origin(session: AsyncSession, workspace_id: int, origin: Origin) -> int | None:
    """The key of the message an entry comes from; None where it lies in a channel that we do not know."""
    channel = await channel_of(session, workspace_id, origin.channel_id)
    if channel is None or channel.id is None:
        return None
    return (await message_of(session, channel.id, origin.ts)).id


async def unmarked_messages(session: AsyncSession, incident_id: int) -> list[Message]:
    """The messages of an incident's channels that no entry rests on and whose words still stand."""
    query = (
        select(Message)
        .join(Channel, col(Channel.id) == col(Message.channel_id))
        .outerjoin(Entry, col(Entry.message_id) == col(Message.id))
        .where(col(Channel.incident_id) == incident_id, col(Entry.id).is_(None), col(Message.erased_at).is_(None))
    )
    return list((await session.execute(query)).scalars())
