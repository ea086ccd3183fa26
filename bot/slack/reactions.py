"""Reactions and pins in our channels: each person's own, kept as they come, then their message settled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.card_keeping import UNPINNED, own_post_gone
from bot.slack.gate import IN_THE_CHANNEL, MARK, may
from bot.slack.known_as import known_as
from bot.slack.marks import kind_of
from bot.slack.people import who
from bot.slack.scene import Scene
from bot.slack.settling import settle
from storage.people import person_of
from storage.queue import Job, enqueue
from storage.transcript import PIN, keep_reaction, message_of


async def on_reaction(at: Scene, event: Mapping[str, Any]) -> None:
    """`reaction_added` and `reaction_removed`. The bot's own never counts, nor another bot's."""
    item = event.get("item") or {}
    if item.get("type") == "message":
        await take(
            at,
            ts=str(item["ts"]),
            user_id=str(event.get("user") or ""),
            emoji=str(event.get("reaction") or ""),
            event_ts=str(event["event_ts"]),
            present=event["type"] == "reaction_added",
        )


async def on_pin(at: Scene, event: Mapping[str, Any]) -> None:
    """Slack's own pin counts as a note; whoever takes it off, it is off. A pin of ours marks nothing."""
    message = (event.get("item") or {}).get("message") or {}
    if event.get("user") == at.bot.identity.user_id:
        return
    if message.get("user") == at.bot.identity.user_id:
        if event["type"] == "pin_removed" and message.get("ts"):
            await own_post_gone(at, str(message["ts"]), UNPINNED, str(event.get("user") or ""))
        return
    if message.get("ts"):
        await take(
            at,
            ts=str(message["ts"]),
            user_id=str(event.get("user") or ""),
            emoji=PIN,
            event_ts=str(event["event_ts"]),
            present=event["type"] == "pin_added",
        )


async def take(
    at: Scene, *, ts: str, user_id: str, emoji: str, event_ts: str, present: bool, by_id: str | None = None
) -> bool:
    """Keep one reaction or its removal, and settle the message that it marks. Whether it is news, and a mark."""
    actor_id = by_id or user_id
    if not actor_id or actor_id == at.bot.identity.user_id:
        return False
    actor = await person_of(at.session, at.workspace.id, actor_id)
    # Who may not set a mark may still take theirs off: they may have been somebody else when they set it.
    settings = at.bot.settings
    also = await known_as(at.session, settings, actor, at.incident)
    if present and not may(who(actor), MARK, IN_THE_CHANNEL, settings.permissions, also):
        return False
    new = await keep_reaction(at.session, at.channel.id, ts, actor_id, emoji, event_ts=event_ts, present=present)
    if not new or kind_of(at, emoji) is None:
        return False
    row = await message_of(at.session, at.channel.id, ts)
    if row.text is not None:
        await settle(at, row, by_id=actor_id)
    elif present and row.erased_at is None and row.deleted_at is None:
        # The mark came before its message, or the message's words are not kept unless it is marked: read it.
        await enqueue(
            at.session,
            Job(
                id=f"fetch:{row.id}:{event_ts}",
                kind="fetch_message",
                payload={"message": row.id, "incident": at.incident.id, "read_back": at.reading_back},
                run_at=at.now,
            ),
        )
    return True
