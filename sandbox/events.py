"""Turns what happened into the events that the app hears of: subscribed, granted, and where it must be, a member."""

from typing import TYPE_CHECKING, Any

from sandbox.channels import Channel
from sandbox.courier import Delivery
from sandbox.ids import epoch
from sandbox.messages import Message

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

# Told about every public channel, whether the bot is in it or not.
_WITHOUT_MEMBERSHIP = frozenset({
    "channel_created", "channel_rename", "channel_archive", "channel_unarchive", "channel_deleted",
})  # fmt: skip


def emit(ws: "Workspace", event: JSON, channel: Channel | None = None, *, witnessed: bool = False) -> None:
    """Deliver an event if the app is to hear it; `witnessed` says that the bot was there although it no longer is."""
    kind = channel.kind if channel else None
    if not ws.manifest.hears(event["type"], kind):
        return
    if channel is not None and not witnessed and not _may_see(ws, event["type"], channel):
        return
    send(ws, event, channel)


def send(ws: "Workspace", event: JSON, channel: Channel | None = None) -> Delivery:
    """Deliver an event, whoever may hear it."""
    if ws.leaves_events_out:
        return _left_out(ws, event)
    event.setdefault("event_ts", ws.next_event_ts())
    return ws.courier.post_event(_wrap(ws, event, channel))


def _left_out(ws: "Workspace", event: JSON) -> Delivery:
    """The event is gone for good; once a minute the app hears that some are."""
    minute = epoch(ws.clock.now()) // 60 * 60
    told: JSON = {"token": ws.verification_token, "type": "app_rate_limited", "team_id": ws.team_id}
    told |= {"minute_rate_limited": minute, "api_app_id": ws.app_id}
    before = next((one for one in reversed(ws.courier.deliveries) if one.payload == told), None)
    return before or ws.courier.post_event(told)


def message_event(ws: "Workspace", message: Message) -> None:
    """Tell of a new message, and once more, under another event id, where it mentions the bot."""
    channel = message.channel
    event = message.payload() | {
        "channel": channel.id,
        "channel_type": channel.event_type,
        "event_ts": message.ts,
    }
    emit(ws, event, channel)
    from_bot = message.user_id == ws.bot_user_id
    if channel.kind != "im" and not from_bot and f"<@{ws.bot_user_id}" in message.text and message.subtype is None:
        mention = {k: v for k, v in event.items() if k != "channel_type"} | {"type": "app_mention"}
        emit(ws, mention, channel)


def changed_event(ws: "Workspace", message: Message, before: JSON, ts: str | None = None) -> None:
    """Tell that a message is not what it was: edited, unfurled, pinned, answered to."""
    ts = ts or message.channel.log.next_ts(ws.clock.now())
    _hidden(ws, message.channel, "message_changed", ts, {"message": message.payload(), "previous_message": before})


def deleted_event(ws: "Workspace", message: Message, before: JSON) -> None:
    """Tell that a message is gone."""
    ts = message.channel.log.next_ts(ws.clock.now())
    body: JSON = {"deleted_ts": message.ts, "previous_message": before}
    _hidden(ws, message.channel, "message_deleted", ts, body)


def _hidden(ws: "Workspace", channel: Channel, subtype: str, ts: str, body: JSON) -> None:
    event: JSON = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.event_type,
        "ts": ts,
        "event_ts": ts,
    }
    emit(ws, event | body, channel)


def _may_see(ws: "Workspace", event_type: str, channel: Channel) -> bool:
    if channel.kind == "public" and event_type in _WITHOUT_MEMBERSHIP:
        return True
    return ws.bot_user_id in channel.members


def _wrap(ws: "Workspace", event: JSON, channel: Channel | None) -> JSON:
    return {
        "token": ws.verification_token,
        "team_id": ws.team_id,
        "context_team_id": ws.team_id,
        "context_enterprise_id": None,
        "api_app_id": ws.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": ws.ids.make("Ev", 11),
        "event_time": epoch(ws.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": ws.team_id,
                "user_id": ws.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.shared),
        "event_context": "4-" + ws.ids.hex(24),
    }
