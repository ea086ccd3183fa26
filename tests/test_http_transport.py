"""The whole bot behind a request URL: what Slack signs arrives once, what it did not sign goes nowhere."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy.exc import OperationalError

from bot.app import Tocsin
from bot.cli.logs import TextLines
from sandbox.courier import Delivery
from storage.database import Database
from tests.rig import Rig, number, running

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest_asyncio.fixture
async def http(tmp_path: Path) -> AsyncIterator[Rig]:
    """The rig over HTTP."""
    async with running(tmp_path, transport="http") as found:
        yield found


async def post(rig: Rig, body: str | bytes, headers: dict[str, str], path: str = "/slack/events") -> tuple[int, str]:
    """What the bot answers to a POST."""
    url = str(rig.ws.request_url).replace("/slack/events", path)
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        return response.status, await response.text()


def signed(rig: Rig, body: str, content_type: str) -> dict[str, str]:
    return rig.ws.courier.transport.signed(body, content_type)  # type: ignore[union-attr]


def typed(rig: Rig, text: str, trigger_id: str = "1.2.abc") -> str:
    """A command's form, as Slack sends it."""
    person = rig.person("ana")
    return urlencode(
        {
            "command": "/incident",
            "text": text,
            "user_id": person.id,
            "channel_id": rig.room.id,
            "team_id": rig.ws.team_id,
            "trigger_id": trigger_id,
        }
    )


async def test_a_short_incident_from_end_to_end(http: Rig) -> None:
    assert await http.ws.verifies_request_url()
    room = await http.declare("checkout is down sev1")
    await http.says("ana", "!action restarted the pool at 10:01")
    message = await http.says("ben", "5xx back to normal")
    await http.person("ana").reacts(message, "pushpin")
    await http.quiet()
    await http.types("ana", "/incident fixed pool restarted")
    await http.types("ana", "/incident resolve")
    timeline = await http.timeline()
    assert "restarted the pool" in timeline
    assert "5xx back to normal" in timeline
    assert {delivery.outcome for delivery in http.ws.acks} == {"acknowledged"}
    assert any(seen.files for seen in http.posts(room)) or any(
        seen.subtype == "file_share" for seen in http.posts(room)
    )
    assert http.ws.refused == []


async def test_a_click_and_a_modal_come_as_forms_with_a_payload(http: Rig) -> None:
    await http.declare()
    answer = await http.types("ana", "/incident note one")
    assert "#2 is taken back" in await http.clicks("ana", answer, "Undo")
    answer = await http.types("ana", "/incident note two")
    await http.clicks("ana", answer, "Change")
    done = await http.person("ana").submits({"kind": "action", "time": "9:50", "words": "did the payload"})
    await http.quiet()
    assert done.closed
    assert "action: did the payload" in await http.timeline()
    assert {d.kind for d in http.ws.acks} == {"events_api", "slash_commands", "interactive"}


@pytest.mark.parametrize("text", ["payload queue down", "note the payload queue is down", "note payload=%7B%7D & more"])
async def test_8_the_word_payload_may_stand_in_a_command(http: Rig, text: str) -> None:
    await http.declare()
    answer = await http.types("ana", f"/incident {text}")
    assert answer.failed is None
    assert answer.text
    if text.startswith("note "):
        assert number(answer) > 0
        assert text.removeprefix("note ").partition(" ")[0] in await http.timeline()
    else:
        assert any(word in answer.text for word in ("payload", "Payload"))


async def test_signs_that_no_database_keeps_lose_nothing_over_http_either(http: Rig) -> None:
    room = await http.declare()
    await http.types("ana", "/incident note disk\x00full \N{FIRE}")
    await http.person("ana").says("!action wrote\x00back", room)
    await http.quiet()
    timeline = await http.timeline()
    assert "disk\N{REPLACEMENT CHARACTER}full :fire:" in timeline
    assert "wrote\N{REPLACEMENT CHARACTER}back" in timeline


async def test_a_channel_called_payload_is_a_channel_like_others(http: Rig) -> None:
    alerts = await http.ws.add_channel("payload-alerts", members=["ana"])
    answer = await http.types("ana", "/incident help", alerts)
    assert answer.failed is None
    assert "/incident" in answer.text


async def test_30_a_signed_command_sent_again_has_one_effect_and_after_five_minutes_none(http: Rig) -> None:
    await http.declare()
    body = typed(http, "note seen once")
    headers = signed(http, body, FORM)
    first, again = await post(http, body, headers), await post(http, body, headers)
    assert (first[0], again[0]) == (200, 200)
    assert (await http.timeline()).count("seen once") == 1
    await http.later(timedelta(minutes=5, seconds=1))
    assert (await post(http, body, headers))[0] == 401
    assert (await http.timeline()).count("seen once") == 1


async def test_a_signature_from_the_future_is_refused_too(http: Rig) -> None:
    body = typed(http, "help")
    headers = signed(http, body, FORM)
    ahead = str(int(headers["X-Slack-Request-Timestamp"]) + 301)
    assert (await post(http, body, headers | {"X-Slack-Request-Timestamp": ahead}))[0] == 401


GARBAGE = ["", "abc", "-1", "1e9", "١٢٣", "9" * 400, "1_000", " 1710496800.5", "0x10", "nan"]


