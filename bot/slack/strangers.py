"""Whether somebody else takes our payloads: what Slack counts, held against what the live replicas have. No socket."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Metrics

log = logging.getLogger(__name__)

#: For so long (seconds) Slack may still count links of ours that went silent.
_GHOSTS = 600.0


class Others(Protocol):
    """Who knows of the other replicas."""

    async def links_of_others(self) -> int:
        """How many links the other live ones keep. Raises what the database raises."""

    async def note_strangers(self, count: int) -> None:
        """Have the count outlive this process."""


class Strangers:
    """Without `others` there can be none but us."""

    def __init__(self, metrics: Metrics, others: Others | None) -> None:
        self._metrics = metrics
        self._others = others
        self._ghosts: deque[float] = deque()
        self._warned = False

    def went_silent(self) -> None:
        """A link of ours is gone, which Slack may not have noticed yet."""
        self._ghosts.append(asyncio.get_running_loop().time())

    async def count(self, told: int, ours: int) -> None:
        """Warn once while Slack counts more links (`told`, with its hello) than there should be: each takes a share."""
        now = asyncio.get_running_loop().time()
        while self._ghosts and now - self._ghosts[0] > _GHOSTS:
            self._ghosts.popleft()
        ghosts = len(self._ghosts)
        try:
            others = await self._others.links_of_others() if self._others is not None else 0
        except (SQLAlchemyError, OSError):
            return  # who else lives cannot be told now
        strangers = max(0, told - ours - ghosts - others)
        self._metrics.strangers.set(strangers)
        if self._others is not None:
            await self._others.note_strangers(strangers)
        if strangers and not self._warned:
            log.warning(
                "Slack counts connections that are not ours: another copy of the bot, or dead ones, take payloads",
                extra={"counted": told, "ours": ours, "of_other_replicas": others},
            )
        self._warned = strangers > 0
