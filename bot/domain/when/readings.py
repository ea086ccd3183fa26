"""What time words can come to: an instant, a question or a refusal; it must not know how words are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

AHEAD = timedelta(minutes=2)
"""Watches differ: an instant this far after now is kept as typed."""
NEAR = timedelta(hours=12)
"""A bare clock further back than this is asked or refused, never taken."""
CLOSE = timedelta(hours=1)
"""A bare clock nearer than this is the incident zone's, whatever the typist's zone would make of it."""
BEFORE_DECLARATION = timedelta(days=7)
"""What lies further before the declaration is refused; a start is confirmed instead."""

QUESTION_REASONS = frozenset(
    {
        "ambiguous_half",  # 'half seven': 07:30 to some, 06:30 to others
        "ambiguous_midnight",  # 'midnight yesterday': the one it began with, or ended with
        "ambiguous_zone",  # a label of several zones, or one not in use on that date
        "am_or_pm",  # 'yesterday at 9'
        "day_or_month",  # '03/04'
        "far_back",  # a bare clock more than 12 hours back
        "no_clock",  # a day without a clock
        "other_zone",  # the typist's own zone gives a nearer instant
        "repeated_hour",  # the hour that clocks repeat when summer time ends
        "span_without_ago",  # '5 min'
        "start_far_back",  # a start more than 7 days before the declaration
        "which_night",  # 'monday night 1am'
        "which_week",  # a weekday, in an incident told afterwards
    }
)
REFUSAL_REASONS = frozenset(
    {
        "future",
        "no_such_time",  # the hour that clocks skip, or a date like 31 June
        "no_typist_zone",  # 'my time' from somebody whose zone is not known
        "not_understood",
        "too_far_back",
        "too_long",
        "weekday_mismatch",  # 'Friday 12 November' when that is a Sunday
    }
)


class Precision(StrEnum):
    """How exactly the words named the instant."""

    SECOND = "second"
    MINUTE = "minute"
    APPROXIMATE = "approximate"
    DAY = "day"
    UNTIMED = "untimed"  # a document told it without a time: the instant is only its place in the order


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant understood. `at` is aware UTC in whole seconds; `zone` the IANA name that the words were read in.

    `alternative` is what the typist's own zone would give, when that is plausible too: to be offered in one tap.
    """

    at: datetime
    precision: Precision
    words: str
    zone: str
    alternative: datetime | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One likely reading. `at` is aware UTC; `hint` a machine key for what sets it apart, '' when its time does."""

    at: datetime
    zone: str
    hint: str = ""
    precision: Precision = Precision.MINUTE


@dataclass(frozen=True, slots=True)
class Question:
    """Nothing may be recorded yet. `reason` is of QUESTION_REASONS; `options` holds one or more, the best first."""

    words: str
    reason: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Refused. `reason` is of REFUSAL_REASONS; `suggestion` (aware UTC) what may have been meant, None for no idea."""

    words: str
    reason: str
    suggestion: datetime | None = None


Reading = Moment | Question | Unreadable


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when the words were typed. `now` is aware UTC in whole seconds; the zones go with their names."""

    words: str
    now: datetime
    zone: tzinfo
    zone_name: str
    typist: tzinfo | None = None
    typist_name: str = ""
    declared_at: datetime | None = None
    past_start: datetime | None = None
    is_start: bool = False

    @property
    def latest(self) -> datetime:
        """The last instant that can have been meant."""
        return self.now + AHEAD

    @property
    def earliest(self) -> datetime | None:
        """The first instant that is recorded without confirming it; None when there is no bound."""
        if self.declared_at is None or self.past_start is not None:
            return None
        return self.declared_at - BEFORE_DECLARATION

    def refuse(self, reason: str, suggestion: datetime | None = None) -> Unreadable:
        """A refusal of these words."""
        return Unreadable(self.words, reason, suggestion)

    def ask(self, reason: str, options: list[Option]) -> Question:
        """A question about these words."""
        return Question(self.words, reason, tuple(options))


@dataclass(frozen=True, slots=True)
class Where:
    """The zone in which a clock is read. `label` is the abbreviation typed, which picks a pass of a repeated hour."""

    zone: tzinfo
    name: str
    label: str = ""

    def today(self, now: datetime) -> datetime:
        """Now on the wall clocks of this zone, naive."""
        return now.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def instants(self, naive: datetime) -> tuple[datetime, ...]:
        """The instants at which its wall clocks show `naive`: none where clocks skip it, two where they repeat it."""
        first, second = self.both(naive)
        if first == second:
            return (first,)
        if first > second:
            return ()
        labelled = tuple(at for at in (first, second) if self.label and self.abbreviation(at) == self.label)
        return labelled if len(labelled) == 1 else (first, second)

    def both(self, naive: datetime) -> tuple[datetime, datetime]:
        """`naive` by the offset before and by the one after a change of clocks; the same instant when there is none."""

        return naive.replace(tzinfo=self.zone).astimezone(UTC), naive.replace(tzinfo=self.zone, fold=1).astimezone(UTC)

    def beside(self, naive: datetime, latest: datetime) -> datetime | None:
        """For a wall clock that is skipped: the instant as far after the change or before it, not past latest."""
        return max((at for at in self.both(naive) if at <= latest), default=None)

    def abbreviation(self, at: datetime) -> str:
        """What its clocks call themselves at that instant, in lower case."""
        return (at.astimezone(self.zone).tzname() or "").lower()
