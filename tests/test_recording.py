"""Recording by slash command, as people see it."""

from __future__ import annotations

from tests.rig import Rig, number


async def test_a_recorded_action_is_answered_with_its_number_and_instant(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident action restarted the api at: 9:55")
    assert answer.text.startswith(f"#{number(answer)} action, Fri 15 Mar 09:55 UTC: restarted the api")
    assert [button.text for button in answer.buttons] == ["Change", "Undo"]
    assert rig.ws.refused == []
