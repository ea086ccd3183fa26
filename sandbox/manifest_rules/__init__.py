"""A Slack app manifest held to Slack's limits, and read; it must not know our bot's commands or events."""

from sandbox.manifest_rules.check import check_manifest
from sandbox.manifest_rules.events import EVENT_SCOPES
from sandbox.manifest_rules.reading import (
    Manifest,
    Shortcut,
    SlashCommand,
    bot_events,
    scopes,
    shortcuts,
    slash_commands,
    user_events,
)

__all__ = [
    "EVENT_SCOPES",
    "Manifest",
    "Shortcut",
    "SlashCommand",
    "bot_events",
    "check_manifest",
    "scopes",
    "shortcuts",
    "slash_commands",
    "user_events",
]
