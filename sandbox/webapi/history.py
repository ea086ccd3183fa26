"""conversations.* that read: history, replies, info, list, members; and users.conversations."""

import re
from typing import Any

from sandbox.channels import Channel
from sandbox.errors import SlackError
from sandbox.ids import ts_micros
from sandbox.messages import Message, Metadata
from sandbox.webapi.call import Call
from sandbox.webapi.lookup import allowed, opened, page, require_scope, sealed, visible
from sandbox.webapi.rules import scopes_for

JSON = dict[str, Any]

_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
_TS = re.compile(r"\d{1,10}(\.\d{1,6})?")


def history(call: Call) -> JSON:
    """Newest first, without thread replies unless they were broadcast, without hidden messages."""
    channel = _read_by_member(call)
    chosen = [m for m in channel.log if not m.is_reply or m.broadcast]
    chosen = _within(call, chosen)
    chosen.reverse()
    messages, more, cursor = _slice(call, chosen, default=100, most=999, newest_first=True)
    return {
        "messages": [m.payload(_metadata(call)) for m in messages],
        "has_more": more,
        "pin_count": len(channel.pins),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


def replies(call: Call) -> JSON:
    """The parent first, then its replies, oldest first; a reply's own timestamp gives that reply alone."""
    channel = _read_by_member(call)
    parent = channel.log.get(call.text("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    below = _within(call, list(parent.replies))
    messages, more, cursor = _slice(call, below, default=1000, most=1000, newest_first=False)
    return {
        "messages": [m.payload(_metadata(call)) for m in [parent, *messages]],
        "has_more": more,
        "response_metadata": {"next_cursor": cursor},
    }


def about(call: Call) -> JSON:
    """conversations.info: `channel_not_found` also for a private channel the bot is not in."""
    channel = allowed(call, "read", visible(call))
    return {"channel": channel.payload(call.user_id, call.flag("include_num_members"))}


def listing(call: Call) -> JSON:
    """Public channels by default; private ones only where the bot is a member; archived ones too unless told."""
    chosen = [c for c in _of_types(call) if c.kind == "public" or call.user_id in c.members]
    part, tail = page(call, chosen, default=100, most=999)
    return {"channels": [c.payload(call.user_id, num_members=True) for c in part]} | tail


def of_user(call: Call) -> JSON:
    """users.conversations: those a person is in and the bot may see."""
    user = call.text("user") or call.user_id
    chosen = [c for c in _of_types(call) if user in c.members]
    chosen = [c for c in chosen if c.kind == "public" or call.user_id in c.members]
    part, tail = page(call, chosen, default=100, most=999)
    return {"channels": [c.payload(call.user_id) for c in part]} | tail


def members(call: Call) -> JSON:
    """conversations.members: ids, by pages."""
    channel = allowed(call, "read", visible(call))
    part, tail = page(call, list(channel.members), default=100, most=1000)
    return {"members": part} | tail


def _read_by_member(call: Call) -> Channel:
    channel = allowed(call, "history", visible(call))
    if call.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _metadata(call: Call) -> Metadata:
    return "all" if call.flag("include_all_metadata") else "type"


def _within(call: Call, messages: list[Message]) -> list[Message]:
    """Those between oldest and latest, which count only when `inclusive`."""
    bounds: dict[str, int | None] = {}
    for name in ("oldest", "latest"):
        value = call.text(name)
        if value and not _TS.fullmatch(value) and value != "now":
            raise SlackError(f"invalid_ts_{name}")
        bounds[name] = ts_micros(value) if value and value != "now" else None
    slack = 0 if call.flag("inclusive") else 1
    oldest, latest = bounds["oldest"], bounds["latest"]
    return [
        m
        for m in messages
        if (oldest is None or oldest == 0 or ts_micros(m.ts) >= oldest + slack)
        and (latest is None or ts_micros(m.ts) <= latest - slack)
    ]


def _slice(
    call: Call, messages: list[Message], *, default: int, most: int, newest_first: bool
) -> tuple[list[Message], bool, str]:
    """A page by timestamp, so that what comes in between shifts nothing; whether there is more, and the cursor."""
    limit = call.number("limit", default)
    if limit < 1 or limit > most:
        raise SlackError("invalid_limit")
    after = opened(call, "next_ts")
    if after is not None:
        edge = int(after)
        messages = [m for m in messages if (ts_micros(m.ts) <= edge if newest_first else ts_micros(m.ts) >= edge)]
    size = limit
    if call.ws.pages_run_empty and after is None:
        size = 0
    elif call.ws.pages_run_short and after is None and len(messages) > limit > 1:
        size = limit // 2
    rest = messages[size:]
    return messages[:size], bool(rest), sealed("next_ts", str(ts_micros(rest[0].ts))) if rest else ""


def _of_types(call: Call) -> list[Channel]:
    wanted = call.names("types") or ["public_channel"]
    if any(t not in _TYPES for t in wanted):
        raise SlackError("invalid_types")
    kinds = {_TYPES[t] for t in wanted}
    for kind in sorted(kinds):
        require_scope(call, scopes_for("read", kind))
    dead = call.flag("exclude_archived")
    return [c for c in call.ws.channels if c.kind in kinds and not (dead and c.archived)]


METHODS = {
    "conversations.history": history,
    "conversations.info": about,
    "conversations.list": listing,
    "conversations.members": members,
    "conversations.replies": replies,
    "users.conversations": of_user,
}
