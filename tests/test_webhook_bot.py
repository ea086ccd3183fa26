"""The webhook of a whole bot: what people do in Slack arrives outside, whoever is killed or hangs meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.domain.timeline import Kind
from bot.settings import Secret
from tests.rig import Rig, running
from tests.test_webhook import bench
from tests.webhook_receiver import DOCS, SECRET, Receiver, receiving

ROOT = Path(__file__).parents[1]


@asynccontextmanager
async def told(folder: Path, *answers: int | str, **changed: object) -> AsyncIterator[tuple[Rig, Receiver]]:
    async with receiving(*answers) as to:
        async with running(folder, webhook_url=to.url, webhook_secret=Secret(SECRET), **changed) as rig:
            yield rig, to


async def until(holds: Callable[[], bool]) -> None:
    """Wait in real time, since a receiver that hangs keeps the bot from ever being quiet."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def an_incident(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the api at: 9:50")
    await rig.types("ana", "/incident edit #2 restarted the api twice")
    marked = await rig.says("ben", "no errors on the core switches")
    await rig.person("gus").reacts(marked, "no_entry_sign")
    await rig.quiet()
    await rig.says("ana", "!escalate the replica lags to: <@" + rig.person("ben").id + ">")
    await rig.types("ana", "/incident retract #2 wrong host")
    await rig.types("ana", "/incident severity sev2 only one region")
    await rig.types("ana", "/incident resolve")


@pytest.mark.databases
async def test_what_people_do_arrives_outside_once_and_in_order(tmp_path: Path) -> None:
    async with told(tmp_path, 503, "drop") as (rig, to):
        await an_incident(rig)
        await rig.later(timedelta(minutes=2))
        once = list({one.id: one for one in to.came}.values())
        assert [one.said["name"] for one in once] == [
            "incident.declared",
            "entry.action",
            "entry.edited",
            "entry.ruled_out",
            "entry.escalated",
            "entry.retracted",
            "incident.severity",
            "incident.resolved",
        ]
        assert all(one.signed(rig.clock.now()) for one in to.came[-3:])
        last = to.came[-1].said["incident"]
        assert (last["severity"], last["status"], last["label"]) == ("sev2", "resolved", "INC-1")
        assert last["channel"]["name"] == rig.room.name
        assert rig.ws.refused == []


async def test_the_example_in_the_docs_is_of_the_form_that_comes(tmp_path: Path) -> None:
    [example] = re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.S)
    async with told(tmp_path) as (rig, to):
        await an_incident(rig)

        shape = _shape(json.loads(example))
        for one in to.came:
            assert [fault.message for fault in Draft202012Validator(shape).iter_errors(one.said)] == []


def test_every_change_that_the_code_names_is_documented() -> None:
    documented = DOCS.read_text()
    source = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    names = set(re.findall(r"(?:Change|\brecord)\(\s*\"([a-z_]+\.[a-z_]+)\"", source))
    names |= {f"incident.{kind}" for kind in ("mitigated", "resolved", "reopened", "cancelled")}
    names |= {f"task.{kind.removeprefix('task_')}" for kind in Kind if kind.startswith("task_")}
    assert {"incident.severity", "entry.edited", "incident.declared", "escalation.answered"} <= names
    assert sorted(name for name in names if f"`{name}`" not in documented) == []


def _shape(value: object) -> dict[str, object]:
    """A schema of exactly the fields that an example has; where it has null or an instant, anything may stand."""
    if isinstance(value, dict):
        free = {"data": {}, "commander": {}, "channel": {}}
        fields = {name: free.get(name) or ({} if name in free else _shape(part)) for name, part in value.items()}
        return {"type": "object", "properties": fields, "required": list(value), "additionalProperties": False}
    if isinstance(value, list):
        return {"type": "array", "items": _shape(value[0])}
    if isinstance(value, bool):
        return {"type": "boolean"}
    return (
        {"type": "integer"}
        if isinstance(value, int)
        else {"type": ["string", "null"]}
        if isinstance(value, str)
        else {}
    )


