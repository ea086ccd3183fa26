"""Which mark stands on a message, from all that was ever set on it and taken off. Pure rules; knows no chat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.domain.detection import read_class
from bot.domain.impact import share_in_text
from bot.domain.timeline import Kind, Source


@dataclass(frozen=True, slots=True)
class Touch:
    """Somebody set a mark, or took it off. `slot` is what can be set once only; `at_ts` the chat's own time."""

    slot: str
    kind: Kind
    source: Source
    user_id: str
    at_ts: str
    present: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark that counts on a message, who set it, and since when it does."""

    kind: Kind
    source: Source
    user_id: str
    since_ts: str


def standing_mark(touches: Iterable[Touch]) -> Mark | None:
    """The first mark since the message had none, until all are gone; None where none is left.

    A removal whose mark was never heard of removes nothing. The order of arrival does not matter.
    """
    standing: set[str] = set()
    first: Mark | None = None
    for touch in sorted(touches, key=lambda one: (Decimal(one.at_ts), not one.present, one.slot)):
        if not touch.present:
            standing.discard(touch.slot)
            first = first if standing else None
        else:
            standing.add(touch.slot)
            first = first or Mark(touch.kind, touch.source, touch.user_id, touch.at_ts)
    return first


def facts_in(kind: Kind, words: str) -> dict[str, Any]:
    """What the plain words of a marked message say where a command has keys for it; guesses nothing."""
    if kind is Kind.DETECTED and (found := read_class(words)) is not None:
        return {"by": found}
    if kind is Kind.IMPACT and (share := share_in_text(words)) is not None:
        return {"percent": share, "percent_text": None}
    return {}
