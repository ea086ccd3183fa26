"""What changes an incident's status or its start: started, mitigated, resolve, reopen, cancel, duplicate, status."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import questions
from bot.domain.errors import StartTakesOnlyTime, TimeMissing, UnknownIncident, UnknownStatus, UnreadableTime
from bot.domain.incident import CANCELLED, DUPLICATE, MITIGATED, RESOLVED, IncidentState, fold
from bot.domain.lifecycle import refuse_status_change
from bot.domain.timeline import STATE_KINDS, Kind
from bot.domain.when import Moment
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command, Run
from bot.slack.commands.numbers import incident_number
from bot.slack.commands.recorded import recorded_answer
from bot.slack.joining import join_job
from bot.slack.lacking import take_due, with_questions
from bot.slack.parts import INCIDENT, SOME_WORDS
from bot.wording import Wire
from storage.entries import entries_of
from storage.incidents import channel_of_incident
from storage.queue import enqueue
from storage.viewing import incident_seen

#: What a draft is made of and *Resolve* asks for: looked at by kind alone, since no draft may hold up a resolve.
_IN_A_DRAFT = frozenset(
    {Kind.STARTED, Kind.DETECTED, Kind.IMPACT, Kind.CAUSE, Kind.FIX, Kind.RULED_OUT, Kind.ESCALATED}
)


async def _started(call: Call) -> Answer:
    """When the impact began. It takes a time only: with or without `at:`."""
    if call.time_words is None:
        call.time_words = call.keyed.text or None
        if call.time_words is None:
            raise TimeMissing(verb=call.verb)
        # The words are the time: a button that says it in full must not have them once more.
        call.keyed = replace(call.keyed, text="")
        moment = _time_only(call, call.time_words)
    elif call.keyed.text:
        raise StartTakesOnlyTime(text=await call.plain(call.keyed.text))
    else:
        moment = call.moment(is_start=True)
    recorded = await call.record("incident.started", call.new(Kind.STARTED, "", moment))
    return await recorded_answer(call, recorded, moment)


def _time_only(call: Call, words: str) -> Moment:
    """`started 9:40` is read as a time; `started rolling back` is offered as an action."""
    try:
        return call.moment(is_start=True)
    except UnreadableTime as unreadable:
        if unreadable.params.get("reason") == "not_understood":
            raise StartTakesOnlyTime(text=words) from None
        raise


def _status(kind: Kind, *, words_needed: bool = False) -> Run:
    async def run(call: Call) -> Answer:
        if words_needed:
            call.require_text()
        if call.revising is None or call.revising.kind is not kind:  # an edited message says again what stands
            refuse_status_change(kind, await _state(call))
        moment = call.moment()
        recorded = await call.record(f"incident.{kind}", call.new(kind, call.keyed.text, moment))
        return await recorded_answer(call, recorded, moment)

    return run


async def _state(call: Call) -> IncidentState:
    return fold(await entries_of(call.session, call.about.id, kinds=STATE_KINDS))


async def _resolve(call: Call) -> Answer:
    """It is over at once; what the draft most likely lacks can be filled in afterwards, in one form."""
    answer = await _resolved(call)
    found = await entries_of(call.session, call.about.id, kinds=_IN_A_DRAFT)
    if {entry.kind for entry in found if entry.stands} >= _IN_A_DRAFT:
        return answer
    await take_due(call, questions.RESOLVED, among=questions.IN_THE_FORM)  # the form asks for them
    fill_in = Button(call.label("fill_in_missing"), opens="resolve", incident=call.about.number)
    return replace(answer, buttons=(*answer.buttons, fill_in))


async def _reopen(call: Call) -> Answer:
    """It is back. Bots can't unarchive, so in an archived channel the person hears what is left to them."""
    answer = await _reopened(call)
    channel = await channel_of_incident(call.session, call.about.id)
    if channel is None or not channel.is_archived:
        return answer
    return replace(answer, words=Wire(f"{answer.words}\n{call.say('answers.reopened_archived')}"))


async def _mitigated(call: Call) -> Answer:
    """The impact is over, so that there is time to say when it began and whom it hit."""
    return await with_questions(call, await _bearable(call), questions.MITIGATED)


_bearable, _resolved = _status(Kind.MITIGATED), _status(Kind.RESOLVED)
_reopened, _cancel = _status(Kind.REOPENED, words_needed=True), _status(Kind.CANCELLED, words_needed=True)


async def _duplicate(call: Call) -> Answer:
    """The same incident twice: entries keep their times, the channel points to the other one."""
    found = incident_number(call.keyed.text, call.bot.settings.incident_prefix)
    other = await incident_seen(call.session, call.viewer, found[0]) if found else None
    if found is None or other is None or other.id == call.about.id:
        raise UnknownIncident(given=await call.plain(call.keyed.text), prefix=call.bot.settings.incident_prefix)
    refuse_status_change(Kind.DUPLICATE, await _state(call))
    moment = call.moment()
    new = call.new(Kind.DUPLICATE, found[1], moment, {"of": other.number})
    recorded = await call.record("incident.duplicate", new)
    await enqueue(call.session, join_job(other.id, call.actor.user_id, call.key, call.now))
    channel = await channel_of_incident(call.session, other.id)
    link = Wire(f"<#{channel.slack_id}>") if channel is not None and not channel.is_deleted else None
    label = f"{call.bot.settings.incident_prefix}-{other.number}"
    return await recorded_answer(
        call, recorded, moment, notes=(call.say("answers.joining", label=label, channel=link),)
    )


async def set_status(call: Call) -> Answer:
    """A status by its name; mitigated, resolved and the like have verbs of their own and are those."""
    name, _, why = call.keyed.text.partition(" ")
    if (command := _BY_STATUS.get(name.casefold())) is not None:
        # From here on it is that verb: what its answer gives back or puts into a button says so.
        call.verb, call.line = command.name, " ".join(call.line.split(maxsplit=1)[1:])
        call.check(command.name, command.allowed)
        call.parse(command.keys, tail=command.tail)
        return await command.run(call)
    known = {status.name: status.meaning for status in call.bot.settings.statuses}
    status = next((one for one in known if one.casefold() == name.casefold()), None)
    if status is None:
        raise UnknownStatus(given=name, known=known | {MITIGATED: "", RESOLVED: ""})
    refuse_status_change(Kind.STATUS, await _state(call))
    moment = call.moment()
    new = call.new(Kind.STATUS, why.strip(), moment, {"status": status})
    note = call.say("answers.means", name=status, meaning=known[status])
    return await recorded_answer(call, await call.record("incident.status", new), moment, notes=(note,))


COMMANDS = (
    Command("started", _started, keys=AT, allowed=RECORDERS, message=True, parts=(), needs=AT),
    Command("mitigated", _mitigated, ("mitigate",), keys=AT, message=True, parts=(SOME_WORDS,)),
    Command("resolve", _resolve, ("resolved",), keys=AT, message=True, parts=(SOME_WORDS,)),
    Command("reopen", _reopen, keys=AT, message=True),
    Command("cancel", _cancel, keys=AT, message=True),
    Command("duplicate", _duplicate, keys=AT, message=True, parts=(INCIDENT, SOME_WORDS)),
)
#: Statuses that have verbs of their own.
_BY_STATUS = dict(
    zip((MITIGATED, RESOLVED, CANCELLED, DUPLICATE), (COMMANDS[1], COMMANDS[2], *COMMANDS[4:]), strict=True)
)
