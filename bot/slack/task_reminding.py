"""Owners are reminded of their tasks: privately, before and after the day they are due. Each incident has one job.

What was said is remembered with the saying, so that no restart says it twice. Knows no command.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import job_about
from bot.domain.incident import CANCELLED, DUPLICATE
from bot.domain.markup import plain
from bot.domain.masking import mask
from bot.domain.record import Record
from bot.domain.tasks import Task, reminded_at, tasks_in
from bot.jobs import JobContext
from bot.slack.answer import Answer, Button, Row
from bot.slack.bot import Bot
from bot.slack.faces import read_face
from bot.slack.task_lines import task_acts, task_choices, task_line
from bot.slack.telling import remind_of
from storage.artifacts import artifacts_named, keep_artifact
from storage.incidents import incident_by_id
from storage.people import find_person
from storage.queue import rearm

REMINDER = "task:"
STOPPED = "stopped"


def reminder_of(number: int, user_id: str) -> str:
    """Under which name it is kept when somebody was reminded of a task last, or that they stopped it."""
    return f"{REMINDER}{number}:{user_id}"


async def remind_tasks(bot: Bot, ctx: JobContext, payload: Mapping[str, Any]) -> None:
    """The job `remind_tasks`: say what is due, then come back when the next is."""
    incident_id = int(payload["incident"])
    async with bot.db.read() as session:
        said = {one.name: one for one in await artifacts_named(session, incident_id, REMINDER)}
    _, record, _ = await read_face(bot, incident_id)
    if record.state.status in (CANCELLED, DUPLICATE):
        return
    now, ahead = bot.clock.now(), list[datetime]()
    due: dict[str, list[Task]] = defaultdict(list)
    for task in tasks_in(record.entries):
        for user_id in task.people:
            last = said.get(reminder_of(task.number, user_id))
            at = reminded_at(task, record.zone, last.made_at if last else None)
            if at is None or (last is not None and last.ref == STOPPED):
                continue
            if at <= now:
                due[user_id].append(task)
                at = reminded_at(task, record.zone, now)
            ahead += [at] if at is not None else []
    for user_id, tasks in due.items():
        await _Telling(bot, ctx, record, incident_id).tell(user_id, tasks, now)

    async def save(session: AsyncSession) -> None:
        if ahead:
            await rearm(session, job_about(incident_id, "remind_tasks", min(ahead)))

    await ctx.finish(save)


class _Telling:
    def __init__(self, bot: Bot, ctx: JobContext, record: Record, incident_id: int) -> None:
        self.bot, self.ctx, self.record, self.incident_id = bot, ctx, record, incident_id

    async def tell(self, user_id: str, tasks: Sequence[Task], now: datetime) -> None:
        """In a direct message, which stays; in the channel alone where they may know of the incident only there."""
        async with self.bot.db.read() as session:
            person = await find_person(session, self.bot.identity.team_id, user_id)
            incident = await incident_by_id(session, self.incident_id)
            acts = await task_acts(session, self.bot.settings, person, incident) if person else frozenset()
        answer = self._answer(tasks, acts)

        async def call(_: int) -> bool:
            return await remind_of(self.bot, self.incident_id, user_id, answer)

        async def save(session: AsyncSession, _: bool) -> None:
            for task in tasks:
                await keep_artifact(session, self.incident_id, reminder_of(task.number, user_id), at=now)

        await self.ctx.step(f"tell:{user_id}", call, save)

    def _answer(self, tasks: Sequence[Task], acts: Collection[str]) -> Answer:
        """One task has its buttons below it, of several each has them in a menu."""
        days = [task.due.isoformat() for task in tasks if task.due]
        title = mask(plain(self.record.state.title, self.record.names)).text
        first = mask(plain(tasks[0].entry.text, self.record.names)).text
        words = self.bot.wording.say(
            "lines.task_due",
            label=self.record.label,
            title=title,
            count=len(tasks),
            task=f"#{tasks[0].number} {first}" if len(tasks) == 1 else None,
            due=min(days),
        )
        if len(tasks) == 1:
            return Answer(words, self._choices(tasks[0], acts))
        rows = [Row(task_line(self.bot, one, self.record.names), self._choices(one, acts)) for one in tasks]
        return Answer(words, rows=tuple(rows))

    def _choices(self, task: Task, acts: Collection[str]) -> tuple[Button, ...]:
        return task_choices(self.bot, task, self.record.number, acts, reminded=True)
