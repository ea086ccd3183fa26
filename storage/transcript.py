"""Messages and reactions of the incidents' channels as they are remembered. Knows no incident's rules.

Events come late, twice and out of order, so each write says by `event_ts` what it may overwrite; the outcome does not
depend on the order of arrival: edits, deletions and marks can come before their message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.timeline import Origin
from storage.incidents import channel_of
from storage.tables import Channel, Entry, Message, MessageVersion, Reaction
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
    """The row of a message, made without words where only its edit, mark or deletion has come so far."""
    query = select(Message).where(col(Message.channel_id) == channel_id, col(Message.ts) == ts)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        await insert_once(session, Message, channel_id=channel_id, ts=ts, files=[])
        found = (await session.execute(query)).scalar_one()
    return found


async def find_message(session: AsyncSession, channel_id: int, ts: str) -> Message | None:
    """The row of a message, or None."""
    query = select(Message).where(col(Message.channel_id) == channel_id, col(Message.ts) == ts)
    return (await session.execute(query)).scalar_one_or_none()


async def same_client_message(session: AsyncSession, channel_id: int, client_msg_id: str, ts: str) -> bool:
    """Whether a client has sent this message before under another ts (a resend after a lost connection)."""
    query = select(col(Message.id)).where(
        col(Message.channel_id) == channel_id, col(Message.client_msg_id) == client_msg_id, col(Message.ts) != ts
    )
    return (await session.execute(query.limit(1))).scalar_one_or_none() is not None


async def keep_said(session: AsyncSession, channel_id: int, said: Said) -> tuple[Message, bool]:
    """Keep a message or its edit; (row, whether its words changed). Nothing older fills what was erased or edited."""
    row = await message_of(session, channel_id, said.ts)
    row.person_id = row.person_id or said.person_id
    row.bot_id = row.bot_id or said.bot_id
    row.subtype = row.subtype or said.subtype
    row.thread_ts = row.thread_ts or said.thread_ts
    row.client_msg_id = row.client_msg_id or said.client_msg_id
    session.add(row)
    if row.erased_at is not None or row.deleted_at is not None:
        return row, False
    if row.text is not None and not newer(said.event_ts, row.event_ts):
        if row.text != said.text and said.text is not None:
            await keep_version(session, row, said.event_ts, said.text)
        return row, False
    if row.text is not None and row.text != said.text:
        await keep_version(session, row, row.event_ts or row.ts, row.text)
    changed = said.text is not None and said.text != row.text
    row.text = said.text if said.text is not None else row.text
    row.files = said.files or row.files
    row.event_ts = said.event_ts
    row.edited_ts = said.edited_ts or row.edited_ts
    return row, changed


async def keep_version(session: AsyncSession, row: Message, event_ts: str, text: str) -> None:
    """Keep an earlier wording."""
    await insert_once(session, MessageVersion, message_id=row.id, event_ts=event_ts, text=text)


async def keep_deleted(session: AsyncSession, channel_id: int, ts: str, *, at: datetime) -> Message:
    """Note that a message was deleted in Slack. Its words stay until `erase`."""
    row = await message_of(session, channel_id, ts)
    row.deleted_at = row.deleted_at or at
    session.add(row)
    return row


async def erase(session: AsyncSession, row: Message, *, at: datetime) -> None:
    """Erase a message's words with all earlier wordings; the row stays, so that no older event fills it again."""
    row.text, row.files, row.erased_at = None, [], at
    session.add(row)
    await session.execute(delete(MessageVersion).where(col(MessageVersion.message_id) == row.id))


async def redact_message(session: AsyncSession, message_id: int, instead: str) -> None:
    """Overwrite the words of a message and of its earlier wordings."""
    await session.execute(update(Message).where(col(Message.id) == message_id).values(text=instead, files=[]))
    await session.execute(
        update(MessageVersion).where(col(MessageVersion.message_id) == message_id).values(text=instead)
    )


async def keep_reaction(
    session: AsyncSession, channel_id: int, ts: str, user_id: str, emoji: str, *, event_ts: str, present: bool
) -> bool:
    """Keep one person's reaction or its removal; False where something newer is known."""
    query = select(Reaction).where(
        col(Reaction.channel_id) == channel_id,
        col(Reaction.ts) == ts,
        col(Reaction.user_id) == user_id,
        col(Reaction.emoji) == emoji,
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
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
    if not newer(event_ts, found.event_ts):
        return False
    changed = found.present != present
    found.present, found.event_ts = present, event_ts
    session.add(found)
    return changed


async def reactions_on(session: AsyncSession, channel_id: int, ts: str) -> list[Reaction]:
    """The reactions that stand on a message, the earliest first."""
    query = select(Reaction).where(
        col(Reaction.channel_id) == channel_id, col(Reaction.ts) == ts, col(Reaction.present)
    )
    found = (await session.execute(query)).scalars()
    return sorted(found, key=lambda reaction: (Decimal(reaction.event_ts), reaction.id or 0))


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
