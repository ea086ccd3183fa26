"""How long a channel waits to be opened where many are declared at once. Opens none."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.slack.bot import Bot
from storage.declaring import declaring
from storage.queue import lately

#: What Slack promises to a method of its second tier, such as conversations.create.
CREATED_A_MINUTE = 20
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


async def minutes_until_open(bot: Bot, session: AsyncSession, now: datetime) -> int:
    """About how long an incident that was declared in this transaction waits for its channel; 0: a few seconds."""
    here = declaring(session)
    opening = here.opening if here is not None else None
    if opening is None:
        opening = await lately(session, "open_incident", since=now - _MINUTE, until=now + _HOUR)
    if here is not None:
        here.opening = opening
    held_up = bot.api.gates.left("conversations.create", now) or timedelta(0)
    return max(-(-(opening - CREATED_A_MINUTE) // CREATED_A_MINUTE), held_up // _MINUTE, 0)
