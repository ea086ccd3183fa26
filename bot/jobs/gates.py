"""Until when which method may not be called, over all replicas; knows neither Slack nor whose methods they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from storage.gates import gates_after


class Gates:
    """What this process was told itself, and what others were and left in the database.

    A job that is told to wait leaves it there when it is put back; a worker with replicas beside it reads it at each
    look for jobs.
    """

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def close(self, name: str, until: datetime) -> None:
        """Nobody passes before `until`; an instant already set that lies later stays."""
        self._until[name] = max(until, self._until.get(name, until))

    def left(self, name: str, now: datetime) -> timedelta | None:
        """How long there is still to wait; None where the gate is open."""
        until = self._until.get(name)
        if until is None:
            return None
        if until <= now:
            del self._until[name]
            return None
        return until - now

    async def learn(self, session: AsyncSession, now: datetime) -> None:
        """Take over what other replicas were told."""
        for name, until in (await gates_after(session, now)).items():
            self.close(name, until)
