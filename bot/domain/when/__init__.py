"""Time words as people type them, read into instants; pure: now and the zones are given, and nothing is recorded here.

`read` decides so for a bare clock, in the incident's zone (or the one that was said):
- its latest instant not more than 2 minutes ahead of now is meant, and taken when at most 12 hours back: at 00:10
  '23:50' is yesterday's, at 09:00 '22:00' too;
- further back than that, it is ahead of now on today's clocks ('10:30' at 10:00): refused as `future`, yesterday's
  suggested; or it was early today ('01:00' at 23:00): asked as `far_back`;
- over an hour back (or ahead, or far back) while the typist's own zone gives a nearer one: asked as `other_zone`.
A day that was said is kept as said; what is more than 2 minutes ahead is refused.
"""

from bot.domain.when.due import read_due
from bot.domain.when.labels import zone_label
from bot.domain.when.reader import read, warm_up
from bot.domain.when.readings import (
    QUESTION_REASONS,
    REFUSAL_REASONS,
    Moment,
    Option,
    Precision,
    Question,
    Reading,
    Unreadable,
)
from bot.domain.when.spans import read_duration
from bot.domain.when.trailing import trailing

__all__ = [
    "QUESTION_REASONS",
    "REFUSAL_REASONS",
    "Moment",
    "Option",
    "Precision",
    "Question",
    "Reading",
    "Unreadable",
    "read",
    "read_due",
    "read_duration",
    "trailing",
    "warm_up",
    "zone_label",
]
