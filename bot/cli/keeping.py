"""An edit that was made in a file, kept as an edit of its incident, whoever has the database. Knows no merging."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.edits import REFUSED, Edit, leave, take, take_in
from bot.settings import Settings
from bot.wording import Wording
from storage.address import Address
from storage.database import Database
from storage.refusals import DatabaseInUse

#: How long the command waits for a running bot to take an edit in, which looks every second.
PATIENCE = timedelta(seconds=8)
_LOOK = 0.05


class Kept(StrEnum):
    """What became of an edit: it is a version of the draft, waits for the bot to take it in, or stays in its file."""

    KEPT = "kept as an edit of the incident"
    WAITING = "the running bot will take in what you edited; until then it stands in this file alone"
    ALONE = "what you edited could not be kept and stays in this file alone"


async def keep(settings: Settings, edit: Edit) -> Kept:
    """Keep an edit. Raises what the database raises, but not that a bot has it."""
    edit = edit.named()
    try:
        db = await Database.open(settings.database_url)
    except DatabaseInUse:
        return await _leave(settings, edit)
    wording, at = Wording(settings.locale, settings.template_dir), datetime.now(UTC)
    try:
        await take_in(db, settings, wording, at=at)  # what a bot that has ended left behind
        async with db.write() as session:
            await take(session, edit, settings, wording, at=at)
    finally:
        await db.close()
    return Kept.KEPT


async def _leave(settings: Settings, edit: Edit) -> Kept:
    """Leave it beside the SQLite file, and wait a while for the bot to take it in."""
    database = Address.parse(settings.database_url).path
    assert database is not None, "a file is in use"
    try:
        path = leave(database, edit)
    except OSError:  # somebody else's folder
        return Kept.ALONE
    until = time.monotonic() + PATIENCE.total_seconds()
    while path.exists():
        if time.monotonic() > until:
            return Kept.WAITING
        await asyncio.sleep(_LOOK)
    return Kept.ALONE if path.with_suffix(REFUSED).exists() else Kept.KEPT


def edit_in(path: Path, given: str, number: int) -> Edit | None:
    """What somebody made in a file of the text they were `given` there; None where they changed nothing."""
    edited = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    return None if edited == given else Edit(number, given, edited)
