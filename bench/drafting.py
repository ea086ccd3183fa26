"""What a draft costs as an incident grows: from its rows in the database to its Markdown, as the job that posts it.

Every tenth message of the channel is an entry, marked or typed; so ten thousand entries lie in a hundred thousand
messages. However many they are, they lie in the same 28 hours, so that each draft prints its days: one of a day alone
prints a sixth fewer words for an entry. A bare Bolt app has nothing of the sort to be held beside.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from bench.databases import databases
from bench.slack import PEOPLE, TEAM
from bench.table import show, verdict
from bot.collecting import settle_down
from bot.drafting.checked import checked_draft
from bot.drafting.press import press
from bot.incidents import read_record
from bot.settings import Settings
from bot.wording import Wording
from storage.database import Database
from storage.incidents import add_incident, remember_channel, take_incident_number
from storage.migrate import migrate
from storage.people import learn_person, workspace_of
from storage.tables import Entry, Incident, Message

MESSAGES_EACH, RUNS = 10, 5
#: Entries: seconds that their draft may take; None where only the growth is looked at.
PROMISED = {1_000: 0.150, 3_000: None, 10_000: 1.0}
#: A draft of ten times the entries may take so much more than ten times as long; this is noise, not growth.
NOISE = 1.15
KINDS = ("note", "action", "action", "hypothesis", "ruled_out", "impact", "action", "fix", "task", "escalated")
BEGAN, LASTED = datetime(2026, 11, 20, 8, tzinfo=UTC), timedelta(hours=28)
HEADS = (
    "",
    "entries",
    "messages",
    "reading ms",
    "drafting ms",
    "all ms",
    "target",
    "CPU ms",
    "µs an entry",
    "words",
    "checked ms",
    "",
)


def run() -> None:
    """Measure and print the table."""
    settle_down()  # as `tocsin run` does
    with databases() as both:
        rows = [row for name, (url, _) in both.items() for row in asyncio.run(_measured(name, url))]
    note = "The best of five, since others share the machine. Promised besides: growing no faster than linearly."
    show("A draft, from the database to Markdown", HEADS, rows, note)


@dataclass(frozen=True, slots=True)
class _Draft:
    """Seconds: of the clock for reading and drafting, and of the processor for both."""

    reading: float
    drafting: float
    cpu: float
    words: int

    @property
    def whole(self) -> float:
        return self.reading + self.drafting


async def _measured(name: str, url: str) -> list[list[object]]:
    await migrate(url)
    db = await Database.open(url)
    try:
        rows, first = [], 0.0
        for entries, promised in PROMISED.items():
            incident = await _told(db, entries)
            one = min([await _drafted(db, incident) for _ in range(RUNS)], key=lambda run: run.whole)
            each = one.whole / entries
            first = first or each
            held = (promised is None or one.whole < promised) and each < first * NOISE
            times = [one.reading * 1000, one.drafting * 1000, one.whole * 1000]
            target = f"< {promised * 1000:.0f}" if promised else ""
            figures = [target, one.cpu * 1000, each * 1_000_000, one.words, await _checked(db, incident) * 1000]
            rows.append([name, entries, entries * MESSAGES_EACH, *times, *figures, verdict(held)])
        return rows
    finally:
        await db.close()


async def _drafted(db: Database, incident: Incident) -> _Draft:
    settings = Settings()
    wording = Wording(settings.locale)
    cpu, began = time.process_time(), time.perf_counter()
    async with db.read() as session:
        record = await read_record(session, incident, zone_label=None, prefix=settings.incident_prefix)
    read = time.perf_counter()
    document = press(record, settings, wording).document
    ended = time.perf_counter()
    return _Draft(read - began, ended - read, time.process_time() - cpu, document.words)


async def _checked(db: Database, incident: Incident) -> float:
    """Seconds for the checklist, which the job that posts a draft goes through in a thread, once it stands."""
    settings = Settings()
    wording = Wording(settings.locale)
    async with db.read() as session:
        record = await read_record(session, incident, zone_label=None, prefix=settings.incident_prefix)
    text = press(record, settings, wording).document.text
    began = time.perf_counter()
    checked_draft(text, settings, wording, record)
    return time.perf_counter() - began


async def _told(db: Database, entries: int) -> Incident:
    """An incident whose channel has ten messages an entry."""
    async with db.write() as session:
        workspace = await workspace_of(session, TEAM)
        authors = [await learn_person(session, workspace.id, one, at=BEGAN, name=f"Person {one}") for one in PEOPLE]
        number = await take_incident_number(session, workspace.id)
        incident = Incident(workspace_id=workspace.id, number=number, zone="Europe/Berlin", title="checkout is down")
        await add_incident(session, incident)
        channel = await remember_channel(session, workspace.id, f"C{number:08d}", incident_id=incident.id, name="inc")
        await session.flush()
        people = [one.id for one in authors]
        apart = LASTED / (entries * MESSAGES_EACH)
        said = [_said(channel.id, place, BEGAN + place * apart, people) for place in range(entries * MESSAGES_EACH)]
        await session.execute(insert(Message), said)
        kept = select(col(Message.id)).where(col(Message.channel_id) == channel.id).order_by(col(Message.ts))
        marked = (await session.execute(kept)).scalars().all()[::MESSAGES_EACH]
        rows = [
            _entry(incident.id, place + 1, BEGAN + place * MESSAGES_EACH * apart, people, message)
            for place, message in enumerate(marked)
        ]
        await session.execute(insert(Entry), rows)
    return incident


def _said(channel_id: int, place: int, at: datetime, people: Sequence[int]) -> dict[str, Any]:
    ts = f"{at.timestamp():.6f}"
    return {
        "channel_id": channel_id,
        "ts": ts,
        "event_ts": ts,
        "person_id": people[place % len(people)],
        "text": f"message {place}: the pool on db-{place % 7} is at {place % 97} %",
        "files": [],
    }


def _entry(incident_id: int, number: int, at: datetime, people: Sequence[int], message_id: int) -> dict[str, Any]:
    """One of a dozen kinds; every other one a marked message, the rest typed as commands."""
    at = at.replace(microsecond=0)
    kind, by = "declared" if number == 1 else KINDS[number % len(KINDS)], people[number % len(people)]
    data = {"title": "checkout is down", "severity": "sev1"} if number == 1 else {}
    return {
        "incident_id": incident_id,
        "number": number,
        "kind": kind,
        "text": f"step {number}: <@{PEOPLE[number % 20]}> saw the pool on db-{number % 7} at {number % 97} %",
        "data": data | ({"to": ["Database team"]} if kind == "escalated" else {}),
        "occurred_at": at,
        "recorded_at": at,
        "author_id": by,
        "recorded_by_id": by,
        "source": "reaction" if number % 2 else "command",
        "message_id": message_id if number % 2 else None,
        "key": f"{incident_id}:{number}",
        "locked": [],
    }
