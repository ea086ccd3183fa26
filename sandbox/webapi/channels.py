"""conversations.*: making, naming, filling, emptying and closing channels."""

from typing import Any, Literal

from sandbox import rooms
from sandbox.channels import Channel, fixed_name, name_fault
from sandbox.errors import SlackError
from sandbox.text import posted
from sandbox.webapi.call import Call
from sandbox.webapi.lookup import allowed, require_scope, visible, writable
from sandbox.webapi.rules import scopes_for

JSON = dict[str, Any]

MAX_TOPIC = 250
MAX_INVITES = 100
MAX_DIRECT = 8


def create(call: Call) -> JSON:
    """The name is judged as it is, never bent to fit."""
    kind: Literal["public", "private"] = "private" if call.flag("is_private") else "public"
    require_scope(call, scopes_for("manage", kind))
    name = call.text("name")
    fault = name_fault(name)
    if fault:
        raise SlackError(fault)
    if call.ws.creation_restricted:
        raise SlackError("restricted_action")
    if _taken(call, name):
        raise SlackError("name_taken")
    return _shown(call, rooms.create(call.ws, name, kind, call.user_id))


def rename(call: Call) -> JSON:
    """conversations.rename: only by whoever created the channel."""
    channel = writable(call, "manage")
    _named_kind(channel)
    if channel.creator_id != call.user_id:
        raise SlackError("not_authorized")
    name = call.text("name")
    if call.ws.rename_fixes_names:
        name = fixed_name(name)
    fault = name_fault(name)
    if fault:
        raise SlackError(fault)
    if name != channel.name:
        if _taken(call, name):
            raise SlackError("name_taken")
        rooms.rename(call.ws, channel, call.user_id, name)
    return _shown(call, channel)


def invite(call: Call) -> JSON:
    """One bad name fails all, unless forced; only a deactivated person fails alone."""
    channel = writable(call, "invite")
    _named_kind(channel)
    users = list(dict.fromkeys(call.names("users")))
    if not users:
        raise SlackError("no_user")
    if len(users) > MAX_INVITES:
        raise SlackError("invalid_arguments", f"no more than {MAX_INVITES} items allowed [json-pointer:/users]")
    faults = {user: fault for user in users if (fault := _invite_fault(call, channel, user))}
    errors = [{"user": user, "ok": False, "error": fault} for user, fault in faults.items()]
    people = call.ws.people
    fatal = [user for user in faults if not (user in people and people[user].deleted)]
    if fatal and not call.flag("force"):
        raise SlackError(faults[fatal[0]], errors=errors)
    for user in users:
        if user not in faults:
            rooms.join(call.ws, channel, user, call.user_id)
    if errors and not call.flag("force"):
        raise SlackError(next(iter(faults.values())), errors=errors)
    return _shown(call, channel) | ({"errors": errors} if errors else {})


def _invite_fault(call: Call, channel: Channel, user: str) -> str | None:
    person = call.ws.people.get(user)
    if person is None:
        return "user_not_found"
    if user == call.user_id:
        return "cant_invite_self"
    if person.deleted:
        return "cant_invite"
    if user in channel.members:
        return "already_in_channel"
    if person.stranger and not channel.shared:
        return "no_external_invite_permission"
    if person.guest == "single" and any(user in c.members for c in call.ws.channels if c.is_channel):
        return "ura_max_channels"
    return None


def kick(call: Call) -> JSON:
    """conversations.kick."""
    channel = writable(call, "manage")
    _named_kind(channel)
    user = call.text("user")
    if user not in call.ws.people:
        raise SlackError("user_not_found")
    if user == call.user_id:
        raise SlackError("cant_kick_self")
    if user not in channel.members:
        raise SlackError("not_in_channel")
    if channel.general:
        raise SlackError("cant_kick_from_general")
    rooms.leave(call.ws, channel, user, remover_id=call.user_id)
    return {"errors": {}}


