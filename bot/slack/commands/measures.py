"""Improvements and tasks: recorded, done, dropped with a reason, given to somebody."""

from __future__ import annotations

from typing import Any

from bot.domain.action_items import link_of, split_link, split_owners, strip_number
from bot.domain.errors import EmptyText, PersonMissing, TitleWithoutEnd, UnreadableDue, WrongKind
from bot.domain.markup import mentioned
from bot.domain.timeline import Kind
from bot.domain.when import read_due
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, RECORDERS, Command, Run
from bot.slack.commands.numbers import entry_named, only_number
from bot.slack.commands.recorded import recorded_answer, words_for
from bot.slack.parts import PERSON, SOME_WORDS, WORDS, entry
from bot.slack.task_lines import ACTS


def measure(call: Call, kind: Kind) -> tuple[str, dict[str, Any]]:
    """(words, keys) of an improvement or a task: typed numbers off; a bare link at the end of a task is its link.

    Raises EmptyText, TitleWithoutEnd and UnreadableDue.
    """
    values, data = dict(call.keyed.values), {}
    text = strip_number(call.keyed.text) if call.keyed.text else ""
    if values.get("title"):
        data["title"] = strip_number(values["title"])
        if not text:
            raise TitleWithoutEnd(title=values["title"], verb=call.verb)
    link = link_of(values["link"]) if values.get("link") else None
    if link is None and kind is Kind.TASK:
        text, link = split_link(text)
        if call.keyed.last in ("owner", "due"):  # the end of a task may stand behind its last key
            values[call.keyed.last], ends = split_link(values[call.keyed.last])
            link = ends or link
    if not text:
        raise EmptyText(verb=call.verb)
    data |= {"link": link} if link else {}
    if values.get("owner"):
        data["owner"] = ", ".join(split_owners(values["owner"]))
    if values.get("due"):
        data["due"] = due_date(call, values["due"])
    return text, data


def due_date(call: Call, words: str) -> str:
    """An ISO date; spans count from the call. Raises UnreadableDue."""
    due = read_due(words, now=call.typed_at, zone=call.zone)
    if due is None:
        raise UnreadableDue(words=words)
    return due.isoformat()


def _measure(kind: Kind) -> Run:
    async def run(call: Call) -> Answer:
        text, data = measure(call, kind)
        moment = call.moment()
        recorded = await call.record(f"entry.{kind}", call.new(kind, text, moment, data))
        return await recorded_answer(call, recorded, moment)

    return run


def _about_task(kind: Kind, *, words_needed: bool = False) -> Run:
    async def run(call: Call) -> Answer:
        number, rest = only_number(call, figures=True)
        task = await entry_named(call, number)
        if task.kind is not Kind.TASK:
            raise WrongKind(number=number, kind=task.kind, verb=call.verb, needed=Kind.TASK)
        if words_needed and not rest:
            raise EmptyText(verb=call.verb)
        data: dict[str, Any] = {"task": number}
        if kind is Kind.TASK_ASSIGNED:
            owners = split_owners(rest)
            if not owners:
                raise PersonMissing(example=f"{call.verb} #{number} @name")
            people = mentioned(rest)
            data |= {"owner": ", ".join(owners)} | ({"person_id": people[0]} if people else {})
            rest = ""
        moment = call.moment()
        recorded = await call.record(f"task.{kind.removeprefix('task_')}", call.new(kind, rest, moment, data))
        note = call.say("answers.about_task", number=number, text=await words_for(call, task, task.text))
        return await recorded_answer(call, recorded, moment, notes=(note,))

    return run


COMMANDS = (
    Command(
        "improve",
        _measure(Kind.IMPROVEMENT),
        keys=AT | {"title"},
        allowed=RECORDERS,
        message=True,
        records=frozenset({Kind.IMPROVEMENT}),
        tail=False,
    ),
    Command(
        "task",
        _measure(Kind.TASK),
        keys=AT | {"title", "owner", "due", "link"},
        allowed=RECORDERS,
        message=True,
        records=frozenset({Kind.TASK}),
        tail=False,
    ),
    Command("done", _about_task(Kind.TASK_DONE), keys=AT, allowed=ACTS["done"], parts=(entry(Kind.TASK), SOME_WORDS)),
    Command(
        "wont-do",
        _about_task(Kind.TASK_DROPPED, words_needed=True),
        keys=AT,
        allowed=ACTS["wont-do"],
        parts=(entry(Kind.TASK), WORDS),
    ),
    Command(
        "assign", _about_task(Kind.TASK_ASSIGNED), keys=AT, allowed=ACTS["assign"], parts=(entry(Kind.TASK), PERSON)
    ),
)
