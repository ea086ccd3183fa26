"""The measures of a written postmortem: improvements and tasks, with titles, owners, due dates and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from bot.domain.action_items import split_link, strip_number
from bot.domain.timeline import Kind
from bot.domain.when.due import read_due
from bot.drafting.written.blocks import Shape
from bot.drafting.written.moments import dates
from bot.drafting.written.names import Field
from bot.drafting.written.outline import Part
from bot.drafting.written.prose import is_nothing
from bot.drafting.written.told import Fact

_NUMBER = re.compile(r"\A(?:task|improvement|fix|item|action|step|todo)?\s*#?\d*\Z", re.I)
_KEY = re.compile(
    r"\s*(?:[—–-]|[(\[,;]|\|)\s*(?P<key>owners?|assignees?|assigned to|due(?: date| by)?|deadline)\s*[:=]?\s+"
    r"(?P<value>[^—–()\[\];|]+?)(?=\s*(?:[)\]]|[—–;|]|\s-\s|,\s*(?:owner|due|deadline|assigne)|\.?\Z))(?:\s*[)\]])?",
    re.I,
)
_TICKET = re.compile(r"[A-Z][A-Z0-9_]*-\d+|#\d+", re.I)
_STATE = re.compile(
    r"\s*(?:[—–-]\s*|[(\[])(?P<state>done|completed|won't do|wont do)(?:, because: (?P<why>.+?))?[)\]]?\s*\Z", re.I
)
_BOX = re.compile(r"\A\[(?P<mark>[ xX])\]\s+")


def measures(parts: list[Part], day: date | None, *, ours: bool = False) -> Iterator[Fact]:
    """Improvements and tasks, by the lists they stand in.

    A list without a name is of improvements where tasks have a list of their own, else of tasks. `day` is the
    document's: a due date in words counts from it. `ours` is a draft of ours: titles are bold there, links stand apart.
    """
    tasks_apart = any(part.field is Field.TASKS for part in parts)
    for part in parts:
        if is_nothing(part.text) or part.block.shape is Shape.LABEL:
            continue
        is_task = part.field is Field.TASKS or (part.field is None and not tasks_apart)
        yield from _task(part, day, ours=ours) if is_task else _improvement(part, ours=ours)


def _improvement(part: Part, *, ours: bool) -> Iterator[Fact]:
    title, text = _titled(part, ours=ours)
    name = part.block.refs[0] if ours else 0
    data = {"title": title} if title else {}
    yield Fact(kind=Kind.IMPROVEMENT, line=part.block.line, text=text, data=data, name=name)


def _task(part: Part, day: date | None, *, ours: bool) -> Iterator[Fact]:
    title, text = _titled(part, ours=ours)
    name = part.block.refs[0] if ours else -part.block.line
    text, done, why = _state(text)
    text, link = _link(text) if ours else (text, None)
    text, ticket = (text, None) if link else _ticket(text, ours=ours)
    text, owner, due = _keys(text, day)
    if not ours:
        text, link = split_link(text)
    link = link or ticket
    given = {"title": title, "owner": owner, "due": due, "link": link}
    data = {key: value for key, value in given.items() if value}
    yield Fact(kind=Kind.TASK, line=part.block.line, text=text, data=data, name=name)
    if why is not None:
        yield Fact(kind=Kind.TASK_DROPPED, line=part.block.line, text=why, data={"task": name})
    elif done:
        yield Fact(kind=Kind.TASK_DONE, line=part.block.line, data={"task": name})


def _link(text: str) -> tuple[str, str | None]:
    """The words, and the address that stands apart behind them."""
    words, apart, link = text.rpartition(" — ")
    return (words, link) if apart and re.fullmatch(r"https?://\S+", link) else (text, None)


def _ticket(text: str, *, ours: bool) -> tuple[str, str | None]:
    """The words, and the ticket that stands apart behind the last key; in a draft of ours that may be any words."""
    ends = max((found.end() for found in _KEY.finditer(text)), default=None)
    apart, dash, said = (text[ends:] if ends is not None else "").partition(" — ")
    if not dash or apart.strip() or not (ours or _TICKET.fullmatch(said.strip())):
        return text, None
    return text[:ends], said.strip() or None


def _titled(part: Part, *, ours: bool) -> tuple[str, str]:
    """The title before the colon, if it is more than a number, and the words."""
    if ours and not part.block.bold:
        return "", f"{part.label}: {part.text}" if part.label else part.text
    if part.label and not _NUMBER.match(part.label):
        return part.label, part.text
    return "", strip_number(part.text, boxes=False)


def _state(text: str) -> tuple[str, bool, str | None]:
    done = False
    if box := _BOX.match(text):
        text, done = text[box.end() :], box["mark"] != " "
    if found := _STATE.search(text):
        said = found["state"].lower()
        return text[: found.start()], not said.startswith("w"), (found["why"] or "") if said.startswith("w") else None
    return text, done, None


def _keys(text: str, day: date | None) -> tuple[str, str, str]:
    """The words without the keys behind them; the owner, and the due date as an ISO date, '' where not said."""
    owner = due = ""
    for found in _KEY.finditer(text):
        if found["key"].lower().startswith(("owner", "assign")):
            owner = found["value"].strip().removeprefix("@")
        else:
            due = _due(found["value"], day)
    return _KEY.sub("", text).strip(), owner, due


def _due(words: str, day: date | None) -> str:
    said = dates(words, day.year if day else None)
    if said:
        return said[0].isoformat()
    if day is None:
        return ""
    read = read_due(words, now=datetime.combine(day, time(), tzinfo=UTC), zone="UTC")
    return read.isoformat() if read else ""
