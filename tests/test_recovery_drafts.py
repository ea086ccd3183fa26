"""A draft is made of all that was said: history is read before it, as far as Slack lets us, without a long wait."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.cli import run
from sandbox.channels import Channel
from sandbox.seen import Seen
from tests.rig import Rig

UNREAD = "The channel's history could not be read back before"


async def unheard(rig: Rig, room: Channel) -> None:
    """A marked message, of which the bot hears nothing; it is told later that there was something."""
    rig.ws.leaves_events_out = True
    said = await rig.person("ben").says("the pool was full all along", room)
    await rig.person("ana").reacts(said, "pushpin")
    rig.ws.leaves_events_out = False


def drafts(rig: Rig) -> list[Seen]:
    return [post for post in rig.posts() if post.files]


def words(post: Seen) -> str:
    return post.files[0].content.decode()


async def test_what_nobody_heard_is_in_the_draft(rig: Rig) -> None:
    room = await rig.declare()
    await unheard(rig, room)
    await rig.types("ana", "/incident resolve")
    [draft] = drafts(rig)
    assert "the pool was full all along" in words(draft)
    assert "(recovered)" in words(draft)
    assert UNREAD not in draft.text
    assert any("1 message, 1 mark or pin" in one.text for one in rig.whispers("ana"))


async def test_one_asked_for_after_the_end_has_it_too(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident resolve")
    await unheard(rig, room)
    await rig.types("ana", "/incident postmortem")
    [draft] = drafts(rig)
    assert "the pool was full all along" in words(draft)


async def test_a_resolve_that_was_typed_in_the_dark_makes_a_draft(rig: Rig) -> None:
    room = await rig.declare()
    await rig.bot.stop()
    await rig.person("ana").says("!resolve all is well", room)
    await rig.restart()
    assert len(drafts(rig)) == 1


#: How Slack may keep its history from us.
WITHHELD: dict[str, dict[str, Any]] = {
    "a rate limit": {"status": 429, "retry_after": 600},
    "an error of its own": {"error": "internal_error"},
    "a page of HTML": {"status": 503},
    "no answer": {"drop": True},
}


@pytest.mark.parametrize("how", WITHHELD)
async def test_a_draft_waits_for_no_history_and_is_made_again_with_what_was_missing(rig: Rig, how: str) -> None:
    room = await rig.declare()
    await unheard(rig, room)
    rig.ws.faults.add("conversations.history", **WITHHELD[how])
    begun_at = rig.clock.now()
    await rig.types("ana", "/incident resolve")
    [draft] = drafts(rig)
    assert rig.clock.now() == begun_at
    assert "the pool was full all along" not in words(draft)
    assert UNREAD in draft.text
    await rig.later(timedelta(minutes=15))
    [draft] = drafts(rig)
    assert "the pool was full all along" in words(draft)
    assert UNREAD not in draft.text


async def test_with_history_withheld_for_good_there_is_one_draft_that_says_so(rig: Rig) -> None:
    await rig.declare()
    rig.ws.faults.add("conversations.history", error="missing_scope", times=None)
    await rig.types("ana", "/incident resolve")
    await rig.later(timedelta(hours=1))
    [draft] = drafts(rig)
    assert UNREAD in draft.text


async def test_with_slack_away_for_an_hour_the_command_line_goes_on_and_the_rest_comes_in_the_end(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the api")
    rig.ws.faults.add("*", drop=True, times=None)
    await rig.person("ana").types("/incident severity sev3 smaller than it looked", rig.room)
    await rig.person("ana").types("/incident resolve all is well", rig.room)
    await rig.later(timedelta(hours=1))
    monkeypatch.setenv("TOCSIN_DATABASE_URL", rig.settings.database_url)
    monkeypatch.chdir(rig.settings.data_dir)
    capsys.readouterr()
    for command, told in (("draft", "restarted the api"), ("timeline", "all is well"), ("list", "checkout is down")):
        number = [] if command == "list" else ["INC-1"]
        assert await asyncio.to_thread(run, [command, *number]) == 0
        assert told in capsys.readouterr().out
    rig.ws.faults.clear()
    await rig.later(timedelta(minutes=10))
    [draft] = drafts(rig)
    assert "restarted the api" in words(draft)
    assert [text for text in (post.text for post in rig.posts()) if "smaller than it looked" in text]
    assert "Resolved" in rig.posts()[0].text
