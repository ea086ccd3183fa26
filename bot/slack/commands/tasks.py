"""`tasks`: what is to be done, in an incident or anywhere, with what can be done about each; and its reminders."""

from __future__ import annotations

from collections.abc import Sequence

from bot.consequences import job_about
from bot.domain.errors import NotTaken, WrongKind
from bot.domain.markup import mentioned
from bot.domain.tasks import OPEN, Task, tasks_in
from bot.domain.timeline import Kind
from bot.slack.answer import Answer, Row
from bot.slack.call import Call
from bot.slack.command import RECORDERS, Command
from bot.slack.commands.numbers import entry_named, leading_number
from bot.slack.task_lines import ACTS, task_choices, task_line
from bot.slack.task_reminding import STOPPED, reminder_of
from storage.artifacts import keep_artifact
from storage.entries import entries_of
from storage.queue import rearm
from storage.viewing import tasks_seen

SHOWN = 20
_MINE, _ALL = frozenset({"me", "mine"}), frozenset({"all", "everybody", "everyone"})


async def _tasks(call: Call) -> Answer:
    """The incident's tasks, or one person's, each with its state; outside of any incident the open ones of them all."""
    whose = call.keyed.text.strip()
    if call.incident is not None:
        found = [(call.incident.number, task) for task in tasks_in(await entries_of(call.session, call.incident.id))]
        shown = [(number, task) for number, task in found if _is_of(task, whose, call.actor.user_id)]
    else:
        whose = whose or "me"
        seen = await tasks_seen(call.session, call.viewer)
        every = [(incident.number, task) for incident, entries in seen for task in tasks_in(entries)]
        shown = [(n, task) for n, task in every if task.state == OPEN and _is_of(task, whose, call.actor.user_id)]
    words = call.say(
        "answers.tasks",
        count=len(shown),
        more=max(0, len(shown) - SHOWN),
        whose="" if whose.casefold() in _ALL else await call.plain(whose),
        inside=call.incident is not None,
    )
    return Answer(words, rows=await _rows(call, shown[:SHOWN]))


async def _rows(call: Call, shown: Sequence[tuple[int, Task]]) -> tuple[Row, ...]:
    names, prefix = await call.names(), call.bot.settings.incident_prefix
    acts = frozenset(act for act, allowed in ACTS.items() if call.may(act, allowed))
    return tuple(
        Row(
            task_line(call.bot, task, names, None if call.incident else f"{prefix}-{number}"),
            task_choices(call.bot, task, number, acts),
        )
        for number, task in shown
    )


def _is_of(task: Task, whose: str, asker_id: str) -> bool:
    """Whether a task is one that is asked for. A name that nobody in Slack has (`DBA team`) may be an owner too."""
    if not whose or whose.casefold() in _ALL:
        return True
    people = [asker_id] if whose.casefold() in _MINE else mentioned(whose)
    if people:
        return not set(people).isdisjoint(task.people)
    return whose.lstrip("@").casefold() in task.owner.casefold()


async def _reminders(call: Call) -> Answer:
    """`reminders stop #12` ends one's own reminders of a task, `reminders on #12` begins them again."""
    words = call.keyed.text.split(maxsplit=1)
    word, rest = (words[0].casefold(), words[1]) if len(words) == 2 else ("", "")
    found = leading_number(rest)
    if word not in ("stop", "off", "on") or found is None:
        forms = [f"{call.verb} {one} #7" for one in ("stop", "on")]
        raise NotTaken(verb=call.verb, given=await call.plain(call.keyed.text), forms=forms)
    entry = await entry_named(call, found[0])
    if entry.kind is not Kind.TASK:
        raise WrongKind(number=entry.number, kind=entry.kind, verb=call.verb, needed=Kind.TASK)
    name = reminder_of(entry.number, call.actor.user_id)
    ref = None if word == "on" else STOPPED
    await keep_artifact(call.session, call.about.id, name, at=call.now, ref=ref)
    await rearm(call.session, job_about(call.about.id, "remind_tasks", call.now))
    return Answer(call.say("answers.task_reminders", number=entry.number, on=word == "on"))


COMMANDS = (
    Command("tasks", _tasks, allowed=RECORDERS, anywhere=True, writes=False, double=False),
    Command("reminders", _reminders, allowed=ACTS["reminders"], double=False),
)
