"""Text as the chat stores it (mentions, links, entities) turned into what a person reads. Knows no vendor's client.

The wire form is Slack's: `<@U1|ann>`, `<#C1|ops>`, `<!subteam^S1|@sre>`, `<!here>`, `<https://x|label>`,
`&amp; &lt; &gt;`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(r"<([^<>\s][^<>]*)>")
_LINK = re.compile(r"^(?:https?|ftp|mailto|tel|slack):", re.IGNORECASE)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^>]*))?>")
GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|([^>]*))?>")
CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|([^>]*))?>")
LINK = re.compile(r"<((?:https?|ftp)://[^|<>]+)(?:\|([^<>]*))?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """Display names by id, for mentions. An id that is missing prints as the label in the text, or says so."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    def person(self, person_id: str) -> str:
        """The display name, or the id where nobody has told us the name."""
        return self.people.get(person_id) or person_id


def unescape(text: str) -> str:
    """`&lt; &gt; &amp;` as characters; nothing else is an entity in the wire form."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def escape(text: str) -> str:
    """Characters as the wire form's entities, so that what people typed can never mention or link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, names: Names) -> str:
    """What a person reads: mentions as `@name`, channels as `#name` where that is no secret, links as their address,
    entities decoded."""
    if "<" in text:
        text = _TOKEN.sub(lambda match: _spoken(match.group(1), names), text)
    return unescape(text) if "&" in text else text


def _spoken(token: str, names: Names) -> str:
    target, bar, label = token.partition("|")
    if target.startswith("@"):
        return "@" + (names.people.get(target[1:]) or label or target[1:])
    if target.startswith("#"):
        if bar and not label and target[1:] not in names.channels:
            return "a private channel"  # whose name Slack keeps back
        return "#" + (names.channels.get(target[1:]) or label or target[1:])
    if target.startswith("!subteam^"):
        return "@" + (names.groups.get(target.removeprefix("!subteam^")) or label or "group").lstrip("@")
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return "@" + target[1:]
    if _LINK.match(target):
        address = target.removeprefix("mailto:").removeprefix("tel:")
        return address if not label or _same_address(label, address) else f"{label} ({address})"
    return f"<{token}>"


def _same_address(label: str, address: str) -> bool:
    return label == address or label == re.sub(r"^https?://", "", address).rstrip("/")


def mentioned(text: str) -> list[str]:
    """The ids of the people mentioned, in order, without repeats."""
    return list(dict.fromkeys(match.group(1) for match in MENTION.finditer(text)))


def groups_mentioned(text: str) -> list[str]:
    """The ids of the user groups mentioned, in order, without repeats."""
    return list(dict.fromkeys(match.group(1) for match in GROUP.finditer(text)))
