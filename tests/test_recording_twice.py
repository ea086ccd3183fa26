"""The same thing twice: typed again by a person, or sent again by Slack."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.rig import Rig


async def test_a_double_submit_is_recorded_once_and_can_be_recorded_again(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action drained node 3")
    twice = await rig.types("ana", "/incident action  drained node 3")
    assert twice.text.startswith("You recorded just that within the last minute, so it stands once:\n#2 action, ")
    assert [button.text for button in twice.buttons] == ["Record again"]
    assert (await rig.clicks("ana", twice, "Record again")).startswith("#3 action, Fri 15 Mar 10:00 UTC: drained")


@pytest.mark.databases
@pytest.mark.parametrize("typed", ["note restarted the api", "declare the queue is down sev2"])
async def test_what_is_typed_twice_at_once_is_recorded_once(rig: Rig, typed: str) -> None:
    await rig.declare()
    ana = rig.person("ana")
    answers = await asyncio.gather(*(ana.types(f"/incident {typed}", rig.room) for _ in range(4)))
    await rig.quiet()
    assert [answer.failed for answer in answers] == [None] * 4
    told = sum("You recorded just that" in answer.text for answer in answers)
    incidents = (await rig.types("ana", "/incident list")).text.count("INC-")
    assert (told, incidents, (await rig.timeline()).count("restarted the api")) == (
        3, 1 + typed.startswith("declare"), int(typed.startswith("note"))
    )  # fmt: skip


async def test_only_the_same_words_of_the_same_person_are_a_double(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action drained node 3")
    assert (await rig.types("ben", "/incident action drained node 3")).text.startswith("#3 ")
    assert (await rig.types("ana", "/incident note drained node 3")).text.startswith("#4 ")
    assert (await rig.types("ana", "/incident action drained node 3 at: 9:50")).text.startswith("#5 ")
    await rig.later(timedelta(seconds=61))
    assert (await rig.types("ana", "/incident action drained node 3")).text.startswith("#6 ")


async def test_what_was_taken_back_is_no_double(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident note one")
    await rig.types("ana", "/incident undo")
    assert (await rig.types("ana", "/incident note one")).text.startswith("#3 ")


async def test_what_was_set_to_something_else_since_is_set_back_and_no_double(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident suspect a bad deploy")
    for there, away in (
        ("severity sev2", "severity sev3"),
        ("status identified", "status monitoring"),
        ("title Checkout is slow", "title Checkout is down again"),
        ("started at: 9:40", "started at: 9:50"),
        ("role scribe @ben", "role scribe me"),
        ("confirm #2", "ruled-out #2 the deploy was rolled back before"),
        ("resolve", "reopen it is back"),
    ):
        first = await rig.types("ana", f"/incident {there}")
        await rig.types("ana", f"/incident {away}")
        back = await rig.types("ana", f"/incident {there}")
        assert "You recorded just that" not in back.text, there
        assert (await rig.types("ana", f"/incident {there}")).text != first.text, there
    status = (await rig.types("ana", "/incident status")).text
    assert "INC-1 Checkout is slow" in status
    assert "Status resolved, severity sev2" in status
    assert "Since Fri 15 Mar 09:40 UTC" in status


async def test_the_case_of_a_verb_makes_no_other_command(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action drained node 3")
    assert (await rig.types("ana", "/incident Action drained node 3")).text.startswith("You recorded just that")


SENT_AGAIN = (
    ("declare search is slow sev2", "#1 declared, "),
    ("note one", "#3 note, Fri 15 Mar 10:00 UTC: one"),
    ("resolve", "#3 resolved, "),
    ("severity sev3", "#3 severity, "),
    ("edit #2 other words", "#2 note, Fri 15 Mar 10:00 UTC: other words"),
    ("retract #2", "#2 is taken back"),
    ("redact #2", "#2 note, Fri 15 Mar 10:00 UTC: [redacted]"),
    ("task cap it", "#3 task, "),
    ("undo", "#2 is taken back"),
)


@pytest.mark.parametrize(("typed", "start"), SENT_AGAIN)
async def test_what_slack_sends_again_is_recorded_once(rig: Rig, typed: str, start: str) -> None:
    """Slack saw no acknowledgement, so it sends the very same payload again: at once, and when two minutes are over."""
    room = await rig.declare()
    await rig.types("ana", "/incident note zero")
    first = (await rig.types("ana", f"/incident {typed}", room)).delivery
    assert first is not None
    stands = (await rig.types("ana", "/incident timeline", room)).text
    for after in (timedelta(0), timedelta(minutes=2)):
        await rig.later(after)
        again = await rig.ws.courier.ask("slash_commands", first.payload, accepts_response=True)
        await rig.quiet()
        assert str((again.ack_payload or {})["text"]).replace("*", "").startswith(start), after
        assert (await rig.types("ana", "/incident timeline", room)).text == stands, after
        listed = await rig.types("ana", "/incident list", room)
        assert listed.text.count("INC-") == (2 if typed.startswith("declare") else 1), after
