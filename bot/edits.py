"""What somebody made of the draft in a file, kept as an edit of the incident. Knows no command line and no Slack.

While a bot has the SQLite file nobody else may write, so the edit is left beside it, and the bot takes it in.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.citing import without_entry
from bot.domain.masking import mask
from bot.drafting.press import press
from bot.drafting.reading import REDACTED
from bot.incidents import read_record
from bot.postmortems import draft_again, posted_again, take_edit
from bot.settings import Settings
from bot.wording import Wording
from storage.artifacts import artifact, first_time, note_audit
from storage.database import Database
from storage.incidents import every_incident
from storage.queue import rearm

log = logging.getLogger(__name__)

#: What the name of an edit ends in that could not be taken in.
REFUSED = ".refused"
#: Of a file that is left for the bot.
_MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Edit:
    """The draft of the incident `number` as it was `given` and as it was `edited`; `id` tells it from any other."""

    number: int
    given: str
    edited: str
    id: str = ""

    def named(self) -> Edit:
        """The same with an id of its own."""
        return Edit(self.number, self.given, self.edited, uuid.uuid4().hex)


def leave(database: Path, edit: Edit) -> Path:
    """Leave an edit for whoever has the SQLite file; the path is gone once it is taken in. Raises OSError."""
    folder = _folder(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    part = folder / f".{edit.id}"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"schema": 1, **asdict(edit)}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    return part.rename(folder / f"{edit.id}.json")


async def take_in(db: Database, settings: Settings, wording: Wording, *, at: datetime) -> int:
    """Take in all that was left beside the database, in its order; how many there were.

    Raises what the database raises, and OSError. What cannot be read is put aside under another name: neither lost nor
    tried again.
    """
    taken = 0
    for path in _left(db.address.path) if db.address.path is not None else ():
        try:
            edit = _read(path)
            async with db.write() as session:
                await take(session, edit, settings, wording, at=at)
        except (ValueError, LookupError, TypeError, RuntimeError) as fault:  # those behind it are not held up
            log.warning("an edit from a file was not taken in", extra={"fault": type(fault).__name__})
            path.rename(path.with_suffix(REFUSED))
            continue
        path.unlink()
        taken += 1
    return taken


async def take(session: AsyncSession, edit: Edit, settings: Settings, wording: Wording, *, at: datetime) -> None:
    """Keep an edit as the next version, in the caller's transaction; once, however often it comes.

    Raises LookupError where there is no such incident.
    """
    if not await first_time(session, f"edit:{edit.id}", at=at):
        return
    incident = next((one for one in await every_incident(session) if one.number == edit.number), None)
    if incident is None:
        raise LookupError(edit.number)
    label, prefix = settings.timezone_label, settings.incident_prefix
    record = await read_record(session, incident, zone_label=label, prefix=prefix)
    made = press(record, settings, wording).document.text
    before = await draft_again(session, incident, made, wording, at=at)
    given, edited = edit.given, mask(edit.edited).text
    for entry in record.entries:
        if entry.redacted:  # the file may be older than that, and must not bring its words back
            given, edited = (without_entry(text, entry.number, (), REDACTED) for text in (given, edited))
    kept = await take_edit(session, incident, given, edited, wording, at=at, person_id=None, origin="file")
    if kept.version is None or kept.version == before.version:
        return
    after, target = str(kept.version.number), str(incident.number)
    await note_audit(
        session, incident.workspace_id, at=at, actor="operator", action="draft.edited", target=target, after=after
    )
    if await artifact(session, incident.id, "draft") is not None:
        await rearm(session, posted_again(incident.id, at, asked=edit.id))


def _read(path: Path) -> Edit:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("too large")
    told = json.loads(path.read_text(encoding="utf-8"))
    return Edit(int(told["number"]), str(told["given"]), str(told["edited"]), str(told["id"]))


def _left(database: Path) -> list[Path]:
    """What was left, the oldest first."""
    return sorted(_folder(database).glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))


def _folder(database: Path) -> Path:
    return database.with_name(f"{database.name}.edits")
