"""Overwrites the words of entries for good; who, when and what sort stays. Knows not why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from storage.canvases import take_out_of_canvas
from storage.drafts import take_out_entry
from storage.finding import forget_words, let_go
from storage.tables import Entry as Row

# What an entry's data says in our own fixed words, not in anybody's.
_IDENTIFIERS = frozenset({"severity", "sort", "visibility", "by", "status", "role", "person_id", "due"})


async def redact_words(
    session: AsyncSession, incident_id: int, number: int, instead: str, *, why: str | None = None
) -> list[int]:
    """Overwrite the words of every version of an entry, in drafts too; who, when, the kind and bare figures stay.

    Returns the numbers of the published versions that held them: their copies elsewhere still do.
    """
    every = select(Row).where(col(Row.incident_id) == incident_id, col(Row.number) == number)
    rows = list((await session.execute(every)).scalars())
    words = {said for row in rows for said in _words_of(row)}
    published = await take_out_entry(session, incident_id, number, words, instead)
    await take_out_of_canvas(session, incident_id, number, words, instead)
    for row in rows:
        row.text = instead
        row.time_words = None
        row.why = why if row.latest else None
        row.data = wordless(row.data, instead)
        session.add(row)
    await forget_words(session, incident_id, number)
    await let_go(session)
    return published


async def moved_with(session: AsyncSession, incident_id: int, number: int) -> list[tuple[int, int]]:
    """(incident's key, number) of the same entry in other incidents: where it was moved from, and where to."""
    found = {(incident_id, number)}
    left = [(incident_id, number)]
    while left:
        near = await _moved(session, *left.pop())
        left += near - found
        found |= near
    return sorted(found - {(incident_id, number)})


async def _moved(session: AsyncSession, incident_id: int, number: int) -> set[tuple[int, int]]:
    """Both ends of one move have the key of who asked for it, and behind it what it did there (`commands.moving`)."""
    here = select(col(Row.key), col(Row.kind), col(Row.version), col(Row.action))
    keys = set()
    for key, kind, version, action in await session.execute(
        here.where(col(Row.incident_id) == incident_id, col(Row.number) == number)
    ):
        asked = str(key).rpartition(":")[0]
        keys |= {f"{asked}:moved"} if version == 1 else set()
        keys |= {f"{asked}:{kind}"} if action == "moved" else set()
    there = select(col(Row.incident_id), col(Row.number)).where(col(Row.key).in_(keys))
    found = await session.execute(there.where(col(Row.incident_id) != incident_id))
    return {(other_id, other) for other_id, other in found}


def _words_of(row: Row) -> Iterator[str]:
    """Everything that anybody said in one version of an entry."""
    yield row.text
    for key, value in row.data.items():
        if key not in _IDENTIFIERS:
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def wordless(data: Mapping[str, Any], instead: str) -> dict[str, Any]:
    """An entry's data with every word of anybody's overwritten; our own fixed words and bare figures stay."""
    return {key: value if key in _IDENTIFIERS else _wordless(value, instead) for key, value in data.items()}


def _wordless(value: object, instead: str) -> object:
    if isinstance(value, str):
        return instead
    return [] if isinstance(value, list) else value
