"""What a message comes to: its wordings, its marks and its deletion read together, and its entry made to say so.

The outcome is a function of what is known of the message, so that neither the order of arrival nor repeats matter.
"""

from __future__ import annotations

import logging

from bot.domain.errors import IncidentError
from bot.domain.marking import Mark
from bot.domain.timeline import Entry, Kind, Source
from bot.slack.bang import is_typed, record_typed
from bot.slack.following import align, withdraw
from bot.slack.instants import instant
from bot.slack.marks import BY_MARK, follow_mark, mark_on, other_detections, words_of
from bot.slack.scene import Scene, acknowledge, offer_difference
from storage.entries import entry_of_message
from storage.people import person_of_id
from storage.tables import Message
from storage.transcript import find_message, sent_as, wordings

log = logging.getLogger(__name__)


async def settle(at: Scene, row: Message, *, by_id: str | None = None, reworded: bool = False) -> None:
    """Bring a message's entry in line with what is known of the message; nothing happens until its words are.

    `by_id` is whose mark or removal led here, `reworded` that its words have changed: then what cannot be taken over,
    because somebody corrected it by hand, is offered.
    """
    if row.text is None or row.deleted_at is not None or row.erased_at is not None:
        return
    entry = await _entry(at, row)
    if at.incident.published_at is not None and (entry is not None or not _is_command(row)):
        return  # once published, changes in Slack only enter the history
    mark = await mark_on(at, row.ts)
    if entry is None or _open_to_change(entry, mark):
        await _Settling(at, row, entry, mark, by_id, reworded).run()
    was_detection = entry is not None and entry.kind is Kind.DETECTED and entry.source in BY_MARK
    if was_detection or (mark is not None and mark.kind is Kind.DETECTED):
        await _settle_detections(at, row)


def _is_command(row: Message) -> bool:
    """Whether a message is a recording command; what bots say never is."""
    return row.bot_id is None and is_typed(row.text or "")


def _open_to_change(entry: Entry, mark: Mark | None) -> bool:
    """What somebody took back by hand stays so, whatever its message says, until it is marked anew."""
    if entry.stands or entry.action == "withdrawn":
        return True
    if entry.action != "retracted" or entry.redacted or mark is None or entry.changed_at is None:
        return False
    return instant(mark.since_ts) > entry.changed_at


async def _settle_detections(at: Scene, row: Message) -> None:
    """Which of several is the detection depends on them all."""
    for ts in await other_detections(at, row.ts):
        other = await find_message(at.session, at.channel.id, ts)
        if other is None or other.text is None or other.deleted_at is not None or _is_command(other):
            continue
        entry, mark = await _entry(at, other), await mark_on(at, ts)
        if mark is not None and entry is not None and _open_to_change(entry, mark):
            await follow_mark(at, other, entry, mark, None)


async def _entry(at: Scene, row: Message) -> Entry | None:
    found = await entry_of_message(at.session, row.id)
    return found[1] if found else None


class _Settling:
    def __init__(
        self, at: Scene, row: Message, entry: Entry | None, mark: Mark | None, by_id: str | None, reworded: bool
    ) -> None:
        self.at, self.row, self.entry, self.mark = at, row, entry, mark
        self.by_id, self.reworded = by_id, reworded
        self.held = entry is not None and entry.source is Source.SHORTCUT

    async def run(self) -> None:
        """The latest wording that can be read counts; where none can, what is recorded stays."""
        if self.held or not _is_command(self.row) or await self._sent_before():
            await self._chatter()
            return
        author = await person_of_id(self.at.session, self.row.person_id)
        assert author is not None
        for place, text in enumerate(await wordings(self.at.session, self.row)):
            if not is_typed(text):
                break
            typed = await record_typed(self.at, self.row, text, author, self.entry)
            if not typed.refused:
                await self._answer(place, author.user_id)
                return
        else:
            if self.mark is not None:
                await self._chatter()
            await self._answer(1, author.user_id)
            return
        await self._chatter()
        await self._answer(1, author.user_id)

    async def _answer(self, place: int, author_id: str) -> None:
        """`place` is that of the wording that was recorded: only the first is what the message says now."""
        if self.entry is not None and self.reworded and "text" in self.entry.locked and place == 0:
            await offer_difference(self.at, self.row, self.entry, author_id, "edited")
        await acknowledge(self.at, self.row, "recorded" if place == 0 else "refused", author_id)

    async def _sent_before(self) -> bool:
        """A client sends again what it saw no answer to, under another ts: the earliest that stands is the one."""
        if self.row.client_msg_id is None:
            return False
        twins = await sent_as(self.at.session, self.at.channel.id, self.row.client_msg_id)
        first = next((one for one in twins if one.deleted_at is None and one.text is not None), self.row)
        return first.id != self.row.id

    async def _chatter(self) -> None:
        """A message that is no command: its entry rests on its marks, or on the shortcut's form."""
        at, row, entry, mark = self.at, self.row, self.entry, self.mark
        if entry is not None and self.reworded and "text" in entry.locked and entry.stands:
            await offer_difference(at, row, entry, self.by_id or entry.author_id, "edited")
        if self.held:
            assert entry is not None
            fields = {"text": words_of(row)} if words_of(row).strip() else {}
            by_id = self.by_id or entry.author_id
            await align(
                at.session, at.incident, entry, fields, at=at.now.replace(microsecond=0), by_id=by_id, key=f"e:{row.id}"
            )
        elif mark is not None:
            if await follow_mark(at, row, entry, mark, self.by_id):
                await acknowledge(at, row, "mark", mark.user_id)
        elif entry is not None and entry.stands:
            await self._unmarked(entry)
        elif self.reworded and any(is_typed(text) for text in await wordings(at.session, row)):
            # A command that could not be read became talk: the sign of that goes.
            await acknowledge(at, row, "unmarked", self.by_id or "")

    async def _unmarked(self, entry: Entry) -> None:
        by_id = self.by_id or entry.author_id
        if entry.locked:
            await offer_difference(self.at, self.row, entry, by_id, "unmarked")
        elif await take_out(self.at, self.row, entry, by_id):
            await acknowledge(self.at, self.row, "unmarked", by_id)


async def take_out(at: Scene, row: Message, entry: Entry, by_id: str) -> bool:
    """Withdraw an entry; where the incident's times would no longer fit without it, it stays and its author is told."""
    try:
        async with at.session.begin_nested():
            await withdraw(
                at.session, at.incident, entry, at=at.now.replace(microsecond=0), by_id=by_id, key=str(row.id)
            )
    except IncidentError as refused:
        log.info("an entry could not follow its message", extra={"number": entry.number, "error": refused.name})
        await at.session.refresh(at.incident)
        await offer_difference(at, row, entry, entry.author_id, "kept")
        return False
    return True
