"""Changing what was recorded: edit, retract, undo, redact and move."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from bot.domain.detection import CLASSES, named_class
from bot.domain.errors import (
    Conflict,
    KeyNotTaken,
    NothingToChange,
    NothingToUndo,
    UndoIsOld,
    UnknownClass,
    UnknownIncident,
    UnknownKind,
)
from bot.domain.keys import split_list
from bot.domain.timeline import PLAIN_KINDS, Change, Entry, Kind, NewEntry, Standing, revise
from bot.incidents import Recorded, record
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.facts import impact_data
from bot.slack.commands.measures import due_date
from bot.slack.commands.numbers import entry_named, incident_number, require_number
from bot.slack.commands.recorded import entry_line, recorded_answer
from storage.entries import last_own, redact_words
from storage.incidents import incident_by_number
from storage.transcript import find_message, redact_message

UNDO_UNASKED = timedelta(minutes=10)
REDACTED = "[redacted]"

#: The keys that an entry of a kind has, beside `at:` and `kind:`.
KEYS_OF = {
    Kind.IMPACT: frozenset({"services", "users"}),
    Kind.ESCALATED: frozenset({"to"}),
    Kind.DETECTED: frozenset({"by"}),
    Kind.IMPROVEMENT: frozenset({"title"}),
    Kind.TASK: frozenset({"title", "owner", "due", "link"}),
}
EDIT_KEYS = AT | {"services", "users", "to", "by", "title", "owner", "due", "link", "kind"}
_KIND_NAMES = {
    "ruled-out": Kind.RULED_OUT,
    "dead-end": Kind.RULED_OUT,
    "misleading": Kind.RULED_OUT,
    "suspect": Kind.HYPOTHESIS,
    "detection": Kind.DETECTED,
    "did": Kind.ACTION,
    "log": Kind.NOTE,
    "improve": Kind.IMPROVEMENT,
    "conclude": Kind.CONCLUSION,
    "escalate": Kind.ESCALATED,
    "resolution": Kind.FIX,
}


def named_kind(words: str) -> Kind:
    """The kind that `kind:` names. Raises UnknownKind."""
    name = re.sub(r"[\s_]+", "-", words.strip().casefold())
    kind = _KIND_NAMES.get(name)
    if kind is None:
        kind = next((one for one in PLAIN_KINDS if one.value.replace("_", "-") == name), None)
    if kind is None:
        raise UnknownKind(given=words, known=sorted(one.value.replace("_", "-") for one in PLAIN_KINDS))
    return kind


async def _edit(call: Call) -> Answer:
    number, _ = require_number(call)
    entry = await entry_named(call, number)
    if call.version is not None and call.version != entry.version:
        raise Conflict(number=number)  # somebody changed it while this modal was open
    fields = await edited_fields(call, entry)
    locked = entry.locked | frozenset(fields)
    revision = revise(
        entry, at=call.now, by_id=call.actor.user_id, action="edited", key=f"{call.key}:edit", locked=locked, **fields
    )
    recorded = await record(call.session, call.about, Change("entry.edited", revisions=(revision,)), at=call.now)
    return await recorded_answer(call, recorded, notes=(call.say("answers.edited", number=number),))


async def edited_fields(call: Call, entry: Entry) -> dict[str, Any]:
    """What an edit's words and keys replace. Only keys of the entry's kind (its new one, where `kind:` says so) count.

    Raises NothingToChange, KeyNotTaken and whatever its keys raise.
    """
    kind = _kind_after(call, entry)
    allowed = KEYS_OF.get(kind, frozenset()) | {"at", "kind"}
    _reparse(call, allowed)
    _, text = require_number(call)
    values = call.keyed.values
    fields: dict[str, Any] = {}
    if kind is not entry.kind:
        fields["kind"] = kind
        fields["data"] = {}
    if text:
        fields["text"] = text
    if call.time_words is not None:
        moment = call.moment(is_start=entry.kind in (Kind.STARTED, Kind.DECLARED))
        fields |= {"occurred_at": moment.at, "precision": str(moment.precision)}
        fields |= {"time_words": moment.words, "time_zone": moment.zone}
    data = _edited_data(call, kind, text or entry.text, changed=bool(text))
    if data:
        fields["data"] = {**(fields.get("data", dict(entry.data))), **data}
    if entry.kind is Kind.DECLARED and "occurred_at" in fields:
        fields["data"] = {**dict(entry.data), "at_given": True}
    if not fields:
        raise NothingToChange(number=entry.number, keys=sorted(allowed), given=sorted(values))
    return fields


def _kind_after(call: Call, entry: Entry) -> Kind:
    given = call.split(EDIT_KEYS).values.get("kind")
    if given is None:
        return entry.kind
    if entry.kind not in PLAIN_KINDS:
        raise KeyNotTaken(key="kind", number=entry.number, kind=entry.kind, taken=["at"])
    return named_kind(given)


def _reparse(call: Call, allowed: frozenset[str]) -> None:
    """A key that entries of this kind lack is words, unless nothing but keys was typed: then it is refused."""
    everything = call.split(EDIT_KEYS)
    call.parse(allowed)
    foreign = set(everything.values) - allowed
    if foreign and not require_number_only(everything.text):
        return
    if foreign:
        raise KeyNotTaken(key=min(foreign), number=everything.text, kind="", taken=sorted(allowed))


def require_number_only(text: str) -> bool:
    """Whether a text is an entry's number and nothing more."""
    return len(text.split()) <= 1


