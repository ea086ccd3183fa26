"""Slack unwell: at the start, in the middle, and while the bot is asked to end. Nothing is lost, nothing leaks."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Tocsin
from bot.cli import logs
from bot.jobs import Permanent
from bot.settings import Secret
from storage.refusals import SchemaIsBehind
from tests.rig import Rig, running

#: How auth.test can fail at first.
AT_FIRST: tuple[dict[str, Any], ...] = (
    {"status": 429, "retry_after": 20},
    {"error": "internal_error"},
    {"status": 502},
    {"drop": True},
)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
@pytest.mark.parametrize("how", AT_FIRST, ids=str)
async def test_6_a_start_while_slack_is_unwell_connects_later_and_loses_no_event(
    rig: Rig, method: str, how: dict[str, Any]
) -> None:
    room = await rig.declare()
    await rig.bot.stop()
    message = await rig.person("ben").says("!action restarted the api", room)
    planned = rig.ws.faults.add(method, times=3, **how)
    rig.bot = Tocsin(rig.settings, clock=rig.clock)
    starting = asyncio.create_task(rig.bot.start())
    for _ in range(200):
        if starting.done():
            break
        await asyncio.sleep(0.05)
        await rig.clock.advance_to(rig.clock.now() + timedelta(seconds=10))
    await starting
    assert planned.left == 0
    await rig.later(timedelta(minutes=10))
    assert "restarted the api" in await rig.timeline()
    assert (await rig.timeline()).count("restarted the api") == 1
    assert message.reactions.get("white_check_mark")


METHODS = (
    "conversations.create",
    "conversations.invite",
    "conversations.setTopic",
    "chat.postMessage",
    "pins.add",
    "bookmarks.add",
    "chat.update",
    "reactions.add",
    "users.info",
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "conversations.rename",
)


@pytest.mark.parametrize("retry_after", [30, None])
async def test_13_a_rate_limit_on_every_method_drops_nothing_and_makes_no_storm(
    rig: Rig, retry_after: int | None
) -> None:
    await rig.types("ana", "/incident list", rig.ops)  # who declares must be known; others may be learned late
    planned = [rig.ws.faults.add(method, status=429, retry_after=retry_after) for method in METHODS]
    await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
    await rig.later(timedelta(minutes=5))
    room = rig.room
    room.members[rig.person("ben").id] = None
    for text in ("lead @ben", "severity sev2", "title cart is down", "resolve all well"):
        await rig.types("ana", f"/incident {text}", room)
    await rig.says("ben", "!note looked at the graphs", room)
    await rig.later(timedelta(minutes=10))
    assert [fault.left for fault in planned] == [0] * len(METHODS)
    for method in METHODS:
        limited = [call for call in rig.ws.calls if call.error == "ratelimited" and call.method == method]
        assert len(limited) <= 2, method
    texts = [one.text for one in rig.posts(room)]
    assert [text.split(" ")[0] for text in texts[1:4]] == ["ben", "ana", "ana"]
    assert "lowered the severity from sev1 to sev2" in texts[2]
    assert "recorded resolved" in texts[3]
    assert len(rig.posts(room)[-1].files) == 1
    assert len(rig.posts(room)) == 5
    assert "Resolved" in texts[0]
    assert room.name == "inc-1-cart-is-down"
    assert "looked at the graphs" in await rig.timeline()


async def test_it_ends_within_ten_seconds_with_work_in_flight_and_the_next_start_finishes_it(rig: Rig) -> None:
    hanging = rig.ws.faults.add("conversations.invite", "after", delay=timedelta(hours=1), times=None)
    await rig.person("ana").types("/incident declare checkout is down sev1", rig.ops)
    await asyncio.sleep(0.3)
    begun = time.monotonic()
    await rig.bot.stop()
    assert time.monotonic() - begun < 10
    hanging.left = 0
    rig.bot = Tocsin(rig.settings, clock=rig.clock)
    await rig.bot.start()
    await rig.clock.advance_to(rig.clock.now() + timedelta(hours=2))
    await rig.later(timedelta(minutes=1))
    made = [one for one in rig.ws.channels if one.creator_id == rig.ws.bot_user_id and one.is_channel]
    assert len(made) == 1
    assert rig.person("ana").id in made[0].members
    assert len(rig.posts(made[0])) == 1


async def test_stop_is_harmless_before_a_start_and_twice(rig: Rig) -> None:
    await Tocsin(rig.settings, clock=rig.clock).stop()
    await rig.bot.stop()
    await rig.bot.stop()


async def test_a_wrong_token_is_said_at_once(rig: Rig) -> None:
    wrong = Tocsin(
        replace(rig.settings, slack_bot_token=Secret("xoxb-wrong"), database_url=beside(rig)), clock=rig.clock
    )
    rig.ws.expects("auth.test", "invalid_auth")
    with pytest.raises(Permanent, match=r"auth\.test: invalid_auth"):
        await wrong.start()
    await wrong.stop()


async def test_with_migrate_off_an_old_database_is_refused_in_words(rig: Rig) -> None:
    off = Tocsin(replace(rig.settings, migrate="off", database_url=beside(rig)), clock=rig.clock)
    with pytest.raises(SchemaIsBehind, match="tocsin db upgrade"):
        await off.start()
    await off.stop()


def beside(rig: Rig) -> str:
    """Another database, since the running bot holds its own."""
    return f"sqlite+aiosqlite:///{rig.settings.data_dir / 'other.db'}"


WORDS = "the zebra ate the cable"


async def test_no_log_holds_tokens_tickets_or_anybodys_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """What `tocsin run` writes at its most talkative; and our own loggers as they are, whatever formats them."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    logs.set_up("debug", "text")
    try:
        async with running(tmp_path, log_level="debug") as rig:
            with caplog.at_level(logging.DEBUG):
                logging.getLogger().addHandler(caplog.handler)  # `set_up` has put it out
                secrets = [rig.ws.bot_token, rig.ws.app_token, rig.ws.signing_secret]
                await whole_incident(rig)
                secrets += [*rig.ws.hooks, *rig.ws.triggers]
            ours = "\n".join(str(vars(one)) for one in caplog.records if one.name.startswith(("bot", "storage")))
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
    written = capfd.readouterr().err
    assert len(secrets) > 10
    assert ours
    for text in (written, ours):
        for secret in secrets:
            assert secret not in text
        assert WORDS not in text


async def whole_incident(rig: Rig) -> None:
    """A declaration, records of all sorts, faults, a refusal, a click, a resolve."""
    room = await rig.declare(f"{WORDS} sev1")
    rig.ws.faults.add("chat.update", error="internal_error")
    rig.ws.faults.add("chat.postMessage", status=502)
    answer = await rig.types("ana", f"/incident action {WORDS}")
    await rig.person("ana").clicks(answer, "Undo")
    await rig.types("ana", f"/incident frobnicate {WORDS}")
    await rig.types("ana", f"/incident action {WORDS} at: the day of the {WORDS}")
    message = await rig.says("ben", WORDS)
    await rig.person("ana").reacts(message, "pushpin")
    await rig.says("ben", f"!action {WORDS} at: nonsense")
    rig.ws.faults.add("conversations.rename", error="not_authorized")
    await rig.types("ana", f"/incident title {WORDS} again")
    rig.ws.faults.add("chat.postMessage", error="msg_too_long")
    await rig.types("ana", f"/incident update {WORDS}")
    await rig.types("ana", f"/incident resolve {WORDS}")
    await rig.later(timedelta(minutes=11))
    assert rig.posts(room)
