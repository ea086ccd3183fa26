"""What a message is marked as: its reactions and pins read together, and the entry that they make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.domain.marking import Mark, Touch, facts_in, standing_mark
from bot.domain.markup import plain
from bot.domain.timeline import Change, Entry, Kind, NewEntry, Origin, Source
from bot.incidents import record
from bot.slack.following import align, came_by
from bot.slack.instants import instant
from bot.slack.scene import Scene
from storage.entries import entries_of, number_of_key
from storage.people import names, person_of_id
from storage.tables import Message
from storage.transcript import PIN, reacted_with, reactions_on

BY_MARK = (Source.REACTION, Source.PIN, Source.RECOVERED)


def kind_of(at: Scene, emoji: str) -> Kind | None:
    """The kind that an emoji marks a message as, its skin tone aside; None where it marks nothing."""
    if emoji == PIN:
        return Kind.NOTE
    found = at.bot.settings.marks.get(emoji.partition("::")[0])
    return Kind(found) if found else None


async def mark_on(at: Scene, ts: str) -> Mark | None:
    """The mark that stands on a message of this channel."""
    touches = []
    for one in await reactions_on(at.session, at.channel.id, ts):
        kind, pinned = kind_of(at, one.emoji), one.emoji == PIN
        if kind is not None:
            # A pin is the channel's own: whoever takes it off, it is off.
            slot = PIN if pinned else f"{one.user_id} {one.emoji}"
            source = Source.PIN if pinned else Source.REACTION
            touches.append(Touch(slot, kind, source, one.user_id, one.event_ts, one.present))
    return standing_mark(touches)


def words_of(row: Message) -> str:
    """What a marked message says; a file that was shared without a word says its name."""
    text = row.text or ""
    return text if text.strip() else named_files(row.files)


def named_files(files: Sequence[Mapping[str, Any]]) -> str:
    """The names of shared files, as words."""
    return ", ".join(str(file["name"]) for file in files if file.get("name"))


async def follow_mark(at: Scene, row: Message, entry: Entry | None, mark: Mark, by_id: str | None) -> bool:
    """Make the message's entry what the mark says: its words, its author, its own time. Whether anything changed."""
    text = words_of(row)
    if not text.strip():
        return False
    kind = await _free_kind(at, mark, entry)
    fields: dict[str, Any] = {
        "kind": kind,
        "text": text,
        "data": facts_in(kind, plain(text, await names(at.session, at.workspace.id))),
        "occurred_at": instant(row.ts),
        "precision": "second",
        "time_words": None,
        "time_zone": None,
        "source": came_by(mark.source, entry, at.reading_back),
    }
    if entry is not None:
        by_id = by_id or mark.user_id
        done = await align(at.session, at.incident, entry, fields, at=_now(at), by_id=by_id, key=f"mark:{row.id}")
        return not done.repeated
    author = await person_of_id(at.session, row.person_id)
    new = NewEntry(
        **fields,
        author_id=author.user_id if author else mark.user_id,
        recorded_by_id=mark.user_id,
        key=_key(at, row.ts),
        origin=Origin(at.channel.slack_id, row.ts),
    )
    await record(at.session, at.incident, Change(f"entry.{kind}", (new,)), at=at.now)
    return True


async def _free_kind(at: Scene, mark: Mark, entry: Entry | None) -> Kind:
    """A mark never moves a detection that stands: of several the first that was set counts, the others are notes."""
    if mark.kind is not Kind.DETECTED:
        return mark.kind
    for other in await entries_of(at.session, at.incident.id, kinds=[Kind.DETECTED]):
        if other.stands and (entry is None or other.number != entry.number):
            theirs = await mark_on(at, other.origin.ts) if other.origin and await _by_mark(at, other) else None
            if theirs is None or "kind" in other.locked or Decimal(theirs.since_ts) < Decimal(mark.since_ts):
                return Kind.NOTE
    return Kind.DETECTED


def _key(at: Scene, ts: str) -> str:
    return f"mark:{at.channel.id}:{ts}"


async def _by_mark(at: Scene, entry: Entry) -> bool:
    """Whether an entry rests on its message's marks, and not on what the message says as a command."""
    if entry.source is not Source.RECOVERED or entry.origin is None:
        return entry.source in BY_MARK
    return await number_of_key(at.session, _key(at, entry.origin.ts)) is not None


async def other_detections(at: Scene, ts: str) -> list[str]:
    """The ts of the channel's other messages that stand marked as a detection, the first mark first."""
    emoji = [name for name, kind in at.bot.settings.marks.items() if kind == Kind.DETECTED]
    found = []
    for other in await reacted_with(at.session, at.channel.id, emoji) if emoji else ():
        mark = await mark_on(at, other) if other != ts else None
        if mark is not None and mark.kind is Kind.DETECTED:
            found.append((Decimal(mark.since_ts), other))
    return [other for _, other in sorted(found)]


def _now(at: Scene) -> Any:
    return at.now.replace(microsecond=0)
