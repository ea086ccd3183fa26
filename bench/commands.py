"""What a slash command costs: from its frame to its acknowledgement, after the commit, beside a bare Bolt app and
beside the least that a commit takes here.

Ends with a proof: each command that was said to be recorded is an entry in the database, once.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from bench.apps import Under, bare, tocsin
from bench.databases import databases
from bench.floor import floor
from bench.slack import CHANNEL, PEOPLE, TEAM, Outcome
from bench.table import percentile, show, verdict
from storage.database import Database
from storage.tables import Entry

WARM_UP = 100
#: How many at once: (rounds of them, milliseconds that 99 of 100 are acknowledged in).
PROMISED = {1: (600, 5.0), 10: (100, 30.0), 50: (30, 150.0)}
VERBS = ("note", "action", "note", "cause", "fix")


def run() -> None:
    """Measure and print the table."""
    with databases() as both:
        found = {"bare Bolt app": asyncio.run(_bare())}
        found |= {name: asyncio.run(_ours(url, folder)) for name, (url, folder) in both.items()}
    heads = [
        "",
        "at once",
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
    show(
        "Commands, each on the disk before its acknowledgement", heads, [row for rows in found.values() for row in rows]
    )


async def _bare() -> list[list[object]]:
    async with bare() as app:
        loads = await _loads(app)
    return [_row("bare Bolt app", at_once, *load, None) for at_once, load in loads.items()]


async def _ours(url: str, folder: Path) -> list[list[object]]:
    async with tocsin(url, folder) as app:
        loads = await _loads(app)
    stored = await _stored(url)
    name = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    least = await floor(url, folder)
    spans: list[object] = [percentile(least, share) * 1000 for share in (0.5, 0.99, 1.0)]
    alone: list[object] = [f"one row committed, {name}", 1, *spans, "", "", "", "", "", "", ""]
    return [alone] + [_row(name, at_once, *load, stored) for at_once, load in loads.items()]


async def _loads(app: Under) -> dict[int, tuple[Outcome, float]]:
    """Each number at once, and the seconds of processor that it cost the app; before it what warms the caches up, as
    they are in use."""
    frames = commands()
    await app.slack.at_once(frames, 1, WARM_UP)
    loads = {}
    for at_once, (rounds, _) in PROMISED.items():
        await app.slack.at_once(frames, at_once, 3)
        before = app.program.cpu_seconds()
        load = await app.slack.at_once(frames, at_once, rounds)
        loads[at_once] = load, app.program.cpu_seconds() - before
    return loads


def _row(name: str, at_once: int, load: Outcome, used: float, stored: list[str] | None) -> list[object]:
    p50, p99, most = (percentile(load.latencies, share) * 1000 for share in (0.5, 0.99, 1.0))
    row: list[object] = [name, at_once, p50, p99, most, used / load.sent * 1000]
    if stored is None:
        return [*row, "", len(load.acknowledged), "", "", "", ""]
    # Where a command cannot be served in Slack's three seconds its answer says so, and that nothing was recorded.
    recorded = {text for text, said in load.told.items() if re.search(r"#\d+", said)}
    kept = [text for text in stored if text in load.acknowledged]
    target, doubled = PROMISED[at_once][1], len(kept) - len(set(kept))
    held = p99 < target and len(recorded) == load.sent and recorded <= set(kept) and not doubled
    figures = [len(load.acknowledged), len(recorded), len(set(kept)), doubled, verdict(held)]
    return [*row, f"< {target:.0f}", *figures]


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
