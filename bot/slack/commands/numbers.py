"""Numbers of entries and incidents as people type them: `7`, `#7`, a channel mention that Slack made of it, `INC-3`."""

from __future__ import annotations

import re

from bot.domain.errors import EntryRetracted, NumberMissing, UnknownEntry
from bot.domain.timeline import Entry
from bot.slack.call import Call
from storage.entries import entry_of

_NUMBER = re.compile(
    r"^\s*(?:<#[CG][A-Z0-9]+\|(?P<channel>\d{1,6})>|(?P<mark>#)?\s?(?P<bare>\d{1,6}))(?=$|[\s,.:;)])[,.:;)]?\s*",
)
_INCIDENT = re.compile(
    r"^\s*(?:(?:of|to|as|is)\s+)*(?:<#[CG][A-Z0-9]+\|)?"
    r"(?:(?P<prefix>[A-Za-z]+)[- ]?)?#?(?P<number>\d{1,9})\b[^\s>]*>?\s*"
)


def leading_number(text: str) -> tuple[int, str, bool] | None:
    """(number, what follows, whether it was written with a mark) of a text that starts with an entry's number."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    digits = match.group("channel") or match.group("bare")
    return int(digits), text[match.end() :].strip(), bool(match.group("channel") or match.group("mark"))


def require_number(call: Call) -> tuple[int, str]:
    """(number, what follows) of the call's text. Raises NumberMissing."""
    found = leading_number(call.keyed.text)
    if found is None:
        raise NumberMissing(verb=call.verb)
    return found[0], found[1]


def incident_number(text: str, prefix: str) -> tuple[int, str] | None:
    """(number, what follows) of a text that starts with an incident's number, with or without its prefix."""
    match = _INCIDENT.match(text)
    if match is None or (match.group("prefix") or prefix).upper() != prefix.upper():
        return None
    return int(match.group("number")), text[match.end() :].strip()


async def entry_named(call: Call, number: int, *, standing: bool = True) -> Entry:
    """The entry of a number in the call's incident. Raises UnknownEntry, and EntryRetracted where it must stand."""
    entry = await entry_of(call.session, call.about.id, number)
    if entry is None:
        raise UnknownEntry(number=number, last=call.about.entry_counter)
    if standing and not entry.stands:
        raise EntryRetracted(number=number, by=(await call.names()).person(entry.changed_by_id or entry.author_id))
    return entry
