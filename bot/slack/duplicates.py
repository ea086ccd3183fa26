"""What stands in an incident that was closed as the same as another, and so not in the other's draft: it is said, with
the way there. Moves nothing."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.incident import DUPLICATE
from bot.domain.timeline import MOVABLE, Entry, Kind
from bot.slack.answer import Answer, Button
from bot.slack.bot import Bot
from storage.entries import entries_of
from storage.tables import Incident

NAMED_MOST = 10  # numbers in one line


async def not_there(
    bot: Bot, session: AsyncSession, incident: Incident, entry: Entry, *, may_move: bool
) -> Answer | None:
    """What to add to the answer to an entry: that it stands only here, or, where it closed the incident, what does.

    None where the incident is no duplicate, or the entry is a step of its own course. `may_move`: whoever is told may
    use `move`.
    """
    if incident.status != DUPLICATE or incident.duplicate_of is None or entry.version > 1:
        return None
    label = f"{bot.settings.incident_prefix}-{incident.duplicate_of}"
    moves = may_move and incident.visibility != "private"  # nothing leaves a private one
    if entry.kind is Kind.DUPLICATE:
        found = [one for one in await entries_of(session, incident.id, kinds=MOVABLE) if one.stands and not one.about]
        return _left_here(bot, label, [one.number for one in found], moves) if found else None
    if entry.kind not in MOVABLE and entry.about is None:
        return None
    number = entry.about or entry.number  # what became of an entry goes along with it
    words = bot.wording.say("answers.only_here", number=entry.number, label=label, moves=moves, moved=number)
    move = Button(bot.wording.plain("labels.move_to", label=label), f"move #{number} {label}", incident=incident.number)
    return Answer(words, (move,) if moves else ())


def _left_here(bot: Bot, label: str, numbers: list[int], moves: bool) -> Answer:
    shown = {"numbers": numbers[:NAMED_MOST], "more": max(0, len(numbers) - NAMED_MOST), "first": numbers[0]}
    return Answer(bot.wording.say("answers.left_here", count=len(numbers), label=label, moves=moves, **shown))
