"""A task in a line, and what can be done about it, wherever tasks are shown. Knows no place."""

from __future__ import annotations

from bot.domain.markup import Names, plain
from bot.domain.masking import mask
from bot.domain.tasks import OPEN, Task
from bot.slack.answer import Button
from bot.slack.bot import Bot
from bot.wording import Wire


def task_line(bot: Bot, task: Task, names: Names, label: str | None = None) -> Wire:
    """One task in a line; `label` is its incident's, where that is not plain from the place."""
    return bot.wording.say(
        "answers.task_line",
        label=label,
        number=task.number,
        title=plain(str(task.entry.data.get("title") or ""), names),
        text=mask(plain(task.entry.text, names)).text,
        owner=plain(task.owner, names).replace("@", ""),
        due=task.due.isoformat() if task.due else None,
        state=task.state,
    )


def task_choices(bot: Bot, task: Task, incident: int, *, reminded: bool = False) -> tuple[Button, ...]:
    """What can be done about an open task; whoever is `reminded` of it can stop that."""
    if task.state != OPEN:
        return ()

    def label(name: str) -> str:
        return bot.wording.plain(f"labels.{name}")

    last = Button(label("task_assigned"), opens=f"assign #{task.number}", incident=incident)
    if reminded:
        last = Button(label("task_reminders_stop"), f"reminders stop #{task.number}", incident=incident)
    return (
        Button(label("task_done"), f"done #{task.number}", incident=incident),
        Button(label("task_dropped"), opens=f"wont-do #{task.number}", incident=incident),
        Button(label("change"), opens=f"edit #{task.number}", incident=incident),
        last,
    )