async def test_a_receiver_that_hangs_holds_nothing_up_in_slack(tmp_path: Path) -> None:
    async with told(tmp_path, "hang") as (rig, to):
        declaring = asyncio.create_task(rig.person("ana").types("/incident declare checkout is down sev1", rig.ops))
        await asyncio.wait_for(to.has(1), 5)
        await declaring
        await until(lambda: any(post.pinned for post in rig.posts()))
        assert "restarted" in (await rig.person("ana").types("/incident update restarted it", rig.room)).text
        await until(lambda: any("restarted it" in post.text for post in rig.posts()))
        assert len(to.came) == 1, "the second delivery overtook the first"
        to.released.set()
        await rig.quiet()
        assert to.names == ["incident.declared", "incident.update"]


async def test_a_bot_that_was_stopped_amid_a_delivery_sends_it_again(tmp_path: Path) -> None:
    async with told(tmp_path, 503) as (rig, to):
        await rig.declare()
        await rig.types("ana", "/incident note kept")
        assert len(to.came) == 1
        await rig.restart()
        await rig.later(timedelta(seconds=10))
        assert to.names == ["incident.declared", "incident.declared", "entry.note"]
        assert to.ids[0] == to.ids[1]


@pytest.mark.sqlite
async def test_a_bot_killed_between_the_delivery_and_its_note_sends_the_same_one_again(tmp_path: Path) -> None:
    async with receiving("hang") as to:
        async with bench(tmp_path, "http://127.0.0.1:9/hook") as on:
            await on.worker.stop()
            await on.declares()
            await on.records("the next one")
            database = str(on.shop.db.address.path)
        command = [sys.executable, str(ROOT / "tests/webhook_child.py"), f"sqlite:///{database}", to.url, SECRET]
        child = await asyncio.create_subprocess_exec(*command, env={"PYTHONPATH": str(ROOT)})
        await asyncio.wait_for(to.has(1), 20)
        child.kill()
        assert await child.wait() == -9
        again = await asyncio.create_subprocess_exec(*command, env={"PYTHONPATH": str(ROOT)})
        assert await asyncio.wait_for(again.wait(), 20) == 0
        assert to.names == ["incident.declared", "incident.declared", "entry.action"]
        assert to.ids[0] == to.ids[1] != to.ids[2]


@pytest.mark.postgresql
async def test_two_replicas_deliver_each_change_once(tmp_path: Path) -> None:
    from bot.app import Tocsin

    async with told(tmp_path) as (rig, to):
        await rig.declare()
        twin = Tocsin(rig.settings, clock=rig.clock)
        await twin.start()
        try:
            room = rig.room
            await asyncio.gather(*(rig.person("ben").types(f"/incident note thing {n}", room) for n in range(12)))
            async with asyncio.timeout(10):
                await to.has(13)
            await rig.quiet()
            assert sorted(to.ids) == sorted(set(to.ids))
            assert len(to.came) == 13
            sequences = [one.said["sequence"] for one in to.came]
            assert sequences == sorted(sequences)
        finally:
            await twin.stop()


async def test_who_leads_is_told_once_that_the_webhook_refuses(tmp_path: Path) -> None:
    async with told(tmp_path, 404, 404) as (rig, to):
        await rig.declare()
        await rig.types("ana", "/incident note one")
        await rig.later(timedelta(seconds=30))
        said = [one.text for one in rig.whispers("ana") if "webhook" in one.text]
        assert len(to.came) == 2
        assert len(said) == 1
        assert "INC-1" in said[0]
        assert "http_404" in said[0]
        assert "Slack" not in said[0]


async def test_what_was_given_up_is_sent_again_by_repair(tmp_path: Path) -> None:
    async with told(tmp_path, 404) as (rig, to):
        await rig.declare()
        await rig.types("ana", "/incident repair")
        await rig.later(timedelta(seconds=30))
        assert to.names == ["incident.declared"] * 2
        assert to.ids[0] == to.ids[1]


async def test_a_private_incident_stays_inside(tmp_path: Path) -> None:
    async with told(tmp_path) as (rig, to):
        await rig.types("ana", "/incident declare private: the board's password leaked sev1", rig.ops)
        await rig.types("ana", "/incident note rotated it")
        await rig.later(timedelta(hours=1))
        assert to.came == []
