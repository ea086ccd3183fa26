"""The draft in the channel's canvas: written anew, never over somebody else's, and no noise where there is none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.rig import Rig, running


def canvas(rig: Rig) -> str | None:
    """The words of the channel's canvas as it is now."""
    room = next(one for one in rig.ws.channels if one.name.startswith("inc-1"))
    file = rig.ws.files.get(room.canvas_id or "")
    return None if file is None or file.deleted else file.content.decode()


async def test_the_canvas_is_written_anew_and_goes_with_its_resolve(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        rig.ws.expects("conversations.canvases.create", "channel_canvas_already_exists")
        await rig.declare()
        lost = rig.ws.faults.add("conversations.canvases.create", "after", drop=True)
        await rig.types("ana", "/incident resolve restarted the cache")
        await rig.later(timedelta(minutes=1))
        assert lost.left == 0, "its answer was lost, and it was found again as the bot's own"
        first = canvas(rig)
        assert first is not None
        assert first.startswith("*The postmortem's draft. What you change below is taken into it")
        assert "restarted the cache" in first
        await rig.types("ana", "/incident cause the cache was full")
        await rig.types("ana", "/incident postmortem")
        await rig.later(timedelta(minutes=1))
        assert "the cache was full" in (canvas(rig) or "")
        await rig.types("ana", "/incident undo")
        await rig.types("ana", "/incident undo")
        await rig.later(timedelta(minutes=1))
        assert rig.ws.refused == []


async def test_a_resolve_that_was_taken_back_takes_the_canvas_away(tmp_path: Path) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        await rig.declare()
        await rig.types("ana", "/incident resolve restarted the cache")
        assert canvas(rig) is not None
        await rig.types("ana", "/incident undo")
        await rig.later(timedelta(minutes=1))
        assert canvas(rig) is None
        await rig.types("ana", "/incident resolve now really")
        await rig.later(timedelta(minutes=1))
        assert "now really" in (canvas(rig) or "")
        assert rig.ws.refused == []


@pytest.mark.parametrize(
    "error", ["team_tier_cannot_create_channel_canvases", "canvas_disabled_user_team", "missing_scope"]
)
async def test_where_the_plan_has_none_the_file_is_posted_and_nobody_hears_of_it(tmp_path: Path, error: str) -> None:
    async with running(tmp_path, draft_canvas="on") as rig:
        await rig.declare()
        rig.ws.faults.add("conversations.canvases.create", "before", error=error, times=None)
        await rig.types("ana", "/incident resolve restarted the cache")
        await rig.later(timedelta(hours=1))
        assert canvas(rig) is None
        assert [len(post.files) for post in rig.posts() if post.files] == [1]
        assert [post.text for post in rig.posts() if "canvas" in post.text] == []
        assert rig.whispers("ana") == [] or not any("canvas" in one.text for one in rig.whispers("ana"))


async def test_a_canvas_that_somebody_else_made_is_left_alone_and_without_the_setting_there_is_none(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as rig:
        await rig.declare()
        await rig.types("ana", "/incident resolve restarted the cache")
        assert canvas(rig) is None
    async with running(tmp_path / "other", draft_canvas="on") as rig:
        rig.ws.expects("conversations.canvases.create", "channel_canvas_already_exists")
        await rig.declare()
        await rig.types("ana", "/incident resolve restarted the cache")
        room = next(one for one in rig.ws.channels if one.name.startswith("inc-1"))
        theirs = rig.ws.files[room.canvas_id or ""]
        theirs.user_id, theirs.content = rig.person("ana").id, b"our notes"
        rig.ws.expects("canvases.edit", "restricted_action")
        await rig.types("ana", "/incident postmortem")
        await rig.later(timedelta(minutes=1))
        assert canvas(rig) == "our notes"
        assert rig.ws.refused == []
