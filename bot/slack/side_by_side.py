"""Work that need not wait for each other, of one job. Knows no Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from bot.jobs import Fenced, Permanent, Retry


async def side_by_side(*work: Awaitable[None]) -> None:
    """Let all of it end, then raise what tells most: a step that is cut off would have to be doubted."""
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    faults = [one for one in outcomes if isinstance(one, BaseException)]
    if faults:
        raise min(faults, key=_weight)


def _weight(fault: BaseException) -> int:
    """A job that is another's by now, then what cannot be mended, then what may have happened, then a mere wait."""
    if isinstance(fault, Fenced):
        return 0
    if isinstance(fault, Permanent):
        return 1
    return 3 if isinstance(fault, Retry) else 2
