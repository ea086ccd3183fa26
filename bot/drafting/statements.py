"""The draft as values: every statement with its words, its time and the entries it rests on. Knows no format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.figures import Figures
from bot.domain.incident import whole_minutes
from bot.domain.timeline import Attachment

APPROXIMATE = "approximate"
UNTIMED = "untimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing the draft says. `at` is aware UTC, None where no instant belongs to it; `text` is decoded, unescaped.

    `entries` are the numbers of the entries it rests on, never empty. `untimed` is true where nobody said when: then
    `at` gives only its place in the order and is printed nowhere.
    """

    text: str = ""
    at: datetime | None = None
    entries: tuple[int, ...]
    approximate: bool = False
    untimed: bool = False

    def __post_init__(self) -> None:
        if not self.entries:
            raise ValueError(f"a statement that rests on no entry: {self.text!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant that the summary names. `assumed` is true where nobody said it and the declaration stands for it."""

    at: datetime
    entries: tuple[int, ...]
    assumed: bool = False
    approximate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One window of degradation; `end` is None while it lasts."""

    start: Moment
    end: Moment | None

    @property
    def span(self) -> timedelta | None:
        """How long it lasted; None while it lasts."""
        return None if self.end is None else self.end.at - self.start.at

    @property
    def minutes(self) -> int | None:
        """Whole minutes, rounded down; None while it lasts."""
        return None if self.span is None else whole_minutes(self.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Statement):
    """How many of the users: a percentage, or the phrase that says why there is none. `text` is that phrase, or ''."""

    percent: int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What was hit. `unaffected` are services that somebody said were spared; they never stand in `services`."""

    services: tuple[Statement, ...] = ()
    unaffected: tuple[Statement, ...] = ()
    experience: tuple[Statement, ...] = ()
    share: Share | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What executives read. `start` is None only in a record without a declaration, `end` while it lasts."""

    start: Moment | None
    end: Moment | None
    windows: tuple[Stretch, ...]
    impact: Impact
    root_cause: tuple[Statement, ...]

    @property
    def reopened(self) -> bool:
        """True when there is more than one window."""
        return len(self.windows) > 1

    @property
    def span(self) -> timedelta | None:
        """Wall time from the start to the last end; None while it lasts."""
        return self.end.at - self.start.at if self.start and self.end else None

    @property
    def minutes_degraded(self) -> int | None:
        """The windows' own minutes added up, so that the printed figures add up too; None while one lasts."""
        minutes = [window.minutes for window in self.windows]
        closed = [value for value in minutes if value is not None]
        return sum(closed) if closed and len(closed) == len(minutes) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Statement):
    """What was done or looked at; an `assumption` about the cause, `confirmed` where it held."""

    assumption: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Misleading(Statement):
    """A path that misled. The ruling's time and words, and the span it took, only where it was ruled out by number."""

    ruled_out_at: datetime | None = None
    why: str = ""

    @property
    def span(self) -> timedelta | None:
        """From the suspicion to its ruling out; None where no suspicion was recorded, or it came later."""
        if self.ruled_out_at is None or self.at is None or self.ruled_out_at < self.at:
            return None
        return self.ruled_out_at - self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Somebody ruled a suspicion out or confirmed it; `entries` are its own number and those that its words name."""

    confirmed: bool
    at: datetime
    person: str
    entries: tuple[int, ...]
    why: str = ""
    untimed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis(Statement):
    """A suspicion with all its verdicts by number; `under` are the suspicions that grew out of it."""

    person: str
    verdicts: tuple[Verdict, ...] = ()
    under: tuple[Hypothesis, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """The one that holds: the first of those that say the same as the last. None while it stands."""
        found: Verdict | None = None
        for each in self.verdicts:
            if found is None or each.confirmed is not found.confirmed:
                found = each
        return found

    @property
    def outcome(self) -> str:
        """`open`, `confirmed` or `ruled_out`."""
        return "open" if self.verdict is None else "confirmed" if self.verdict.confirmed else "ruled_out"

    @property
    def span(self) -> timedelta | None:
        """From the suspicion to the verdict that holds; None while it stands, where a time is missing or reversed."""
        verdict = self.verdict
        if verdict is None or self.at is None or self.untimed or verdict.untimed or verdict.at < self.at:
            return None
        return verdict.at - self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Somebody answered an escalation. `person` is a display name."""

    at: datetime
    person: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Statement):
    """Who was called, as typed, and who answered when."""

    to: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Statement):
    """One line of the chronology, or one change of state. `value` is the new severity, status or role's holder.

    Its own entry comes first in `entries`, behind it the ruling or the confirmations of a hypothesis.
    """

    kind: str
    value: str = ""
    role: str = ""
    person: str = ""
    to: tuple[str, ...] = ()
    assumed: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened. `chronology` and `status` are in the order of their own times, ties by number.

    `detection_class` is the first detection's; `noticed_by` holds the class of each of `detection_method`, or ''.
    """

    detected: Moment | None
    detection_class: str | None
    detection_method: tuple[Statement, ...]
    noticed_by: tuple[str, ...]
    actions: tuple[Action, ...]
    misleading: tuple[Misleading, ...]
    escalations: tuple[Escalation, ...]
    resolution: tuple[Statement, ...]
    notes: tuple[Statement, ...]
    chronology: tuple[Row, ...]
    status: tuple[Row, ...]
    mitigated: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement(Statement):
    """A broad measure, with its title or ''."""

    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Statement):
    """A specific measure. `due` is an ISO date; `wont_do` the reason it was dropped, None where it was not."""

    number: int
    title: str = ""
    owner: str = ""
    due: str = ""
    link: str = ""
    done: bool = False
    wont_do: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An entry that a statement rests on: when it happened, who said it, how it came in, where to read it."""

    number: int
    kind: str
    at: datetime
    author: str
    source: str
    permalink: str | None
    files: tuple[Attachment, ...] = ()
    approximate: bool = False
    untimed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Something the mask hid: its number in this draft, what it is, and the entries it stood in."""

    number: int
    kind: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One incident's postmortem as facts. `zone_label` is what to print for zones whose abbreviation is a number.

    `standing` has the entries that the severity and the status rest on; `hypotheses` are the roots of their tree.
    """

    label: str
    title: Statement | None
    zone: str
    zone_label: str | None
    sort: str
    status: str
    severity: str | None
    standing: tuple[int, ...]
    summary: Summary
    timeline: Timeline
    cause_detail: tuple[Statement, ...]
    fix_detail: tuple[Statement, ...]
    improvements: tuple[Improvement, ...]
    tasks: tuple[Task, ...]
    conclusion: tuple[Statement, ...]
    called_off: Row | None = None
    duplicate_of: int | None = None
    figures: Figures
    hypotheses: tuple[Hypothesis, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    hidden: tuple[Hidden, ...] = ()
