"""What the app's manifest grants: scopes, subscribed events, commands, shortcuts. It delivers and refuses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

JSON = dict[str, Any]

# The word that scopes and message subscriptions use for each kind of conversation.
FAMILY = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}

# Events whose scope does not depend on the kind of conversation; None means that no scope is asked.
_EVENT_SCOPES: dict[str, str | None] = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "channel_created": "channels:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "group_rename": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "team_join": "users:read",
    "user_change": "users:read",
    "user_profile_changed": "users:read",
    "subteam_created": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "file_shared": "files:read",
    "app_home_opened": None,
    "tokens_revoked": None,
    "app_uninstalled": None,
}
# libyaml's, where PyYAML was built with it: eight times as fast, and who tests starts many workspaces.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BY_KIND = {"member_joined_channel": "read", "member_left_channel": "read", "channel_id_changed": "read"}


@dataclass(frozen=True)
class Manifest:
    """The app as Slack knows it from its manifest."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: Mapping[str, bool] = field(default_factory=dict)
    """Each slash command with its `should_escape`."""
    shortcuts: Mapping[str, str] = field(default_factory=dict)
    """callback_id -> global or message."""
    shown: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What a person reads of a command (its hint on usage, its description) or of a shortcut (its name, its own)."""
    interactive: bool = False
    socket_mode: bool = False
    home_tab: bool = False
    messages_tab: bool = True

    def hears(self, event_type: str, kind: str | None) -> bool:
        """Whether the app subscribed to this event of a conversation of this kind and has the scope for it."""
        if event_type == "message":
            family = FAMILY[kind or "public"]
            return f"message.{family}" in self.events and f"{family}:history" in self.scopes
        if event_type not in self.events:
            return False
        if event_type in _BY_KIND:
            return f"{FAMILY[kind or 'public']}:{_BY_KIND[event_type]}" in self.scopes
        scope = _EVENT_SCOPES.get(event_type)
        return scope is None or scope in self.scopes


def read_manifest(source: Mapping[str, Any] | Path | str) -> Manifest:
    """The manifest from a mapping or from a YAML or JSON file."""
    if isinstance(source, Mapping):
        raw: Mapping[str, Any] = source
    else:
        raw = yaml.load(Path(source).read_text(encoding="utf-8"), _LOADER)  # noqa: S506 (either loader is a safe one)
    features, settings = raw.get("features") or {}, raw.get("settings") or {}
    scopes = ((raw.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
    home = features.get("app_home") or {}
    name = (raw.get("display_information") or {}).get("name", "app")
    commands, shortcuts = features.get("slash_commands") or [], features.get("shortcuts") or []
    return Manifest(
        name=name,
        bot_name=(features.get("bot_user") or {}).get("display_name", name).lower(),
        scopes=frozenset(scopes),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or []),
        commands={c["command"]: bool(c.get("should_escape", False)) for c in commands},
        shortcuts={s["callback_id"]: s["type"] for s in shortcuts},
        shown={c["command"]: (str(c.get("usage_hint", "")), str(c.get("description", ""))) for c in commands}
        | {s["callback_id"]: (str(s["name"]), str(s.get("description", ""))) for s in shortcuts},
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled", False)),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
    )
