"""A task in a line, and what can be done about it, wherever tasks are shown. Knows no place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.markup import Names, plain
from bot.domain.masking import mask
from bot.domain.tasks import OPEN, Task
from bot.settings import Settings
from bot.slack.answer import Button
from bot.slack.bot import Bot
from bot.slack.gate import IN_THE_CHANNEL, MEMBERS, Who, may
from bot.slack.known_as import known_as
from bot.slack.people import who
from bot.wording import Wire
from storage.tables import Incident, Person

#: The commands that stand beside a task, and who may use each.
ACTS: Mapping[str, frozenset[Who]] = {
    "done": MEMBERS,
    "wont-do": MEMBERS,
    "assign": MEMBERS,
    "edit": IN_THE_CHANNEL,
    "reminders": IN_THE_CHANNEL,
}


def task_line(bot: Bot, task: Task, names: Names, label: str | None = None) -> Wire:
    """One task in a line; `label` is its incident's, where that is not plain from the place."""
    return bot.wording.say(
        "answers.task_line",
        label=label,
        number=task.number,
        title=mask(plain(str(task.entry.data.get("title") or ""), names)).text,
        text=mask(plain(task.entry.text, names)).text,
        owner=mask(plain(task.owner, names)).text.replace("@", ""),
        due=task.due.isoformat() if task.due else None,
        state=task.state,
    )


async def task_acts(
    session: AsyncSession, settings: Settings, person: Person, incident: Incident | None
) -> frozenset[str]:
    """Which of the commands about a task of an incident somebody may use: no other is worth a button."""
    also = await known_as(session, settings, person, incident)
    return frozenset(act for act, allowed in ACTS.items() if may(who(person), act, allowed, settings.permissions, also))


def task_choices(
    bot: Bot, task: Task, incident: int, acts: Collection[str], *, reminded: bool = False
) -> tuple[Button, ...]:
    """What can be done about an open task by whoever may use the commands `acts`; who is `reminded` can stop that."""
    if task.state != OPEN:
        return ()

    def label(name: str) -> str:
        return bot.wording.plain(f"labels.{name}")

    last = Button(label("task_assigned"), opens=f"assign #{task.number}", incident=incident)
    if reminded:
        last = Button(label("task_reminders_stop"), f"reminders stop #{task.number}", incident=incident)
    choices = {
        "done": Button(label("task_done"), f"done #{task.number}", incident=incident),
        "wont-do": Button(label("task_dropped"), opens=f"wont-do #{task.number}", incident=incident),
        "edit": Button(label("change"), opens=f"edit #{task.number}", incident=incident),
        "reminders" if reminded else "assign": last,
    }
    return tuple(button for act, button in choices.items() if act in acts)
