"""Records built by hand, and the inverse of a draft: the record that somebody would have typed for given facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.markup import Names
from bot.domain.record import Record
from bot.domain.timeline import Entry, Kind, Source, Standing

NAMES = Names(
    people={"U1": "ana-oncall", "U2": "ben", "U3": "Dana Wu"}, channels={"C1": "ops"}, groups={"S1": "db-team"}
)
DAY = datetime(2024, 3, 15, tzinfo=UTC)


def at(clock: str, day: int = 0) -> datetime:
    """A clock on 15 March 2024, UTC, or `day` days after."""
    hour, minute, *second = (int(part) for part in clock.split(":"))
    return DAY + timedelta(days=day, hours=hour, minutes=minute, seconds=second[0] if second else 0)


class Log:
    """Entries, numbered as they are added; each is typed a minute after the one before."""

    def __init__(self, zone: str = "UTC", zone_label: str | None = None, first: datetime | None = None) -> None:
        self.zone, self.zone_label = zone, zone_label
        self.entries: list[Entry] = []
        self.now = first or at("10:00")

    def add(self, kind: Kind, text: str = "", when: datetime | None = None, **fields: Any) -> int:
        """Add an entry; keyword arguments that are no field of an entry go into its data. Returns its number."""
        known = {name: fields.pop(name) for name in list(fields) if name in Entry.__dataclass_fields__}
        self.now += timedelta(minutes=1)
        entry = Entry(
            number=len(self.entries) + 1,
            kind=kind,
            text=text,
            occurred_at=when or self.now,
            recorded_at=self.now,
            author_id="U1",
            recorded_by_id="U1",
            source=Source.COMMAND,
            data=fields,
        )
        self.entries.append(replace(entry, **known))
        return entry.number

    def declare(self, title: str = "Outage", when: datetime | None = None, **data: Any) -> int:
        """The first entry; with `when`, as with `at:`."""
        return self.add(Kind.DECLARED, "", when, title=title, at_given=when is not None, **data)

    def change(self, number: int, **fields: Any) -> None:
        """A new version of an entry."""
        self.entries[number - 1] = replace(self.entries[number - 1], version=2, **fields)

    def retract(self, number: int) -> None:
        """Take an entry back."""
        self.change(number, standing=Standing.RETRACTED)

    def record(self) -> Record:
        """The record as it is now."""
        return Record(7, "INC-7", self.zone, tuple(self.entries), NAMES, self.zone_label, "inc-7-outage")


CHRONOLOGY_KINDS = {
    "detected": Kind.DETECTED,
    "action": Kind.ACTION,
    "hypothesis": Kind.HYPOTHESIS,
    "misleading": Kind.RULED_OUT,
    "note": Kind.NOTE,
    "resolution": Kind.FIX,
    "reopen": Kind.REOPENED,
}


def record_of(expected: dict[str, Any], zone: str) -> Record:
    """The record whose draft has these facts, typed in the order of the chronology (one window, nothing ruled out
    by number)."""
    summary, timeline = expected["summary"], expected["timeline"]
    log = Log(zone, first=_instant(summary["start"]))
    log.declare(expected["title"], _instant(summary["start"]), severity="sev1")
    impact = summary["impact"]
    for position, text in enumerate(impact["experience"]):
        last = position == len(impact["experience"]) - 1
        said = {"percent": impact["percent"], "percent_text": impact["percent_text"]} if last else {}
        log.add(Kind.IMPACT, text, services=impact["services"][position : None if last else position + 1], **said)
    for row in timeline["chronology"]:
        if row["kind"] == "escalate":
            call = next(each for each in timeline["escalations"] if each["text"] == row["text"])
            log.add(Kind.ESCALATED, row["text"], _instant(row["at"]), to=call["to"])
        elif row["kind"] != "resolve":
            log.add(CHRONOLOGY_KINDS[row["kind"]], row["text"], _instant(row["at"]))
    words = [row["text"] for row in timeline["chronology"] if row["kind"] == "resolve"]
    log.add(Kind.RESOLVED, "".join(words), _instant(summary["end"]))
    for kind, texts in (
        (Kind.CAUSE, summary["root_cause"]),
        (Kind.CAUSE_DETAIL, expected["root_cause_and_resolution"]["cause"]),
        (Kind.FIX_DETAIL, expected["root_cause_and_resolution"]["resolution"]),
        (Kind.CONCLUSION, expected["conclusion"]),
    ):
        for text in texts:
            log.add(kind, text)
    for kind, key in ((Kind.IMPROVEMENT, "improvements"), (Kind.TASK, "tasks")):
        for measure in expected["measures"][key]:
            data = {name: str(value) for name, value in measure.items() if name != "text"}
            log.add(kind, measure["text"], **data)
    return log.record()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
