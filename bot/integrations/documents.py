"""A written postmortem becomes an incident of the kind `past`: its facts as entries, in one transaction.

Knows no file and no Slack: nothing is opened, announced or drafted for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.consequences import IMPORTED
from bot.domain.markup import escape
from bot.domain.timeline import Change, Kind, NewEntry, Source
from bot.drafting.escape import linked
from bot.drafting.written.told import Fact, Told
from bot.incidents import record
from storage.entries import number_of_key
from storage.incidents import incident_by_id, take_incident_number
from storage.people import learn_person
from storage.tables import Incident, Workspace

#: Nobody in the workspace: whoever wrote the document, where it names no author of a fact.
WRITER = "import"
#: What happened before the fix takes the time of the detection for its place, where the document gives it none.
_AT_THE_END = frozenset({Kind.FIX, Kind.FIX_DETAIL, Kind.CAUSE, Kind.CAUSE_DETAIL, Kind.CONCLUSION})
_WRITTEN_LATER = frozenset(
    {Kind.IMPROVEMENT, Kind.TASK, Kind.TASK_DONE, Kind.TASK_DROPPED, Kind.CAUSE, Kind.CAUSE_DETAIL, Kind.FIX_DETAIL}
    | {Kind.CONCLUSION, Kind.IMPACT}
)


@dataclass(frozen=True, slots=True)
class Imported:
    """The incident that a document became; `is_new` is False where the same document had been imported before."""

    incident: Incident
    is_new: bool


async def import_told(
    session: AsyncSession, workspace: Workspace, told: Told, *, key: str, title: str, zone: str, at: datetime
) -> Imported:
    """Record a document in the caller's transaction. `key` names its bytes: the same ones are imported once.

    `title` is for a document without one, `zone` (IANA) for one that names none. Raises ValueError where nothing of
    the document says when it was.
    """
    start = told.start or next((fact.at for fact in told.facts if fact.at is not None), None)
    if start is None:
        raise ValueError("no date")
    prefix = f"import:{workspace.id}:{key}"
    if known := await number_of_key(session, f"{prefix}:1"):
        return Imported(await incident_by_id(session, known[0]), is_new=False)
    for author in {fact.author for fact in told.facts if fact.author}:
        await learn_person(session, workspace.id, _person(author), at=at, name=author, standing="outsider")
    await learn_person(session, workspace.id, WRITER, at=at, name=WRITER, standing="outsider")
    incident = Incident(
        workspace_id=workspace.id,
        number=await take_incident_number(session, workspace.id),
        zone=told.zone or zone,
        visibility="public",
        sort="past",
        origin_slack_id="",
    )
    session.add(incident)
    await session.flush()
    entries = tuple(_entries(told, prefix, told.title or title, start))
    await record(session, incident, Change(IMPORTED, entries), at=at)
    return Imported(incident, is_new=True)


def _entries(told: Told, prefix: str, title: str, start: datetime) -> Iterator[NewEntry]:
    """The declaration, then a fact an entry; what names another fact by its place in the document gets its number."""
    data = {"title": title, "severity": told.severity, "sort": "past", "visibility": "public", "at_given": True}
    first = Fact(kind=Kind.DECLARED, line=1, at=start, data=data)
    facts = [first, *told.facts]
    numbers = {fact.name: number for number, fact in enumerate(facts, start=1) if fact.name}
    detected = next((fact.at for fact in told.facts if fact.kind is Kind.DETECTED and fact.at), start)
    end = told.end or max((fact.at for fact in told.facts if fact.at is not None), default=start)
    for number, fact in enumerate(facts, start=1):
        about = {name: numbers[fact.data[name]] for name in _NAMES if fact.data.get(name) in numbers}
        place = end if fact.kind in _AT_THE_END | _WRITTEN_LATER else detected
        new = _entry(replace(fact, data={**fact.data, **about}), f"{prefix}:{number}", place)
        yield new


_NAMES = ("hypothesis", "escalation", "task")


def _entry(fact: Fact, key: str, place: datetime) -> NewEntry:
    author = _person(fact.author) if fact.author else WRITER
    return NewEntry(
        kind=fact.kind,
        text=linked(escape(fact.text)),
        occurred_at=(fact.at or place).replace(microsecond=0),
        author_id=author,
        recorded_by_id=WRITER,
        source=Source.IMPORT,
        key=key,
        data={name: _escaped(value) for name, value in fact.data.items()},
        precision=_precision(fact),
    )


def _escaped(value: object) -> object:
    """Words as an entry holds them: in the chat's own form, in which `<` and `&` are entities."""
    if isinstance(value, str):
        return escape(value)
    return [_escaped(each) for each in value] if isinstance(value, list) else value


def _precision(fact: Fact) -> str:
    if fact.at is None:
        return "second" if fact.kind in _WRITTEN_LATER else "untimed"
    return "approximate" if fact.approximate else "second" if fact.at.second else "minute"


def _person(name: str) -> str:
    return f"{WRITER}:{name}"
