"""Escalation: to whom and when; who was told, and who said that they are on it."""

from __future__ import annotations

from bot.domain.errors import EmptyText
from bot.domain.keys import split_list
from bot.domain.markup import GROUP, MENTION
from bot.domain.timeline import Kind
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.numbers import entry_named, require_number
from bot.slack.commands.recorded import recorded_answer
from bot.slack.parts import SOME_WORDS, entry
from storage.entries import entries_of


def unnotified(to: list[str]) -> list[str]:
    """Those of `to:` whom nobody has told: names that are neither people nor user groups of Slack."""
    return [one for one in to if not MENTION.search(one) and not GROUP.search(one)]


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
    elif left := unnotified(to):
        notes.append(call.say("answers.nobody_notified", names=[await call.plain(one) for one in left]))
    return await recorded_answer(call, recorded, moment, notes=tuple(notes))


async def _answer(call: Call) -> Answer:
    """*I'm on it*: somebody takes an escalation. Said once; a second person's is recorded as well."""
    number, why = require_number(call)
    escalation = await entry_named(call, number)
    answered = [
        entry
        for entry in await entries_of(call.session, call.about.id, kinds=[Kind.ANSWERED])
        if entry.stands and entry.data.get("escalation") == number and entry.author_id == call.actor.user_id
    ]
    if answered:
        return Answer(call.say("answers.on_it_already", number=number))
    moment = call.moment()
    new = call.new(Kind.ANSWERED, why, moment, {"escalation": escalation.number})
    return await recorded_answer(call, await call.record("escalation.answered", new), moment)


COMMANDS = (
    Command("escalate", _escalate, keys=AT | {"to"}, allowed=RECORDERS, message=True, parts=(SOME_WORDS,)),
    Command("on-it", _answer, keys=AT, allowed=RECORDERS, message=False, parts=(entry(Kind.ESCALATED), SOME_WORDS)),
)
