"""The plain facts of an incident: detected, impact, action, note, cause, fix and conclusion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.detection import CLASSES, named_class, read_class
from bot.domain.errors import EmptyText, UnknownClass
from bot.domain.impact import says_share, services, share_in_text, users_share
from bot.domain.timeline import Entry, Kind
from bot.incidents import Recorded
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, WITHOUT_TAIL, Command, Run
from bot.slack.commands.recorded import recorded_answer
from bot.slack.parts import SOME_WORDS
from bot.wording import Wire
from storage.entries import entries_of


def _plain(kind: Kind) -> Run:
    async def run(call: Call) -> Answer:
        text, moment = call.require_text(), call.moment()
        recorded = await call.record(f"entry.{kind}", call.new(kind, text, moment))
        return await recorded_answer(call, recorded, moment)

    return run


async def _detected(call: Call) -> Answer:
    """How it was noticed; the class is read from the words where `by:` does not say it."""
    by = call.keyed.values.get("by")
    if by is not None and named_class(by) is None:
        raise UnknownClass(given=by, classes=[name.replace("_", " ") for name in CLASSES])
    if not call.keyed.text and by is None:
        raise EmptyText(verb=call.verb)
    moment = call.moment()
    read_as = named_class(by) if by is not None else read_class(await call.plain(call.keyed.text))
    entry = call.new(Kind.DETECTED, call.keyed.text, moment, {"by": read_as} if read_as else {})
    recorded = await call.record("entry.detected", entry)
    answer = await recorded_answer(call, recorded, moment)
    return answer if by is not None else replace(answer, buttons=answer.buttons + _classes(call, recorded, read_as))


def _classes(call: Call, recorded: Recorded, read_as: str | None) -> tuple[Button, ...]:
    """One tap each for what the words were not read as."""
    return tuple(
        Button(
            call.label(f"class_{name}"),
            command=f"edit #{recorded.entry.number} by: {name.replace('_', ' ')}",
            incident=call.about.number,
        )
        for name in CLASSES
        if name != read_as
    )


def impact_data(call: Call, text: str) -> dict[str, Any]:
    """What an impact's keys and words say: services touched and spared, the share of users."""
    data: dict[str, Any] = {}
    values = call.keyed.values
    if "services" in values:
        data["services"], spared = services(values["services"])
        if spared:
            data["unaffected"] = spared
    if values.get("users"):
        data["percent"], data["percent_text"] = users_share(values["users"])
    elif (share := share_in_text(text)) is not None:
        data["percent"], data["percent_text"] = share, None
    return data


async def _impact(call: Call) -> Answer:
    data = impact_data(call, call.keyed.text)
    if not call.keyed.text and not data:
        raise EmptyText(verb=call.verb)
    moment = call.moment()
    recorded = await call.record("entry.impact", call.new(Kind.IMPACT, call.keyed.text, moment, data))
    return await recorded_answer(call, recorded, moment, notes=await _no_percentage(call, recorded.entry))


async def _no_percentage(call: Call, entry: Entry) -> tuple[Wire, ...]:
    """What becomes of a phrase without a percentage: the draft goes on with the last percentage that was recorded."""
    phrase = entry.data.get("percent_text")
    if not phrase or entry.data.get("percent") is not None:
        return ()
    impacts = await entries_of(call.session, call.about.id, kinds=[Kind.IMPACT])
    said = [one for one in impacts if one.stands and one.data.get("percent") is not None]
    if said:
        share, number = f"{said[-1].data['percent']:g}%", said[-1].number
        return (call.say("answers.percentage_before", share=share, number=number, own=entry.number),)
    return () if says_share(phrase) else (call.say("answers.no_percentage"),)


def _fact(name: str, kind: Kind, *aliases: str) -> Command:
    only, tail = frozenset({kind}), kind not in WITHOUT_TAIL
    return Command(name, _plain(kind), aliases, keys=AT, allowed=RECORDERS, message=True, records=only, tail=tail)


COMMANDS = (
    Command(
        "detected",
        _detected,
        keys=AT | {"by"},
        allowed=RECORDERS,
        message=True,
        parts=(SOME_WORDS,),
        records=frozenset({Kind.DETECTED}),
    ),
    Command(
        "impact",
        _impact,
        keys=AT | {"services", "users"},
        allowed=RECORDERS,
        message=True,
        parts=(SOME_WORDS,),
        records=frozenset({Kind.IMPACT}),
    ),
    _fact("action", Kind.ACTION, "did"),
    _fact("note", Kind.NOTE, "log"),
    _fact("cause", Kind.CAUSE),
    _fact("cause-detail", Kind.CAUSE_DETAIL),
    _fact("fix", Kind.FIX),
    _fact("fix-detail", Kind.FIX_DETAIL),
    _fact("conclude", Kind.CONCLUSION),
)
