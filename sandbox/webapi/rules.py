"""For each method: its scopes (any one of them), the arguments it cannot do without, and its rate-limit tier."""

from dataclasses import dataclass

from sandbox.scopes import FAMILY


@dataclass(frozen=True)
class Rule:
    """What is checked before a method runs; `tier` None is a method with limits of its own."""

    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    tier: int | None = 3
    app_token: bool = False


_MANAGE = ("channels:manage", "channels:write", "groups:write", "im:write", "mpim:write")
_TOPIC = ("channels:manage", "channels:write.topic", "groups:write", "groups:write.topic", "im:write", "im:write.topic",
          "mpim:write", "mpim:write.topic")  # fmt: skip
_INVITE = ("channels:manage", "channels:write.invites", "groups:write", "groups:write.invites", "im:write",
           "mpim:write")  # fmt: skip
_READ = tuple(f"{family}:read" for family in FAMILY.values())
_HISTORY = tuple(f"{family}:history" for family in FAMILY.values())
_CHAT = ("chat:write",)

RULES: dict[str, Rule] = {
    "api.test": Rule(tier=4),
    "auth.test": Rule(tier=None),
    "apps.connections.open": Rule(tier=3, app_token=True),
    "apps.event.authorizations.list": Rule((), ("event_context",), None, app_token=True),
    "bookmarks.add": Rule(("bookmarks:write",), ("channel_id", "title", "type"), 2),
    "bookmarks.edit": Rule(("bookmarks:write",), ("channel_id", "bookmark_id"), 2),
    "bookmarks.list": Rule(("bookmarks:read",), ("channel_id",), 3),
    "bookmarks.remove": Rule(("bookmarks:write",), ("channel_id", "bookmark_id"), 2),
    "bots.info": Rule(("users:read",), (), 3),
    "canvases.create": Rule(("canvases:write",), (), 2),
    "canvases.delete": Rule(("canvases:write",), ("canvas_id",), 3),
    "canvases.edit": Rule(("canvases:write",), ("canvas_id", "changes"), 3),
    "canvases.getContent": Rule(("canvases:read",), ("canvas_id",), 3),
    "chat.delete": Rule(_CHAT, ("channel", "ts"), 3),
    "chat.deleteScheduledMessage": Rule(_CHAT, ("channel", "scheduled_message_id"), 3),
    "chat.getPermalink": Rule((), ("channel", "message_ts"), None),
    "chat.meMessage": Rule(_CHAT, ("channel",), 3),
    "chat.postEphemeral": Rule(_CHAT, ("channel", "user"), 4),
    "chat.postMessage": Rule(_CHAT, ("channel",), None),
    "chat.scheduleMessage": Rule(_CHAT, ("channel", "post_at"), 3),
    "chat.scheduledMessages.list": Rule((), (), 3),
    "chat.update": Rule(_CHAT, ("channel", "ts"), 3),
    "conversations.canvases.create": Rule(("canvases:write",), ("channel_id",), 2),
    "conversations.archive": Rule(_MANAGE, ("channel",), 2),
    "conversations.create": Rule(_MANAGE, (), 2),
    "conversations.history": Rule(_HISTORY, ("channel",), 3),
    "conversations.info": Rule(_READ, ("channel",), 3),
    "conversations.invite": Rule(_INVITE, ("channel",), 3),
    "conversations.join": Rule(("channels:join",), ("channel",), 3),
    "conversations.kick": Rule(_MANAGE, ("channel",), 3),
    "conversations.leave": Rule(_MANAGE, ("channel",), 3),
    "conversations.list": Rule(_READ, (), 2),
    "conversations.members": Rule(_READ, ("channel",), 4),
    "conversations.open": Rule(("channels:manage", "groups:write", "im:write", "mpim:write"), (), 3),
    "conversations.rename": Rule(_MANAGE, ("channel",), 2),
    "conversations.replies": Rule(_HISTORY, ("channel", "ts"), 3),
    "conversations.setPurpose": Rule(_TOPIC, ("channel",), 2),
    "conversations.setTopic": Rule(_TOPIC, ("channel",), 2),
    "conversations.unarchive": Rule(_MANAGE, ("channel",), 2),
    "files.completeUploadExternal": Rule(("files:write",), ("files",), 4),
    "files.delete": Rule(("files:write",), ("file",), 3),
    "files.getUploadURLExternal": Rule(("files:write",), ("filename", "length"), 4),
    "files.info": Rule(("files:read",), ("file",), 4),
    "files.list": Rule(("files:read",), (), 3),
    "pins.add": Rule(("pins:write",), ("channel",), 2),
    "pins.list": Rule(("pins:read",), ("channel",), 2),
    "pins.remove": Rule(("pins:write",), ("channel",), 2),
    "reactions.add": Rule(("reactions:write",), ("channel", "name", "timestamp"), 3),
    "reactions.get": Rule(("reactions:read",), (), 3),
    "reactions.remove": Rule(("reactions:write",), ("name",), 2),
    "team.info": Rule(("team:read",), (), 3),
    "usergroups.list": Rule(("usergroups:read",), (), 2),
    "usergroups.users.list": Rule(("usergroups:read",), ("usergroup",), 2),
    "users.conversations": Rule(_READ, (), 3),
    "users.getPresence": Rule(("users:read",), (), 3),
    "users.info": Rule(("users:read",), ("user",), 4),
    "users.list": Rule(("users:read",), (), 2),
    "users.lookupByEmail": Rule(("users:read.email",), ("email",), 3),
    "views.open": Rule((), ("view",), 4),
    "views.publish": Rule((), ("user_id", "view"), 4),
    "views.push": Rule((), ("view",), 4),
    "views.update": Rule((), ("view",), 4),
}

# What a conversation of each kind asks for, once the method is known to be allowed at all.
_PER_KIND: dict[str, dict[str, tuple[str, ...]]] = {
    "manage": {
        "public": ("channels:manage", "channels:write"),
        "private": ("groups:write",),
        "im": ("im:write",),
        "mpim": ("mpim:write",),
    },
    "read": {kind: (f"{family}:read",) for kind, family in FAMILY.items()},
    "history": {kind: (f"{family}:history",) for kind, family in FAMILY.items()},
}


def scopes_for(what: str, kind: str) -> tuple[str, ...]:
    """The scopes (any one) for `manage`, `read`, `history`, `invite` or `topic` on a conversation of this kind."""
    if what in ("invite", "topic"):
        family = FAMILY[kind]
        extra = f"{family}:write.{'invites' if what == 'invite' else 'topic'}"
        return (*_PER_KIND["manage"][kind], extra)
    return _PER_KIND[what][kind]
