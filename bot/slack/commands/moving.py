"""Moving an entry to the incident that it belongs to, with what became of it."""

from __future__ import annotations

from bot.domain.errors import SeveralNumbers, UnknownIncident
from bot.domain.timeline import ABOUT, MOVABLE, Change, Entry, Kind, NewEntry, Revision, Standing, revise
from bot.incidents import record
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands.numbers import another_number, entry_named, incident_number, require_number
from bot.slack.parts import INCIDENT, entry
from storage.entries import entries_of
from storage.tables import Incident
from storage.viewing import incident_seen

#: What says of another entry what became of it.
_OUTCOMES = frozenset(
    {Kind.RULED_OUT, Kind.CONFIRMED, Kind.ANSWERED, Kind.TASK_DONE, Kind.TASK_DROPPED, Kind.TASK_ASSIGNED}
)


async def outcomes(call: Call, number: int) -> list[Entry]:
    """What says of an entry what became of it, whether it stands or not, by number."""
    found = await entries_of(call.session, call.about.id, kinds=_OUTCOMES)
    return sorted((one for one in found if one.about == number), key=lambda one: one.number)


async def _move(call: Call) -> Answer:
    """An entry that belongs to another incident: taken back here, recorded there with its own time."""
    number, rest = require_number(call)
    prefix = call.bot.settings.incident_prefix
    second = another_number(call.keyed.text)
    if second is not None and incident_number(second[1], prefix):  # else it is the incident's own
        raise SeveralNumbers(verb=call.verb, number=number, other=second[0])
    entry = await entry_named(call, number)
    found = incident_number(rest, prefix)
    other = await incident_seen(call.session, call.viewer, found[0]) if found else None
    # Nothing leaves a private incident, not even for another one.
    if other is None or other.id == call.about.id or call.about.visibility == "private":
        raise UnknownIncident(given=await call.plain(rest), prefix=prefix)
    if entry.about is not None:
        where = f"{prefix}-{other.number}"
        return Answer(call.say("answers.goes_along", number=number, about=entry.about, to=where))
    if entry.kind not in MOVABLE:
        return Answer(call.say("answers.cannot_move", number=number))
    along = [one for one in await outcomes(call, number) if one.stands]
    to = await _recorded_there(call, other, entry, along)
    return Answer(call.say("answers.moved", number=number, to=to[number], along=[one.number for one in along]))


async def _recorded_there(call: Call, other: Incident, entry: Entry, along: list[Entry]) -> dict[int, str]:
    """What each entry is called where it stands now, by the number it had.

    What went along has a key of its own, which both ends share but for their endings (`storage.redacting`).
    """
    keys = {one.number: f"{call.key}:{one.number}" for one in along} | {entry.number: call.key}
    moved = await record(call.session, other, Change("entry.moved", (_moved(call, entry, call.key),)), at=call.now)
    numbers = {entry.number: moved.entry.number}
    if along:
        # Only now is the number known that they name it by.
        new = tuple(_moved(call, one, keys[one.number], numbers) for one in along)
        went = await record(call.session, other, Change("entry.moved", new), at=call.now)
        numbers |= {before.number: after.number for before, after in zip(along, went.entries, strict=True)}
    to = {before: f"{call.bot.settings.incident_prefix}-{other.number} #{after}" for before, after in numbers.items()}
    revisions = tuple(_gone(call, one, keys[one.number], to[one.number]) for one in (entry, *along))
    await record(call.session, call.about, Change("entry.moved", revisions=revisions), at=call.now)
    return to


def _gone(call: Call, entry: Entry, key: str, to: str) -> Revision:
    return revise(
        entry,
        at=call.now,
        by_id=call.actor.user_id,
        action="moved",
        key=f"{key}:moved",
        standing=Standing.RETRACTED,
        why=to,
    )


def _moved(call: Call, entry: Entry, key: str, numbers: dict[int, int] | None = None) -> NewEntry:
    """The entry as it is recorded anew; `numbers` is what the entry that it is about is called there."""
    named = {name: (numbers or {}).get(value, value) for name, value in entry.data.items() if name in ABOUT}
    return NewEntry(
        kind=entry.kind,
        text=entry.text,
        occurred_at=entry.occurred_at,
        author_id=entry.author_id,
        recorded_by_id=call.actor.user_id,
        source=entry.source,
        key=f"{key}:{entry.kind}",
        data={**entry.data, **named},
        precision=entry.precision,
        time_words=entry.time_words,
        time_zone=entry.time_zone,
        permalink=entry.permalink,
    )


COMMANDS = (Command("move", _move, message=True, double=False, parts=(entry(), INCIDENT)),)
