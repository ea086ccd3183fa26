"""Moving an entry to the incident that it belongs to: what became of it goes along, and comes back with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.channels import Channel
from tests.rig import Rig
from tests.test_recording_changes import every_word


async def two(rig: Rig) -> tuple[Channel, Channel]:
    """The channel of INC-1, where things belong, and that of INC-2, where they were recorded."""
    there = await rig.declare("checkout is down")
    here = await rig.declare("search is slow")
    return there, here


async def drafted(rig: Rig, room: Channel) -> str:
    """The draft as it is posted in an incident's channel."""
    await rig.types("ana", "/incident postmortem", room)
    await rig.later(timedelta(seconds=30))
    return next(post.files[0] for post in reversed(rig.posts(room)) if post.files).content.decode()


async def test_a_ruling_goes_along_with_its_suspicion(rig: Rig) -> None:
    there, here = await two(rig)
    await rig.types("ana", "/incident note checked the pool", there)
    await rig.types("ana", "/incident suspect dns at: 9:30", here)
    await rig.types("ben", "/incident ruled-out #2 every name resolves at: 9:50", here)
    answer = await rig.types("ana", "/incident move #2 INC-1", here)
    assert answer.text == "#2 now stands as INC-1 #3. What became of it went along: #3."
    assert "#4 Fri 15 Mar 09:50 UTC ruled out #3: every name resolves (ben)" in (
        await rig.types("ana", "/incident timeline", there)
    ).text.replace("*", "")
    left = (await rig.types("ana", "/incident timeline", here)).text
    assert "dns" not in left
    assert "every name resolves" not in left
    draft = await drafted(rig, there)
    assert "neither confirmed nor ruled out" not in draft
    assert "every name resolves" in draft


async def test_a_task_keeps_its_owner_and_its_end(rig: Rig) -> None:
    there, here = await two(rig)
    await rig.types("ana", "/incident task add an index owner: @ben", here)
    await rig.types("ana", "/incident assign #2 @ana", here)
    await rig.types("ana", "/incident task drop a table", here)
    await rig.types("ana", "/incident wont-do #4 it is needed", here)
    await rig.types("ana", "/incident move #4 INC-1", here)
    answer = await rig.types("ana", "/incident move #2 INC-1", here)
    assert answer.text == "#2 now stands as INC-1 #4. What became of it went along: #3."
    tasks = (await rig.types("ana", "/incident tasks", there)).text
    assert "✗ #2 drop a table (won't do)" in tasks.replace("*", "")
    assert "• #4 add an index, ana" in tasks.replace("*", "")


async def test_an_escalation_stays_answered(rig: Rig) -> None:
    there, here = await two(rig)
    await rig.types("ana", "/incident escalate the index is gone to: @ben", here)
    await rig.types("ben", "/incident on-it", here)
    await rig.types("ana", "/incident move #2 INC-1", here)
    line = next(one for one in reversed(rig.posts(there)) if " escalated, " in one.text)
    assert "is on it" in line.text
    assert line.buttons == []


async def test_what_became_of_an_entry_does_not_move_without_it(rig: Rig) -> None:
    _, here = await two(rig)
    await rig.types("ana", "/incident suspect dns", here)
    await rig.types("ana", "/incident confirm #2 it was", here)
    refused = await rig.types("ana", "/incident move #3 INC-1", here)
    assert refused.text == ("#3 says what became of #2 and goes along with it: move #2 INC-1. Nothing was moved.")
    assert "it was" in (await rig.types("ana", "/incident timeline", here)).text


async def test_what_was_taken_back_stays(rig: Rig) -> None:
    there, here = await two(rig)
    await rig.types("ana", "/incident suspect dns", here)
    await rig.types("ana", "/incident ruled-out #2 a slip", here)
    await rig.types("ana", "/incident undo", here)
    assert (await rig.types("ana", "/incident move #2 INC-1", here)).text == "#2 now stands as INC-1 #2."
    assert "neither confirmed nor ruled out" in await drafted(rig, there)


async def test_restored_it_has_again_what_went_along(rig: Rig) -> None:
    _, here = await two(rig)
    await rig.types("ana", "/incident suspect dns", here)
    await rig.types("ana", "/incident ruled-out #2 a slip", here)
    await rig.types("ana", "/incident undo", here)
    await rig.types("ana", "/incident ruled-out #2 every name resolves", here)
    await rig.types("ana", "/incident move #2 INC-1", here)
    answer = await rig.types("ana", "/incident restore #2", here)
    assert "What became of it stands again too: #4." in answer.text
    left = (await rig.types("ana", "/incident timeline", here)).text
    assert "every name resolves" in left
    assert "a slip" not in left


@pytest.mark.parametrize("redacted_in", ["where it was", "where it is now"])
async def test_what_went_along_is_redacted_in_both_incidents(rig: Rig, redacted_in: str) -> None:
    there, here = await two(rig)
    await rig.types("ana", "/incident suspect dns", here)
    await rig.types("ana", "/incident ruled-out #2 logged in with hunter2", here)
    await rig.types("ana", "/incident note between", there)
    await rig.types("ana", "/incident move #2 INC-1", here)
    at, number = (here, 3) if redacted_in == "where it was" else (there, 4)
    await rig.types("ana", f"/incident redact #{number}", at)
    words = await every_word(rig)
    assert "hunter2" not in words
    assert "dns" in words