def _edited_data(call: Call, kind: Kind, text: str, *, changed: bool) -> dict[str, Any]:
    values, data = call.keyed.values, {}
    if kind is Kind.IMPACT and (changed or values):
        data = impact_data(call, text if changed else "")
    if "to" in values:
        data["to"] = split_list(values["to"])
    if "by" in values:
        if named_class(values["by"]) is None:
            raise UnknownClass(given=values["by"], classes=[name.replace("_", " ") for name in CLASSES])
        data["by"] = named_class(values["by"])
    data |= {name: values[name] for name in ("title", "owner", "link") if values.get(name)}
    if values.get("due"):
        data["due"] = due_date(call, values["due"])
    return data


async def _retract(call: Call) -> Answer:
    number, why = require_number(call)
    return await take_back(call, await entry_named(call, number), why)


async def take_back(call: Call, entry: Entry, why: str = "") -> Answer:
    """Retract an entry. The declaration stays: an incident is cancelled, not taken back."""
    if entry.kind is Kind.DECLARED:
        return Answer(call.say("answers.declaration_stays", number=entry.number))
    revision = revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="retracted",
        key=f"{call.key}:retract",
        standing=Standing.RETRACTED,
        why=why or None,
    )
    await record(call.session, call.about, Change("entry.retracted", revisions=(revision,)), at=call.now)
    back = Button(call.label("restore"), command=f"restore #{entry.number}", incident=call.about.number)
    return Answer(call.say("answers.retracted", number=entry.number, line=await entry_line(call, entry)), (back,))


async def _restore(call: Call) -> Answer:
    """Let a retracted entry stand again."""
    number, _ = require_number(call)
    entry = await entry_named(call, number, standing=False)
    if entry.stands:
        return Answer(call.say("answers.stands_already", number=number))
    revision = revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="restored",
        key=f"{call.key}:restore",
        standing=Standing.STANDING,
        why=None,
    )
    recorded = await record(call.session, call.about, Change("entry.restored", revisions=(revision,)), at=call.now)
    return await recorded_answer(call, recorded)


async def _undo(call: Call) -> Answer:
    """Take back one's own last entry, naming it; asked first where it is older than ten minutes."""
    entry = await last_own(call.session, call.about.id, call.actor.id)
    if entry is None:
        raise NothingToUndo()
    if call.now - entry.recorded_at > UNDO_UNASKED:
        raise UndoIsOld(number=entry.number, line=await entry_line(call, entry))
    return await take_back(call, entry)


async def _redact(call: Call) -> Answer:
    """Overwrite an entry's words everywhere we hold them; who, when and why stay."""
    number, why = require_number(call)
    entry = await entry_named(call, number, standing=False)
    revision = revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="redacted",
        key=f"{call.key}:redact",
        text=REDACTED,
        redacted=True,
        locked=entry.locked | {"text"},
    )
    await record(call.session, call.about, Change("entry.redacted", revisions=(revision,)), at=call.now)
    await redact_words(call.session, call.about.id, number, REDACTED, why=why or None)
    if entry.origin is not None and call.channel is not None:
        message = await find_message(call.session, call.channel.id, entry.origin.ts)
        if message is not None:
            await redact_message(call.session, message.id, REDACTED)
    return Answer(call.say("answers.redacted", number=number, from_message=entry.origin is not None))


async def _move(call: Call) -> Answer:
    """An entry that belongs to another incident: taken back here, recorded there with its own time."""
    number, rest = require_number(call)
    entry = await entry_named(call, number)
    prefix = call.bot.settings.incident_prefix
    found = incident_number(rest, prefix)
    other = await incident_by_number(call.session, call.workspace.id, found[0]) if found else None
    if other is None or other.id == call.about.id or "private" in (other.visibility, call.about.visibility):
        raise UnknownIncident(given=await call.plain(rest), prefix=prefix)
    if entry.kind not in PLAIN_KINDS | {Kind.ESCALATED, Kind.UPDATE}:
        return Answer(call.say("answers.cannot_move", number=number))
    moved = await record(call.session, other, Change("entry.moved", (_moved(call, entry),)), at=call.now)
    why = f"{prefix}-{other.number} #{moved.entry.number}"
    revision = revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="moved",
        key=f"{call.key}:moved",
        standing=Standing.RETRACTED,
        why=why,
    )
    done: Recorded = await record(call.session, call.about, Change("entry.moved", revisions=(revision,)), at=call.now)
    return Answer(call.say("answers.moved", number=done.entry.number, to=why))


def _moved(call: Call, entry: Entry) -> NewEntry:
    return NewEntry(
        kind=entry.kind,
        text=entry.text,
        occurred_at=entry.occurred_at,
        author_id=entry.author_id,
        recorded_by_id=call.actor.user_id,
        source=entry.source,
        key=f"{call.key}:{entry.kind}",
        data=entry.data,
        precision=entry.precision,
        time_words=entry.time_words,
        time_zone=entry.time_zone,
        permalink=entry.permalink,
    )


COMMANDS = (
    Command("edit", _edit, ("change",), keys=EDIT_KEYS, allowed=RECORDERS, double=False),
    Command("retract", _retract, ("remove", "delete"), allowed=RECORDERS, double=False),
    Command("restore", _restore, allowed=RECORDERS, double=False),
    Command("undo", _undo, allowed=RECORDERS, double=False),
    Command("redact", _redact, allowed=RECORDERS, double=False),
    Command("move", _move, message=True, double=False),
)
