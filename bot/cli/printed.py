"""A record as the command line prints it: names for mentions, secrets masked, instants in the incident's zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.domain.public import SCHEMA, PublicForm, stamp
from bot.domain.record import Record
from bot.domain.timeline import Entry
from bot.drafting.escape import one_line

if TYPE_CHECKING:
    from bot.domain.incident import IncidentState
    from storage.tables import Incident

__all__ = ["SCHEMA", "Printed", "stamp", "summary"]


class Printed(PublicForm):
    """One record, masked as one document: the same secret has the same number in every line."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.names)
        self.record = record

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
        return one_line(": ".join(part for part in parts if part))


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
