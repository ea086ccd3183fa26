"""Fifty incidents declared in the same moment, by fifty people, in the local workspace: answers, then channels.

Once under Slack's real rate limits (20 channels a minute and burst, as its tiers say), once without any. An incident is
ready when its channel stands, its declarer is in it, and its card is posted and pinned.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.apps import at, program
from bench.databases import databases
from bench.slack import ANSWERS_AFTER
from bench.table import percentile, show, verdict
from sandbox import Answer, CallRecord, Channel, Person, WallClock, Workspace

MANIFEST = Path(__file__).parent.parent / "manifest.yml"
MANY, LONGEST = 50, timedelta(minutes=6)
ACK, HALF_READY, IN_A_ROW = 0.150, 1.5, 8
TOLD = re.compile(r"INC-\d+ .* will be open in ", re.DOTALL)
_ANSWERED = timedelta(seconds=ANSWERS_AFTER)
_READY = {"conversations.create", "conversations.invite", "chat.postMessage", "pins.add"}
_HEADS = ("", "limits", "p50 ms", "most ms", "told", "half ready s", "all ready s", "channels", "calls", "in a row", "")


def run() -> None:
    """Measure and print the table."""
    rows = [asyncio.run(_bare())]
    with databases() as both:
        rows += [asyncio.run(_ours(name, *where, limits=False)) for name, where in both.items()]
    with databases() as both:
        rows += asyncio.run(_side_by_side(both))
    note = (
        f"Promised: every answer within {ACK * 1000:.0f} ms with the number and the wait; each a channel of its own; "
    )
    note += f"without limits half of them ready within {HALF_READY} s; {IN_A_ROW} calls one after another at most."
    show(f"{MANY} declared at once; each call to Slack takes {ANSWERS_AFTER * 1000:.0f} ms", _HEADS, rows, note)


async def _bare() -> list[object]:
    async with _slack(limits=False) as ws, program("bench.bare", **_tokens(ws)):
        answers, _ = await _declare(ws, await _people(ws))
    return ["bare Bolt app", "no", *_acknowledged(answers), *[""] * 7]


async def _side_by_side(both: dict[str, tuple[str, Path]]) -> list[list[object]]:
    """Under the limits they mostly wait; the second begins when the first has answered."""

    async def later(place: int, name: str, where: tuple[str, Path]) -> list[object]:
        await asyncio.sleep(20 * place)
        return await _ours(name, *where, limits=True)

    return await asyncio.gather(*(later(place, *one) for place, one in enumerate(both.items())))


async def _ours(name: str, url: str, folder: Path, *, limits: bool) -> list[object]:
    settings = at(url, folder) | {"TOCSIN_ANNOUNCE_CHANNEL": "#incidents"}
    async with _slack(limits=limits) as ws, program("bench.ours", "0", **_tokens(ws), **settings):
        people = await _people(ws)
        while not TOLD.search((await people[0].types("/incident declare the first sev4", ws.channel("ops"))).text):
            continue  # the very first may find the app too slow
        await _until_open(ws, 1)
        answers, began = await _declare(ws, people)
        # Who was refused in words has no incident, and none is owed; the table says how many were told of theirs.
        told = [
            number for number, one in enumerate(answers) if re.search(r"INC-\d+ .* will be open in ", one.text, re.S)
        ]
        await _until_open(ws, len(told) + 1)
        opened = [_opened(ws, number, people[number]) for number in told]
    ready = sorted((one.ready_at - began).total_seconds() for one in opened)
    channels = sum(one.channels == 1 for one in opened)
    half, in_a_row = percentile(ready, 0.5), max(one.in_a_row for one in opened)
    held = _slowest(answers) < ACK and len(told) == channels == MANY and in_a_row <= IN_A_ROW
    held = held and (limits or half < HALF_READY)
    figures = [len(told), half, ready[-1], channels, max(one.calls for one in opened), in_a_row, verdict(held)]
    return [name, "Slack's" if limits else "no", *_acknowledged(answers), *figures]


def _slack(*, limits: bool) -> Workspace:
    ws = Workspace(MANIFEST, WallClock(), limits=limits)
    ws.faults.add("*", delay=_ANSWERED, times=None)
    return ws


def _tokens(ws: Workspace) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": ws.bot_token, "SLACK_APP_TOKEN": ws.app_token, "SLACK_API_URL": ws.api_url}


async def _people(ws: Workspace) -> list[Person]:
    """Those who will declare; each has typed something before, so that the app knows them."""
    people = [ws.add_person(f"p{number}") for number in range(MANY)]
    ops = await ws.add_channel("ops", members=people)
    await ws.add_channel("incidents", members=[*people, ws.bot_person])
    await ws.socket.connected()
    for person in people:
        await person.types("/incident help", ops)
    return people


async def _declare(ws: Workspace, people: Sequence[Person]) -> tuple[list[Answer], datetime]:
    began, ops = ws.clock.now(), ws.channel("ops")
    lines = (f"/incident declare shop {number} is down sev2" for number in range(MANY))
    return await asyncio.gather(*(one.types(line, ops) for one, line in zip(people, lines, strict=True))), began


def _acknowledged(answers: Sequence[Answer]) -> list[object]:
    latencies = sorted(_latency(one) for one in answers)
    return [percentile(latencies, 0.5) * 1000, latencies[-1] * 1000]


def _slowest(answers: Sequence[Answer]) -> float:
    return max(_latency(one) for one in answers)


def _latency(answer: Answer) -> float:
    """Seconds from its frame to the acknowledgement; infinite where none came in time."""
    found = answer.delivery.latency if answer.delivery is not None else None
    return found.total_seconds() if found is not None else float("inf")


async def _until_open(ws: Workspace, count: int) -> None:
    until = ws.clock.now() + LONGEST
    while sum(bool(one.pins and one.bookmarks) for one in ws.channels) < count:
        if ws.clock.now() > until:
            raise TimeoutError("not every incident was opened")
        await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class _Opened:
    """One incident: when it was ready, its channels (one, as it should be), calls in all and one after another."""

    ready_at: datetime
    channels: int
    calls: int
    in_a_row: int


def _opened(ws: Workspace, number: int, declarer: Person) -> _Opened:
    channels = [one for one in ws.channels if f"-shop-{number}-is-down" in one.name]
    calls = [
        one for one in ws.calls if one.caller == "bot" and not one.error and _about(one, channels, number, declarer)
    ]
    calls = [one for one in calls if one.method != "users.info"]
    ready = [one.at + _ANSWERED for one in calls if one.method in _READY]
    return _Opened(max(ready), len(channels), len(calls), _in_a_row(calls))


def _about(call: CallRecord, channels: Sequence[Channel], number: int, declarer: Person) -> bool:
    asked = str(call.args)
    names = (f"shop-{number}-is-down", f"shop {number} is down", declarer.id, *(one.id for one in channels))
    return any(one in asked for one in names)


def _in_a_row(calls: Sequence[CallRecord]) -> int:
    """The most of them of which each began when the one before was answered."""
    count, free_at = 0, datetime.min.replace(tzinfo=calls[0].at.tzinfo)
    for call in sorted(calls, key=lambda one: one.at):
        if call.at >= free_at:
            count, free_at = count + 1, call.at + _ANSWERED
    return count
