"""Judges a whole manifest: each field by its shape, then what must hold between the parts."""

from collections.abc import Iterator

from sandbox.blocks.rule import fault
from sandbox.manifest_rules.events import EVENT_SCOPES
from sandbox.manifest_rules.reading import Manifest, bot_events, part, scopes, shortcuts, slash_commands, user_events
from sandbox.manifest_rules.shape import MANIFEST

_EVENTS_AT = "/settings/event_subscriptions"


def check_manifest(manifest: Manifest) -> list[str]:
    """The faults of a manifest, each with its json-pointer; empty when Slack would take it.

    What no rule is written for (workflows, datastores, the app directory) is let through unread.
    """
    faults = list(MANIFEST.faults(manifest, ""))
    for rule in (_event_faults, _optional_faults, _bot_faults, _address_faults, _repeat_faults, _function_faults):
        faults += rule(manifest)
    return faults


def _event_faults(manifest: Manifest) -> Iterator[str]:
    """Slack takes a subscription without its scope, and then never delivers: so it is a fault here."""
    for name, events, held in (
        ("bot_events", bot_events(manifest), scopes(manifest)),
        ("user_events", user_events(manifest), scopes(manifest, "user")),
    ):
        for index, event in enumerate(events):
            needed = EVENT_SCOPES.get(event)
            at = f"{_EVENTS_AT}/{name}/{index}"
            if needed is None:
                yield fault(f"unknown event: {event}", at)
            elif needed and needed.isdisjoint(held):
                yield fault(f"event {event} needs the scope {' or '.join(sorted(needed))}", at)


def _optional_faults(manifest: Manifest) -> Iterator[str]:
    for token in ("bot", "user"):
        for index, scope in enumerate(scopes(manifest, f"{token}_optional")):
            if scope not in scopes(manifest, token):
                at = f"/oauth_config/scopes/{token}_optional/{index}"
                yield fault(f"optional scope {scope} must be in {token} too", at)


def _bot_faults(manifest: Manifest) -> Iterator[str]:
    """What needs a bot user, the `commands` scope or interactivity."""
    features, asked = part(manifest, "features"), scopes(manifest)
    if asked and "bot_user" not in features:
        yield fault("bot scopes need a bot_user", "/features")
    for name in ("slash_commands", "shortcuts"):
        if name in features and "commands" not in asked:
            yield fault(f"{name} need the scope commands", f"/features/{name}")
    if "shortcuts" in features and part(manifest, "settings", "interactivity").get("is_enabled") is not True:
        yield fault("shortcuts need interactivity to be enabled", "/features/shortcuts")


def _address_faults(manifest: Manifest) -> Iterator[str]:
    """Without Socket Mode Slack must be told where to send."""
    settings = part(manifest, "settings")
    if settings.get("socket_mode_enabled") is True:
        return
    features = part(manifest, "features").get("slash_commands")
    for index, command in enumerate(features if isinstance(features, list) else []):
        if isinstance(command, dict) and "url" not in command:
            yield fault("missing required field: url", f"/features/slash_commands/{index}")
    if (bot_events(manifest) or user_events(manifest)) and "request_url" not in part(settings, "event_subscriptions"):
        yield fault("missing required field: request_url", _EVENTS_AT)
    interactivity = part(settings, "interactivity")
    if interactivity.get("is_enabled") is True and "request_url" not in interactivity:
        yield fault("missing required field: request_url", "/settings/interactivity")


def _repeat_faults(manifest: Manifest) -> Iterator[str]:
    """Two commands of one name, or two shortcuts of one callback_id, can't be told apart when they arrive."""
    named = (
        ("slash_commands", "command", [it.command for it in slash_commands(manifest)]),
        ("shortcuts", "callback_id", [it.callback_id for it in shortcuts(manifest)]),
    )
    for where, name, values in named:
        for index, value in enumerate(values):
            if value and value in values[:index]:
                yield fault(f'`{name}` "{value}" already exists', f"/features/{where}/{index}/{name}")


def _function_faults(manifest: Manifest) -> Iterator[str]:
    settings = part(manifest, "settings")
    if manifest.get("functions") and settings.get("org_deploy_enabled") is not True:
        yield fault("functions need org_deploy_enabled", "/settings")
    if manifest.get("functions") and "function_runtime" not in settings:
        yield fault("missing required field: function_runtime", "/settings")
