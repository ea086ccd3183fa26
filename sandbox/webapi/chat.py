"""chat.*: posting, changing and deleting messages."""

from typing import Any

from sandbox import posting, rooms
from sandbox.channels import Channel
from sandbox.errors import SlackError
from sandbox.messages import NOT_PINNABLE, Message
from sandbox.webapi.call import Call
from sandbox.webapi.content import NO_WORDS, Content, content
from sandbox.webapi.lookup import message_at, require_scope, visible, writable

JSON = dict[str, Any]

_CUSTOM = ("username", "icon_emoji", "icon_url")


def post_message(call: Call) -> JSON:
    """chat.postMessage: `channel` may also be a person's id, for their direct messages."""
    if any(call.args.get(name) for name in _CUSTOM):
        require_scope(call, ("chat:write.customize",))
    channel = destination(call)
    parts = content(call)
    if parts.empty:
        raise SlackError("no_text")
    message = put(call, channel, parts)
    return {"channel": channel.id, "ts": message.ts, "message": message.payload("all")}


def put(call: Call, channel: Channel, parts: Content) -> Message:
    """Post what a call asks for into a channel it may post to."""
    who: JSON = {"user_id": call.user_id, "bot": call.ws.bot}
    if call.text("username"):
        who |= {"user_id": None, "subtype": "bot_message", "username": call.text("username")}
    thread_ts = call.text("thread_ts") or None
    if thread_ts is not None:
        parent = channel.log.get(thread_ts)
        if parent is None or (parent.subtype in NOT_PINNABLE and parent.subtype != "tombstone"):
            raise SlackError("cannot_reply_to_message")
    return posting.post(
        call.ws,
        channel,
        parts.text or NO_WORDS,
        unfurl=call.flag("unfurl_links", True),
        blocks=parts.blocks or [],
        attachments=parts.attachments or [],
        metadata=parts.metadata or None,
        thread_ts=thread_ts,
        broadcast=thread_ts is not None and call.flag("reply_broadcast"),
        **who,
    )


def destination(call: Call) -> Channel:
    """The channel to post to: by id, by #name, or a person's DM by the person's id."""
    ws, given = call.ws, call.text("channel")
    named = ws.channel_named(given.removeprefix("#")) if ws.channel_by_id(given) is None else None
    if named is not None:
        call.args["channel"] = named.id
    elif given in ws.people:
        person = ws.people[given]
        if person.deleted or person.bot is not None:
            raise SlackError("channel_not_found")
        call.args["channel"] = rooms.open_direct(ws, [call.user_id, given]).id
    channel = visible(call)
    if channel.kind == "im" and not ws.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    if channel.archived:
        raise SlackError("is_archived")
    joined = call.user_id in channel.members
    if not joined and not (channel.kind == "public" and "chat:write.public" in ws.manifest.scopes):
        raise SlackError("not_in_channel")
    return channel


def post_ephemeral(call: Call) -> JSON:
    """chat.postEphemeral: only for somebody who is in the channel; no history keeps it."""
    channel = writable(call, None)
    if call.text("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    parts = content(call, too_long="msg_too_long")
    if parts.empty:
        raise SlackError("no_text")
    message = posting.whisper(
        call.ws,
        channel,
        parts.text or NO_WORDS,
        call.text("user"),
        blocks=parts.blocks or [],
        attachments=parts.attachments or [],
        thread_ts=call.text("thread_ts") or None,
    )
    return {"message_ts": message.ts}


def update(call: Call) -> JSON:
    """Text without blocks takes the blocks away; they stay only where neither is given."""
    channel = visible(call)
    if channel.archived:
        raise SlackError("is_inactive")
    message = message_at(channel, call.text("ts"))
    if message.user_id != call.user_id or call.user_id not in channel.members:
        raise SlackError("cant_update_message")
    parts = content(call, most=4_000, too_long="msg_too_long")
    if parts.empty and parts.metadata is None:
        raise SlackError("no_text")
    changes: JSON = {}
    if parts.text is not None or parts.blocks is not None:
        changes = {"text": parts.text or NO_WORDS, "blocks": parts.blocks or []}
    if parts.attachments is not None:
        changes["attachments"] = parts.attachments
    if parts.metadata is not None:
        changes["metadata"] = parts.metadata or None
    posting.edit(call.ws, message, call.user_id, **changes)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.payload("all")}


def delete(call: Call) -> JSON:
    """chat.delete: the bot's own messages alone."""
    channel = visible(call)
    message = message_at(channel, call.text("ts"))
    if message.user_id != call.user_id:
        raise SlackError("cant_delete_message")
    posting.delete(call.ws, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> JSON:
    """chat.getPermalink: needs no scope, but the channel must be visible."""
    channel = visible(call)
    message = message_at(channel, call.text("message_ts"))
    return {"channel": channel.id, "permalink": call.ws.permalink(message)}


def me_message(call: Call) -> JSON:
    """chat.meMessage: words alone, no blocks."""
    channel = writable(call, None)
    parts = content(call, too_long="msg_too_long")
    if not parts.text:
        raise SlackError("no_text")
    message = posting.post(call.ws, channel, parts.text, user_id=call.user_id, bot=call.ws.bot, subtype="me_message")
    return {"channel": channel.id, "ts": message.ts}


METHODS = {
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "chat.meMessage": me_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.update": update,
}
