"""The draft in the channel: one file with a short message, replaced when made again, gone with its resolve."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.cli import run
from sandbox.seen import Seen
from tests.rig import Rig


def drafts(rig: Rig) -> list[Seen]:
    """The posts that carry a draft, or once did."""
    return [one for one in rig.posts() if one.files or "of the postmortem" in one.text]


async def resolved(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident impact no orders come in users: 40%")
    await rig.types("ana", "/incident resolve restarted the cache")


async def test_resolving_posts_one_file_with_a_short_message(rig: Rig) -> None:
    await resolved(rig)
    (post,) = drafts(rig)
    (file,) = post.files
    assert file.name == "inc-1-postmortem.md"
    assert post.text.startswith("Draft of the postmortem of INC-1: ")
    assert "/incident postmortem makes it again." in post.text
    assert len(post.text) < 200
    assert rig.ws.refused == []


async def test_the_file_is_what_tocsin_draft_prints(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await resolved(rig)
    (file,) = drafts(rig)[0].files
    monkeypatch.setenv("TOCSIN_DATABASE_URL", rig.settings.database_url)
    monkeypatch.chdir(rig.settings.data_dir)
    status = await asyncio.to_thread(run, ["draft", "1"])
    assert status == 0
    assert capsys.readouterr().out.strip() == file.content.decode().strip()


async def test_postmortem_replaces_the_one_draft(rig: Rig) -> None:
    await resolved(rig)
    first = drafts(rig)[0]
    await rig.types("ana", "/incident cause the cache was full")
    await rig.types("ana", "/incident postmortem")
    await rig.later(timedelta(seconds=30))
    (post,) = drafts(rig)
    assert post.ts != first.ts
    assert b"the cache was full" in post.files[0].content
    assert b"the cache was full" not in first.files[0].content
    assert [file.deleted for file in rig.ws.files.values()].count(False) == 1


async def test_a_retracted_resolve_takes_its_post_back(rig: Rig) -> None:
    await resolved(rig)
    assert len(drafts(rig)) == 1
    await rig.types("ana", "/incident undo")
    await rig.later(timedelta(seconds=30))
    assert drafts(rig) == []
    assert "Investigating" in rig.posts()[0].text
    await rig.types("ana", "/incident resolve now really")
    await rig.later(timedelta(seconds=30))
    assert len(drafts(rig)) == 1
    assert rig.ws.refused == []


async def test_reopened_and_resolved_again_there_is_one_draft_with_both(rig: Rig) -> None:
    await resolved(rig)
    await rig.later(timedelta(minutes=20))
    await rig.types("ana", "/incident reopen errors are back")
    await rig.later(timedelta(minutes=10))
    assert len(drafts(rig)) == 1, "the one of the first time stays until there is a newer"
    await rig.types("ana", "/incident resolve rolled back")
    await rig.later(timedelta(minutes=1))
    (post,) = drafts(rig)
    assert b"restarted the cache" in post.files[0].content
    assert b"rolled back" in post.files[0].content


async def test_a_draft_asked_for_while_it_burns_says_that_it_is_not_the_end(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident postmortem")
    (post,) = drafts(rig)
    assert post.text.startswith("Draft so far of the postmortem of INC-1")


async def test_a_cancelled_incident_has_no_draft(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident cancel false alarm")
    await rig.later(timedelta(minutes=1))
    assert drafts(rig) == []


FAULTS: tuple[tuple[Any, dict[str, Any]], ...] = (
    ("before", {"error": "internal_error"}),
    ("after", {"error": "internal_error"}),
    ("before", {"drop": True}),
    ("after", {"drop": True}),
    ("after", {"status": 502}),
    ("before", {"status": 429, "retry_after": 5}),
)
POSTING = [
    ("files.getUploadURLExternal", FAULTS),
    ("files.completeUploadExternal", FAULTS),
    ("upload", [("before", {"status": status}) for status in (429, 502)]),
]


@pytest.mark.parametrize(("method", "faults"), POSTING, ids=[method for method, _ in POSTING])
async def test_one_draft_whatever_fails_while_it_is_posted(rig: Rig, method: str, faults: Any) -> None:
    """The first is asked for by the resolve, the others by hand."""
    rig.ws.expects("files.info", "file_not_found")  # a repeat looks first whether the upload was completed
    await rig.declare()
    typed = "/incident resolve restarted the cache"
    for fault in faults:
        when, how = fault
        planned = rig.ws.faults.add(method, when, **how)
        await rig.types("ana", typed)
        await rig.later(timedelta(minutes=1))
        assert planned.left == 0, fault
        assert [len(one.files) for one in drafts(rig)] == [1], fault
        assert rig.ws.refused == [], fault
        typed = "/incident postmortem"


@pytest.mark.parametrize("method", ["files.info", "chat.delete", "files.delete"])
async def test_the_old_draft_goes_whatever_fails(rig: Rig, method: str) -> None:
    rig.ws.expects("chat.delete", "message_not_found")
    rig.ws.expects("files.delete", "file_deleted")
    rig.ws.expects("files.info", "file_deleted")
    await resolved(rig)
    await rig.later(timedelta(minutes=1))
    for fault in FAULTS:
        when, how = fault
        planned = rig.ws.faults.add(method, when, **how)
        await rig.types("ana", "/incident postmortem")
        await rig.later(timedelta(minutes=1))
        assert planned.left == 0, fault
        assert [len(one.files) for one in drafts(rig)] == [1], fault
        assert rig.ws.refused == [], fault


async def test_stopped_between_upload_and_share_it_goes_on(rig: Rig) -> None:
    await rig.declare()
    lost = rig.ws.faults.add("files.completeUploadExternal", "after", drop=True, times=None)
    await rig.types("ana", "/incident resolve restarted the cache")
    lost.left = 0
    await rig.restart()
    await rig.later(timedelta(minutes=1))
    assert [len(one.files) for one in drafts(rig)] == [1]


async def test_words_that_are_redacted_leave_the_posted_draft(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident action restarted zebrafish for Ada Example")
    await rig.types("ana", "/incident resolve all is well")
    assert any("zebrafish" in one.content.decode(errors="replace") for post in rig.posts(room) for one in post.files)
    await rig.types("ana", "/incident redact #2")
    await rig.later(timedelta(minutes=3))
    files = [one.content.decode(errors="replace") for post in rig.posts(room) for one in post.files]
    assert any("[redacted]" in one for one in files)
    assert not any("zebrafish" in one for one in files)
