"""Changing what was recorded: edit, and who may change what."""

from __future__ import annotations

import re
from typing import Any

from bot.domain.action_items import split_link
from bot.domain.detection import CLASSES, named_class, read_class
from bot.domain.errors import (
    Conflict,
    KeyNotTaken,
    NothingToChange,
    UnknownClass,
    UnknownKind,
    WordsAreTitle,
)
from bot.domain.impact import services
from bot.domain.keys import split_list
from bot.domain.markup import MENTION
from bot.domain.timeline import PLAIN_KINDS, Change, Entry, Kind, Source, revise
from bot.incidents import record
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, WITHOUT_TAIL, Command
from bot.slack.commands.facts import impact_data
from bot.slack.commands.measures import due_date
from bot.slack.commands.numbers import entry_named, leading_number, require_number
from bot.slack.commands.recorded import JUST_NOW, entry_line, recorded_answer
from bot.slack.commands.running import CALLED_SEVERITY, retitle, severity_first
from bot.slack.gate import MEMBERS
from bot.slack.parts import SOME_WORDS, entry
from bot.wording import Wire

#: The keys that an entry of a kind has, beside `at:` and `kind:`.
KEYS_OF = {
    Kind.IMPACT: frozenset({"services", "users"}),
    Kind.ESCALATED: frozenset({"to"}),
    Kind.DETECTED: frozenset({"by"}),
    Kind.IMPROVEMENT: frozenset({"title"}),
    Kind.TASK: frozenset({"title", "owner", "due", "link"}),
}
#: Keys that can be taken out again.
_EMPTIED = frozenset({"title", "owner", "link", "due"})
EDIT_KEYS = AT | {"services", "users", "to", "by", "title", "owner", "due", "link", "kind"}
#: Kinds that have no words but the incident's title.
TITLED = frozenset({Kind.DECLARED, Kind.TITLE})
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
    "root-cause": Kind.CAUSE,
    "cause-in-detail": Kind.CAUSE_DETAIL,
    "fix-in-detail": Kind.FIX_DETAIL,
}
#: What only members may record, only they may change or take back: each kind by the command that makes it.
RUNNING = {
    Kind.DECLARED: "declare",
    Kind.SEVERITY: "severity",
    Kind.STATUS: "status",
    Kind.ROLE: "role",
    Kind.TITLE: "title",
    Kind.UPDATE: "update",
    Kind.MITIGATED: "mitigated",
    Kind.RESOLVED: "resolve",
    Kind.REOPENED: "reopen",
    Kind.CANCELLED: "cancel",
    Kind.DUPLICATE: "duplicate",
    Kind.TASK_DONE: "done",
    Kind.TASK_DROPPED: "wont-do",
    Kind.TASK_ASSIGNED: "assign",
}


async def changeable(call: Call, number: int, *, standing: bool = True) -> Entry:
    """The entry of a number, for somebody who may change it. Raises NotAllowed beside what `entry_named` raises."""
    entry = await entry_named(call, number, standing=standing)
    if (act := RUNNING.get(entry.kind)) is not None:
        call.check(act, MEMBERS)
    return entry


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
    entry = await changeable(call, number)
    if call.version is not None and call.version != entry.version:
        raise await collided(call, entry)
    try:
        fields = await edited_fields(call, entry)
    except WordsAreTitle as meant:
        text = str(meant.params["text"])
        severity = CALLED_SEVERITY.match(text) or severity_first(call, text)[0]
        if severity or call.time_words is not None:
            raise  # more than the title may be meant
        call.check("title", MEMBERS)
        return await retitle(call, text)
    typed = call.version is None and call.source is not Source.BUTTON
    if typed and _just_changed(call, entry):
        return await _asked_first(call, entry)
    locked = entry.locked | frozenset(fields)
    revision = revise(
        entry, at=call.now, by_id=call.actor.user_id, action="edited", key=f"{call.key}:edit", locked=locked, **fields
    )
    recorded = await record(call.session, call.about, Change("entry.edited", revisions=(revision,)), at=call.now)
    return await recorded_answer(call, recorded, notes=(call.say("answers.edited", number=number),))


async def _asked_first(call: Call, entry: Entry) -> Answer:
    """Who types may not have seen what somebody else made of the entry a moment ago: it is shown, and nothing done."""
    line, by = await entry_line(call, entry), await _changer(call, entry)
    anyway = Button(call.label("change_anyway"), f"again {call.typed}", incident=call.about.number)
    typed = Wire(call.typed)
    words = call.say("answers.changed_before", number=entry.number, line=line, by=by, typed=typed, tap=anyway.fits)
    return Answer(words, (anyway,))


async def collided(call: Call, entry: Entry) -> Conflict:
    """Somebody changed the entry while a form about it was open: what stands now is shown, nothing is overwritten."""
    line, by = await entry_line(call, entry), await _changer(call, entry)
    return Conflict(number=entry.number, version=entry.version, line=line, by=by, stands=entry.stands)


