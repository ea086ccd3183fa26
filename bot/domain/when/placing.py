"""From the parts of a phrase to the instants they may mean, in one zone; it must not know how the phrase was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.when.clocks import NIGHT, Clock
from bot.domain.when.days import Dated, Numbers, Shift, Weekday
from bot.domain.when.phrase import Phrase
from bot.domain.when.readings import NEAR, Moment, Option, Precision, Question, Reading, Scene, Where

_ONE_DAY = timedelta(days=1)
_MOSTLY = timedelta(hours=11)
_HALFWAY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class _Candidate:
    at: datetime
    hint: str = ""


def precision_of(phrase: Phrase) -> Precision:
    """How exactly the phrase names its instant."""
    if phrase.approximate:
        return Precision.APPROXIMATE
    if not phrase.clocks:
        return Precision.DAY
    return Precision.SECOND if phrase.clocks[0].seconds_said else Precision.MINUTE


def place(phrase: Phrase, where: Where, scene: Scene) -> Reading:
    """What the phrase means in that zone, the limits of the incident not yet looked at."""
    clocks = phrase.clocks
    if phrase.part and clocks:
        clocks = tuple(kept for clock in clocks if (kept := clock.within(phrase.part)))
        if not clocks:
            return scene.refuse("not_understood")
    if phrase.day is not None:
        return _on_day(phrase, clocks, where, scene)
    if len(clocks) > 1:
        return _either_half(phrase, clocks, where, scene)
    if scene.past_start is not None:
        return _since(phrase, clocks[0], where, scene, scene.past_start)
    return _latest(phrase, clocks[0], where, scene)


def _either_half(phrase: Phrase, clocks: tuple[Clock, ...], where: Where, scene: Scene) -> Reading:
    readings = [(clock, place(_with(phrase, clock), where, scene)) for clock in clocks]
    options = [
        Option(at, where.name, clock.half, precision_of(phrase))
        for clock, reading in readings
        for at in ([reading.at] if isinstance(reading, Moment) else _instants(reading))
    ]
    return scene.ask("ambiguous_half", options) if options else readings[0][1]


def _instants(reading: Reading) -> list[datetime]:
    return [option.at for option in reading.options] if isinstance(reading, Question) else []


def _with(phrase: Phrase, clock: Clock) -> Phrase:
    return Phrase((clock,), None, None, "", phrase.zone, phrase.approximate)


def _latest(phrase: Phrase, clock: Clock, where: Where, scene: Scene) -> Reading:
    """A bare clock: the latest such instant that is not ahead of now.

    Never more than a day back. More than 12 hours back it is either ahead today (refused, yesterday's suggested) or
    was this morning (asked): the two cases of "refused" and "asked" that the format names.
    """
    today = where.today(scene.now).date()
    found: list[tuple[datetime, tuple[datetime, ...], datetime]] = []
    for hour in clock.hours:
        for shift in (1, 0, -1):
            naive = _naive(today + shift * _ONE_DAY, clock, hour)
            instants = where.instants(naive)
            past = tuple(at for at in instants if at <= scene.latest)
            beside = None if instants else where.beside(naive, scene.latest)
            if past or beside:
                found.append((beside or max(past), past, naive))
                break
    at, past, naive = max(found)
    if not past:
        return scene.refuse("no_such_time", at)
    if len(past) > 1:
        return _ask_pass(phrase, past, where, scene)
    back = scene.now - at
    twins = _twelve_hours_on(clock, naive, where, scene)
    if back <= NEAR and not twins and (len(clock.hours) == 1 or _is_likely(back, naive.date() == today)):
        return Moment(at, precision_of(phrase), scene.words, where.name)
    if back > NEAR and naive.date() != today:
        return scene.refuse("future", at)
    options = [Option(twin, where.name, "afternoon", precision_of(phrase)) for twin in twins]
    return scene.ask("far_back", [*options, Option(at, where.name, "as_typed", precision_of(phrase))])


def _twelve_hours_on(clock: Clock, naive: datetime, where: Where, scene: Scene) -> list[datetime]:
    """The same figures on a clock of twelve hours: '1:30' at 13:35."""
    if not clock.either or not 1 <= naive.hour < 12:
        return []
    return [twin for twin in where.instants(naive + NEAR) if twin <= scene.latest]


def _is_likely(back: timedelta, is_today: bool) -> bool:
    """Whether the latest of a clock of twelve hours is meant. It is never over twelve hours back, but the later in them
    the nearer is the one ahead, which a hasty hand may have meant; more so where yesterday's is the latest."""
    return back <= (_MOSTLY if is_today else _HALFWAY)


def _since(phrase: Phrase, clock: Clock, where: Where, scene: Scene, start: datetime) -> Reading:
    """A bare clock in an incident told afterwards: the first such instant at or after its start."""
    first = where.today(start).date()
    found: list[tuple[datetime, ...]] = []
    skipped: list[datetime] = []
    for hour in clock.hours:
        for shift in range(3):
            naive = _naive(first + shift * _ONE_DAY, clock, hour)
            after = tuple(at for at in where.instants(naive) if at >= start)
            if after:
                found.append(after)
                break
            if not where.instants(naive) and (beside := where.beside(naive, scene.latest)) and beside >= start:
                skipped.append(beside)
                break
    instants = min(found, default=())
    if not instants or (skipped and min(skipped) < instants[0]):
        return scene.refuse("no_such_time", min(skipped, default=None))
    if instants[0] > scene.latest:
        return scene.refuse("future", _a_day_earlier(instants[0], where, scene))
    if len(instants) > 1:
        return _ask_pass(phrase, instants, where, scene)
    return Moment(instants[0], precision_of(phrase), scene.words, where.name)


def _ask_pass(phrase: Phrase, instants: tuple[datetime, ...], where: Where, scene: Scene) -> Question:
    precision = precision_of(phrase)
    return scene.ask("repeated_hour", [Option(at, where.name, where.abbreviation(at), precision) for at in instants])


def _on_day(phrase: Phrase, clocks: tuple[Clock, ...], where: Where, scene: Scene) -> Reading:
    today = where.today(scene.now).date()
    near = where.today(scene.past_start).date() if scene.past_start else None
    assert phrase.day is not None
    days = phrase.day.dates(today, near, False)
    if not days:
        return scene.refuse("no_such_time")
    if phrase.weekday is not None:
        days = tuple(day for day in days if day.weekday() == phrase.weekday.weekday)
        if not days:
            return scene.refuse("weekday_mismatch")
    if not clocks:
        return _no_clock(phrase, days, where, scene)
    found: list[tuple[str, Option]] = []
    skipped: list[datetime] = []
    for day in days:
        for clock in clocks:
            for hour in clock.hours:
                for naive, hint in _on(day, phrase, clock, hour):
                    instants = where.instants(naive)
                    if not instants and (beside := where.beside(naive, scene.latest)):
                        skipped.append(beside)
                    found += [(hint, Option(at, where.name, hint, precision_of(phrase))) for at in instants]
    return _choose(phrase, clocks, days, [option for _, option in found], skipped, where, scene)


def _on(day: date, phrase: Phrase, clock: Clock, hour: int) -> list[tuple[datetime, str]]:
    """The wall clocks that are meant by a clock on that day; two for midnight and for the small hours of a night."""
    naive = _naive(day, clock, hour)
    if phrase.part == NIGHT and hour < 6:
        if isinstance(phrase.day, Shift):
            return [(naive + (_ONE_DAY if phrase.day.days < 0 else timedelta(0)), "")]
        return [(naive + _ONE_DAY, "night_after"), (naive, "night_before")]
    if clock.midnight:
        return [(naive, "day_begins"), (naive + _ONE_DAY, "day_ends")]
    return [(naive, "")]


def _choose(
    phrase: Phrase, clocks: tuple[Clock, ...], days: tuple[date, ...],
    options: list[Option], skipped: list[datetime], where: Where, scene: Scene,
) -> Reading:  # fmt: skip
    past = list({option.at: option for option in options if option.at <= scene.latest}.values())
    if scene.earliest is not None and not scene.is_start:
        past = [option for option in past if option.at >= (scene.earliest or option.at)] or past
    if not past:
        if options:
            return scene.refuse("future", _earlier(phrase, options[0].at, where, scene))
        return scene.refuse("no_such_time", min(skipped, default=None))
    if len(past) == 1 and len(clocks) == 1:
        return Moment(past[0].at, past[0].precision, scene.words, where.name)
    labelled = [_labelled(option, phrase, clocks, days, where) for option in past]
    return scene.ask(_why(phrase, clocks, days, past, where), labelled)


def _why(phrase: Phrase, clocks: tuple[Clock, ...], days: tuple[date, ...], past: list[Option], where: Where) -> str:
    walls = {where.today(option.at) for option in past}
    if len(clocks) > 1:
        return "ambiguous_half"
    if len({wall.date() for wall in walls} & set(days)) > 1:
        return "day_or_month" if isinstance(phrase.day, Numbers) else "which_week"
    if len(walls) < len(past):
        return "repeated_hour"
    if clocks[0].midnight:
        return "ambiguous_midnight"
    return "which_night" if any(option.hint for option in past) else "am_or_pm"


def _labelled(
    option: Option, phrase: Phrase, clocks: tuple[Clock, ...], days: tuple[date, ...], where: Where
) -> Option:
    """The option with a hint where none is there yet: which pass, which order of day and month, which half."""
    wall = where.today(option.at)
    hint = option.hint
    if len(clocks) > 1:
        hint = next((clock.half for clock in clocks if (wall.hour % 12) in {h % 12 for h in clock.hours}), "")
    elif isinstance(phrase.day, Numbers) and len(days) > 1:
        hint = "day_first" if wall.date() == days[0] else "month_first"
    elif not hint and len(where.instants(wall)) > 1:
        hint = where.abbreviation(option.at)
    return Option(option.at, option.zone, hint, option.precision)


def _no_clock(phrase: Phrase, days: tuple[date, ...], where: Where, scene: Scene) -> Reading:
    if phrase.part or phrase.is_short:
        return scene.refuse("not_understood")
    options = [Option(min(where.both(datetime.combine(day, time()))), where.name, "", Precision.DAY) for day in days]
    past = [option for option in options if option.at <= scene.latest]
    if not past:
        return scene.refuse("future")
    if len(past) > 1 and isinstance(phrase.day, Numbers):
        hinted = zip(past, ("day_first", "month_first"), strict=True)
        return scene.ask("day_or_month", [Option(o.at, o.zone, hint, o.precision) for o, hint in hinted])
    return scene.ask("no_clock", past)


def _earlier(phrase: Phrase, at: datetime, where: Where, scene: Scene) -> datetime | None:
    """The same clock a day earlier, or a week for a day of the week, where that is no longer ahead of now."""
    if isinstance(phrase.day, Dated | Numbers) or (isinstance(phrase.day, Shift) and phrase.day.days > 0):
        return None
    return _a_day_earlier(at, where, scene, 7 if isinstance(phrase.day, Weekday) else 1)


def _a_day_earlier(at: datetime, where: Where, scene: Scene, days: int = 1) -> datetime | None:
    back = days * _ONE_DAY
    instants = where.instants(where.today(at) - back)
    return instants[-1] if instants and instants[-1] <= scene.now else None


def _naive(day: date, clock: Clock, hour: int) -> datetime:
    return datetime.combine(day, time(hour, clock.minute, clock.second))