@pytest.mark.parametrize("timestamp", GARBAGE)
async def test_a_garbage_timestamp_is_refused(http: Rig, timestamp: str) -> None:
    headers = signed(http, "{}", JSON) | {"X-Slack-Request-Timestamp": timestamp}
    assert (await post(http, "{}", headers))[0] == 401


async def test_what_is_not_signed_is_refused_and_its_words_are_not_logged(
    http: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = typed(http, "note a secret word") + "&token=verification-secret"
    good = signed(http, body, FORM)
    bad = [
        {name: value for name, value in good.items() if name != "X-Slack-Signature"},
        {name: value for name, value in good.items() if name != "X-Slack-Request-Timestamp"},
        good | {"X-Slack-Signature": "v0=" + "0" * 64},
        good | {"X-Slack-Signature": ""},
        good | {"X-Slack-Signature": "vü=\udcff".encode("utf-8", "surrogateescape").decode("latin-1")},
        good | {"X-Slack-Signature": good["X-Slack-Signature"].upper()},
    ]
    statuses = [(await post(http, body, headers))[0] for headers in bad]
    statuses.append((await post(http, body + "&more=1", good))[0])
    assert statuses == [401] * 7
    ours = [record for record in caplog.records if record.name.startswith(("bot", "slack_bolt", "slack_sdk"))]
    lines = " ".join(TextLines().format(record) for record in ours) + " ".join(r.getMessage() for r in ours)
    assert "reason=" in lines
    assert [word for word in ("secret", "0" * 64, good["X-Slack-Signature"]) if word in lines] == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", JSON),
        ("{", JSON),
        ("[1]", JSON),
        ('"x"', JSON),
        ("[" * 100_000, JSON),
        ("payload=", FORM),
        ("payload=%7B", FORM),
        ("payload=[]", FORM),
        ("a=b", FORM),
        ("command=%ff%fe", FORM),
        ("hello", "text/plain"),
    ],
)
async def test_signed_garbage_is_refused_and_the_bot_goes_on(http: Rig, body: str, content_type: str) -> None:
    assert (await post(http, body, signed(http, body, content_type)))[0] == 400
    assert (await http.types("ana", "/incident help")).failed is None


async def test_a_body_of_many_megabytes_is_refused(http: Rig) -> None:
    assert (await post(http, b"x" * 5_000_000, {"Content-Type": JSON}))[0] == 413


async def test_slacks_look_at_the_certificate_is_answered(http: Rig) -> None:
    assert await post(http, "ssl_check=1&token=x", {"Content-Type": FORM}) == (200, "")


async def test_a_message_that_links_to_a_page_whose_address_asks_for_ssl_check_is_kept(http: Rig) -> None:
    room = await http.declare()
    link = {"type": "link", "url": "https://status.example/?a=1&ssl_check=1&b=2"}
    event = {
        "type": "message",
        "channel": room.id,
        "user": http.person("ana").id,
        "text": "!note see the status page",
        "ts": "1710496860.000100",
        "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}],
    }
    body = json.dumps({"type": "event_callback", "team_id": http.ws.team_id, "event_id": "Ev1", "event": event})
    assert (await post(http, body, {"Content-Type": JSON}))[0] == 401  # nobody signed it
    assert (await post(http, body, signed(http, body, JSON)))[0] == 200
    await http.quiet()
    assert "see the status page" in await http.timeline()


async def test_only_posts_to_its_own_path_are_taken(http: Rig) -> None:
    assert (await post(http, "{}", signed(http, "{}", JSON), "/slack/other"))[0] == 404
    async with aiohttp.ClientSession() as session, session.get(str(http.ws.request_url)) as response:
        assert response.status == 405


def message_of(rig: Rig, words: str) -> Delivery:
    return next(d for d in rig.ws.acks if d.kind == "events_api" and d.payload["event"].get("text") == words)


async def test_an_event_that_could_not_be_kept_comes_again_and_is_kept_once(
    http: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await http.declare()
    write = Database.write
    away = True

    def fails(self: Database) -> Any:
        if away:
            raise OperationalError("COMMIT", {}, OSError("disk full"))
        return write(self)

    monkeypatch.setattr(Database, "write", fails)
    message = await http.person("ana").says("!note kept in the end", room)
    await asyncio.sleep(0.3)
    first = message_of(http, "!note kept in the end")
    assert first.outcome is None
    assert first.reason == "http_error"
    away = False
    await http.later(timedelta(minutes=2))
    assert first.outcome == "acknowledged"
    assert first.attempts in (2, 3)
    assert (await http.timeline()).count("kept in the end") == 1
    assert message.ts


async def test_over_the_limit_of_events_is_heard_and_acknowledged(http: Rig, caplog: pytest.LogCaptureFixture) -> None:
    limited = {"token": "t", "type": "app_rate_limited", "team_id": http.ws.team_id, "minute_rate_limited": 1710496800}
    body = json.dumps(limited)
    assert (await post(http, body, signed(http, body, JSON)))[0] == 200
    assert "leaves some out" in caplog.text


async def test_a_restart_takes_over_at_the_same_address(http: Rig) -> None:
    room = await http.declare()
    await http.bot.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(http, "{}", {})
    message = await http.person("ana").says("!note while nobody listened", room)
    await http.begin(Tocsin(http.settings, clock=http.clock))
    await http.later(timedelta(minutes=2))
    assert message_of(http, "!note while nobody listened").outcome == "acknowledged"
    assert (await http.timeline()).count("while nobody listened") == 1
    assert message.ts
