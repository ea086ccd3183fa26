"""How a command that comes twice is known: sent again by its key, typed again by its fingerprint. Reads nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta

from bot.domain.timeline import Kind

#: Within this span a second, identical command by the same person is a double submit.
DOUBLE = timedelta(minutes=1)
#: What the keys of entries and revisions end in, after the call's own.
_ENDINGS = (*Kind, "edit", "retract", "restore", "redact", "moved")


def keys_of(key: str, kinds: Collection[Kind]) -> list[str]:
    """All that a call of this key can have recorded under; `kinds` are those that it adds, where it does only that."""
    return [f"{key}:{ending}" for ending in kinds or _ENDINGS]


def fingerprint_of(user_id: str, incident_id: int | None, verb: str, line: str) -> str:
    """The same for two commands of a person that say the same in the same incident."""
    where = "anywhere" if incident_id is None else str(incident_id)
    words = " ".join([user_id, where, verb.casefold(), *line.split()])
    return hashlib.sha256(words.encode()).hexdigest()
