"""Everything recorded of one incident, as a value: what the drafter, the timeline and the exports are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.incident import IncidentState, fold
from bot.domain.markup import Names
from bot.domain.timeline import Entry


@dataclass(frozen=True, slots=True)
class Record:
    """One incident with its entries, each in its last version, retracted ones too.

    `label` is `INC-7`; `zone` the IANA name kept at the declaration; `zone_label` what to print for zones whose
    abbreviation is only a number (None: print the offset); `published` freezes what later edits in the chat may do.
    """

    number: int
    label: str
    zone: str
    entries: tuple[Entry, ...]
    names: Names
    zone_label: str | None = None
    channel_name: str | None = None
    published: bool = False
    recovered_at: datetime | None = None

    @property
    def state(self) -> IncidentState:
        """The state folded from the entries."""
        return fold(self.entries)

    @property
    def standing(self) -> tuple[Entry, ...]:
        """The entries that count, by number."""
        return tuple(sorted((e for e in self.entries if e.stands), key=lambda e: e.number))
