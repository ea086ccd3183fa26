"""The checks that many methods share, in Slack's order: visible, archived, member; and messages by timestamp."""

import base64
import re
from typing import Any

from sandbox.channels import Channel
from sandbox.errors import SlackError
from sandbox.messages import Message
from sandbox.webapi.call import Call
from sandbox.webapi.rules import scopes_for

JSON = dict[str, Any]

_TS = re.compile(r"\d{1,10}\.\d{6}")


def visible(call: Call, name: str = "channel") -> Channel:
    """The conversation that an id names; channel_not_found where the bot cannot see it."""
    channel = call.ws.channel_by_id(call.text(name))
    if channel is None or (channel.private and call.user_id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def allowed(call: Call, what: str, channel: Channel) -> Channel:
    """The same channel, once the bot has the scope for this kind of conversation; missing_scope otherwise."""
    require_scope(call, scopes_for(what, channel.kind))
    return channel


def writable(call: Call, what: str | None, name: str = "channel", *, archived: str = "is_archived") -> Channel:
    """A conversation that stands and has the bot in it."""
    channel = visible(call, name)
    if what is not None:
        allowed(call, what, channel)
    if channel.archived:
        raise SlackError(archived)
    if call.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def require_scope(call: Call, needed: tuple[str, ...]) -> None:
    """missing_scope, with what was needed and what there is, unless one of these was granted."""
    granted = call.ws.manifest.scopes
    if needed and not granted.intersection(needed):
        raise SlackError("missing_scope", needed=",".join(needed), provided=",".join(sorted(granted)))


def message_at(channel: Channel, ts: str, *, malformed: str = "message_not_found") -> Message:
    """The standing message with this timestamp."""
    if not _TS.fullmatch(ts):
        raise SlackError(malformed)
    message = channel.log.get(ts)
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    return message


def page(call: Call, items: list[Any], *, default: int, most: int) -> tuple[list[Any], JSON]:
    """A page of a list, with the cursor to the next; the first of several may be short, as Slack's are."""
    limit = call.number("limit", default)
    if limit < 1 or limit > most:
        raise SlackError("invalid_limit")
    offset = opened(call, "offset")
    start = int(offset or 0)
    if start > len(items):
        raise SlackError("invalid_cursor")
    size = limit
    if call.ws.pages_run_empty and offset is None and items:
        size = 0
    elif call.ws.pages_run_short and start == 0 and len(items) > limit > 1:
        size = limit // 2
    end = start + size
    cursor = sealed("offset", str(end)) if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": cursor}}


def sealed(kind: str, value: str) -> str:
    """A cursor: opaque to the caller."""
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def opened(call: Call, kind: str) -> str | None:
    """What a cursor of this kind holds; None where none was sent, invalid_cursor where it is not ours."""
    cursor = call.text("cursor")
    if not cursor:
        return None
    try:
        found, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if found != kind or not value.isdigit():
        raise SlackError("invalid_cursor")
    return value
