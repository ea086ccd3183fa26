"""What was suspected, what misled and what held: suspect, ruled-out and confirm."""

from __future__ import annotations

from bot.domain.errors import EmptyText, WrongKind
from bot.domain.timeline import Kind
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command
from bot.slack.commands.numbers import entry_named, leading_number, only_number
from bot.slack.commands.recorded import recorded_answer, words_for
from bot.slack.parts import SOME_WORDS, entry
from storage.entries import entry_of


async def _suspect(call: Call) -> Answer:
    text, moment = call.require_text(), call.moment()
    recorded = await call.record("entry.hypothesis", call.new(Kind.HYPOTHESIS, text, moment))
    number = recorded.entry.number
    return await recorded_answer(call, recorded, moment, notes=(call.say("answers.hypothesis_next", number=number),))


async def _ruled_out(call: Call) -> Answer:
    """A path that misled, in words, or a hypothesis by its number (then it becomes the misleading path itself)."""
    found = leading_number(call.keyed.text)
    if found is None:
        text, moment = call.require_text(), call.moment()
        recorded = await call.record("entry.ruled_out", call.new(Kind.RULED_OUT, text, moment))
        return await recorded_answer(call, recorded, moment)
    number, why, marked = found
    entry = await entry_of(call.session, call.about.id, number)
    if why and not marked and (entry is None or entry.kind is not Kind.HYPOTHESIS or not entry.stands):
        # "3 nodes looked bad": a figure that starts a sentence, not the number of a hypothesis.
        text, moment = call.require_text(), call.moment()
        return await recorded_answer(
            call, await call.record("entry.ruled_out", call.new(Kind.RULED_OUT, text, moment)), moment
        )
    return await _judge(call, Kind.RULED_OUT, *only_number(call, figures=True))


async def _confirm(call: Call) -> Answer:
    if not call.keyed.text:
        raise EmptyText(verb=call.verb)
    return await _judge(call, Kind.CONFIRMED, *only_number(call, figures=True))


async def _judge(call: Call, kind: Kind, number: int, why: str) -> Answer:
    hypothesis = await entry_named(call, number)
    if hypothesis.kind is not Kind.HYPOTHESIS:
        raise WrongKind(number=number, kind=hypothesis.kind, verb=call.verb, needed=Kind.HYPOTHESIS)
    moment = call.moment()
    recorded = await call.record(f"entry.{kind}", call.new(kind, why, moment, {"hypothesis": number}))
    words = await words_for(call, hypothesis, hypothesis.text)
    note = call.say(f"answers.judged_{kind}", number=number, text=words)
    return await recorded_answer(call, recorded, moment, notes=(note,))


#: A hypothesis by its number, or a path that nobody had suspected aloud, in words.
_RULED_OUT = (entry(Kind.HYPOTHESIS, needed=False), SOME_WORDS)

COMMANDS = (
    Command(
        "suspect",
        _suspect,
        ("hypothesis",),
        keys=AT,
        allowed=RECORDERS,
        message=True,
        records=frozenset({Kind.HYPOTHESIS}),
    ),
    Command("ruled-out", _ruled_out, ("dead-end",), keys=AT, allowed=RECORDERS, message=True, parts=_RULED_OUT),
    Command("confirm", _confirm, keys=AT, allowed=RECORDERS, message=True, parts=(entry(Kind.HYPOTHESIS), SOME_WORDS)),
)
