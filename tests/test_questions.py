"""What the draft lacks is asked for at its moment, a tap each, once, and never while the fight lasts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import ANSWERED_BY, MITIGATED, READ, RESOLVED, due
from tests.rig import Rig

ASKS = "The postmortem still lacks"


@given(st.sets(st.sampled_from(list(ANSWERED_BY))), st.permutations([MITIGATED, RESOLVED, READ, READ, MITIGATED]))
def test_nothing_is_asked_twice_and_in_the_end_everything_was(lacks: set[str], moments: list[str]) -> None:
    asked: list[str] = []
    for moment in moments:
        asked += due(lacks, moment, asked)
    assert sorted(asked) == sorted(lacks)


async def test_it_is_asked_at_its_moment_and_once(rig: Rig) -> None:
    await rig.declare()
    rig.ws.limits.on = False  # all of this is typed within one second
    for typed in ("action restarted the cache", "severity sev2", "status identified", "lead", "update nearly there"):
        assert ASKS not in (await rig.types("ana", f"/incident {typed}")).text, "the fight lasts"
    await rig.types("ana", "/incident impact no orders services: shop")
    answer = await rig.types("ana", "/incident mitigated")
    assert (
        f"{ASKS} when the impact began, how it was noticed, how many users were hit. This is asked once." in answer.text
    )
    assert "start of impact, Fri 15 Mar 10:00 UTC" in await rig.clicks("ana", answer, "It began when it was declared")
    await rig.person("ana").clicks(answer, "Whom it hit")
    assert rig.person("ana").view is not None
    await rig.person("ana").closes_view()
    await rig.types("ana", "/incident reopen it is back")
    assert ASKS not in (await rig.types("ana", "/incident mitigated")).text
    resolved = await rig.types("ana", "/incident resolve")
    assert ASKS not in resolved.text, "one form asks for it all"
    opened = (await rig.types("ana", "/incident edit-draft")).text
    assert f"{ASKS} the cause in detail, the fix in detail, what can be improved, tasks." in opened
    assert ASKS not in (await rig.types("ben", "/incident edit-draft")).text
    assert rig.ws.refused == []


async def test_what_is_told_afterwards_is_not_asked_about(rig: Rig) -> None:
    await rig.declare("old outage at: 9:00 past")
    await rig.types("ana", "/incident mitigated at: 9:30")
    assert ASKS not in (await rig.types("ana", "/incident edit-draft")).text
