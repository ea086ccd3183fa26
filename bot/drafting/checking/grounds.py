"""What the entries of a record say, as grounds for a document: words, numbers and instants by entry. Knows no text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from bot.domain.incident import whole_minutes
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind
from bot.drafting.checking.claims import NUMBER_WORDS, addresses, numbers, value_of, words
from bot.drafting.clocks import Clock
from bot.drafting.escape import one_line
from bot.drafting.reading import Reading
from bot.drafting.statements import UNTIMED, Draft


@dataclass(frozen=True, slots=True)
class Ground:
    """One standing entry: its words in small, its numbers as they compare, its instants (aware UTC) and its dates."""

    number: int
    kind: Kind
    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    instants: tuple[datetime, ...]
    days: tuple[date, ...]
    addresses: frozenset[str]


@dataclass(frozen=True)
class Grounds:
    """A record's standing entries as grounds. `zone` is the incident's, `about` what is known without an entry: the
    label, statuses and severities, and who took part."""

    label: str
    zone: str
    entries: Mapping[int, Ground]
    about: frozenset[str] = frozenset()
    zone_label: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    minutes: frozenset[int] = frozenset()
    """Lengths that the whole record gives: from start to end, each window, all windows together, on wrong paths."""
    has_words: bool = True
    """False where only an evidence list is known: then words and numbers can't be proved."""

    @cached_property
    def clock(self) -> Clock:
        """The incident's clock."""
        return Clock(self.zone, self.zone_label)

    def of(self, numbers: Iterable[int]) -> list[Ground]:
        """The grounds of these entries, those that stand."""
        return [self.entries[number] for number in numbers if number in self.entries]

    @cached_property
    def every(self) -> list[Ground]:
        """All of them, by number."""
        return [self.entries[number] for number in sorted(self.entries)]


def grounds(record: Record, made: Draft) -> Grounds:
    """What the standing entries of a record say, masked as its draft is; `made` is that draft."""
    reading = Reading(record)
    state = record.state
    about = " ".join(
        [
            record.label,
            record.channel_name or "",
            state.status,
            state.severity or "",
            *(f"{record.label.rpartition('-')[0]}-{number}" for number in [state.duplicate_of] if number),
        ]
    )
    found = {entry.number: _ground(reading, entry) for entry in reading.entries}
    summary = made.summary
    spans = [whole_minutes(summary.span)] if summary.span is not None else []
    minutes = [*spans, summary.minutes_degraded, *(window.minutes for window in summary.windows)]
    if made.figures.misled is not None:
        minutes.append(whole_minutes(made.figures.misled))
    return Grounds(
        label=record.label,
        zone=record.zone,
        entries=found,
        about=word_set(about),
        zone_label=record.zone_label,
        start=summary.start.at if summary.start else None,
        end=summary.end.at if summary.end else None,
        minutes=frozenset(each for each in minutes if each is not None),
    )


def word_set(text: str) -> frozenset[str]:
    """The words of a text in small: whole, and the pieces of compound ones."""
    whole = [each.text.casefold().lstrip("@") for each in words(text)]
    pieces = [piece for word in whole for piece in re.split(r"[^\w]+|_", word) if piece]
    return frozenset(whole + pieces)


def _ground(reading: Reading, entry: Entry) -> Ground:
    said = [reading.text(entry), reading.person(entry.author_id), entry.source.value, entry.kind.value]
    keys = reading.keys(entry)
    days = []
    for name, value in keys.items():
        if name == "due" and value:
            days += _due(str(value))
        if name in ("person_id", "at_given"):
            value = reading.person(str(value)) if name == "person_id" and value else ""
        listed = value if isinstance(value, list | tuple) else [value]
        said += [str(each) for each in listed if each is not None]
    if entry.permalink:
        said.append(entry.permalink)
    said += [words for each in entry.files for words in (each.name, each.permalink)]
    text = one_line(" \n".join(said))
    spelled = [word for word in word_set(text) if word in NUMBER_WORDS]
    at = entry.recorded_at if entry.kind is Kind.DECLARED else entry.occurred_at
    others = [entry.occurred_at] if entry.kind is Kind.DECLARED else []
    return Ground(
        number=entry.number,
        kind=entry.kind,
        text=text.casefold(),
        words=word_set(text),
        numbers=frozenset(value_of(each.text) for each in numbers(text)) | frozenset(map(value_of, spelled)),
        instants=() if entry.precision == UNTIMED else (at, *others),
        days=tuple(days),
        addresses=frozenset(each.text.rstrip(".,;:!?'\"*_)]") for each in addresses(text)),
    )


def _due(value: str) -> list[date]:
    try:
        return [date.fromisoformat(value)]
    except ValueError:
        return []


def of_evidence(numbers_at: Iterable[tuple[int, datetime | None]], zone: str) -> Grounds | None:
    """Grounds from a document's own evidence list, which says when but not what; None where it has none."""
    found = {
        number: Ground(
            number=number,
            kind=Kind.NOTE,
            text="",
            words=frozenset(),
            numbers=frozenset(),
            instants=() if at is None else (at,),
            days=(),
            addresses=frozenset(),
        )
        for number, at in numbers_at
    }
    return Grounds("", zone, found, has_words=False) if found else None
