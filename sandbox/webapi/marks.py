"""pins.* and reactions.*: marks on messages."""

from typing import Any

from sandbox import posting
from sandbox.emoji import known
from sandbox.errors import SlackError
from sandbox.messages import NOT_PINNABLE, Message
from sandbox.webapi.call import Call
from sandbox.webapi.lookup import message_at, visible, writable

JSON = dict[str, Any]

MAX_PINS = 100
MAX_EMOJI, MAX_OF_ONE = 50, 23  # distinct emoji on a message, and of one person


def pin(call: Call) -> JSON:
    """pins.add."""
    message = _pinned_at(call)
    if message.subtype in NOT_PINNABLE:
        raise SlackError("not_pinnable")
    if message.pinned:
        raise SlackError("already_pinned")
    if len(message.channel.pins) >= MAX_PINS:
        raise SlackError("too_many_pins")
    posting.pin(call.ws, message, call.user_id)
    return {}


def unpin(call: Call) -> JSON:
    """pins.remove."""
    message = _pinned_at(call)
    if not message.pinned:
        raise SlackError("no_pin")
    posting.unpin(call.ws, message, call.user_id)
    return {}


def pins(call: Call) -> JSON:
    """pins.list: the newest first."""
    channel = visible(call)
    items = sorted(channel.pins.values(), key=lambda p: p.at, reverse=True)
    return {"items": [p.payload(call.ws.permalink(p.message)) for p in items]}


def react(call: Call) -> JSON:
    """reactions.add: `already_reacted` where the bot's own stands."""
    message = _reacted_at(call)
    name = call.text("name").strip(":")
    if not known(name, call.ws.custom_emoji):
        raise SlackError("invalid_name")
    if call.user_id in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    if name not in message.reactions and len(message.reactions) >= MAX_EMOJI:
        raise SlackError("too_many_emoji")
    if sum(call.user_id in users for users in message.reactions.values()) >= MAX_OF_ONE:
        raise SlackError("too_many_reactions")
    posting.react(call.ws, message, call.user_id, name)
    return {}


def unreact(call: Call) -> JSON:
    """reactions.remove: the bot's own alone."""
    message = _reacted_at(call)
    name = call.text("name").strip(":")
    if call.user_id not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    posting.unreact(call.ws, message, call.user_id, name)
    return {}


def reactions(call: Call) -> JSON:
    """reactions.get: the message with all its reactions."""
    message = _reacted_at(call)
    return {"type": "message", "channel": message.channel.id, "message": message.payload()}


def _pinned_at(call: Call) -> Message:
    channel = writable(call, None, archived="restricted_action")
    if not call.text("timestamp"):
        raise SlackError("no_item_specified")
    return message_at(channel, call.text("timestamp"), malformed="bad_timestamp")


def _reacted_at(call: Call) -> Message:
    if not call.text("channel") or not call.text("timestamp"):
        raise SlackError("no_item_specified")
    channel = writable(call, None)
    return message_at(channel, call.text("timestamp"), malformed="bad_timestamp")


METHODS = {
    "pins.add": pin,
    "pins.list": pins,
    "pins.remove": unpin,
    "reactions.add": react,
    "reactions.get": reactions,
    "reactions.remove": unreact,
}
