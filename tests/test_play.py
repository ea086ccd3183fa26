"""`tocsin play`: the workspace in the browser, kept from one start to the next, and the file it is kept in."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import SetClock, Workspace
from sandbox.keeping import NotKept, take_up, written
from sandbox.page import Marks, Notebook
from tests.forge import Forge, Forged, Script, environment
from tests.sandbox_rig import MANIFEST

NOON = datetime(2024, 3, 15, 12, tzinfo=UTC)


@asynccontextmanager
async def played(
    by: Forge | Script, folder: Path, *options: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process | Forged, str]]:
    """`tocsin play` in a folder, with the address it printed; ended by Ctrl-C where it still runs."""
    process = await by.piped(["play", "--no-browser", "--port", "0", *options], folder, environment())
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        found = re.match(r"http://127\.0\.0\.1:\d+/", line)
        yield process, found[0] if found else ""
    finally:
        with suppress(
            ProcessLookupError
        ):  # asyncio's own send_signal may reap a child that just ended, and lose its code
            os.kill(process.pid, signal.SIGINT)
        await process.wait()


async def screen(url: str, **query: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url + "screen", params=query) as answer:
        return json.loads((await answer.content.readline()).removeprefix(b"data: "))


async def act(url: str, name: str, **body: str) -> Any:
    async with aiohttp.ClientSession() as session:
        origin = {"Origin": url.rstrip("/")}
        async with session.post(url + "act", json={"act": name, **body}, headers=origin) as answer:
            return await answer.json()


async def incident_channel(url: str) -> dict[str, Any]:
    """The incident's channel as Ana finds it in her sidebar, once it is there."""
    for _ in range(200):
        side = (await screen(url))["side"]
        found = [one for one in side["channels"] if one["name"].startswith("inc-1") and one["member"]]
        if found:
            return dict(found[0])
        await asyncio.sleep(0.05)
    raise AssertionError("no channel came")


async def test_what_was_played_is_there_at_the_next_start_and_gone_when_asked(forge: Forge, tmp_path: Path) -> None:
    async with played(Script(), tmp_path) as (process, url):
        side = (await screen(url))["side"]
        assert [one["name"] for one in side["people"]] == ["Ana Reyes", "Ben Okafor", "Chloé Martin", "Dev Patel"]
        ops = next(one["id"] for one in side["channels"] if one["name"] == "ops")
        text = "/incident declare checkout is down sev1"
        assert await act(url, "types", person=side["me"]["id"], channel=ops, text=text) == {"failed": None}
        room = await incident_channel(url)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
        assert process.stderr is not None
        assert await process.stderr.read() == b""
    async with played(forge, tmp_path) as (_, url):
        assert (await incident_channel(url))["id"] == room["id"]
        asked = {"person": side["me"]["id"], "channel": room["id"]}
        assert await act(url, "types", text="/incident status identified", **asked) == {"failed": None}
        assert "identified" in json.dumps((await screen(url, **asked))["place"])
    async with played(forge, tmp_path, "--fresh") as (_, url):
        assert {one["name"] for one in (await screen(url))["side"]["channels"]} == {"ops", "incidents", "random"}


async def test_two_do_not_play_in_one_folder_nor_on_one_port(forge: Forge, tmp_path: Path) -> None:
    async with played(forge, tmp_path) as (_, url):
        async with played(forge, tmp_path) as (second, _):
            assert second.stderr is not None
            assert b"in use by process" in await second.stderr.read()
        assert second.returncode == 3
        port = url.rstrip("/").rpartition(":")[2]
        async with played(forge, tmp_path, "--data", "other", "--port", port) as (third, _):
            assert third.stderr is not None
            assert f"port {port} cannot be used".encode() in await third.stderr.read()
        assert third.returncode == 2


