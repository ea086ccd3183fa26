"""Escalation: to whom and when; who was told, and who said that they are on it."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.errors import EmptyText, WrongKind
from bot.domain.escalation import answers, unnotified, waiting
from bot.domain.keys import split_list
from bot.domain.markup import GROUP, MENTION
from bot.domain.timeline import Kind
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.numbers import entry_named, leading_number, only_number
from bot.slack.commands.recorded import recorded_answer
from bot.slack.instants import span
from bot.slack.parts import SOME_WORDS, entry
from storage.entries import entries_of


async def _escalate(call: Call) -> Answer:
    """To whom stands in `to:`; without it, the people and groups mentioned in the words count."""
    text = call.keyed.text
    to = split_list(call.keyed.values.get("to", ""))
    to = to or [match.group(0) for pattern in (MENTION, GROUP) for match in pattern.finditer(text)]
    if not text and not to:
        raise EmptyText(verb=call.verb)
    moment = call.moment()
    recorded = await call.record("entry.escalated", call.new(Kind.ESCALATED, text, moment, {"to": to}))
    notes = []
    if not to:
        notes.append(call.say("answers.escalated_to_nobody", number=recorded.entry.number))
    elif call.about.sort != "past" and (left := unnotified(to)):
        notes.append(call.say("answers.nobody_notified", names=[await call.plain(one) for one in left]))
    return await recorded_answer(call, recorded, moment, notes=tuple(notes))


async def _answer(call: Call) -> Answer:
    """*I'm on it*: somebody takes an escalation; without a number, the one that waits. A second person's is recorded as
    well."""
    entries = await entries_of(call.session, call.about.id, kinds=[Kind.ESCALATED, Kind.ANSWERED])
    open_ones = waiting(entries)
    if leading_number(call.keyed.text) is None and len(open_ones) == 1:
        number, why = open_ones[0].number, call.keyed.text
    elif not open_ones and not call.keyed.text:
        return Answer(call.say("answers.none_waits"))
    else:
        number, why = only_number(call, figures=True)
    escalation = await entry_named(call, number)
    if escalation.kind is not Kind.ESCALATED:
        raise WrongKind(number=number, kind=escalation.kind, verb=call.verb, needed=Kind.ESCALATED)
    if any(one.author_id == call.actor.user_id for one in answers(entries, number)):
        return Answer(call.say("answers.on_it_already", number=number))
    moment = call.moment()
    new = call.new(Kind.ANSWERED, why, moment, {"escalation": number})
    recorded = await call.record("escalation.answered", new)
    waited = max(timedelta(0), recorded.entry.occurred_at - escalation.occurred_at)
    note = call.say("answers.on_it", number=number, waited=span(waited))
    return await recorded_answer(call, recorded, moment, notes=(note,))


COMMANDS = (
    Command("escalate", _escalate, keys=AT | {"to"}, allowed=RECORDERS, message=True, parts=(SOME_WORDS,)),
    Command("on-it", _answer, keys=AT, allowed=RECORDERS, message=False, parts=(entry(Kind.ESCALATED), SOME_WORDS)),
)
