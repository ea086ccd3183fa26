"""A time at the end of somebody's words: offered as a time where it did not count, and as words where it did."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.timeline import Entry, Kind
from bot.domain.when import Moment, read, trailing
from bot.domain.when.phrase import parse
from bot.domain.when.words import plain
from bot.slack.answer import Button
from bot.slack.call import Call
from bot.slack.instants import spoken
from bot.wording import Wire

#: What is said of a time, and what to tap.
Offered = tuple[tuple[Wire, ...], tuple[Button, ...]]
#: Kinds whose verbs take such a time, and keys behind which it does not count.
_WITH_KEYS = frozenset({Kind.DETECTED, Kind.IMPACT, Kind.ESCALATED})
#: Verbs of an entry that has a time of its own.
_CHANGE = frozenset({"edit", "change"})


def kept_as_words(call: Call) -> tuple[Button, ...]:
    """For a time that can't be: the same, recorded as of now, with the time left in the words."""
    changes = call.verb.casefold() in _CHANGE or call.revising is not None
    if changes or not _took_tail(call) or not call.keyed.text:
        return ()
    number = call.incident.number if call.incident else None
    command = f"{call.verb} {call.line} at: {call.typed_at.isoformat()}"
    button = Button(call.label("as_words"), command=command, incident=number)
    return (button,) if button.fits else ()


def words_again(call: Call, entry: Entry, moment: Moment | None) -> tuple[Button, ...]:
    """For a bare clock that was read as the day before's: it may mean what lies ahead, and belong to the words."""
    if moment is None or entry.version > 1 or not _took_tail(call) or call.keyed.last is not None:
        return ()
    phrase, zone = parse(plain(call.time_words or "")), ZoneInfo(call.zone)
    same_day = moment.at.astimezone(zone).date() == call.typed_at.astimezone(zone).date()
    if phrase is None or phrase.day is not None or same_day:
        return ()
    text = f"{call.keyed.text} at {call.time_words}"
    command = f"edit #{entry.number} {text} at: {call.typed_at.isoformat()}"
    return (Button(call.label("as_words"), command=command, incident=call.about.number),)


def unread(call: Call, entry: Entry) -> Offered:
    """For a time that keys stand behind, as in `paged them at 9:50 to: DBAs`."""
    if entry.kind not in _WITH_KEYS or entry.version > 1 or call.keyed.last is None:
        return (), ()
    return _offered(call, call.keyed.text, f"edit #{entry.number}")


def unread_start(call: Call, title: str) -> Offered:
    """For a start that the severity stands behind, as in `declare api is down at 9:40 sev2`."""
    return _offered(call, title, "started")


def _offered(call: Call, words: str, verb: str) -> Offered:
    found = trailing(words) if call.time_words is None and call.form is None else None
    reading = read(found[1], now=call.typed_at, zone=call.zone, typist_zone=call.actor.tz) if found else None
    if found is None or not isinstance(reading, Moment):
        return (), ()
    when = spoken(reading.at, call.zone, label=call.bot.settings.timezone_label, now=call.now)
    command = f"{verb} at: {reading.at.isoformat()}"
    button = Button(call.label("meant", when=when), command=command, incident=call.about.number)
    return (call.say("answers.time_unread", words=found[1]),), (button,)


def _took_tail(call: Call) -> bool:
    return call.time_words is not None and "at" not in call.keyed.values and call.form is None
