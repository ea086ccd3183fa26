"""Refusals that come with something to tap: readings of a time, the right channel, the nearest verb. Raises nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.errors import (
    EmptyText,
    EntryRetracted,
    IncidentError,
    NumberMissing,
    PersonMissing,
    PrivateOrPublic,
    StartTakesOnlyTime,
    TimeMissing,
    TimeNeedsAnswer,
    UndoIsOld,
    UnknownClass,
    UnknownRole,
    UnknownSeverity,
    UnknownStatus,
    UnreadableDue,
    UnreadableTime,
    WindowOverlap,
    WordsAreTitle,
    WrongChannel,
)
from bot.domain.incident import CLOSED
from bot.domain.timeline import Source
from bot.domain.when import Precision
from bot.slack.answer import Answer, Button, refusal
from bot.slack.call import Call
from bot.slack.commands.declare import private_or_public
from bot.slack.commands.questions import incident_line
from bot.slack.commands.recorded import entry_line
from bot.slack.commands.running import severity_named
from bot.slack.commands.tails import kept_as_words
from bot.slack.gate import Who
from bot.slack.instants import spoken
from bot.wording import Wire
from storage.viewing import incidents_seen

#: How many open incidents a refusal names, and how many characters of somebody's words it repeats in a sentence.
SHOWN, REPEATED = 5, 80


def shortened(words: str) -> str:
    """Somebody's words as a sentence of ours can repeat them; the whole text is given back below."""
    return words if len(words) <= REPEATED else words[: REPEATED - 1].rstrip() + "…"


async def in_words(call: Call, error: IncidentError) -> Answer:
    """What a person reads and can tap after a refusal."""
    special = _SPECIAL.get(type(error))
    if special is not None:
        return await special(call, error)
    typed = await call.plain(call.typed) if call.line else ""  # a bare verb is no text to give back
    timed = call.time_words is not None
    said = refusal(call.bot.wording, error, typed=typed, command=call.bot.settings.command, timed=timed)
    return replace(said, buttons=_form(call, error))


def _form(call: Call, error: IncidentError) -> tuple[Button, ...]:
    """The verb's form, filled with what was typed, where something is lacking or could be chosen there."""
    from bot.slack.commands import find

    command = find(call.verb)
    if command is None or not command.has_form or not isinstance(error, _FILLED_IN) or call.source in _NO_FORM:
        return ()
    opens = f"{command.name} {call.line}".strip()
    return (Button(call.label("fill_in"), opens=opens, incident=call.incident.number if call.incident else None),)


async def _question(call: Call, error: IncidentError) -> Answer:
    """Two readings are likely: nothing is recorded yet, the text waits in the buttons."""
    assert isinstance(error, TimeNeedsAnswer)
    question, command = error.params["question"], str(error.params["command"])
    buttons = tuple(_at(call, one.at, one.zone, command, one.precision) for one in question.options)  # type: ignore[attr-defined]
    words = call.say(
        "errors.time_needs_answer",
        words=await call.plain(question.words),  # type: ignore[attr-defined]
        reason=question.reason,  # type: ignore[attr-defined]
        tap=all(button.fits for button in buttons),
        readings=[button.label for button in buttons],
    )
    return Answer(words, buttons + kept_as_words(call), given_back=await call.plain(call.typed))


async def _unreadable(call: Call, error: IncidentError) -> Answer:
    reading: Any = error.params["reading"]
    command = str(error.params["command"])
    buttons = (_at(call, reading.suggestion, call.zone, command),) if reading.suggestion is not None else ()
    words = call.say(
        "errors.unreadable_time",
        words=shortened(await call.plain(reading.words)),
        reason=reading.reason,
        zone=call.zone,
        suggestion=buttons[0].label if buttons else None,
        tap=all(button.fits for button in buttons),
        words_after=None if call.keyed.text or call.verb.casefold() == "started" else call.verb,
    )
    return Answer(words, buttons + kept_as_words(call), given_back=await call.plain(call.typed))


def _at(call: Call, at: datetime, zone: str, command: str, precision: str = Precision.MINUTE) -> Button:
    number = call.incident.number if call.incident else None
    label = spoken(at, zone, label=call.bot.settings.timezone_label, now=call.now)
    exact = "" if precision in (Precision.MINUTE, Precision.SECOND) else f" {precision}"
    return Button(label, command=f"{command} at: {at.isoformat()}{exact}", incident=number)