def join(call: Call) -> JSON:
    """conversations.join: public channels alone; a warning where the bot is in already."""
    channel = visible(call)
    if channel.private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if call.user_id in channel.members:
        call.warnings.append("already_in_channel")
    else:
        rooms.join(call.ws, channel, call.user_id)
    return _shown(call, channel)


def leave(call: Call) -> JSON:
    """conversations.leave: `not_in_channel` comes as an answer, not as an error."""
    channel = allowed(call, "manage", visible(call))
    _named_kind(channel)
    if channel.archived:
        raise SlackError("is_archived")
    if call.user_id not in channel.members:
        return {"not_in_channel": True}
    if channel.general:
        raise SlackError("cant_leave_general")
    if channel.private and len(channel.members) == 1:
        raise SlackError("last_member")
    rooms.leave(call.ws, channel, call.user_id)
    return {}


def archive(call: Call) -> JSON:
    """conversations.archive: never the general channel."""
    channel = writable(call, "manage", archived="already_archived")
    _named_kind(channel)
    if channel.general:
        raise SlackError("cant_archive_general")
    rooms.archive(call.ws, channel, call.user_id)
    return {}


def unarchive(call: Call) -> JSON:
    """Bots cannot unarchive. The docs note it without an error; not_in_channel is what bots are seen to get."""
    channel = allowed(call, "manage", visible(call))
    if not channel.archived:
        raise SlackError("not_archived")
    raise SlackError("not_in_channel")


def set_topic(call: Call) -> JSON:
    """conversations.setTopic."""
    channel, topic = _titled(call, "topic")
    rooms.set_topic(call.ws, channel, call.user_id, topic)
    return _shown(call, channel) | {"topic": topic}


def set_purpose(call: Call) -> JSON:
    """conversations.setPurpose."""
    channel, purpose = _titled(call, "purpose")
    rooms.set_purpose(call.ws, channel, call.user_id, purpose)
    return _shown(call, channel) | {"purpose": purpose}


def open_direct(call: Call) -> JSON:
    """conversations.open: by channel or by people; the same people give the same conversation."""
    ws, users = call.ws, call.names("users")
    if call.text("channel"):
        channel = visible(call)
        if channel.is_channel:
            raise SlackError("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}}
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > MAX_DIRECT:
        raise SlackError("too_many_users")
    require_scope(call, scopes_for("manage", "im" if len(users) == 1 else "mpim"))
    for user in users:
        person = ws.people.get(user)
        if person is None:
            raise SlackError("user_not_found")
        if person.deleted:
            raise SlackError("user_disabled")
    known = {c.id for c in ws.channels}
    channel = rooms.open_direct(ws, [call.user_id, *users])
    body = channel.payload(call.user_id) if call.flag("return_im") else {"id": channel.id}
    return {"channel": body} | ({"no_op": True, "already_open": True} if channel.id in known else {})


def _titled(call: Call, what: str) -> tuple[Channel, str]:
    channel = writable(call, "topic")
    _named_kind(channel)
    if call.args.get(what) is None:
        raise SlackError("invalid_arguments", f"missing required field: {what}")
    words = call.text(what)
    if len(words) > MAX_TOPIC:
        raise SlackError("too_long")
    return channel, posted(words)


def _taken(call: Call, name: str) -> bool:
    """Archived and unseen private channels hold their names, and so do handles of people and groups."""
    ws = call.ws
    handles = {p.handle for p in ws.people.values()} | set(ws.groups)
    return ws.channel_named(name) is not None or name in handles


def _named_kind(channel: Channel) -> None:
    if not channel.is_channel:
        raise SlackError("method_not_supported_for_channel_type")


def _shown(call: Call, channel: Channel) -> JSON:
    return {"channel": channel.payload(call.user_id)}


METHODS = {
    "conversations.archive": archive,
    "conversations.create": create,
    "conversations.invite": invite,
    "conversations.join": join,
    "conversations.kick": kick,
    "conversations.leave": leave,
    "conversations.open": open_direct,
    "conversations.rename": rename,
    "conversations.setPurpose": set_purpose,
    "conversations.setTopic": set_topic,
    "conversations.unarchive": unarchive,
}
