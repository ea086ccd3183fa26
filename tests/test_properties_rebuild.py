"""Whatever is recorded, in whatever order: the incident's row is what its entries say, and the draft holds to them."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import IncidentError
from bot.domain.incident import fold
from bot.domain.timeline import Change, Entry, Kind, NewEntry, Source, Standing, revise
from bot.drafting.document import to_markdown
from bot.drafting.draft import draft
from bot.drafting.structured import to_json
from bot.incidents import declare, read_record, record
from bot.wording import Wording
from storage.entries import entries_of
from storage.incidents import cached_fields
from storage.people import workspace_of
from storage.tables import Incident
from tests.workshop import NOON, open_database

ADDED = (
    *(Kind.STARTED, Kind.DETECTED, Kind.ACTION, Kind.HYPOTHESIS, Kind.NOTE, Kind.FIX, Kind.MITIGATED, Kind.RESOLVED),
    *(Kind.REOPENED, Kind.CANCELLED, Kind.SEVERITY, Kind.STATUS, Kind.ROLE, Kind.TITLE, Kind.RULED_OUT, Kind.TASK),
)
OFTEN = (Kind.RESOLVED, Kind.REOPENED, Kind.STARTED, Kind.DETECTED)
acts = st.one_of(
    st.tuples(st.just("add"), st.sampled_from((*ADDED, *OFTEN)), st.integers(-90, 30)),
    st.tuples(st.just("retract"), st.integers(1, 30), st.just(0)),
    st.tuples(st.just("restore"), st.integers(1, 30), st.just(0)),
    st.tuples(st.just("move"), st.integers(1, 30), st.integers(-90, 30)),
    st.tuples(st.just("reword"), st.integers(1, 30), st.just(0)),
)
DATA: dict[Kind, Callable[[int], dict[str, Any]]] = {
    Kind.SEVERITY: lambda turn: {"severity": f"sev{turn % 4 + 1}"},
    Kind.STATUS: lambda turn: {"status": ("investigating", "identified", "monitoring")[turn % 3]},
    Kind.ROLE: lambda turn: {"role": "commander", "person_id": f"U{turn % 3}" if turn % 4 else None},
    Kind.TITLE: lambda turn: {"title": f"title of turn {turn}"},
    Kind.RULED_OUT: lambda turn: {"hypothesis": turn} if turn % 2 else {},
}


@dataclass
class History:
    """One incident in one file; each act is a transaction of its own, refused or kept as a whole."""

    incident: Incident

    async def does(self, session: AsyncSession, turn: int, act: tuple[str, Any, int]) -> None:
        name, what, minutes = act
        at = NOON + timedelta(minutes=turn)
        change = (
            Change(f"entry.{what}", (_new(what, turn, at, minutes),))
            if name == "add"
            else await self._revision(session, turn, act, at)
        )
        if change is None:
            return
        try:
            async with session.begin_nested():
                await record(session, self.incident, change, at=at)
        except IncidentError:
            pass  # refused, so nothing of it may be there

    async def _revision(
        self, session: AsyncSession, turn: int, act: tuple[str, Any, int], at: datetime
    ) -> Change | None:
        name, number, minutes = act
        found = await entries_of(session, self.incident.id, numbers=[number])
        if not found or (found[0].kind is Kind.DECLARED and name != "move"):
            return None
        fields: dict[str, Any] = {
            "retract": {"standing": Standing.RETRACTED},
            "restore": {"standing": Standing.STANDING},
            "move": {"occurred_at": at + timedelta(minutes=minutes)},
            "reword": {"text": f"reworded in turn {turn}."},
        }[name]
        made = revise(found[0], at=at, by_id="U1", action=name, key=f"{name}:{turn}", **fields)
        return Change(f"entry.{name}", revisions=(made,))


def _new(kind: Kind, turn: int, at: datetime, minutes: int) -> NewEntry:
    return NewEntry(
        kind=kind,
        text=f"said in turn {turn}.",
        occurred_at=at + timedelta(minutes=minutes),
        author_id=f"U{turn % 3}",
        recorded_by_id=f"U{turn % 3}",
        source=Source.COMMAND,
        key=f"add:{turn}",
        data=DATA.get(kind, lambda _: {})(turn),
    )


def _declaration() -> NewEntry:
    first = _new(Kind.DECLARED, 0, NOON, -20)
    data = {"title": "It is down", "severity": "sev2", "sort": "real", "visibility": "public", "at_given": True}
    return NewEntry(**{name: getattr(first, name) for name in first.__slots__} | {"data": data, "text": ""})


@settings(max_examples=25, deadline=None)
@given(st.lists(acts, min_size=1, max_size=30))
def test_the_cached_row_is_what_the_entries_say(history: list[tuple[str, Any, int]]) -> None:
    asyncio.run(_live(history))


async def _live(history: list[tuple[str, Any, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_database(Path(folder)) as db:
            async with db.write() as session:
                workspace = await workspace_of(session, "T1")
                first = _declaration()
                recorded = await declare(session, workspace, first, zone="UTC", at=NOON, origin_slack_id="C1")
                lived = History(recorded.incident)
                _hold(lived.incident, await entries_of(session, lived.incident.id))
            for turn, act in enumerate(history, 1):
                async with db.write() as session:
                    await lived.does(session, turn, act)
                async with db.read() as session:
                    row = await session.get_one(Incident, lived.incident.id)
                    _hold(row, await entries_of(session, row.id))
            async with db.read() as session:
                row = await session.get_one(Incident, lived.incident.id)
                one = await read_record(session, row, zone_label=None, prefix="INC")
                other = await read_record(session, row, zone_label=None, prefix="INC")
            _hold_draft(one, other)


def _hold(row: Incident, entries: list[Entry]) -> None:
    state = fold(entries)
    assert {name: getattr(row, name) for name in cached_fields(state)} == cached_fields(state)
    assert sorted(entry.number for entry in entries) == list(range(1, row.entry_counter + 1))
    ends = [end for window in state.windows for end in (window.start, window.end) if end is not None]
    assert ends == sorted(ends)


def _hold_draft(one: Any, other: Any) -> None:
    render = Wording("en").document
    made, again = draft(one), draft(other)
    structured, markdown = json.dumps(to_json(made)), to_markdown(made, render)
    assert (structured, markdown) == (json.dumps(to_json(again)), to_markdown(again, render))
    for entry in one.entries:
        if not entry.stands:
            assert entry.text not in markdown
            assert entry.text not in structured
