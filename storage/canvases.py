"""The copy of an incident's draft in its channel's canvas, as it is remembered. Knows no Slack and no merging."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.domain.citing import hidden, without_entry
from storage.beside import DraftCanvas
from storage.upsert import insert_once

#: A line of the canvas that shows nothing of the draft.
_ASIDE = -1


async def canvas_of(session: AsyncSession, incident_id: int) -> DraftCanvas | None:
    """What is known of the copy; None where none was written, or one before edits in it were read."""
    query = select(DraftCanvas).where(col(DraftCanvas.incident_id) == incident_id)
    return (await session.execute(query)).scalar_one_or_none()


async def keep_canvas(
    session: AsyncSession, incident_id: int, *, written: str, shown: list[list[Any]] | None, at: datetime
) -> None:
    """Remember what went into the canvas and how it was shown; None: it could not be read."""
    found = await canvas_of(session, incident_id)
    if found is None:
        await insert_once(session, DraftCanvas, incident_id=incident_id, written=written, seen_at=at)
        found = await canvas_of(session, incident_id)
        assert found is not None
    found.written, found.shown, found.writing, found.seen_at = written, shown, None, at
    session.add(found)


async def begin_canvas(session: AsyncSession, incident_id: int, text: str | None, *, at: datetime) -> None:
    """Remember what is going to be written over it, so that it is known again after a crash; None: it was not."""
    if text is not None and await canvas_of(session, incident_id) is None:
        await keep_canvas(session, incident_id, written="", shown=None, at=at)
    if (found := await canvas_of(session, incident_id)) is not None:
        found.writing = text
        session.add(found)


async def promise_canvas(session: AsyncSession, incident_id: int) -> None:
    """Its head says from now on that edits there are read, though nobody has seen yet how it shows the draft."""
    found = await canvas_of(session, incident_id)
    if found is not None and found.shown is None:
        found.shown = []
        session.add(found)


async def forget_canvas(session: AsyncSession, incident_id: int) -> None:
    """It is gone in Slack."""
    await session.execute(delete(DraftCanvas).where(col(DraftCanvas.incident_id) == incident_id))


async def take_out_of_canvas(
    session: AsyncSession, incident_id: int, number: int, words: Iterable[str], instead: str
) -> None:
    """Overwrite what is remembered of an entry's words; a line of the canvas that shows them is known by its hash."""
    found = await canvas_of(session, incident_id)
    if found is None:
        return
    told = list(words)

    def without(text: str) -> str:
        return without_entry(text, number, told, instead)

    after = without(found.written)
    moved, gone = _moved(_said(found.written), _said(after))
    found.written = after
    found.writing = None if found.writing is None else without(found.writing)
    found.shown = found.shown and [
        [
            hidden(text) if at in gone or without(text) != text else text,
            _ASIDE if at in gone - moved.keys() else moved.get(at, at),
        ]
        for text, at in found.shown
    ]
    session.add(found)


def _said(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def _moved(before: list[str], after: list[str]) -> tuple[dict[int, int], set[int]]:
    """Where each line stands now, and which ones were overwritten or taken out."""
    moved: dict[int, int] = {}
    gone: set[int] = set()
    for tag, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        moved |= dict(zip(range(start, end), range(first, last), strict=False))
        gone |= set(range(start, end)) if tag != "equal" else set()
    return moved, gone