async def _wrong_channel(call: Call, error: IncidentError) -> Answer:
    """The way to the right place; with exactly one incident open, the offer to record it there.

    Whoever may see no other incidents is told of none.
    """
    asks, named = bool(error.params.get("asks")), bool(error.params.get("named"))
    given_back = "" if asks else await call.plain(call.typed)
    if call.who is not Who.MEMBER:
        return Answer(call.say("errors.wrong_channel_here", verb=call.verb, asks=asks), given_back=given_back)
    is_open = [
        incident for incident in await incidents_seen(call.session, call.viewer) if incident.status not in CLOSED
    ]
    prefix = call.bot.settings.incident_prefix
    buttons: tuple[Button, ...] = ()
    if len(is_open) == 1:
        label = f"{prefix}-{is_open[0].number}"
        button = call.label("of_named" if named else "show_of" if asks else "record_in", verb=call.verb, label=label)
        buttons = (Button(button, command=call.typed, incident=is_open[0].number),)
    words = call.say(
        "errors.wrong_channel",
        verb=call.verb,
        command=call.bot.settings.command,
        open=len(is_open),
        asks=asks,
        named=f"{prefix}-3" if named else None,
        tap=any(button.fits for button in buttons),
    )
    lines = [await incident_line(call, incident, "answers.listed") for incident in is_open[:SHOWN]]
    return Answer(Wire("\n".join([words, *lines])), buttons, given_back=given_back)


async def _as_action(call: Call, error: IncidentError) -> Answer:
    text = str(error.params["text"])
    number = call.incident.number if call.incident else None
    offer = Button(call.label("as_action"), command=f"action {call.line}", incident=number)
    words = call.say("errors.start_takes_only_time", text=text, command=call.bot.settings.command, tap=offer.fits)
    return Answer(words, (offer,), given_back=await call.plain(call.typed))


async def _as_title(call: Call, error: IncidentError) -> Answer:
    """The words as the title; where they begin with a severity, as that too, and where they are one, as that alone."""
    text = str(error.params["text"])
    severity, why = severity_named(call, text)
    verbs = [("severity", f"{severity} {why}".strip())] if severity else []
    verbs += [("title", text)] if why else []
    offers = [
        Button(call.label("run", verb=verb), f"{verb} {line}", incident=call.about.number) for verb, line in verbs
    ]
    words = call.say("errors.words_are_title", number=error.params["number"], tap=all(one.fits for one in offers))
    return Answer(words, tuple(offers), given_back=await call.plain(call.typed))


async def _restore(call: Call, error: IncidentError) -> Answer:
    number = error.params["number"]
    offer = Button(call.label("restore"), command=f"restore #{number}", incident=call.about.number)
    words = call.say("errors.entry_retracted", **error.params)
    return Answer(words, (offer,), given_back=await call.plain(call.typed))


async def _overlap(call: Call, error: IncidentError) -> Answer:
    first, second = error.params["first"], error.params["second"]
    lines = [await entry_line(call, entry) for entry in (first, second)]  # type: ignore[arg-type]
    words = call.say("errors.window_overlap", first=lines[0], second=lines[1], command=call.bot.settings.command)
    return Answer(words, given_back=await call.plain(call.typed))


async def _old(call: Call, error: IncidentError) -> Answer:
    number = error.params["number"]
    offer = Button(call.label("retract_it", number=number), command=f"retract #{number}", incident=call.about.number)
    return Answer(call.say("errors.undo_is_old", **error.params), (offer,))


async def _visibility(call: Call, error: IncidentError) -> Answer:
    assert isinstance(error, PrivateOrPublic)
    return await private_or_public(call, error)


#: Refusals that a form makes good: it asks for what is lacking and offers what there is.
_FILLED_IN = (
    EmptyText,
    NumberMissing,
    PersonMissing,
    TimeMissing,
    UnknownClass,
    UnknownRole,
    UnknownSeverity,
    UnknownStatus,
    UnreadableDue,
)
#: What comes from a form already, or stands in a message that is to be edited.
_NO_FORM = frozenset({Source.MODAL, Source.SHORTCUT, Source.MESSAGE})
_SPECIAL: dict[type[IncidentError], Callable[[Call, IncidentError], Awaitable[Answer]]] = {
    TimeNeedsAnswer: _question,
    UnreadableTime: _unreadable,
    WrongChannel: _wrong_channel,
    StartTakesOnlyTime: _as_action,
    WordsAreTitle: _as_title,
    EntryRetracted: _restore,
    WindowOverlap: _overlap,
    UndoIsOld: _old,
    PrivateOrPublic: _visibility,
}