def _just_changed(call: Call, entry: Entry) -> bool:
    """Whether somebody else changed it a moment ago: who types may not have seen that."""
    changed_at, by_id = entry.changed_at, entry.changed_by_id
    return changed_at is not None and by_id != call.actor.user_id and call.now - changed_at <= JUST_NOW


async def _changer(call: Call, entry: Entry) -> str:
    return (await call.names()).person(entry.changed_by_id or entry.recorded_by_id)


async def edited_fields(call: Call, entry: Entry) -> dict[str, Any]:
    """What an edit's words and keys replace. Only keys of the entry's kind (its new one, where `kind:` says so) count.

    Raises NothingToChange, KeyNotTaken, WordsAreTitle and whatever its keys raise.
    """
    kind = _kind_after(call, entry)
    allowed = KEYS_OF.get(kind, frozenset()) | AT | ({"kind"} if entry.kind in PLAIN_KINDS else set())
    _reparse(call, entry, allowed)
    _, text = require_number(call)
    who = _who(call)
    values = call.keyed.values
    fields: dict[str, Any] = {}
    if kind is not entry.kind:
        fields["kind"] = kind
        fields["data"] = {}
    if text and kind in TITLED:
        raise WordsAreTitle(number=entry.number, text=text)
    if text:
        fields["text"] = text
    if call.time_words is not None:
        moment = call.moment(is_start=entry.kind in (Kind.STARTED, Kind.DECLARED))
        fields |= {"occurred_at": moment.at, "precision": str(moment.precision)}
        fields |= {"time_words": moment.words, "time_zone": moment.zone}
    if who is not None and who != entry.author_id:
        fields["author_id"] = who
    data = await _edited_data(call, entry, kind, text)
    if data:
        merged = {**(fields.get("data", dict(entry.data))), **data}
        fields["data"] = {name: value for name, value in merged.items() if name not in _EMPTIED or value is not None}
    if entry.kind is Kind.DECLARED and "occurred_at" in fields:
        fields["data"] = {**dict(entry.data), "at_given": True}
    if not fields:
        raise NothingToChange(number=entry.number, keys=sorted(allowed), given=sorted(values))
    return fields


def _who(call: Call) -> str | None:
    """Whom `by: @person` names, or the form: who said or did it; None where nobody is named."""
    match = MENTION.fullmatch(call.keyed.values.get("who") or call.keyed.values.get("by", ""))
    return match.group(1) if match else None


def _kind_after(call: Call, entry: Entry) -> Kind:
    given = call.keyed.values.get("kind")
    if given is None:
        return entry.kind
    if entry.kind not in PLAIN_KINDS:
        raise KeyNotTaken(key="kind", number=entry.number, kind=entry.kind, taken=["at"])
    return named_kind(given)


def _reparse(call: Call, entry: Entry, allowed: frozenset[str]) -> None:
    """A key that entries of this kind lack is words, unless nothing but keys was typed: then it is refused."""
    everything = call.split(EDIT_KEYS)
    if MENTION.fullmatch(everything.values.get("by", "")):
        allowed |= {"by"}  # whoever it was, and not the class of a detection
    said = leading_number(everything.text)
    alone = said is not None and said[1].casefold().startswith("at ")  # nothing but the number and a time
    call.parse(allowed | {"who"}, tail=alone or entry.kind not in WITHOUT_TAIL)
    foreign = set(everything.values) - allowed - {"who"}
    if "title" in foreign and entry.kind in TITLED:
        raise WordsAreTitle(number=entry.number, text=everything.values["title"])
    if foreign and said is not None and not said[1]:
        raise KeyNotTaken(key=min(foreign), number=entry.number, kind=entry.kind, taken=sorted(allowed))


async def _edited_data(call: Call, entry: Entry, kind: Kind, text: str) -> dict[str, Any]:
    """What the keys say, and what new words tell where no key does and nobody has corrected it by hand."""
    values, data = call.keyed.values, {}
    anew = bool(text) or kind is not entry.kind
    if kind is Kind.IMPACT and (anew or values):
        data = impact_data(call, text or (entry.text if anew else ""))
    if kind is Kind.DETECTED and anew and "data" not in entry.locked:
        read_as = read_class(await call.plain(text or entry.text))
        data = {"by": read_as} if read_as else {}
    if "to" in values:
        data["to"] = split_list(values["to"])
    if "services" in values:
        data["unaffected"] = services(values["services"])[1]
    if values.get("users") == "":
        data |= {"percent": None, "percent_text": None}
    if values.get("by") and not MENTION.fullmatch(values["by"]):
        if named_class(values["by"]) is None:
            raise UnknownClass(given=values["by"], classes=[name.replace("_", " ") for name in CLASSES])
        data["by"] = named_class(values["by"])
    if kind is Kind.TASK and text and (link := split_link(text)[1]):
        data["link"] = link
    data |= {name: values[name] or None for name in ("title", "owner", "link") if name in values}
    if "due" in values:
        data["due"] = due_date(call, values["due"]) if values["due"] else None
    return data


COMMANDS = (
    Command("edit", _edit, ("change",), keys=EDIT_KEYS, allowed=RECORDERS, double=False, parts=(entry(), SOME_WORDS)),
)
