"""An entry as it is told outside (JSON on the command line, webhooks): a public form, schema 1, only ever added to.

Names stand for mentions, secrets are masked, instants are UTC. Knows no vendor and no transport.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.markup import Names, plain
from bot.domain.masking import Mask
from bot.domain.timeline import Entry

SCHEMA = 1


class PublicForm:
    """What is told of one incident, masked as one document: the same secret has the same number throughout."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._mask = Mask()

    def words(self, text: str) -> str:
        """What a person reads of a text as it was typed."""
        return self._mask.hide(plain(text, self.names)).text

    def entry(self, entry: Entry) -> dict[str, Any]:
        """An entry with all that was recorded of it."""
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
        return {"id": person_id, "name": self._mask.hide(self.names.person(person_id)).text}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, list):
            return [self._clean(part) for part in value]
        return {key: self._clean(part) for key, part in value.items()} if isinstance(value, dict) else value


def stamp(at: datetime | None) -> str | None:
    """An instant in UTC, ISO 8601 with a Z; None stays None."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
