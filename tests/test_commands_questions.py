"""Questions: status, list, timeline, tasks and help, inside an incident's channel and outside of any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.slack.commands import COMMANDS
from sandbox import Button
from tests.rig import Rig


def turning(buttons: Sequence[Button]) -> list[str]:
    """The buttons below a list; what stands beside its lines has no words of its own."""
    return [button.text for button in buttons if button.type == "button"]


async def test_status_inside_says_where_things_stand(rig: Rig) -> None:
    await rig.declare("checkout is down sev1 at: 9:30")
    await rig.types("ana", "/incident lead")
    await rig.types("ana", "/incident detected alert at: 9:40")
    await rig.later(timedelta(minutes=5))
    assert (await rig.types("ana", "/incident status")).text.split("\n") == [
        "INC-1 checkout is down",
        "Status investigating, severity sev1, led by ana",
        "Since Fri 15 Mar 09:30 UTC, 35 min",
        "Detected Fri 15 Mar 09:40 UTC",
    ]
    await rig.types("ana", "/incident mitigated at: 9:50")
    await rig.types("ana", "/incident resolve at: 10:00")
    resolved = (await rig.types("ana", "/incident status")).text
    assert "Since Fri 15 Mar 09:30 UTC, 30 min; resolved Fri 15 Mar 10:00 UTC" in resolved
    assert "mitigated Fri 15 Mar 09:50 UTC" in resolved


async def test_status_outside_is_the_list(rig: Rig) -> None:
    assert (await rig.types("ana", "/incident status")).text == "No incidents yet."
    room = await rig.declare("checkout is down sev1")
    await rig.declare("drill: search is slow")
    await rig.types("ana", "/incident resolve", room)
    text = (await rig.types("ana", "/incident status", rig.ops)).text
    assert text.startswith("1 open, 2 shown.\n• INC-2 search is slow: investigating")
    assert "drill" in text
    assert f"INC-1 checkout is down: resolved, sev1, 0 min #{room.name}" in text


async def test_the_timeline_turns_its_pages(rig: Rig) -> None:
    await rig.declare("checkout is down at: 9:00")
    rig.ws.limits.on = False
    for place in range(40):
        await rig.types("ana", f"/incident note line {place} at: 9:{place + 10}")
    newest = await rig.types("ana", "/incident timeline")
    assert newest.text.startswith("Timeline, 41 entries, page 1 of 3\n#27 Fri 15 Mar 09:35 UTC note: line 25")
    assert turning(newest.buttons) == ["Older", "Newest first"]
    clicked = await rig.person("ana").clicks(newest, "Older")
    await rig.quiet()
    older = clicked.later[-1]
    assert "page 2 of 3" in older.text
    assert "#12 Fri 15 Mar 09:20 UTC note: line 10" in older.text
    assert "#27 " not in older.text
    assert turning(older.buttons) == ["Older", "Newer", "Newest first"]
    assert "page 3 of 3" in await rig.clicks("ana", older, "Older")
    assert "page 1 of 3" in await rig.clicks("ana", older, "Newer")
    assert "page 3 of 3" in (await rig.types("ana", "/incident timeline 99")).text
    assert "page 1 of 3" in (await rig.types("ana", "/incident timeline please")).text
    assert rig.ws.refused == []


async def test_a_page_of_long_lines_fits_a_message(rig: Rig) -> None:
    await rig.declare()
    rig.ws.limits.on = False
    for place in range(15):
        await rig.types("ana", f"/incident note {place} " + "<&> " * 400)
    answer = await rig.types("ana", "/incident timeline")
    assert answer.failed is None
    assert answer.seen is not None
    assert sum(len(block.get("text", {}).get("text", "")) for block in answer.seen.blocks) <= 13_200


async def test_tasks_say_whose_and_how_they_stand(rig: Rig) -> None:
    await rig.declare()
    assert (
        "No tasks here. task <what> owner: @who due: friday records one."
        in (await rig.types("ana", "/incident tasks")).text
    )
    await rig.types("ana", "/incident task cap the pool owner: @ben due: 2024-04-01")
    await rig.types("ana", "/incident task alert on it owner: DBA team")
    await rig.types("ana", "/incident task drop the old one owner: @ana")
    await rig.types("ana", "/incident assign 4 @ben")
    await rig.types("ben", "/incident done #2")
    everything = (await rig.types("ana", "/incident tasks")).text
    assert everything.split("\n") == [
        "Tasks, 3",
        "✓ #2 cap the pool, ben, due 2024-04-01",
        "• #3 alert on it, DBA team",
        "• #4 drop the old one, ben",
    ]
    for typed in ("tasks @ben", "tasks me"):
        text = (await rig.types("ben", f"/incident {typed}")).text
        assert "#2" in text
        assert "#4" in text
        assert "#3" not in text
    assert "#3 alert on it" in (await rig.types("ana", "/incident tasks dba")).text
    assert "No tasks of @gus here" in (await rig.types("ana", "/incident tasks @gus")).text


async def test_every_verb_has_its_help(rig: Rig) -> None:
    for command in COMMANDS:
        for word in (command.name, *command.aliases):
            answer = await rig.types("ana", f"/incident help {word}")
            assert answer.failed is None
            assert "There is no" not in answer.text
            assert f"/incident {command.name}" in answer.text or not command.listed
            assert all(f"{key}:" in answer.text for key in command.keys)
            assert ("As a message: !" in answer.text) is command.message


async def test_help_lists_what_can_be_used_here(rig: Rig) -> None:
    outside = (await rig.types("ana", "/incident help")).text
    assert "• declare opens an incident and its channel" in outside
    assert "• action" not in outside
    await rig.declare()
    for typed in ("/incident help", "/incident ?"):
        inside = await rig.types("ana", typed)
        assert "recording in this incident" in inside.text
        listed = {line.split()[1] for line in inside.text.split("\n") if line.startswith("•")}
        assert listed == {one.name for one in COMMANDS if one.listed}
    missing = await rig.types("ana", "/incident help frobnicate")
    assert missing.text.startswith("There is no frobnicate. These are the verbs.")
    near = (await rig.types("ana", "/incident help acton")).text
    assert near.startswith("There is no acton. This is action:\nwhat was done or looked at\n/incident action restarted")
    assert "takes a message into the timeline" in (await rig.types("ana", "/incident mark")).text


async def test_the_draft_is_made_again_on_demand(rig: Rig) -> None:
    room = await rig.declare()
    answer = await rig.types("ana", "/incident postmortem")
    assert "The draft is being made" in answer.text
    assert [post for post in rig.posts(room) if "of the postmortem of INC-1" in post.text]