async def test_what_cannot_be_read_is_told_and_left_alone(forge: Forge, tmp_path: Path) -> None:
    kept = tmp_path / "out" / "play" / "workspace.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"workspace": {"form": 99}, "marks": {}}')
    async with played(forge, tmp_path) as (process, _):
        assert process.stderr is not None
        assert b"--fresh begins anew" in await process.stderr.read()
    assert process.returncode == 2
    assert "99" in kept.read_text()


@asynccontextmanager
async def workspace(clock: SetClock, kept: Any = None) -> AsyncIterator[Workspace]:
    async with Workspace(MANIFEST, clock) as ws:
        if kept is not None:
            take_up(ws, json.loads(json.dumps(kept)))
        yield ws


async def eventful(ws: Workspace) -> None:
    """Something of everything that is kept."""
    ana, bo = ws.add_person("ana", tz="Europe/Paris"), ws.add_person("bo", guest="multi")
    pager = ws.add_person("pager", bot=True)
    ws.add_group("dba", ["bo"])
    ops = await ws.add_channel("ops", members=["ana", "bo", "pager"])
    secret = await ws.add_channel("secret", members=["ana"], private=True)
    ops.members[ws.bot_user_id] = None
    first = await ana.says("the start @bo", ops)
    await bo.says("below", ops, first, broadcast=True)
    await bo.reacts(first, "eyes")
    await ana.pins(first)
    await ana.edits(first, "the beginning")
    gone = await bo.says("gone", ops)
    await bo.deletes(gone)
    await pager.posts_by_webhook(ops, "alert")
    await ana.uploads("a.md", secret, b"\xff\x00 words")
    await ana.sets_topic(ops, "all is well")
    await ana.renames(secret, "secrets")
    await ana.opens_direct(bo)


async def test_a_workspace_taken_up_is_the_one_written_down() -> None:
    clock = SetClock(NOON)
    async with workspace(clock) as ws:
        await eventful(ws)
        kept, next_id = written(ws), None
    async with workspace(clock, kept) as again:
        assert written(again) == kept
        next_id = again.ids.make("C")
        ana, ops = again.person("ana"), again.channel("ops")
        shown = ana.sees(ops, threads=True)
        assert [one.text for one in shown if one.subtype is None] == ["the beginning", "below"]
        newest = await ana.says("later", ops)
        assert newest.ts > shown[-1].ts
        assert next_id not in json.dumps(kept)
        assert [f.content for c in again.channels for m in c.log for f in m.files] == [b"\xff\x00 words"]


async def test_damage_is_told_and_never_half_read(tmp_path: Path) -> None:
    async with workspace(SetClock(NOON)) as ws:
        await eventful(ws)
        kept = written(ws)
    for spoiled in ({}, {"form": 2}, kept | {"channels": [{}]}, kept | {"people": None}, kept | {"ids": [1]}):
        async with Workspace(MANIFEST, SetClock(NOON)) as ws:
            with pytest.raises((NotKept, ValueError)):
                take_up(ws, json.loads(json.dumps(spoiled)))


async def test_a_change_is_on_disk_a_moment_later_for_nobody_elses_eyes(tmp_path: Path) -> None:
    clock, path = SetClock(NOON), tmp_path / "workspace.json"
    async with workspace(clock) as ws:
        await eventful(ws)
        marks = Marks()
        notebook = Notebook(path, ws, marks)
        await notebook.start()
        await ws.person("ana").says("one more thing", ws.channel("ops"))
        ws.activity.stir()
        for _ in range(100):
            await asyncio.sleep(0.05)
            if "one more thing" in path.read_text():
                break
        marks.read(ws.person("ana"), ws.channel("ops"))
        await notebook.stop()
    assert path.stat().st_mode & 0o777 == 0o600
    async with Workspace(MANIFEST, clock) as again:
        read = Marks()
        assert Notebook(path, again, read).read()
        assert read.new(again.person("ana"), again.channel("ops")) == (0, 0)
        await clock.advance(timedelta(minutes=1), again.quiet)
        await again.person("bo").says("@ana look", again.channel("ops"))
        assert read.new(again.person("ana"), again.channel("ops")) == (1, 1)
