"""The door: time words in, an instant, a question or a refusal out; it must not know any form of words itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from bot.domain.when.clocks import clocks_at
from bot.domain.when.fallback import by_dateparser, load_english
from bot.domain.when.phrase import Phrase, parse
from bot.domain.when.placing import place
from bot.domain.when.readings import (
    CLOSE,
    Moment,
    Option,
    Precision,
    Question,
    Reading,
    Scene,
    Unreadable,
    Where,
)
from bot.domain.when.spans import ago, span
from bot.domain.when.words import LONGEST, plain
from bot.domain.when.zones import places, zone_of
from bot.domain.when.zoning import in_said_zone

_SLACK_DATE = re.compile(r"\s*(?:<|&lt;)!date\^([0-9]{9,10})\^.*(?:>|&gt;)\s*", re.DOTALL)
_UNIX = re.compile(r"@?([0-9]{10})(?:\.[0-9]{1,6}|[0-9]{3})?(?:\.0*)?")
_FIRST_YEAR = 2000


def read(
    words: str,
    *,
    now: datetime,
    zone: str,
    typist_zone: str | None = None,
    declared_at: datetime | None = None,
    past_start: datetime | None = None,
    is_start: bool = False,
) -> Reading:
    """What time words mean. `now` is aware; `zone` the incident's IANA zone, `typist_zone` the typist's, None unknown.

    `declared_at`: what lies more than 7 days before it is refused, asked for when `is_start`; None for no such limit.
    `past_start`: the start of an incident told afterwards: no such limit, and a bare clock means the first such
    instant at or after it. Never raises for any words; ValueError when `zone` does not exist.
    """
    incident = zone_of(zone)
    if incident is None:
        raise ValueError(f"no such time zone: {zone}")
    typist = zone_of(typist_zone) if typist_zone else None
    scene = Scene(
        words=words,
        now=now.astimezone(UTC).replace(microsecond=0),
        zone=incident,
        zone_name=zone,
        typist=typist,
        typist_name=typist_zone or "" if typist else "",
        declared_at=declared_at,
        past_start=past_start,
        is_start=is_start,
    )
    return _bounded(_read(scene), scene)


def warm_up() -> None:
    """Loads what reading needs once (dateparser's English, the names of zones: 0.3 s), so that nobody waits for it."""
    load_english()
    places()


def _read(scene: Scene) -> Reading:
    if found := _SLACK_DATE.fullmatch(scene.words[:400]):
        return _at_second(int(found[1]), scene)
    if len(scene.words) > 4 * LONGEST:
        return scene.refuse("too_long")
    text = plain(scene.words)
    if found := _UNIX.fullmatch(text):
        return _at_second(int(found[1]), scene)
    phrase = parse(text)
    if phrase is not None:
        return _placed(phrase, scene)
    reading = _span(text, scene) or _bare_number(text, scene)
    if reading is not None:
        return reading
    if len(text) > LONGEST:
        return scene.refuse("too_long")
    return by_dateparser(text, scene)


def _at_second(seconds: int, scene: Scene) -> Reading:
    return Moment(datetime.fromtimestamp(seconds, UTC), Precision.SECOND, scene.words, scene.zone_name)


def _span(text: str, scene: Scene) -> Reading | None:
    approximate = False
    for lead in (
        "about ",
        "around ",
        "approximately ",
        "approx ",
        "approx. ",
        "roughly ",
        "maybe ",
        "ca ",
        "ca. ",
        "~ ",
        "~",
    ):
        if text.startswith(lead):
            text, approximate = text.removeprefix(lead), True
            break
    if back := ago(text):
        vague = approximate or back.vague or back.unit >= 86400
        exact = Precision.SECOND if back.unit == 1 else Precision.MINUTE
        precision = Precision.APPROXIMATE if vague else exact
        return Moment(scene.now - back.length, precision, scene.words, scene.zone_name)
    if text.startswith("in ") and span(text[3:]):
        return scene.refuse("future")
    if length := span(text):
        precision = Precision.APPROXIMATE if approximate or length.vague else Precision.MINUTE
        option = Option(scene.now - length.length, scene.zone_name, "ago", precision)
        return scene.ask("span_without_ago", [option])
    return None


def _bare_number(text: str, scene: Scene) -> Reading | None:
    """'10' and '930' are no times, but they are offered as one."""
    for end, clocks in clocks_at(text.removeprefix("at "), 0):
        if end == len(text.removeprefix("at ")) and clocks[0].bare:
            reading = place(Phrase(clocks), _incident(scene), scene)
            return scene.refuse("not_understood", reading.at if isinstance(reading, Moment) else None)
    return None


def _incident(scene: Scene) -> Where:
    return Where(scene.zone, scene.zone_name)


def _placed(phrase: Phrase, scene: Scene) -> Reading:
    if phrase.is_short:
        return scene.refuse("not_understood")
    if phrase.zone is not None:
        return in_said_zone(phrase.zone, scene, partial(place, phrase, scene=scene))
    mine = place(phrase, _incident(scene), scene)
    if scene.typist is None or not phrase.clocks:
        return mine
    theirs = place(phrase, Where(scene.typist, scene.typist_name), scene)
    if not isinstance(theirs, Moment):
        return mine
    if phrase.day is None and scene.past_start is None:
        return _nearer(mine, theirs, scene)
    if isinstance(mine, Unreadable) and mine.reason == "future":
        return replace(mine, suggestion=theirs.at)
    return _with_alternative(mine, theirs)


def _nearer(mine: Reading, theirs: Moment, scene: Scene) -> Reading:
    """A bare clock over an hour back in the incident's zone is asked when the typist's own zone brings it nearer."""
    at = _single(mine)
    if at is None or scene.now - at <= CLOSE or theirs.at <= at:
        return _with_alternative(mine, theirs)
    ours = Option(at, scene.zone_name, "incident_zone", theirs.precision)
    yours = Option(theirs.at, theirs.zone, "typist_zone", theirs.precision)
    return scene.ask("other_zone", [ours, yours] if isinstance(mine, Moment) else [yours, ours])


def _single(reading: Reading) -> datetime | None:
    """The one instant that a bare clock comes to, whether it was taken, asked as far back or refused as ahead."""
    if isinstance(reading, Moment):
        return reading.at
    if isinstance(reading, Unreadable):
        return reading.suggestion if reading.reason == "future" else None
    return reading.options[-1].at if reading.reason == "far_back" else None


def _with_alternative(mine: Reading, theirs: Moment) -> Reading:
    if isinstance(mine, Moment) and mine.at != theirs.at:
        return replace(mine, alternative=theirs.at)
    return mine


def _bounded(reading: Reading, scene: Scene) -> Reading:
    """The reading within what may be recorded: not ahead of now, not long before the declaration."""
    if isinstance(reading, Moment):
        return _bounded_moment(reading, scene)
    if isinstance(reading, Question):
        kept = tuple(option for option in reading.options if _refusal(option.at, scene) is None)
        if not kept:
            return scene.refuse(_refusal(reading.options[0].at, scene) or "not_understood")
        return replace(reading, options=kept)
    if reading.suggestion is not None and _refusal(reading.suggestion, scene):
        return replace(reading, suggestion=None)
    return reading


def _bounded_moment(moment: Moment, scene: Scene) -> Reading:
    refusal = _refusal(moment.at, scene)
    if refusal:
        return scene.refuse(refusal)
    if scene.is_start and scene.earliest is not None and moment.at < scene.earliest:
        return scene.ask("start_far_back", [Option(moment.at, moment.zone, "", moment.precision)])
    if moment.alternative is not None and _refusal(moment.alternative, scene):
        return replace(moment, alternative=None)
    return moment


def _refusal(at: datetime, scene: Scene) -> str | None:
    if at > scene.latest:
        return "future"
    if at.year < _FIRST_YEAR:
        return "too_far_back"
    if scene.earliest is not None and not scene.is_start and at < scene.earliest:
        return "too_far_back"
    return None
