"""Improvements and tasks as people type them: numbers taken off, owners and links found. Knows no list of people."""

from __future__ import annotations

import re

from bot.domain.markup import LINK

_NUMBERED = re.compile(
    r"^\s*(?:"
    r"(?:task|improvement|action\s+item|item|step|to-?do|measure)(?:\s*(?:#|no\.?|number))?\s*\d{1,3}\s*"
    r"(?:[:.)]|[-–—]\s)\s*"
    r"|(?:task|improvement|action\s+item|to-?do)\s*:\s+"
    r"|#?\d{1,3}(?:[.):]|\.\))\s+"
    r"|\(\d{1,3}\)\s+"
    r"|[-*•☐☑✅]\s+"
    r")",
    re.IGNORECASE,
)
_BOX = re.compile(r"^\s*\[[ xX]?\]\s+")
# Of these, none looks at the same blanks or address twice: people's words may be forty thousand of one sign.
_LAST_LINK = re.compile(r"<(https?://[^|<>\s]+)(?:\|[^<>]*)?>\)?\Z", re.IGNORECASE)
_LAST_ADDRESS = re.compile(r"(https?://.+?)\)?\Z", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"[\s<>]")
_LEADING_ON = "-–—:("
_OWNERS = re.compile(r",|(?<=>)\s*(?:(?:and|&amp;|\+|/)\s*)?(?=<[@!])", re.IGNORECASE)


def strip_number(text: str, *, boxes: bool = True) -> str:
    """The text without a number, bullet or box that was typed in front ("Task 2: …", "3. …"); `boxes` may stay, for
    whoever wants to know whether they are ticked."""
    previous = None
    while text != previous:
        previous, text = text, _NUMBERED.sub("", text, count=1)
        text = _BOX.sub("", text, count=1) if boxes else text
    return text.strip() or (previous or "").strip()


def split_link(text: str) -> tuple[str, str | None]:
    """(words, link) of a task whose words end in a bare link; the link is None where they do not."""
    said = text.rstrip()
    begins = 0
    if (match := _LAST_LINK.search(said)) is None:
        last = _NO_ADDRESS.split(said)[-1]
        begins = len(said) - len(last)
        match = _LAST_ADDRESS.search(last)
    before = said[: begins + match.start()] if match else ""
    if match is None or before.endswith("<"):
        return text, None
    words = before.rstrip()
    words = words[:-1].strip() if words.endswith(tuple(_LEADING_ON)) else words.strip()
    return (words, match.group(1)) if words else (text, None)


def link_of(value: str) -> str:
    """The address in what followed `link:` (Slack wraps addresses in `<…>`)."""
    match = LINK.search(value)
    return match.group(1) if match else value.strip()


def split_owners(value: str) -> list[str]:
    """The owners in what followed `owner:`, as typed."""
    return [part.strip() for part in _OWNERS.split(value) if part and part.strip()]
