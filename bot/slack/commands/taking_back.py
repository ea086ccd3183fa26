"""Taking back what was recorded: retract, restore, undo and redact. Knows nothing of editing."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.errors import NothingToUndo, UndoIsOld
from bot.domain.timeline import Change, Entry, Kind, Revision, Standing, revise
from bot.incidents import record
from bot.postmortems import posted_again, recall
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import RECORDERS, Command
from bot.slack.commands.change import changeable
from bot.slack.commands.moving import outcomes
from bot.slack.commands.numbers import only_number
from bot.slack.commands.recorded import entry_line, recorded_answer, retracted_answer
from bot.slack.parts import SOME_WORDS, entry
from bot.slack.scene import show_on_message
from storage.artifacts import artifact
from storage.entries import entry_of, last_own
from storage.incidents import channel_of, lock_incident
from storage.queue import rearm
from storage.redacting import moved_with, redact_words, wordless
from storage.tables import Incident
from storage.transcript import find_message, redact_message

UNDO_UNASKED = timedelta(minutes=10)
REDACTED = "[redacted]"


async def _retract(call: Call) -> Answer:
    number, why = only_number(call, figures=True)
    return await take_back(call, await changeable(call, number), why)


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
    await show_on_message(call, entry, "unmarked")
    return await retracted_answer(call, entry)


async def _restore(call: Call) -> Answer:
    """Let a retracted entry stand again; one that was moved, with what went along."""
    number, _ = only_number(call)
    entry = await changeable(call, number, standing=False)
    if entry.stands:
        return Answer(call.say("answers.stands_already", number=number))
    gone = entry.action == "moved"
    along = [one for one in await outcomes(call, number) if one.action == "moved"] if gone else []
    revisions = (_restored(call, entry, call.key), *(_restored(call, one, f"{call.key}:{one.number}") for one in along))
    recorded = await record(call.session, call.about, Change("entry.restored", revisions=revisions), at=call.now)
    await show_on_message(call, entry, "shown")
    back = [one.number for one in along]
    return await recorded_answer(call, recorded, notes=(call.say("answers.back_along", along=back),) if back else ())


def _restored(call: Call, entry: Entry, key: str) -> Revision:
    return revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="restored",
        key=f"{key}:restore",
        standing=Standing.STANDING,
        why=None,
        locked=entry.locked | {"standing"},  # put back by hand: a mark that is taken off no longer takes it out
    )


async def _undo(call: Call) -> Answer:
    """Take back one's own last entry, naming it; asked first where it is older than ten minutes."""
    entry = await last_own(call.session, call.about.id, call.actor.id)
    if entry is None:
        raise NothingToUndo()
    if call.now - entry.recorded_at > UNDO_UNASKED:
        raise UndoIsOld(number=entry.number, line=await entry_line(call, entry))
    return await take_back(call, entry)


async def _redact(call: Call) -> Answer:
    """Overwrite an entry's words everywhere we hold them, where it was moved from and to as well; who, when and why
    stay."""
    number, why = only_number(call, figures=True)
    entry = await changeable(call, number, standing=False)
    published = await _overwrite(call, call.about, entry, f"{call.key}:redact", why)
    for incident_id, other in await moved_with(call.session, call.about.id, number):
        incident = await lock_incident(call.session, incident_id)
        if (same := await entry_of(call.session, incident_id, other)) is not None:
            await _overwrite(call, incident, same, f"{call.key}:redact:{incident_id}:{other}", why)
    from_message = entry.origin is not None
    return Answer(call.say("answers.redacted", number=number, from_message=from_message, published=published))


async def _overwrite(call: Call, incident: Incident, entry: Entry, key: str, why: str) -> list[int]:
    """The numbers of the published versions that held the words: their copies elsewhere still do."""
    revision = revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="redacted",
        key=key,
        text=REDACTED,
        data=wordless(entry.data, REDACTED),
        redacted=True,
        locked=entry.locked | {"text"},
    )
    await record(call.session, incident, Change("entry.redacted", revisions=(revision,)), at=call.now)
    published = await redact_words(call.session, incident.id, entry.number, REDACTED, why=why or None)
    if published:
        settings, actor = call.bot.settings, call.actor.user_id
        await recall(call.session, incident, published, settings, at=call.now, actor=actor)
    if entry.origin is not None:
        channel = await channel_of(call.session, call.workspace.id, entry.origin.channel_id)
        message = await find_message(call.session, channel.id, entry.origin.ts) if channel else None
        if message is not None:
            await redact_message(call.session, message.id, REDACTED, at=call.now)
    if await artifact(call.session, incident.id, "draft") is not None:
        # The file in the channel still says them.
        await rearm(call.session, posted_again(incident.id, call.now, asked=call.key))
    return published


COMMANDS = (
    Command("retract", _retract, ("remove", "delete"), allowed=RECORDERS, double=False, parts=(entry(), SOME_WORDS)),
    Command("restore", _restore, allowed=RECORDERS, double=False, parts=(entry(standing=False),)),
    Command("undo", _undo, allowed=RECORDERS, double=False, parts=()),
    Command("redact", _redact, allowed=RECORDERS, double=False, parts=(entry(), SOME_WORDS)),
)
