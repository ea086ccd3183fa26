"""What a slash command costs: from its frame to its acknowledgement, after the commit, beside a bare Bolt app and
beside the least that a commit takes here.

Ends with a proof: each command that was said to be recorded is an entry in the database, once.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from bench.apps import Under, bare, echo, tocsin
from bench.databases import databases
from bench.floor import floor
from bench.slack import CHANNEL, PAUSE, PEOPLE, TEAM, Outcome
from bench.table import percentile, show, verdict
from storage.database import Database
from storage.tables import Entry

WARM_UP = 100
VERBS = ("note", "action", "note", "cause", "fix")


@dataclass(frozen=True, slots=True)
class Load:
    """So many at once, that often, with `pause` seconds after the last is answered. `target`: milliseconds that 99 of
    100 are to be acknowledged in; None where nothing is promised."""

    at_once: int
    rounds: int
    pause: float
    target: float | None


#: One alone is measured twice: when the one before was just answered, and when everything has rested, as it has before
#: most that people type. Then processors have to wake up, and what they knew has left their caches.
LOADS = (Load(1, 600, 0.0, 5.0), Load(1, 400, PAUSE, None), Load(10, 100, PAUSE, 30.0), Load(50, 30, PAUSE, 150.0))
ALONE = LOADS[:2]
Measured = Sequence[tuple[Load, Outcome, float]]


def run() -> None:
    """Measure and print the table."""
    with databases() as both:
        rows = asyncio.run(_without_us())
        for name, (url, folder) in both.items():
            rows += asyncio.run(_ours(name, url, folder))
    heads = [
        "",
        "at once",
        "rested ms",
        "p50 ms",
        "p99 ms",
        "most ms",
        "CPU ms",
        "target",
        "acknowledged",
        "recorded",
        "stored",
        "doubled",
        "",
    ]
    show("Commands, each on the disk before its acknowledgement", heads, rows)


async def _without_us() -> list[list[object]]:
    async with echo() as app:
        alone = await _measured(app, ALONE)
    async with bare() as app:
        all_of_it = await _measured(app, LOADS)
    return [
        *(_row("acknowledged, nothing else", *one, None) for one in alone),
        *(_row("bare Bolt app", *one, None) for one in all_of_it),
    ]


async def _ours(name: str, url: str, folder: Path) -> list[list[object]]:
    async with tocsin(url, folder) as app:
        measured = await _measured(app, LOADS)
    stored = await _stored(url)
    floors = [_floor_row(name, load, await floor(url, folder, load.pause)) for load in ALONE]
    return [*floors, *(_row(name, *one, stored) for one in measured)]


async def _measured(app: Under, loads: Sequence[Load]) -> Measured:
    """What came of each load, and the seconds of processor that it cost the app; before it what warms the caches up,
    as they are in use."""
    frames = commands()
    await app.slack.at_once(frames, 1, WARM_UP)
    measured = []
    for load in loads:
        await app.slack.at_once(frames, load.at_once, 3)
        before = app.program.cpu_seconds()
        outcome = await app.slack.at_once(frames, load.at_once, load.rounds, load.pause)
        measured.append((load, outcome, app.program.cpu_seconds() - before))
    return measured


def _floor_row(name: str, load: Load, taken: Sequence[float]) -> list[object]:
    return [f"one row committed, {name}", 1, round(load.pause * 1000), *_spans(taken), "", "", "", "", "", "", ""]


def _row(name: str, load: Load, outcome: Outcome, used: float, stored: list[str] | None) -> list[object]:
    spans, rested = _spans(outcome.latencies), round(load.pause * 1000)
    row: list[object] = [name, load.at_once, rested, *spans, used / outcome.sent * 1000]
    if stored is None:
        return [*row, "", len(outcome.acknowledged), "", "", "", ""]
    # Where a command cannot be served in Slack's three seconds its answer says so, and that nothing was recorded.
    recorded = {text for text, said in outcome.told.items() if re.search(r"#\d+", said)}
    kept = [text for text in stored if text in outcome.acknowledged]
    doubled = len(kept) - len(set(kept))
    whole = len(recorded) == outcome.sent and recorded <= set(kept) and not doubled
    figures = [len(outcome.acknowledged), len(recorded), len(set(kept)), doubled]
    if load.target is None:
        return [*row, "", *figures, "" if whole else verdict(whole)]
    return [*row, f"< {load.target:.0f}", *figures, verdict(whole and spans[1] < load.target)]


def _spans(taken: Sequence[float]) -> list[float]:
    """Milliseconds: the median, what 99 of 100 took at most, the longest."""
    return [percentile(taken, share) * 1000 for share in (0.5, 0.99, 1.0)]


async def _stored(url: str) -> list[str]:
    db = await Database.open(url)
    try:
        async with db.read() as session:
            return list((await session.execute(select(col(Entry.text)).where(col(Entry.latest)))).scalars())
    finally:
        await db.close()


def commands() -> Iterator[tuple[str, str, str]]:
    """(the entry's text, envelope's id, frame) of commands by twenty people, no two the same."""
    number = 0
    while True:
        number += 1
        text = f"step {number}: the pool on db-{number % 7} is at {number % 97} %"
        payload = {
            "token": "t",
            "team_id": TEAM,
            "team_domain": "bench",
            "channel_id": CHANNEL,
            "channel_name": "inc-1",
            "user_id": PEOPLE[number % len(PEOPLE)],
            "user_name": "u",
            "command": "/incident",
            "text": f"{VERBS[number % len(VERBS)]} {text}",
            "api_app_id": "A0BENCH",
            "is_enterprise_install": "false",
            "response_url": "https://hooks.example.com/commands/1",
            "trigger_id": f"{number}.1.bench",
        }
        envelope = {
            "envelope_id": f"c-{number}",
            "type": "slash_commands",
            "accepts_response_payload": True,
            "payload": payload,
        }
        yield text, f"c-{number}", json.dumps(envelope)
