"""The outgoing webhook against a real receiver: signed, at least once, in order, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.domain.timeline import Change, Kind, NewEntry, Source, revise
from bot.incidents import WEBHOOK, declare, record
from bot.integrations.webhook import PATIENCE, Webhook, handlers
from bot.jobs import Worker
from bot.settings import Secret, Settings, SettingsError, load
from storage.entries import entry_of
from storage.people import learn_person, workspace_of
from storage.queue import failed_jobs
from storage.tables import Incident
from tests.webhook_receiver import SECRET, nobody_there, receiving
from tests.workshop import NOON, Workshop, workshop


@dataclass
class Bench:
    """Incidents in a real database, told of by a real worker; Slack is nowhere near."""

    shop: Workshop
    worker: Worker
    webhook: Webhook

    def _new(self, kind: Kind, text: str, **data: Any) -> NewEntry:
        key = f"{kind}:{text}:{self.shop.clock.now()}"
        return NewEntry(kind, text, self.shop.clock.now(), "U1", "U1", Source.COMMAND, key, data)

    async def declares(self, title: str = "checkout is down", visibility: str = "public") -> None:
        data = {"title": title, "severity": "sev1", "sort": "real", "visibility": visibility, "at_given": False}
        now = self.shop.clock.now()
        async with self.shop.db.write() as session:
            workspace = await workspace_of(session, "T1")
            await learn_person(session, workspace.id, "U1", at=now, name="Ana Reyes")
            first = self._new(Kind.DECLARED, title, **data)
            await declare(session, workspace, first, zone="UTC", at=now, origin_slack_id="C1")

    async def records(self, text: str, kind: Kind = Kind.ACTION, incident: int = 1, **data: Any) -> None:
        async with self.shop.db.write() as session:
            row = (await session.execute(select(Incident).where(col(Incident.number) == incident))).scalar_one()
            change = Change(f"entry.{kind}", (self._new(kind, text, **data),))
            await record(session, row, change, at=self.shop.clock.now())

    async def revises(self, number: int, action: str, **fields: Any) -> None:
        async with self.shop.db.write() as session:
            row = (await session.execute(select(Incident))).scalar_one()
            entry = await entry_of(session, row.id, number)
            assert entry is not None
            at = self.shop.clock.now()
            revision = revise(entry, at=at, by_id="U1", action=action, key=f"{action}:{at}", **fields)
            await record(session, row, Change(f"entry.{action}", revisions=(revision,)), at=at)

    async def idle(self) -> None:
        await self.worker.idle()

    async def later(self, seconds: float) -> None:
        await self.shop.advance(self.worker, timedelta(seconds=seconds))

    async def failed(self) -> list[tuple[str, str]]:
        async with self.shop.db.read() as session:
            return [(one.id, one.error) for one in await failed_jobs(session)]


@asynccontextmanager
async def bench(folder: Path, url: str, **changed: Any) -> AsyncIterator[Bench]:
    async with workshop(folder) as shop:
        shop.db.mark(WEBHOOK)
        webhook = Webhook(url, SECRET, shop.db, shop.clock, **changed)
        worker = await shop.worker({WEBHOOK: webhook.deliver})
        yield Bench(shop, worker, webhook)


async def test_every_change_comes_once_signed_and_in_order(tmp_path: Path) -> None:
    async with receiving() as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.records("restarted the api")
        await on.records("sev2", Kind.SEVERITY, severity="sev2")
        await on.revises(2, "edited", text="restarted the api and the queue")
        await on.idle()
        assert to.names == ["incident.declared", "entry.action", "entry.severity", "entry.edited"]
        assert len(set(to.ids)) == 4
        sequences = [one.said["sequence"] for one in to.came]
        assert sequences == sorted(set(sequences))
        for one in to.came:
            assert one.signed(NOON)
            assert not one.signed(NOON, "another-secret-altogether")
            assert not one.signed(NOON + timedelta(minutes=6))
            assert not replace(one, body=one.body + b" ").signed(NOON)
            assert one.headers["X-Tocsin-Delivery"] == one.id
            assert one.headers["Content-Type"] == "application/json"


async def test_a_delivery_says_what_the_docs_say(tmp_path: Path) -> None:
    async with receiving() as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.records("asked <@U1> &amp; co", Kind.ESCALATED, to=["<@U1|ana>", "dba"])
        await on.idle()
        said = to.came[-1].said
        assert (said["schema"], said["at"], said["name"]) == (1, "2026-11-21T12:00:00Z", "entry.escalated")
        assert said["workspace"]["id"] == "T1"
        shown = {
            name: said["incident"][name] for name in ("label", "title", "severity", "status", "visibility", "channel")
        }
        assert shown == {
            "label": "INC-1", "title": "checkout is down", "severity": "sev1", "status": "investigating",
            "visibility": "public", "channel": None,
        }  # fmt: skip
        [entry] = said["entries"]
        assert (entry["number"], entry["kind"], entry["text"]) == (2, "escalated", "asked @Ana Reyes & co")
        assert (entry["by"], entry["data"], entry["standing"]) == ("Ana Reyes", {"to": ["@Ana Reyes", "dba"]}, True)
        assert entry["occurred_at"] == "2026-11-21T12:00:00Z"


async def test_a_receiver_that_fails_twice_gets_it_the_third_time_with_the_same_id(tmp_path: Path) -> None:
    async with receiving(500, "drop") as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        assert len(to.came) == 1
        await on.later(1.9)
        assert len(to.came) == 1, "tried again before its time"
        await on.later(10)
        assert len(to.came) == 3
        assert len(set(to.ids)) == 1
        stamps = {one.headers["X-Tocsin-Timestamp"] for one in to.came}
        assert len(stamps) == 3, "each attempt is signed at its own time"
        assert all(one.signed(NOON + timedelta(seconds=6)) for one in to.came)
        assert await on.failed() == []


async def test_what_comes_later_waits_behind_what_failed(tmp_path: Path) -> None:
    async with receiving(503, 503, 500) as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.records("first")
        await on.records("second")
        await on.idle()
        await on.later(60)
        arrived = list(dict.fromkeys(to.ids))
        assert [to.ids.index(one) for one in arrived] == sorted(to.ids.index(one) for one in arrived)
        assert to.names == ["incident.declared"] * 4 + ["entry.action"] * 2
        assert [one.said["entries"][0]["text"] for one in to.came[-2:]] == ["first", "second"]


async def test_a_receiver_away_for_hours_gets_everything_in_order_when_it_is_back(tmp_path: Path) -> None:
    with nobody_there() as (kept, url):
        async with bench(tmp_path, url) as on:
            await on.declares()
            for n in range(5):
                await on.records(f"action {n}")
            await on.idle()
            await on.later(6 * 3600)
            assert await on.failed() == []
            async with receiving(kept=kept) as to:
                await on.later(301)
                assert [one.said["entries"][0]["text"] for one in to.came[1:]] == [f"action {n}" for n in range(5)]
                assert len(set(to.ids)) == 6


async def test_after_a_day_it_is_given_up_and_shows(tmp_path: Path) -> None:
    async with receiving(*[502] * 1000) as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        await on.later(PATIENCE.total_seconds() - 301)
        assert await on.failed() == []
        tried = len(to.came)
        assert 280 < tried < 310, "five minutes apart at most, and no storm"
        await on.later(700)
        assert await on.failed() == [("webhook:1:1", "webhook: http_502, for a day")]


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
async def test_a_refusal_is_given_up_at_once_and_shows(tmp_path: Path, status: int) -> None:
    async with receiving() as elsewhere:
        async with receiving((status, {"Location": elsewhere.url})) as to, bench(tmp_path, to.url) as on:
            await on.declares()
            await on.records("the next one")
            await on.idle()
            await on.later(3600)
            assert to.names == ["incident.declared", "entry.action"]
            assert await on.failed() == [("webhook:1:1", f"webhook: http_{status}")]
        assert elsewhere.came == [], "a redirect was followed"


async def test_a_delivery_that_always_breaks_the_receiver_lets_others_pass_and_ends(tmp_path: Path) -> None:
    async with receiving() as to, bench(tmp_path, to.url) as on:
        to.breaks_on = "incident.declared"
        await on.declares()
        await on.records("the next one")
        await on.idle()
        await on.later(29)
        assert to.names == ["incident.declared"] * 4
        await on.later(10)
        assert to.names == [*["incident.declared"] * 5, "entry.action"]
        await on.later(3600)
        assert to.names.count("incident.declared") == 10
        assert len(set(to.ids)) == 2
        assert await on.failed() == [("webhook:1:1", "webhook: http_500")]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("dated", [False, True])
async def test_retry_after_is_honoured_for_every_delivery(tmp_path: Path, status: int, dated: bool) -> None:
    until = format_datetime(NOON + timedelta(seconds=90), usegmt=True) if dated else "90"
    async with receiving((status, {"Retry-After": until})) as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        await on.declares("another one")
        await on.later(89)
        assert len(to.came) == 1
        await on.later(12)
        assert len(to.came) == 3
        assert len(set(to.ids)) == 2


MAD_DATE = "Mon, 01 Jan 2024 00:00:00 +99999999999999999999999"


@pytest.mark.parametrize(
    "value", ["99999999999999999999", "soon", "-5", "Fri, 31 Dec 9999 23:59:59 GMT", "", MAD_DATE, "1 Jan 1 0:0 +2359"]
)
async def test_a_mad_retry_after_does_no_harm(tmp_path: Path, value: str) -> None:
    async with receiving((429, {"Retry-After": value})) as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        await on.later(3601)
        assert len(to.came) == 2
        assert await on.failed() == []


async def test_a_mad_retry_after_of_a_delivery_that_arrived_brings_no_other(tmp_path: Path) -> None:
    async with receiving((200, {"Retry-After": MAD_DATE})) as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        await on.later(3601)
        assert len(to.came) == 1


async def test_an_answer_lost_on_its_way_brings_the_same_delivery_again(tmp_path: Path) -> None:
    async with receiving("drop") as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        await on.later(3)
        assert len(to.came) == 2
        assert to.ids[0] == to.ids[1]


async def test_a_receiver_that_hangs_is_left_after_its_time_and_holds_few_workers(tmp_path: Path) -> None:
    span = timedelta(seconds=0.2)
    async with receiving(*["hang"] * 4) as to, bench(tmp_path, to.url, timeout=span, most_at_once=2) as on:
        for n in range(6):
            await on.declares(f"incident {n}")
        await on.idle()
        assert to.most_at_once <= 2
        await on.later(120)
        assert len(to.came) >= 6
        assert len(set(to.ids)) == 6
        assert to.most_at_once <= 2
        assert await on.failed() == []


async def test_incidents_do_not_wait_for_one_another(tmp_path: Path) -> None:
    async with receiving(500) as to, bench(tmp_path, to.url) as on:
        await on.declares("one")
        await on.idle()
        await on.declares("two")
        await on.idle()
        assert [one.said["incident"]["title"] for one in to.came] == ["one", "two"]


async def test_private_incidents_are_not_sent_unless_a_setting_says_so(tmp_path: Path) -> None:
    async with receiving() as to, bench(tmp_path, to.url) as on:
        await on.declares("the board's password leaked", visibility="private")
        await on.records("rotated it")
        await on.idle()
        await on.later(3600)
        assert to.came == []
        assert await on.failed() == []
    (tmp_path / "told").mkdir()
    async with receiving() as to, bench(tmp_path / "told", to.url, private=True) as on:
        await on.declares("the board's password leaked", visibility="private")
        await on.idle()
        assert to.came[0].said["incident"]["visibility"] == "private"


async def test_words_are_masked_and_the_old_ones_are_not_sent(tmp_path: Path) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    async with receiving(503) as to, bench(tmp_path, to.url) as on:
        await on.declares(f"leaked {key}")
        await on.records(f"revoked {key}")
        await on.records("said too much")
        await on.records("taken back soon")
        await on.revises(3, "edited", text="said enough")
        await on.revises(4, "retracted", standing="retracted", why="wrong channel")
        await on.idle()
        await on.later(30)
        everything = b"".join(one.body for one in to.came[1:]).decode()
        assert key not in everything
        assert "[masked #1]" in to.came[1].said["incident"]["title"]
        assert "said too much" not in everything
        assert "taken back soon" not in everything
        gone = to.came[-1].said["entries"][0]
        assert (gone["number"], gone["standing"], gone["text"], gone["why"]) == (4, False, None, "wrong channel")


async def test_the_queue_holds_nobody_s_words(tmp_path: Path) -> None:
    async with receiving(503) as to, bench(tmp_path, to.url) as on:
        await on.declares("a title that nobody may read there")
        await on.idle()
        row = await on.shop.row("webhook:1:1")
        assert row.state == "ready"
        assert set(row.payload) == {"incident", "sequence", "name", "entries", "delivery", "at"}
        assert "title" not in str(row._mapping)
        assert to.ids == [row.payload["delivery"]]


async def test_a_name_that_was_only_just_asked_for_is_waited_for(tmp_path: Path) -> None:
    async with receiving() as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.records("called <@U7>")
        await on.idle()
        assert to.names == ["incident.declared"]
        async with on.shop.db.write() as session:
            workspace = await workspace_of(session, "T1")
            await learn_person(session, workspace.id, "U7", at=NOON, name="Ben Okafor")
        await on.later(1)
        assert to.came[-1].said["entries"][0]["text"] == "called @Ben Okafor"
        await on.records("called <@U8>")
        await on.later(11)
        assert to.came[-1].said["entries"][0]["text"] == "called @U8"


async def test_without_a_webhook_nothing_is_queued_and_what_waited_is_dropped(tmp_path: Path) -> None:
    async with receiving(503) as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await on.idle()
        assert (await on.shop.row("webhook:1:1")).state == "ready"
        await on.worker.stop()
        later = await on.shop.worker(handlers(Settings(), on.shop.db, on.shop.clock))
        await on.shop.advance(later, timedelta(seconds=5))
        assert (await on.shop.row("webhook:1:1")).state == "done"
        assert len(to.came) == 1
    (tmp_path / "without").mkdir()
    async with workshop(tmp_path / "without") as shop:
        quiet = Bench(shop, await shop.worker({}), None)  # type: ignore[arg-type]
        await quiet.declares()
        assert await shop.row("webhook:1:1") is None
        assert await shop.row("open:1") is not None


def test_a_webhook_without_a_secret_is_refused() -> None:
    settings = Settings(webhook_url="https://example.com/hook")
    with pytest.raises(SettingsError, match="TOCSIN_WEBHOOK_SECRET"):
        settings.require_webhook()
    signed = replace(settings, webhook_secret=Secret("x" * 16))
    assert signed.require_webhook() == ("https://example.com/hook", Secret("x" * 16))
    assert Settings().require_webhook() is None
    assert "example" not in repr(signed)


async def test_a_shutdown_amid_a_delivery_hands_it_back(tmp_path: Path) -> None:
    async with receiving("hang") as to, bench(tmp_path, to.url) as on:
        await on.declares()
        await asyncio.wait_for(to.has(1), 5)
        await on.worker.stop(timedelta(0))
        row = await on.shop.row("webhook:1:1")
        assert (row.state, row.failures) == ("ready", 0)
        again = await on.shop.worker({WEBHOOK: Webhook(to.url, SECRET, on.shop.db, on.shop.clock).deliver})
        await again.idle()
        assert to.ids == [to.ids[0]] * 2


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://hooks.example.com/t?key=1", ""),
        ("http://localhost:9000/hook", ""),
        ("http://127.0.0.5/hook", ""),
        ("http://[::1]:80/hook", ""),
        ("http://example.com/hook", "is http"),
        ("http://localhost.example.com/hook", "is http"),
        ("http://10.0.0.1/hook", "is http"),
        ("https://ana:key@example.com/hook", "holds a password"),
        ("ftp://example.com/hook", "is no web address"),
        ("https:///hook", "is no web address"),
        ("https://example.com:port/hook", "is no web address"),
        ("https://exam ple.com/", "is no web address"),
        ("hook", "is no web address"),
    ],
)
def test_the_address_is_https_or_this_machine(url: str, fault: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    env = {"TOCSIN_WEBHOOK_URL": url, "TOCSIN_WEBHOOK_SECRET": "x" * 16}
    if not fault:
        assert load(env).require_webhook() == (url, Secret("x" * 16))
        return
    with pytest.raises(SettingsError) as refused:
        load(env)
    [told] = refused.value.faults
    assert fault in told.what
    assert "key" not in f"{told.what} {told.hint}"


def test_a_secret_comes_from_a_file_too_and_is_long(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "secret"
    kept.write_text("0123456789abcdef\n")
    assert load({"TOCSIN_WEBHOOK_SECRET_FILE": str(kept)}).webhook_secret == Secret("0123456789abcdef")
    with pytest.raises(SettingsError, match="shorter than 16"):
        load({"TOCSIN_WEBHOOK_SECRET": "too short"})
