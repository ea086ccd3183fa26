"""`mark`: taking a message into the timeline by the shortcut's modal, with its kind, its time and its words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.errors import EmptyText
from bot.domain.marking import facts_in
from bot.domain.timeline import Change, Entry, Kind, Source, Standing, revise
from bot.incidents import Recorded, record
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.change import collided, named_kind
from bot.slack.commands.recorded import recorded_answer
from bot.slack.following import unchanged
from bot.slack.gate import MARK
from bot.slack.marks import words_of
from bot.slack.scene import show_on_message
from storage.entries import entries_of, entry_of_message
from storage.people import person_of_id
from storage.queue import Job, enqueue
from storage.tables import Message
from storage.transcript import message_of


async def _mark(call: Call) -> Answer:
    """The message's own words, author and time, unless the form says otherwise; a marked message is changed.

    `begins:` is how the message began when the form was opened: it stands in until its words are read, where only
    marked messages are captured.
    """
    if call.channel is None or call.origin is None:  # typed, though only the shortcut's form brings its message along
        return Answer(call.say("help.mark"))
    row = await message_of(call.session, call.channel.id, call.origin.ts)
    found = await entry_of_message(call.session, row.id)
    if call.version is not None and found is not None and call.version != found[1].version:
        raise await collided(call, found[1])  # somebody was quicker while the form was open
    kind = await _free_kind(call, named_kind(call.keyed.values.get("kind", "note")))
    if found is not None:
        recorded = await _change(call, found[1], kind)
    else:
        recorded = await _take_in(call, row, kind)
    await show_on_message(call, recorded.entry, "shown")
    return await recorded_answer(call, recorded)


async def _take_in(call: Call, row: Message, kind: Kind) -> Recorded:
    text = call.keyed.text or words_of(row) or call.keyed.values.get("begins", "")
    if not text.strip():
        raise EmptyText(verb=call.verb)
    author = await person_of_id(call.session, row.person_id)
    new = replace(
        call.new(kind, text, call.moment(), facts_in(kind, await call.plain(text))),
        author_id=author.user_id if author else call.actor.user_id,
        key=f"mark:{row.channel_id}:{row.ts}",
        locked=frozenset({"text"} if call.keyed.text else ()),
    )
    recorded = await call.record(f"entry.{kind}", new)
    if row.text is None:
        payload = {"message": row.id, "incident": call.about.id}
        await enqueue(call.session, Job(f"fetch:{row.id}:form", "fetch_message", call.now, None, payload))
    return recorded


async def _free_kind(call: Call, kind: Kind) -> Kind:
    """A mark never moves a detection that stands: a second one becomes a note."""
    if kind is not Kind.DETECTED or call.origin is None:
        return kind
    standing = await entries_of(call.session, call.about.id, kinds=[Kind.DETECTED])
    return Kind.NOTE if any(entry.stands and entry.origin != call.origin for entry in standing) else kind


async def _change(call: Call, entry: Entry, kind: Kind) -> Recorded:
    """What the form changed is locked; an entry that was taken out stands again, and then needs no mark to stand."""
    fields: dict[str, Any] = {}
    if kind is not entry.kind:
        words = await call.plain(call.keyed.text or entry.text)
        fields |= {"kind": kind, "data": facts_in(kind, words)}
    if call.keyed.text:
        fields["text"] = call.keyed.text
    if call.time_words is not None:
        moment = call.moment()
        fields |= {"occurred_at": moment.at, "precision": str(moment.precision)}
        fields |= {"time_words": moment.words, "time_zone": moment.zone}
    locked = entry.locked | frozenset(fields)
    action = "edited"
    if not entry.stands:
        action = "restored"
        fields |= {"standing": Standing.STANDING, "why": None, "source": Source.SHORTCUT}
    if not fields:
        return unchanged(call.about, entry)
    revision = revise(
        entry, at=call.now, by_id=call.actor.user_id, action=action, key=f"{call.key}:edit", locked=locked, **fields
    )
    return await record(call.session, call.about, Change(f"entry.{action}", revisions=(revision,)), at=call.now)


COMMANDS = (Command(MARK, _mark, keys=AT | {"kind"}, allowed=RECORDERS, listed=False, double=False, parts=()),)
