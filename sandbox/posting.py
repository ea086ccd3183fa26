"""What can happen to a message, each with its events. Who may do it is asked elsewhere."""

import re
from typing import TYPE_CHECKING, Any

from sandbox.channels import Channel
from sandbox.events import changed_event, deleted_event, emit, message_event
from sandbox.messages import Message, Pin

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

_LINK = re.compile(r"<(https?://[^|>]+)")


def post(ws: "Workspace", channel: Channel, text: str, *, unfurl: bool = False, **parts: Any) -> Message:
    """Put a message into a channel; `parts` are the fields of `Message`."""
    message = Message(channel, channel.log.next_ts(ws.clock.now()), text, **parts)
    message.team_id = message.team_id or ws.team_id
    give_block_ids(ws, message.blocks)
    parent = channel.log.get(message.thread_ts) if message.is_reply else None
    before = parent.payload() if parent else None
    channel.log.add(message)
    for file in message.files:
        file.shared_in(message)
    message_event(ws, message)
    for file in message.files:
        event = {"type": "file_shared", "file_id": file.id, "file": {"id": file.id}, "channel_id": channel.id}
        emit(ws, event | {"user_id": message.user_id}, channel)
    if parent is not None and before is not None and ws.metadata_changes:
        changed_event(ws, parent, before)
    if unfurl and ws.unfurls_links:
        unfurl_links(ws, message)
    return message


def system(ws: "Workspace", channel: Channel, subtype: str, user_id: str, text: str, extra: JSON) -> Message:
    """A line that Slack itself writes about what somebody did."""
    message = Message(channel, channel.log.next_ts(ws.clock.now()), text, user_id, subtype=subtype, extra=extra)
    channel.log.add(message)
    message_event(ws, message)
    return message


def whisper(ws: "Workspace", channel: Channel, text: str, reader_id: str, **parts: Any) -> Message:
    """An ephemeral message: one person sees it, nobody can read it back."""
    ts = channel.log.next_ts(ws.clock.now())
    message = Message(channel, ts, text, ws.bot_user_id, ws.bot, ephemeral_for=reader_id, **parts)
    give_block_ids(ws, message.blocks)
    channel.log.add(message)
    return message


def edit(ws: "Workspace", message: Message, by: str, **changes: Any) -> None:
    """Change a message's fields; with blocks the mark of an edit is not shown."""
    before = message.payload()
    for name, value in changes.items():
        setattr(message, name, value)
    give_block_ids(ws, message.blocks)
    ts = message.channel.log.next_ts(ws.clock.now())
    if message.bot is None or not message.blocks:
        message.edited = {"user": by, "ts": ts[:-6] + "000000"}
    changed_event(ws, message, before, ts)


def delete(ws: "Workspace", message: Message) -> None:
    """Delete a message; the parent of standing replies stays as a tombstone."""
    before = message.payload()
    channel = message.channel
    channel.pins.pop(message.ts, None)
    if message.replies and message.subtype != "tombstone":
        message.text, message.subtype, message.user_id = "This message was deleted.", "tombstone", "USLACKBOT"
        message.blocks, message.attachments, message.files, message.bot = [], [], [], None
        message.reactions, message.pinned, message.edited, message.client_msg_id = {}, False, None, None
        message.extra = {"hidden": True}
        changed_event(ws, message, before)
        return
    parent = channel.log.get(message.thread_ts) if message.is_reply else None
    parent_before = parent.payload() if parent else None
    channel.log.remove(message)
    deleted_event(ws, message, before)
    if parent is not None and parent_before is not None and ws.metadata_changes:
        changed_event(ws, parent, parent_before)


def react(ws: "Workspace", message: Message, user_id: str, name: str) -> None:
    """Put a reaction on a message and tell the app; nobody checks here whether it stands already."""
    message.reactions.setdefault(name, []).append(user_id)
    _reaction_event(ws, "reaction_added", message, user_id, name)


def unreact(ws: "Workspace", message: Message, user_id: str, name: str) -> None:
    """Take a reaction off and tell the app. Whether it stands is the caller's to check."""
    message.reactions[name].remove(user_id)
    if not message.reactions[name]:
        del message.reactions[name]
    _reaction_event(ws, "reaction_removed", message, user_id, name)


def pin(ws: "Workspace", message: Message, user_id: str) -> None:
    """Pin a message: an event, a line in the channel, and a changed message."""
    channel, before = message.channel, message.payload()
    message.pinned = True
    channel.pins[message.ts] = Pin(message, user_id, ws.clock.now())
    _pin_event(ws, "pin_added", channel.pins[message.ts], user_id)
    system(ws, channel, "pinned_item", user_id, f"<@{user_id}> pinned a message to this channel.", {"item_type": "C"})
    if ws.metadata_changes:
        changed_event(ws, message, before)


def unpin(ws: "Workspace", message: Message, user_id: str) -> None:
    """Take a pin off and tell the app. Whether there is one is the caller's to check."""
    before = message.payload()
    message.pinned = False
    gone = message.channel.pins.pop(message.ts)
    _pin_event(ws, "pin_removed", gone, user_id)
    if ws.metadata_changes:
        changed_event(ws, message, before)


def unfurl_links(ws: "Workspace", message: Message) -> None:
    """Add the previews of a message's links, which comes to the app as a changed message with the same words."""
    links = list(dict.fromkeys(_LINK.findall(message.text)))
    if not links or message.deleted:
        return
    before = message.payload()
    previews = [{"id": n, "from_url": u, "original_url": u, "fallback": u} for n, u in enumerate(links[:5], 1)]
    message.attachments = [*message.attachments, *previews]
    changed_event(ws, message, before)


def give_block_ids(ws: "Workspace", blocks: list[JSON]) -> None:
    """Blocks sent without an id get one, as in Slack's answers."""
    for block in blocks:
        if not block.get("block_id"):
            block["block_id"] = ws.ids.block_id()


def _reaction_event(ws: "Workspace", event_type: str, message: Message, user_id: str, name: str) -> None:
    event: JSON = {
        "type": event_type,
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel.id, "ts": message.ts},
    }
    if message.user_id:
        event["item_user"] = message.user_id
    emit(ws, event, message.channel)


def _pin_event(ws: "Workspace", event_type: str, pin: Pin, user_id: str) -> None:
    channel = pin.message.channel
    event: JSON = {
        "type": event_type,
        "user": user_id,
        "channel_id": channel.id,
        "item": pin.payload(ws.permalink(pin.message)),
        "pin_count": len(channel.pins),
        "pinned_info": {"channel": channel.id, "pinned_by": pin.user_id, "pinned_ts": int(pin.at.timestamp())},
    }
    if pin.message.user_id:
        event["item_user"] = pin.message.user_id
    if event_type == "pin_removed":
        event["has_pins"] = bool(channel.pins)
    emit(ws, event, channel)
