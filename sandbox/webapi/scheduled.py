"""chat.scheduleMessage and its two companions: messages that the workspace posts by its clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.errors import SlackError
from sandbox.ids import epoch
from sandbox.webapi.call import Call
from sandbox.webapi.chat import destination, put
from sandbox.webapi.content import content
from sandbox.webapi.lookup import visible

JSON = dict[str, Any]

FARTHEST = timedelta(days=120)
PER_WINDOW, WINDOW = 30, 300


def schedule(call: Call) -> JSON:
    """chat.scheduleMessage: `post_at` in epoch seconds, by the workspace's clock."""
    ws, now = call.ws, call.ws.clock.now()
    channel = destination(call)
    post_at = call.number("post_at", 0)
    if post_at <= epoch(now):
        raise SlackError("time_in_past")
    if post_at > epoch(now + FARTHEST):
        raise SlackError("time_too_far")
    near = [s for s in ws.scheduled.values() if s["channel_id"] == channel.id and abs(s["post_at"] - post_at) < WINDOW]
    if len(near) >= PER_WINDOW:
        raise SlackError("restricted_too_many")
    parts = content(call, too_long="msg_too_long")
    if parts.empty:
        raise SlackError("no_text")
    entry: JSON = {"id": ws.ids.make("Q", 11), "channel_id": channel.id, "post_at": post_at, "text": parts.text or ""}
    ws.scheduled[entry["id"]] = entry | {"date_created": epoch(now)}

    async def post() -> None:
        await ws.clock.sleep((datetime.fromtimestamp(post_at, UTC) - now).total_seconds())
        if ws.scheduled.pop(entry["id"], None) is not None and not channel.archived:
            put(call, channel, parts)

    ws.background(asyncio.get_running_loop().create_task(post()))
    message = {"text": parts.text or "", "type": "delayed_message", "subtype": "bot_message", "bot_id": ws.bot.id}
    return {"channel": channel.id, "scheduled_message_id": entry["id"], "post_at": post_at, "message": message}


def unschedule(call: Call) -> JSON:
    """chat.deleteScheduledMessage: not in the last minute before it is posted."""
    channel = visible(call)
    entry = call.ws.scheduled.get(call.text("scheduled_message_id"))
    if entry is None or entry["channel_id"] != channel.id:
        raise SlackError("invalid_scheduled_message_id")
    if entry["post_at"] - epoch(call.ws.clock.now()) < 60:
        raise SlackError("invalid_scheduled_message_id")
    del call.ws.scheduled[entry["id"]]
    return {}


def scheduled_list(call: Call) -> JSON:
    """chat.scheduledMessages.list."""
    wanted = call.text("channel")
    entries = [s for s in call.ws.scheduled.values() if wanted in ("", s["channel_id"])]
    return {"scheduled_messages": entries, "response_metadata": {"next_cursor": ""}}


METHODS = {
    "chat.deleteScheduledMessage": unschedule,
    "chat.scheduleMessage": schedule,
    "chat.scheduledMessages.list": scheduled_list,
}
