"""Improvements and tasks as people type them: numbers taken off, owners and links found. Knows no list of people."""

from __future__ import annotations

import re

from bot.domain.markup import LINK

_NUMBERED = re.compile(
    r"^\s*(?:"
    r"(?:task|improvement|action\s+item|item|step|to-?do|measure)\s*#?\s*\d{1,3}\s*(?:[:.)]|[-–—]\s)\s*"
    r"|#?\d{1,3}[.):]\s+"
    r"|[-*•]\s+"
    r")",
    re.IGNORECASE,
)
_LAST_LINK = re.compile(
    r"\s*[-–—:(]?\s*(?:<(https?://[^|>\s]+)(?:\|[^>]*)?>|(?<!<)(https?://[^\s<>]+?))\)?\s*$", re.IGNORECASE
)
_OWNERS = re.compile(r"\s*,\s*|(?<=>)\s*(?:and|&amp;|\+|/)?\s*(?=<[@!])", re.IGNORECASE)


def strip_number(text: str) -> str:
    """The text without a number or bullet that was typed in front ("Task 2: …", "3. …")."""
    previous = None
    while text != previous:
        previous, text = text, _NUMBERED.sub("", text, count=1)
    return text.strip() or (previous or "").strip()


def split_link(text: str) -> tuple[str, str | None]:
    """(words, link) of a task whose words end in a bare link; the link is None where they do not."""
    match = _LAST_LINK.search(text)
    if not match or not text[: match.start()].strip():
        return text, None
    return text[: match.start()].strip(), match.group(1) or match.group(2)


def link_of(value: str) -> str:
    """The address in what followed `link:` (Slack wraps addresses in `<…>`)."""
    match = LINK.search(value)
    return match.group(1) if match else value.strip()


def split_owners(value: str) -> list[str]:
    """The owners in what followed `owner:`, as typed."""
    return [part.strip() for part in _OWNERS.split(value) if part and part.strip()]
