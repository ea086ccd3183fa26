"""Recording by slash command, as people see it."""

from __future__ import annotations

import pytest

from tests.rig import Rig, number


async def test_a_recorded_action_is_answered_with_its_number_and_instant(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident action restarted the api at: 9:55")
    assert answer.text.startswith(f"#{number(answer)} action, Fri 15 Mar 09:55 UTC: restarted the api")
    assert [button.text for button in answer.buttons] == ["Change", "Undo"]
    assert rig.ws.refused == []


@pytest.mark.databases
async def test_signs_that_no_database_keeps_lose_nothing(rig: Rig) -> None:
    room = await rig.declare()
    answer = await rig.types("ana", "/incident note disk\x00full \N{FIRE} \\u0000")
    assert number(answer) == 2
    await rig.person("ana").says("!action half \ud83d a sign\x00", room)
    await rig.quiet()
    timeline = await rig.timeline()
    assert "disk\N{REPLACEMENT CHARACTER}full :fire: \\u0000" in timeline
    assert "half \N{REPLACEMENT CHARACTER} a sign" in timeline
