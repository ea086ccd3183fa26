"""Numbers of entries as people type them: one at a time, and what is no number of an entry."""

from __future__ import annotations

from tests.rig import Rig


async def test_one_entry_is_taken_back_at_a_time(rig: Rig) -> None:
    await rig.declare()
    for words in ("one", "two", "three"):
        await rig.types("ana", f"/incident note {words}")
    before = await rig.timeline()
    for verb in ("retract", "redact", "revert"):
        for typed in ("#3 #2", "3,2", "#3, #2", "3 2", "#3 and #2", "3 and 2"):
            refused = await rig.types("ana", f"/incident {verb} {typed}")
            assert refused.text.startswith(f"{verb} takes one entry at a time: {verb} #3 …, then {verb} #2 …."), (
                typed,
                refused.text,
            )
            assert "Nothing was changed" in refused.text
    assert await rig.timeline() == before
    taken = await rig.types("ana", "/incident retract #3, both said so")
    assert "#3 is taken back" in taken.text
    assert "#4 is taken back" in (await rig.types("ana", "/incident retract #4 2 of them were fine")).text
    several = await rig.types("ana", "/incident restore #3 #2")
    assert "restore takes one entry at a time" in several.text


async def test_a_number_with_a_unit_of_time_is_no_entry(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident suspect dns")
    for typed in (
        "retract 2 hours ago",
        "redact 2 min ago",
        "edit 2 days ago it was",
        "confirm 2 hours in",
        "move 2 pm",
    ):
        refused = await rig.types("ana", f"/incident {typed}")
        assert "needs an entry's number first" in refused.text, typed
        assert typed in refused.text
    path = await rig.types("ana", "/incident ruled-out 2 hours of reading logs")
    assert "ruled out, Fri 15 Mar 10:00 UTC: 2 hours of reading logs" in path.text
    assert "#2 is taken back" in (await rig.types("ana", "/incident retract #2 hours ago it was right")).text


async def test_why_may_begin_with_a_figure_but_not_with_another_number(rig: Rig) -> None:
    await rig.declare()
    await rig.declare("search is slow")
    for words in ("suspect dns", "suspect the pool", "task add an index", "task drop a table"):
        await rig.types("ana", f"/incident {words}")
    for typed in ("ruled-out #2 #3", "confirm #2, #3", "done 4 5", "wont-do #4 and #5 too dear", "assign #4 #5 @ben"):
        refused = await rig.types("ana", f"/incident {typed}")
        assert "takes one entry at a time" in refused.text, typed
    several = await rig.types("ana", "/incident move #2 #3 INC-1")
    assert "move takes one entry at a time: move #2 …, then move #3 …." in several.text
    assert "ruled out" in (await rig.types("ana", "/incident ruled-out #2 3 servers answer")).text
    assert "(won't do)" not in (await rig.types("ana", "/incident tasks")).text
    assert "#3 3 nodes are down" in (await rig.types("ana", "/incident edit #5 #3 3 nodes are down")).text
