"""Posting once: what a repeated step must read before it writes. Knows no incident.

Each post carries its key as message metadata; a step that may have happened reads the channel for it (rules of the
house: a job's step is at-least-once, its effect exactly once).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.slack.api import SlackApi, SlackRefused

EVENT_TYPE = "tocsin_post"
#: Channels that will not take anything more, by Slack's error.
CLOSED_TO_US = frozenset({"is_archived", "is_inactive", "not_in_channel", "channel_not_found"})
#: Messages of ours that cannot be edited any more: their channel is closed to us, or a team's setting forbids it.
LEFT_ALONE = CLOSED_TO_US | {"edit_window_closed", "cant_update_message"}
#: How far the machine's clock may be ahead of Slack's when we look for what we made.
SKEW = timedelta(minutes=5)


async def post_once(
    api: SlackApi,
    attempt: int,
    key: str,
    *,
    channel: str,
    text: str,
    blocks: list[dict[str, Any]],
    since: datetime,
    thread_ts: str | None = None,
) -> str:
    """Post a message and return its ts; on a later attempt, the ts of what an earlier one posted.

    `since` is the instant of the job: nothing of ours can be older. With `thread_ts` it is a reply that the channel
    sees too. Raises SlackRefused and the api's other faults.
    """
    if attempt > 1:
        found = await find_post(api, channel, key, since, thread_ts)
        if found is not None:
            return found
    answer = await api.call(
        "chat.postMessage",
        json={
            "channel": channel,
            "text": text,
            "blocks": blocks,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
            **({"thread_ts": thread_ts, "reply_broadcast": True} if thread_ts else {}),
        },
    )
    return str(answer["ts"])


async def find_post(api: SlackApi, channel: str, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
    """The ts of the message that carries a key, in the channel or a thread; None where there is none, or where we may
    not read the channel."""
    method = "conversations.replies" if thread_ts else "conversations.history"
    cursor = ""
    while True:
        try:
            page = await api.call(
                method,
                query={
                    "channel": channel,
                    **({"ts": thread_ts} if thread_ts else {}),
                    "oldest": f"{(since - SKEW).timestamp():.6f}",
                    "limit": 200,
                    "include_all_metadata": True,
                    "cursor": cursor or None,
                },
            )
        except SlackRefused as refused:
            if refused.error in CLOSED_TO_US:
                return None
            raise
        for message in page.get("messages") or []:
            if _key_of(message) == key:
                return str(message["ts"])
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return None


def _key_of(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload") or {}
    return str(payload.get("key")) if payload.get("key") else None


async def whisper(api: SlackApi, *, channel: str, user: str, text: str, blocks: list[dict[str, Any]]) -> bool:
    """Say something to one person in a channel, for them alone. False where it does not go: they or we are not in it,
    or it is archived."""
    try:
        body = {"channel": channel, "user": user, "text": text, "blocks": blocks}
        await api.call("chat.postEphemeral", json=body)
    except SlackRefused:
        return False
    return True


async def write_to(api: SlackApi, *, user: str, text: str, blocks: list[dict[str, Any]]) -> bool:
    """Say something to one person in their direct messages with us, which a post to their own id reaches. False where
    Slack refuses it."""
    try:
        await api.call("chat.postMessage", json={"channel": user, "text": text, "blocks": blocks})
    except SlackRefused:
        return False
    return True
