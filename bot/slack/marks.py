"""Marking: a reaction, a pin or a shortcut makes a message an entry, and taking the last one away unmakes it."""

from __future__ import annotations

from bot.domain.timeline import Change, Entry, Kind, NewEntry, Origin, Revision, Source, Standing, revise
from bot.incidents import Recorded, record
from bot.slack.instants import instant
from bot.slack.scene import Scene, acknowledge, offer_difference
from storage.entries import entries_of, entry_of_message
from storage.people import person_of_id
from storage.tables import Message, Reaction
from storage.transcript import PIN, reactions_on

BY_MARK = (Source.REACTION, Source.PIN)


def kind_of(at: Scene, emoji: str) -> Kind | None:
    """The kind that an emoji marks a message as, its skin tone aside; None where it marks nothing."""
    if emoji == PIN:
        return Kind.NOTE
    found = at.bot.settings.marks.get(emoji.partition("::")[0])
    return Kind(found) if found else None


async def follow_marks(at: Scene, row: Message, changed_by: str | None) -> None:
    """Bring a message's entry in line with the marks on it; nothing happens until its words are known."""
    if row.text is None or row.deleted_at is not None or row.erased_at is not None:
        return
    if at.incident.published_at is not None:
        return  # once published, changes in Slack only enter the history
    marks = [one for one in await reactions_on(at.session, at.channel.id, row.ts) if kind_of(at, one.emoji)]
    found = await entry_of_message(at.session, row.id)
    entry = found[1] if found else None
    if entry is None:
        if marks:
            await _mark(at, row, marks[0], changed_by or marks[0].user_id)
    elif entry.source in BY_MARK and not marks and entry.stands:
        if entry.locked:
            await offer_difference(at, row, entry, changed_by or entry.recorded_by_id)
        else:
            by_id = changed_by or entry.recorded_by_id
            await withdraw(at, entry, by_id=by_id, key=f"unmarked:{row.id}:{entry.version}")
            await acknowledge(at, row, "mark", by_id)
    elif marks and len(marks) == 1 and not entry.stands and entry.action == "withdrawn":
        await _mark_again(at, row, entry, marks[0])


async def _mark(at: Scene, row: Message, mark: Reaction, by_id: str) -> Recorded | None:
    """The first mark makes the entry: the message's words, author and own time."""
    kind = kind_of(at, mark.emoji)
    assert kind is not None
    assert row.text is not None
    if not row.text.strip():
        return None
    author = await person_of_id(at.session, row.person_id)
    recorded = await record(
        at.session,
        at.incident,
        Change(
            f"entry.{kind}",
            (
                NewEntry(
                    kind=await _free_kind(at, kind, None),
                    text=row.text,
                    occurred_at=instant(row.ts),
                    author_id=author.user_id if author else by_id,
                    recorded_by_id=mark.user_id or by_id,
                    source=Source.PIN if mark.emoji == PIN else Source.REACTION,
                    key=f"mark:{at.channel.id}:{row.ts}",
                    origin=Origin(at.channel.slack_id, row.ts),
                ),
            ),
        ),
        at=at.now,
    )
    await acknowledge(at, row, "mark", mark.user_id or by_id)
    return recorded


async def _free_kind(at: Scene, kind: Kind, number: int | None) -> Kind:
    """A mark never moves a detection that stands: a second one becomes a note."""
    if kind is not Kind.DETECTED:
        return kind
    standing = [e for e in await entries_of(at.session, at.incident.id, kinds=[Kind.DETECTED]) if e.stands]
    return Kind.NOTE if any(e.number != number for e in standing) else kind


async def _mark_again(at: Scene, row: Message, entry: Entry, mark: Reaction) -> None:
    kind = kind_of(at, mark.emoji) or entry.kind
    fields = {"kind": await _free_kind(at, kind, entry.number), "text": row.text, "standing": Standing.STANDING}
    kept = {name: value for name, value in fields.items() if name not in entry.locked}
    await _revise(at, entry, by_id=mark.user_id or entry.author_id, action="restored", key=mark.event_ts, **kept)
    await acknowledge(at, row, "mark", mark.user_id or entry.author_id)


async def follow_edit(at: Scene, row: Message, entry: Entry) -> None:
    """An edit in Slack changes the entry, unless a person corrected its words by hand: then it is offered."""
    if row.text is None or at.incident.published_at is not None or entry.text == row.text:
        return
    if "text" in entry.locked:
        await offer_difference(at, row, entry, entry.author_id)
        return
    await _revise(at, entry, by_id=entry.author_id, action="edited", key=row.event_ts or row.ts, text=row.text)


async def withdraw(at: Scene, entry: Entry, *, by_id: str, key: str) -> None:
    """Take an entry out because its message was unmarked, deleted or edited away; it comes back the same way."""
    await _revise(at, entry, by_id=by_id, action="withdrawn", key=key, standing=Standing.RETRACTED)


async def _revise(at: Scene, entry: Entry, *, by_id: str, action: str, key: str, **fields: object) -> None:
    revision: Revision = revise(
        entry,
        at=at.now.replace(microsecond=0),
        by_id=by_id,
        action=action,
        key=f"{action}:{at.incident.id}:{entry.number}:{entry.version}:{key}",
        **fields,
    )
    await record(at.session, at.incident, Change(f"entry.{action}", revisions=(revision,)), at=at.now)
