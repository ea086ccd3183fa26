"""What the bot says in an incident's channel, and that it says nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.seen import Seen
from tests.rig import Rig

#: By incident: a command, its line, and whether it can be undone there.
CHANGES = {
    "checkout is down": (
        ("severity sev3 fewer users", "ana lowered the severity from sev1 to sev3: fewer users", True),
        ("status monitoring", "ana set the status to monitoring", True),
        ("lead @ben", "ben is Incident commander now, says ana.", True),
        ("update we roll back", "Update by ana: we roll back", False),
        ("mitigated rolled back", "ana recorded mitigated, today 10:00 AM: rolled back", True),
        ("resolve all well", "ana recorded resolved, today 10:00 AM: all well", True),
    ),
    "search is slow": (("cancel a false alarm", "ana cancelled the incident: a false alarm", True),),
}


def lines(rig: Rig) -> list[Seen]:
    """The bot's posts after the card."""
    return rig.posts()[1:]


async def test_thirty_notes_actions_and_marks_make_no_post(rig: Rig) -> None:
    room = await rig.declare()
    before = len(rig.ws.calls)
    for number in range(10):
        await rig.types("ana", f"/incident note step {number}")
        await rig.says("ben", f"!action restarted pod {number}")
        message = await rig.says("ben", f"pod {number} is back")
        await rig.person("ana").reacts(message, "pushpin")
    await rig.quiet()
    assert lines(rig) == []
    calls = [call.method for call in rig.ws.calls[before:]]
    assert calls.count("chat.postMessage") == 0
    assert calls.count("chat.update") == 0, "a note changes nothing on the card"
    assert len(rig.posts(room)) == 1
    assert rig.ws.refused == []


async def test_changes_are_said_in_one_line_with_undo_for_ten_minutes(rig: Rig) -> None:
    """Each right after it was said; then all of them, when their ten minutes are over."""
    rooms = {}
    for title, changes in CHANGES.items():
        rooms[title] = await rig.declare(f"{title} sev1")
        for entry, (command, words, undone) in enumerate(changes):
            await rig.types("ana", f"/incident {command}")
            await rig.later(timedelta(seconds=1))  # Slack takes one post a second
            line = lines(rig)[entry]
            assert line.text == words
            assert [button.text for button in line.buttons] == (["Undo"] if undone else []), command
    await rig.later(timedelta(minutes=10, seconds=1))
    for title, changes in CHANGES.items():
        stand = rig.posts(rooms[title])[1 : 1 + len(changes)]
        assert [(one.text, one.buttons) for one in stand] == [(words, []) for _, words, _ in changes]
    assert rig.ws.refused == []


async def test_undo_takes_a_change_back_and_says_so_in_the_same_line(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident severity sev3")
    await rig.person("ben").clicks(lines(rig)[0], "Undo")
    await rig.quiet()
    (line,) = lines(rig)
    assert line.text == "#2 severity was taken back by ben."
    assert line.buttons == []
    assert room.topic.value.startswith("sev1, ")
    assert "sev1" in rig.posts()[0].text
    assert rig.ws.refused == []


async def test_a_line_follows_the_edit_of_its_entry(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident update we roll back")
    await rig.types("ana", "/incident edit #2 we roll forward")
    (line,) = lines(rig)
    assert line.text == "Update by ana: we roll forward"


async def test_an_escalation_mentions_people_and_groups_and_names_who_was_not_notified(rig: Rig) -> None:
    rig.ws.add_person("cleo", name="Cleo")
    rig.ws.add_person("dora", name="Dora")
    rig.ws.add_group("sre", ["dora"])
    room = await rig.declare()
    for handle in ("cleo", "dora"):
        room.members.pop(rig.person(handle).id, None)
    await rig.types("ana", "/incident escalate need a database person to: @cleo, @sre, DevOps")
    (line,) = lines(rig)
    assert "@cleo" in line.text
    assert "@sre" in line.text
    assert "Nobody was notified: DevOps" in line.text
    assert rig.person("cleo").id in line.mentions
    assert {rig.person("cleo").id, rig.person("dora").id} <= set(room.members)
    assert [button.text for button in line.buttons] == ["I'm on it"]
    await rig.person("cleo").clicks(line, "I'm on it")
    await rig.quiet()
    (line,) = lines(rig)
    assert line.buttons == [], "answered: the button has served"
    assert rig.ws.refused == []


async def test_a_secret_in_an_update_is_masked_in_its_line(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident update key AKIAIOSFODNN7EXAMPLE leaked")
    (line,) = lines(rig)
    assert "AKIA" not in line.text
    assert "[masked #1]" in line.text


async def test_words_that_mention_everybody_mention_nobody(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident update <!channel> @ben it burns & <b>")
    (line,) = lines(rig)
    assert line.mentions == []
    assert "@ben it burns & <b>" in line.text


async def test_lines_keep_their_order_when_slack_limits_posting(rig: Rig) -> None:
    await rig.declare()
    for number in range(12):
        await rig.person("ana").types(f"/incident update number {number}", rig.room)
        if number == 4:
            rig.ws.faults.add("chat.postMessage", status=429, retry_after=30)
    await rig.later(timedelta(minutes=3))
    assert [one.text for one in lines(rig)] == [f"Update by ana: number {number}" for number in range(12)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", [{"error": "internal_error"}, {"drop": True}, {"status": 502}], ids=str)
async def test_a_line_is_posted_once_whatever_fails(rig: Rig, when: str, how: dict[str, object]) -> None:
    await rig.declare()
    rig.ws.faults.add("chat.postMessage", when, **how)  # type: ignore[arg-type]
    await rig.types("ana", "/incident severity sev2")
    await rig.later(timedelta(seconds=30))
    assert [one.text for one in lines(rig)] == ["ana lowered the severity from sev1 to sev2"]
    rig.ws.faults.add("chat.update", when, **how)  # type: ignore[arg-type]
    await rig.later(timedelta(minutes=11))
    assert [one.buttons for one in lines(rig)] == [[]]
