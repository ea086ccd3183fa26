"""`mark`: taking a message into the timeline by the shortcut's modal, with its kind, its time and its words."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.errors import EmptyText
from bot.domain.timeline import Change, Entry, Kind, revise
from bot.incidents import Recorded, record
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.change import named_kind
from bot.slack.commands.recorded import recorded_answer
from bot.slack.gate import MARK
from storage.entries import entries_of, entry_of_message
from storage.people import person_of_id
from storage.transcript import find_message


async def _mark(call: Call) -> Answer:
    """The message's own words, author and time, unless the form says otherwise; a marked message is changed."""
    if call.channel is None or call.origin is None:  # typed, though only the shortcut's form brings its message along
        return Answer(call.say("help.mark"))
    kind = await _free_kind(call, named_kind(call.keyed.values.get("kind", "note")))
    row = await find_message(call.session, call.channel.id, call.origin.ts)
    text = call.keyed.text or (row.text if row else "") or ""
    if row is None or not text.strip():
        raise EmptyText(verb=call.verb)
    moment = call.moment()
    found = await entry_of_message(call.session, row.id)
    if found is not None:
        return await recorded_answer(call, await _change(call, found[1], kind))
    author = await person_of_id(call.session, row.person_id)
    new = replace(
        call.new(kind, text, moment),
        author_id=author.user_id if author else call.actor.user_id,
        key=f"mark:{call.channel.id}:{row.ts}",
    )
    return await recorded_answer(call, await call.record(f"entry.{kind}", new), moment)


async def _free_kind(call: Call, kind: Kind) -> Kind:
    """A mark never moves a detection that stands: a second one becomes a note."""
    if kind is not Kind.DETECTED or call.origin is None:
        return kind
    standing = await entries_of(call.session, call.about.id, kinds=[Kind.DETECTED])
    return Kind.NOTE if any(entry.stands and entry.origin != call.origin for entry in standing) else kind


async def _change(call: Call, entry: Entry, kind: Kind) -> Recorded:
    fields: dict[str, object] = {"kind": kind}
    if call.keyed.text:
        fields["text"] = call.keyed.text
    if call.time_words is not None:
        moment = call.moment()
        fields |= {"occurred_at": moment.at, "precision": str(moment.precision), "time_words": moment.words}
    locked = entry.locked | frozenset(fields)
    revision = revise(
        entry, at=call.now, by_id=call.actor.user_id, action="edited", key=f"{call.key}:edit", locked=locked, **fields
    )
    return await record(call.session, call.about, Change("entry.edited", revisions=(revision,)), at=call.now)


COMMANDS = (Command(MARK, _mark, keys=AT | {"kind"}, allowed=RECORDERS, listed=False, double=False),)
