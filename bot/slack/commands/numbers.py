"""Numbers of entries and incidents as people type them: `7`, `#7`, a channel mention that Slack made of it, `INC-3`."""

from __future__ import annotations

import re

from bot.domain.errors import EntryRetracted, NumberMissing, SeveralNumbers, UnknownEntry
from bot.domain.timeline import Entry
from bot.slack.call import Call
from storage.entries import entry_of

_NUMBER = re.compile(
    r"^\s*(?:<#[CG][A-Z0-9]+\|(?P<channel>\d{1,6})>|(?P<mark>#)?\s?(?P<bare>\d{1,6}))(?=$|[\s,.:;)])"
    r"(?P<end>[,.:;)]?)\s*",
)
#: After a bare number: it says a time, as in `2 hours ago`, and no entry's number.
_OF_TIME = re.compile(
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|[ap]\.?m|o['’]clock)\b",
    re.IGNORECASE,
)
#: What joins one number to the next.
_JOINT = re.compile(r"^\s*(?:(?:,|;|\+|/|&amp;|and\b|or\b)\s*)+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]")
_INCIDENT = re.compile(
    r"^\s*(?:(?:of|to|as|is)\s+)*(?:<#[CG][A-Z0-9]+\|)?"
    r"(?:(?P<prefix>[A-Za-z]+)[- ]?)?#?(?P<number>\d{1,9})\b[^\s>]*>?\s*"
)


def leading_number(text: str) -> tuple[int, str, bool] | None:
    """(number, what follows, whether it was written with a mark) of a text that starts with an entry's number."""
    match = _NUMBER.match(text)
    if match is None:
        return None
    digits, marked = match.group("channel") or match.group("bare"), bool(match.group("channel") or match.group("mark"))
    rest = text[match.end() :].strip()
    if not marked and _OF_TIME.match(rest):
        return None
    return int(digits), rest, marked


def require_number(call: Call) -> tuple[int, str]:
    """(number, what follows) of the call's text. Raises NumberMissing."""
    found = leading_number(call.keyed.text)
    if found is None:
        raise NumberMissing(verb=call.verb)
    return found[0], found[1]


def only_number(call: Call, *, figures: bool = False) -> tuple[int, str]:
    """As `require_number`, for a verb that must not pass over a second number. Raises SeveralNumbers as well.

    `figures`: what follows are words of their own, which may begin with a figure (`#2 3 nodes answer`).
    """
    number, rest = require_number(call)
    second = another_number(call.keyed.text, figures=figures) if call.form is None else None  # a form has a field each
    if second is not None:
        raise SeveralNumbers(verb=call.verb, number=number, other=second[0])
    return number, rest


def another_number(text: str, *, figures: bool = False) -> tuple[int, str] | None:
    """(number, what follows) of a second entry's number that a text names after its first; `figures` as above."""
    first = _NUMBER.match(text)
    if first is None:
        return None
    rest = text[first.end() :]
    joint = _JOINT.match(rest)
    second = _NUMBER.match(rest[joint.end() :] if joint else rest)
    if second is None:
        return None
    said = second.string[second.end() :].strip()
    sure = second.group("channel") or second.group("mark") or joint or first.group("end") == ","
    if figures and not sure and _WORD.match(said):
        return None
    return int(second.group("channel") or second.group("bare")), said


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
