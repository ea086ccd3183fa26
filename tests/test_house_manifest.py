"""manifest.yml against the code, both ways: what is subscribed is handled, what is granted is needed, and back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from bot.settings import Settings
from bot.slack.channels import CHANNEL_EVENTS
from bot.slack.events import IN_CHANNEL
from bot.slack.modals.shortcuts import SHORTCUTS
from sandbox.manifest_rules import EVENT_SCOPES
from sandbox.scopes import read_manifest
from sandbox.webapi.rules import RULES
from tests.house.source import ROOT, nodes, python, strings

MANIFEST = read_manifest(ROOT / "manifest.yml")
#: The kinds of channel that incidents live in.
FAMILIES = ("channels", "groups")
#: Arguments beyond which a method asks for a scope of its own (Slack's documentation of chat.postMessage).
COSTLY_ARGUMENTS = {"username": "chat:write.customize", "icon_emoji": "chat:write.customize"}


def handled() -> set[str]:
    """The event types that the bot does something about, as Slack's `type`."""
    told = {
        compared.value
        for node in nodes("bot/slack/events.py")
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == "kind"
        for compared in node.comparators
        if isinstance(compared, ast.Constant) and isinstance(compared.value, str)
    }
    return told | set(IN_CHANNEL) | set(CHANNEL_EVENTS)


@cache
def methods() -> set[str]:
    """The Web API methods that the bot names anywhere."""
    families = {name.split(".")[0] for name in RULES}
    texts = {text for path in python("bot") for text, _ in strings(path)}
    named = {text for text in texts if re.fullmatch(r"[a-z]+(\.[a-zA-Z]+)+", text) and text.split(".")[0] in families}
    return {name for name in named if not name.endswith((".py", ".toml", ".db"))}


def lacking(scopes: frozenset[str]) -> Iterator[str]:
    """What would not work with these scopes: methods, events, the command."""
    for method in methods():
        wanted = RULES[method].scopes
        of_channels = [[one for one in wanted if one.startswith(f"{family}:")] for family in FAMILIES]
        # A method that works on both kinds of channel asks for one scope of each.
        groups = of_channels if all(of_channels) else [list(wanted)] if wanted else []
        yield from (f"{method} needs one of {group}" for group in groups if not scopes & set(group))
    for event in MANIFEST.events:
        needed = EVENT_SCOPES[event]
        if event == "channel_id_changed":
            needed = frozenset({"channels:read"})
        if needed and not needed & scopes:
            yield f"{event} needs one of {sorted(needed)}"
    if "commands" not in scopes:
        yield "slash commands and shortcuts need commands"


def test_what_is_subscribed_is_what_is_handled() -> None:
    of_slack = handled() - {"message"} | {f"message.{family}" for family in FAMILIES}
    assert MANIFEST.events == of_slack
    assert "message" in handled()


def test_the_command_is_the_one_the_settings_name() -> None:
    assert MANIFEST.commands == {Settings().command: True}, "one command, with should_escape"


def test_the_shortcuts_are_those_that_open_something() -> None:
    assert MANIFEST.shortcuts == {name: shortcut.kind for name, shortcut in SHORTCUTS.items()}


def test_buttons_and_forms_reach_the_bot_over_a_socket() -> None:
    assert MANIFEST.interactive
    assert MANIFEST.socket_mode


def test_every_method_is_one_the_local_workspace_judges() -> None:
    assert methods() - set(RULES) == set()
    assert len(methods()) > 20


def test_every_method_and_event_has_its_scope() -> None:
    assert list(lacking(MANIFEST.scopes)) == []


def test_every_scope_is_needed() -> None:
    idle = [scope for scope in sorted(MANIFEST.scopes) if not list(lacking(MANIFEST.scopes - {scope}))]
    assert idle == []


def test_no_call_costs_a_scope_that_is_not_granted() -> None:
    """Slack refuses the whole call for an argument that needs more."""
    keys = {
        key.value
        for path in python("bot")
        if path.startswith("bot/slack/")
        for node in nodes(path)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    assert {
        name for name in COSTLY_ARGUMENTS if name in keys and COSTLY_ARGUMENTS[name] not in MANIFEST.scopes
    } == set()
