"""A record as the command line prints it: names for mentions, secrets masked, instants in the incident's zone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.domain.markup import plain
from bot.domain.masking import Mask
from bot.domain.record import Record
from bot.domain.timeline import Entry

if TYPE_CHECKING:
    from bot.domain.incident import IncidentState
    from storage.tables import Incident

SCHEMA = 1


class Printed:
    """One record, masked as one document: the same secret has the same number in every line."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._mask = Mask()

    def words(self, text: str) -> str:
        """What a person reads of a text as it was typed."""
        return self._mask.hide(plain(text, self.record.names)).text

    def told(self, entry: Entry) -> str:
        """What an entry says, in one line."""
        data, stated = entry.data, self.words(entry.text)
        about = data.get("title") or data.get("severity") or data.get("status") or data.get("role")
        subject = self.words(str(about)) if about else ""
        if person := data.get("person_id"):
            subject = f"{subject}: {self.record.names.person(str(person))}"
        if numbers := [data[key] for key in ("task", "hypothesis", "escalation") if data.get(key) is not None]:
            subject = f"#{numbers[0]}"
        to = ", ".join(self.words(str(one)) for one in data.get("to") or ())
        parts = [subject, f"to {to}" if to else "", stated]
        return " ".join(": ".join(part for part in parts if part).split())

    def entry(self, entry: Entry) -> dict[str, Any]:
        """An entry as JSON, with all that was recorded of it."""
        return {
            "number": entry.number,
            "kind": str(entry.kind),
            "text": self.words(entry.text),
            "data": self._clean(dict(entry.data)),
            "occurred_at": stamp(entry.occurred_at),
            "precision": entry.precision,
            "time_words": None if entry.time_words is None else self.words(entry.time_words),
            "time_zone": entry.time_zone,
            "recorded_at": stamp(entry.recorded_at),
            "author": self.person(entry.author_id),
            "recorded_by": self.person(entry.recorded_by_id),
            "source": str(entry.source),
            "permalink": entry.permalink,
            "standing": entry.stands,
            "version": entry.version,
            "action": entry.action,
            "why": None if entry.why is None else self.words(entry.why),
            "changed_at": stamp(entry.changed_at),
            "changed_by": None if entry.changed_by_id is None else self.person(entry.changed_by_id),
            "redacted": entry.redacted,
        }

    def person(self, person_id: str) -> dict[str, str]:
        """Somebody by id and name."""
        return {"id": person_id, "name": self.record.names.person(person_id)}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, list):
            return [self._clean(part) for part in value]
        return {key: self._clean(part) for key, part in value.items()} if isinstance(value, dict) else value


def stamp(at: datetime | None) -> str | None:
    """An instant in UTC, ISO 8601 with a Z; None stays None."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def summary(label: str, title: str, about: IncidentState | Incident) -> dict[str, Any]:
    """An incident in short, as JSON: the title as people read it, the rest from its state or the row that caches it."""
    return {
        "incident": label,
        "title": title,
        "severity": about.severity,
        "status": about.status,
        "sort": about.sort,
        "visibility": about.visibility,
        "declared_at": stamp(about.declared_at),
        "started_at": stamp(about.started_at),
        "start_assumed": about.start_assumed,
        "detected_at": stamp(about.detected_at),
        "mitigated_at": stamp(about.mitigated_at),
        "resolved_at": stamp(about.resolved_at),
    }
