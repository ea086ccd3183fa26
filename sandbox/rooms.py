"""What can happen to a channel, each with its system message and its events. Who may do it is asked elsewhere."""

from typing import TYPE_CHECKING, Any

from sandbox import posting
from sandbox.channels import Channel, Kind, Titled
from sandbox.events import emit
from sandbox.ids import epoch

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]


def create(ws: "Workspace", name: str, kind: Kind, creator_id: str) -> Channel:
    """A new channel with its creator as the only member."""
    channel = Channel(ws.ids.make("C", 11), name, kind, creator_id, ws.clock.now(), ws.team_id)
    ws.enter_channel(channel)
    if kind == "public":
        body = {"id": channel.id, "name": name, "created": epoch(channel.created_at), "creator": creator_id}
        emit(ws, {"type": "channel_created", "channel": body | {"name_normalized": name}}, channel)
    join(ws, channel, creator_id)
    return channel


def open_direct(ws: "Workspace", members: list[str]) -> Channel:
    """The DM (or group DM) of these people, made when it was not there."""
    wanted = set(members)
    for channel in ws.channels:
        if channel.kind in ("im", "mpim") and set(channel.members) == wanted:
            return channel
    kind: Kind = "im" if len(wanted) <= 2 else "mpim"
    handles = "--".join(ws.people[u].handle for u in members)
    name = "" if kind == "im" else f"mpdm-{handles}-1"
    channel = Channel(ws.ids.make("D" if kind == "im" else "C", 11), name, kind, members[0], ws.clock.now(), ws.team_id)
    channel.members = dict.fromkeys(members)
    ws.enter_channel(channel)
    return channel


def join(ws: "Workspace", channel: Channel, user_id: str, inviter_id: str | None = None) -> None:
    """Make somebody a member, by their own wish or by an invitation."""
    if user_id in channel.members:
        return
    channel.members[user_id] = None
    extra = {"inviter": inviter_id} if inviter_id else {}
    _say(ws, channel, "join", user_id, f"<@{user_id}> has joined the channel", extra)
    _membership(ws, channel, "member_joined_channel", user_id, extra)


def leave(ws: "Workspace", channel: Channel, user_id: str, *, remover_id: str | None = None) -> None:
    """Take somebody out, by their own wish or removed by another."""
    if user_id not in channel.members:
        return
    here = ws.bot_user_id in channel.members
    if remover_id is None:
        _say(ws, channel, "leave", user_id, f"<@{user_id}> has left the channel", {})
    else:
        text = f"<@{user_id}> was removed from the channel by <@{remover_id}>"
        _say(ws, channel, "leave", user_id, text, {"inviter": remover_id})
    del channel.members[user_id]
    _membership(ws, channel, "member_left_channel", user_id, {}, witnessed=here)
    if user_id == ws.bot_user_id:
        prefix = "group" if channel.private else "channel"
        event = {"type": f"{prefix}_left", "channel": channel.id, "actor_id": remover_id or user_id}
        emit(ws, event, channel, witnessed=True)


def set_topic(ws: "Workspace", channel: Channel, user_id: str, topic: str) -> None:
    """Set or clear the topic, with its system message and event."""
    channel.topic = Titled(topic, user_id, epoch(ws.clock.now()))
    _touch(ws, channel)
    words = f"set the channel topic: {topic}" if topic else "cleared the channel topic"
    _say(ws, channel, "topic", user_id, words, {"topic": topic})


def set_purpose(ws: "Workspace", channel: Channel, user_id: str, purpose: str) -> None:
    """Set or clear the description, with its system message and event."""
    channel.purpose = Titled(purpose, user_id, epoch(ws.clock.now()))
    _touch(ws, channel)
    words = f"set the channel description: {purpose}" if purpose else "cleared the channel description"
    _say(ws, channel, "purpose", user_id, words, {"purpose": purpose})


def rename(ws: "Workspace", channel: Channel, user_id: str, name: str) -> None:
    """Rename a channel, with its system message and event; the old name is kept among the previous ones."""
    old = channel.name
    channel.name = name
    channel.previous_names = [old, *channel.previous_names]
    _touch(ws, channel)
    text = f'has renamed the channel from "{old}" to "{name}"'
    _say(ws, channel, "name", user_id, text, {"old_name": old, "name": name})
    body = {"id": channel.id, "name": name, "name_normalized": name, "created": epoch(channel.created_at)}
    prefix = "group" if channel.private else "channel"
    emit(ws, {"type": f"{prefix}_rename", "channel": body}, channel)


def archive(ws: "Workspace", channel: Channel, user_id: str) -> None:
    """Archive a channel; its system message is the last one in it."""
    _say(ws, channel, "archive", user_id, f"<@{user_id}> archived the channel", {"members": list(channel.members)})
    channel.archived = True
    _touch(ws, channel)
    _lifecycle(ws, channel, "archive", user_id)


def unarchive(ws: "Workspace", channel: Channel, user_id: str) -> None:
    """Bring a channel back; whether its members come with it is a switch of the workspace."""
    channel.archived = False
    _touch(ws, channel)
    _lifecycle(ws, channel, "unarchive", user_id)
    if not ws.unarchive_keeps_members:
        channel.members = {user_id: None}
    _say(ws, channel, "unarchive", user_id, f"<@{user_id}> un-archived the channel", {})


def delete(ws: "Workspace", channel: Channel, user_id: str) -> None:
    """Delete a channel for good, as an admin can."""
    _lifecycle(ws, channel, "deleted", user_id)
    ws.forget_channel(channel)


def convert_to_private(ws: "Workspace", channel: Channel, user_id: str) -> None:
    """Make a public channel private; the id stays."""
    channel.kind = "private"
    _touch(ws, channel)
    posting.system(ws, channel, "channel_convert_to_private", user_id, "made this channel private", {})


def change_id(ws: "Workspace", channel: Channel) -> str:
    """Give a channel another id, as sharing it with an organisation does; the old id is then unknown."""
    old = channel.id
    ws.forget_channel(channel)
    channel.id = ws.ids.make("C", 11)
    ws.enter_channel(channel)
    emit(ws, {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": channel.id}, channel)
    return channel.id


def _say(ws: "Workspace", channel: Channel, what: str, user_id: str, text: str, extra: JSON) -> None:
    prefix = "group" if channel.kind == "private" else "channel"
    posting.system(ws, channel, f"{prefix}_{what}", user_id, text, extra)


def _membership(
    ws: "Workspace", channel: Channel, event_type: str, user_id: str, extra: JSON, *, witnessed: bool = False
) -> None:
    event = {
        "type": event_type,
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.private else "C",
        "team": ws.team_id,
    }
    emit(ws, event | extra, channel, witnessed=witnessed)


def _lifecycle(ws: "Workspace", channel: Channel, what: str, user_id: str) -> None:
    prefix = "group" if channel.private else "channel"
    event: JSON = {"type": f"{prefix}_{what}", "channel": channel.id, "user": user_id}
    if what == "archive":
        event["is_moved"] = 0
    emit(ws, event, channel)


def _touch(ws: "Workspace", channel: Channel) -> None:
    channel.updated_at = ws.clock.now()
