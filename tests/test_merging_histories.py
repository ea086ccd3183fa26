"""Random histories of a record and of people editing its draft: no edit is lost, nothing taken back remains."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

import pytest
from drafting_records import Log, at

from bot.domain.timeline import Entry, Kind
from bot.drafting.document import to_markdown
from bot.drafting.draft import draft
from bot.drafting.merging import merge
from bot.wording import Wording

WORDING = Wording()
HISTORIES = 500
PARTS = 2
KINDS = (
    *(Kind.ACTION, Kind.NOTE, Kind.HYPOTHESIS, Kind.FIX, Kind.CAUSE, Kind.CAUSE_DETAIL, Kind.IMPACT, Kind.TASK),
    *(Kind.IMPROVEMENT, Kind.DETECTED, Kind.ESCALATED, Kind.RULED_OUT, Kind.CONCLUSION, Kind.RESOLVED, Kind.TITLE),
)
WORDS = ("restarted", "the", "cache", "errors", "on", "checkout", "api", "slow", "again", "queue", "was", "full")


def say(name: str, params: object) -> str:
    return WORDING.plain(f"merging.{name}", **params)  # type: ignore[arg-type]


@dataclass
class History:
    """A record, its draft as last made, and what people made of that. Words that can be known again: `fact…x` stand in
    entries, `hand…x` were written by people."""

    chance: random.Random
    log: Log = field(default_factory=Log)
    made: list[str] = field(default_factory=list)
    text: str = ""
    gone: set[str] = field(default_factory=set)
    said: dict[int, set[str]] = field(default_factory=dict)
    drawn: list[Entry] = field(default_factory=list)
    fresh: str = ""
    count: int = 0

    def token(self, sort: str) -> str:
        self.count += 1
        return f"{sort}{self.count}x"

    def words(self) -> str:
        said = [self.chance.choice(WORDS) for _ in range(self.chance.randint(1, 6))]
        said.insert(self.chance.randint(0, len(said)), self.token("fact"))
        return " ".join(said)

    def record(self) -> None:
        kind, number = self.chance.choice(KINDS), len(self.log.entries) + 1
        earlier = self.chance.randint(1, number)
        services = [f"{self.token('fact')} api" for _ in range(self.chance.randint(0, 2))]
        more = {"title": self.words()} if kind is Kind.TITLE else {"services": services, "hypothesis": earlier}
        when = at("10:00") if self.chance.random() < 0.2 else None
        self.log.add(kind, self.words(), when, **more)

    def edit(self) -> None:
        entry = self.chance.choice(self.log.entries[1:] or self.log.entries)
        self.log.change(entry.number, text=f"{entry.text} {self.token('fact')}")

    def retract(self) -> None:
        if self.log.entries[1:]:
            entry = self.chance.choice(self.log.entries[1:])
            self.gone |= self.told(entry.number)
            self.log.retract(entry.number)

    def told(self, number: int) -> set[str]:
        """Every word that was ever recorded in an entry."""
        return self.said.setdefault(number, set())

    def draft(self) -> None:
        for entry in self.log.entries:
            self.told(entry.number).update(re.findall(r"fact\d+x", f"{entry.text} {entry.data}"))
        made = self.render()
        self.text = merge(self.made[-1], self.text, made, say, older=self.made[:-1]).text if self.made else made
        self.made.append(made)

    def render(self) -> str:
        """The record's own draft, made once for each state of it."""
        if self.drawn != self.log.entries:
            self.drawn = list(self.log.entries)
            self.fresh = to_markdown(draft(self.log.record()), WORDING.document)
        return self.fresh

    def write(self) -> None:
        """A person edits: words into a line, a line of their own, a line out, moved, copied or said otherwise."""
        lines = self.text.split("\n")
        place = self.chance.randrange(len(lines))
        word, how = self.token("hand"), self.chance.randrange(7)
        if how <= 1 and lines[place]:
            parts = lines[place].split(" ")
            parts.insert(self.chance.randint(1, len(parts)), word)
            lines[place] = " ".join(parts)
        elif how == 2:
            lines.insert(place, f"- {word} is what we think")
        elif how == 3:
            lines[place:place] = ["", f"{word} is a paragraph.", ""]
        elif how == 4:
            del lines[place]
        elif how == 5:
            lines.insert(self.chance.randrange(len(lines)), lines.pop(place))
        elif how == 6:
            lines.insert(self.chance.randrange(len(lines)), lines[place])
        self.text = "\n".join(lines)

    @property
    def by_hand(self) -> set[str]:
        return set(re.findall(r"hand\d+x", self.text))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_edit_is_lost_and_nothing_taken_back_remains(part: int) -> None:
    for seed in range(part * HISTORIES // PARTS, (part + 1) * HISTORIES // PARTS):
        history = History(random.Random(seed))
        history.log.declare("Outage", severity="sev1")
        for _ in range(history.chance.randint(2, 4)):
            history.record()
        history.draft()
        for _ in range(history.chance.randint(1, 2)):
            steps = [history.write, history.write, history.record, history.edit, history.retract]
            for step in history.chance.choices(steps, k=history.chance.randint(1, 5)):
                step()
            written = history.by_hand
            history.draft()
            assert written <= history.by_hand, f"seed {seed}: lost {written - history.by_hand}"
            left = {word for word in history.gone if word in history.text}
            assert not left, f"seed {seed}: {left} remain in\n{history.text}"
            again = history.text
            history.draft()
            assert history.text == again, f"seed {seed}: nothing changed, and the draft did"
