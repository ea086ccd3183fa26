"""What a running bot tells probes and Prometheus, over real HTTP: alive, of use, and in figures."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import Tocsin
from bot.jobs import worker
from bot.settings import SettingsError
from storage.database import Database
from tests.rig import Rig, free_port, running


@asynccontextmanager
async def watched(folder: Path, **changed: object) -> AsyncIterator[Rig]:
    """The rig with a health port."""
    async with running(folder, health_port=free_port(), **changed) as rig:
        yield rig


async def get(rig: Rig, path: str, port: int | None = None) -> tuple[int, dict[str, str]]:
    """Status and body of a probe."""
    url = f"http://127.0.0.1:{port or rig.settings.health_port}/{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


async def figures(rig: Rig, port: int | None = None) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus's own parser reads them."""
    url = f"http://127.0.0.1:{port or rig.settings.health_port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        families = list(text_string_to_metric_families(await response.text()))
    return {
        one.name + "".join(f"|{value}" for _, value in sorted(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (what it waits for happens on sockets)
            await asyncio.sleep(0.01)


WELL = (200, {"status": "ok"})


async def test_a_running_bot_is_alive_and_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as rig:
        assert await get(rig, "healthz") == WELL
        assert await get(rig, "readyz") == WELL


async def test_nothing_is_listened_on_unless_it_is_set(rig: Rig) -> None:
    assert rig.bot.ports == []


async def test_over_http_the_same_port_tells_it_too(tmp_path: Path) -> None:
    async with running(tmp_path, transport="http") as rig:
        [port] = rig.bot.ports
        assert await get(rig, "healthz", port) == WELL
        assert await get(rig, "readyz", port) == WELL
        await rig.declare()
        found = await figures(rig, port)
        assert found["tocsin_acknowledgements_total|command|acknowledged"] == 1
        assert found["tocsin_last_frame_timestamp_seconds"] == rig.clock.now().timestamp()
    async with watched(tmp_path / "both", transport="http") as rig:
        assert len(rig.bot.ports) == 2
        assert await get(rig, "readyz") == WELL
        url = f"http://127.0.0.1:{rig.settings.health_port}/slack/events"
        async with aiohttp.ClientSession() as session, session.post(url, data="{}") as response:
            assert response.status == 404


async def test_while_slack_is_away_at_the_start_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as rig:
        await rig.bot.stop()
        rig.ws.faults.add("auth.test", error="internal_error", times=None)
        bot = Tocsin(rig.settings, clock=rig.clock)
        starting = asyncio.create_task(bot.start())
        await until(lambda: bot.ports)
        assert await get(rig, "healthz") == WELL
        await until(lambda: any(call.injected for call in rig.ws.calls))  # so that the database stands
        assert await get(rig, "readyz") == (503, {"status": "unavailable", "slack": "starting"})
        rig.ws.faults.clear()
        rig.bot = bot
        while not starting.done():
            await rig.clock.advance(timedelta(seconds=5))
            await asyncio.sleep(0.05)
        assert await get(rig, "readyz") == WELL


async def test_without_a_connection_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    async with watched(tmp_path) as rig:
        rig.ws.faults.add("apps.connections.open", error="internal_error", times=None)
        await rig.ws.socket.disconnect("refresh_requested")
        await rig.later(timedelta(seconds=1))
        status, told = await get(rig, "readyz")
        assert status == 503
        assert told["slack"] == "Slack gives no connection: apps.connections.open: internal_error"
        assert await get(rig, "healthz") == WELL
        assert (await figures(rig))["tocsin_socket_connections"] == 0
        rig.ws.faults.clear()
        await rig.later(timedelta(minutes=1))
        await rig.ws.socket.connected()
        await rig.quiet()
        assert await get(rig, "readyz") == WELL
        found = await figures(rig)
        assert found["tocsin_socket_connections"] == 1
        assert found["tocsin_socket_endings_total|refresh_requested"] == 1


async def test_an_answer_without_an_address_is_a_connection_that_is_tried_again(tmp_path: Path) -> None:
    async with watched(tmp_path) as rig:
        rig.ws.faults.add("apps.connections.open", body='{"ok": true}', content_type="application/json", times=2)
        await rig.ws.socket.disconnect("refresh_requested")
        await rig.later(timedelta(seconds=1))
        assert (await get(rig, "readyz"))[0] == 503
        await rig.later(timedelta(minutes=1))
        await rig.ws.socket.connected()
        await rig.quiet()
        assert await get(rig, "readyz") == WELL


@pytest.mark.sqlite
async def test_a_database_that_hangs_or_refuses_makes_it_unready_until_it_is_well_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.serving.health._PATIENCE", 0.3)
    monkeypatch.setattr("bot.serving.health._FRESH", 0.0)
    async with watched(tmp_path) as rig:
        with closing(sqlite3.connect(tmp_path / "tocsin.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(3):
                status, told = await get(rig, "readyz")
                assert (status, told["database"]) == (503, "does not answer")
            assert (await figures(rig))["tocsin_database_up"] == 1  # it is read all the same
            other.execute("ROLLBACK")
        await asyncio.sleep(0.3)
        assert await get(rig, "readyz") == WELL
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", _away)
            patch.setattr(Database, "read", _away)
            status, told = await get(rig, "readyz")
            assert (status, told["database"]) == (503, "cannot be written to (OSError)")
            assert (await figures(rig))["tocsin_database_up"] == 0
        assert await get(rig, "readyz") == WELL


def _away(_: Database) -> Any:
    raise OSError("/var/lib/secret: no space left")


@pytest.mark.sqlite
@pytest.mark.parametrize(("schema", "status"), [("0000", 503), ("9999", 200)])
async def test_an_older_schema_makes_it_unready_and_a_later_one_does_not(
    tmp_path: Path, schema: str, status: int
) -> None:
    async with watched(tmp_path) as rig:
        with closing(sqlite3.connect(tmp_path / "tocsin.db", isolation_level=None)) as other:
            other.execute("UPDATE alembic_version SET version_num = ?", (schema,))
        found, told = await get(rig, "readyz")
        assert found == status
        assert ("schema" in told) == (status == 503)


async def test_probes_without_end_cost_one_write_every_two_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path) as rig:
        writes, write = 0, Database.write

        def counted(db: Database) -> Any:
            nonlocal writes
            writes += 1
            return write(db)

        monkeypatch.setattr(Database, "write", counted)
        await asyncio.gather(*(get(rig, "readyz") for _ in range(20)))
        await asyncio.gather(*(get(rig, "readyz") for _ in range(20)))
        assert writes == 1


@pytest.mark.sqlite
async def test_a_loop_of_jobs_that_stands_still_wants_a_new_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(tmp_path) as rig:
        monkeypatch.setattr(worker, "_STUCK", 0.1)
        await rig.declare()
        assert await get(rig, "healthz") == WELL
        with closing(sqlite3.connect(tmp_path / "tocsin.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            later = asyncio.create_task(rig.clock.advance(timedelta(days=1)))  # the purge falls due
            await asyncio.sleep(0.3)
            assert await get(rig, "healthz") == (
                503,
                {"status": "unavailable", "jobs": "the loop that runs jobs has come to a stop"},
            )
            other.execute("ROLLBACK")
        await later
        await rig.quiet()
        assert await get(rig, "healthz") == WELL


async def test_at_the_end_it_is_unready_before_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(tmp_path) as rig:
        room = await rig.declare()
        go, write = asyncio.Event(), Database.write

        @asynccontextmanager
        async def slow(db: Database) -> AsyncIterator[Any]:
            async with write(db) as session:
                yield session
                await go.wait()

        monkeypatch.setattr(Database, "write", slow)
        await rig.person("ana").says("!note the last one", room)
        await asyncio.sleep(0.1)
        stopping = asyncio.create_task(rig.bot.stop())
        await asyncio.sleep(0.1)
        assert await get(rig, "readyz") == (503, {"status": "unavailable", "bot": "stopping"})
        assert await get(rig, "healthz") == WELL
        go.set()
        await stopping
        with pytest.raises(aiohttp.ClientConnectionError):
            await get(rig, "healthz")


async def test_the_figures_of_an_incident(tmp_path: Path) -> None:
    async with watched(tmp_path) as rig:
        room = await rig.declare()
        await rig.says("ana", "!note one")
        answer = await rig.types("ana", "/incident note two")
        await rig.clicks("ana", answer, "Undo")
        found = await figures(rig)
        acks = {kind: found[f"tocsin_acknowledgements_total|{kind}|acknowledged"] for kind in KINDS.values()}
        assert acks == {
            name: sum(d.kind == kind and d.outcome == "acknowledged" for d in rig.ws.acks)
            for kind, name in KINDS.items()
        }
        assert acks["interaction"] == 1
        assert found["tocsin_acknowledgement_seconds_count|command"] == acks["command"]
        assert 0 < found["tocsin_acknowledgement_seconds_sum|command"] < 3 * acks["command"]
        assert found["tocsin_payloads_under_way"] == 0
        assert found["tocsin_jobs_due"] == 0
        assert found["tocsin_jobs|done"] > 0
        assert found["tocsin_jobs|ready"] > 0  # the nightly purge, whose time has not come
        assert found["tocsin_jobs|failed"] == found["tocsin_jobs|running"] == 0
        assert found["tocsin_last_frame_timestamp_seconds"] == rig.clock.now().timestamp()
        assert found["tocsin_recovered_messages_total"] == 0
        assert found["process_resident_memory_bytes"] > 0
        assert room.name


KINDS = {"events_api": "event", "slash_commands": "command", "interactive": "interaction"}


async def test_what_failed_and_what_was_recovered_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(tmp_path) as rig:
        room = await rig.declare()
        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", _away)
            await rig.person("ana").says("said into the gap", room)
            await asyncio.sleep(0.2)
        assert (await figures(rig))["tocsin_acknowledgements_total|event|failed"] >= 1
        await rig.bot.stop()
        await rig.clock.advance(timedelta(minutes=30))  # the last retry found nobody
        await rig.begin(Tocsin(rig.settings, clock=rig.clock))
        assert (await figures(rig))["tocsin_recovered_messages_total"] == 1


async def test_two_bots_in_one_process_count_apart(tmp_path: Path) -> None:
    async with watched(tmp_path / "one") as one, watched(tmp_path / "two") as two:
        await one.types("ana", "/incident help")
        assert (await figures(one))["tocsin_acknowledgements_total|command|acknowledged"] == 1
        assert "tocsin_acknowledgements_total|command|acknowledged" not in await figures(two)


async def test_a_port_that_is_taken_is_said_as_a_fault_of_the_settings(tmp_path: Path) -> None:
    async with watched(tmp_path / "one") as rig:
        second = replace(rig.settings, database_url=f"sqlite+aiosqlite:///{tmp_path / 'two.db'}")
        bot = Tocsin(second, clock=rig.clock)
        with pytest.raises(SettingsError, match=f"127.0.0.1:{rig.settings.health_port}"):
            await bot.start()
        await bot.stop()


@pytest.mark.postgresql
async def test_on_postgresql_too(tmp_path: Path) -> None:
    async with watched(tmp_path) as rig:
        assert await get(rig, "readyz") == WELL
        await rig.declare()
        found = await figures(rig)
        assert (found["tocsin_database_up"], found["tocsin_jobs|failed"]) == (1, 0)
        assert found["tocsin_jobs|done"] > 0
