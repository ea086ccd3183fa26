"""What a manifest declares, as values; it reads faulty manifests too and must not judge them."""

from collections.abc import Mapping
from dataclasses import dataclass

Manifest = Mapping[str, object]


@dataclass(frozen=True)
class SlashCommand:
    """`command` begins with its slash. `should_escape`: Slack turns @names and #channels into `<@U…>` and `<#C…>`."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """`kind` is `global` or `message`."""

    name: str
    kind: str
    callback_id: str


def scopes(manifest: Manifest, of: str = "bot") -> tuple[str, ...]:
    """The scopes asked for the `bot` or the `user` token, optional ones among them, in the manifest's order."""
    return _strings(part(manifest, "oauth_config", "scopes").get(of))


def bot_events(manifest: Manifest) -> tuple[str, ...]:
    """The events the bot is subscribed to, as the manifest names them: `message.channels`, not `message`."""
    return _strings(part(manifest, "settings", "event_subscriptions").get("bot_events"))


def user_events(manifest: Manifest) -> tuple[str, ...]:
    """The events subscribed to on behalf of the people who authorized the app."""
    return _strings(part(manifest, "settings", "event_subscriptions").get("user_events"))


def slash_commands(manifest: Manifest) -> tuple[SlashCommand, ...]:
    """The slash commands, in the manifest's order."""
    return tuple(
        SlashCommand(
            str(it.get("command", "")),
            str(it.get("description", "")),
            str(it.get("usage_hint", "")),
            it.get("should_escape") is True,
        )
        for it in _listed(manifest, "slash_commands")
    )


def shortcuts(manifest: Manifest) -> tuple[Shortcut, ...]:
    """The global and message shortcuts, in the manifest's order."""
    return tuple(
        Shortcut(str(it.get("name", "")), str(it.get("type", "")), str(it.get("callback_id", "")))
        for it in _listed(manifest, "shortcuts")
    )


def part(manifest: Manifest, *path: str) -> Mapping[str, object]:
    """The object at a path of member names; empty where there is none or it is something else."""
    found: object = manifest
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _listed(manifest: Manifest, name: str) -> list[Mapping[str, object]]:
    found = part(manifest, "features").get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _strings(found: object) -> tuple[str, ...]:
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()
