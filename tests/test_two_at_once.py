"""Two people at once, in two zones: each is told what the other did, and reads times by their own clock."""

from __future__ import annotations

from datetime import timedelta

from tests.rig import Rig


async def test_who_takes_the_lead_second_is_asked_and_the_first_keeps_it(rig: Rig) -> None:
    room = await rig.declare()
    card = next(one for one in rig.person("ben").sees(room) if one.pinned)
    button = rig.person("ben").finds(card, "Take the lead")
    await rig.clicks("ana", card, "Take the lead")
    await rig.later(timedelta(minutes=30))
    late = await rig.person("ben").clicks(button)  # on the card as he still has it before him
    await rig.quiet()
    assert late.later[-1].text == "ana took the lead before you, so nothing was recorded."
    assert "led by ana" in (await rig.types("ben", "/incident status")).text
    await rig.clicks("ben", late.later[-1], "Take over")
    assert "ben takes Incident commander over from ana." in rig.posts()[-1].text
    typed = await rig.types("ana", "/incident lead")  # she can't have seen that yet
    assert typed.text == "ben took the lead before you, so nothing was recorded."
    await rig.later(timedelta(minutes=3))
    assert "ana has the role now" in (await rig.types("ana", "/incident lead")).text


async def test_who_changes_a_field_second_is_told_what_the_first_made_of_it(rig: Rig) -> None:
    await rig.declare()
    for first, second, said in (
        (
            "severity sev2 half is back",
            "severity sev3",
            "severity, Fri 15 Mar 10:00 UTC: half is back\n› sev",
        ),
        ("status identified", "mitigated", "status, Fri 15 Mar 10:00 UTC\n› status: identified"),
        ("role scribe @gus", "role scribe @ana", "role, Fri 15 Mar 10:00 UTC\n› role: scribe"),
        ("title Checkout down in Europe", "title Payments down", "title, Fri 15 Mar 10:00 UTC"),
    ):
        await rig.types("ana", f"/incident {first}")
        told = (await rig.types("ben", f"/incident {second}")).text
        assert "ana had changed it a moment before:" in told
        assert said.replace("10:00 UTC", "10:00 UTC (6:00 AM for you)") in told
    assert "a moment before" not in (await rig.types("ben", "/incident severity sev1")).text, "his own word was last"
    assert "a moment before" not in (await rig.types("ana", "/incident role communications @ben")).text
    await rig.later(timedelta(minutes=3))
    assert "a moment before" not in (await rig.types("ana", "/incident severity sev4")).text


async def test_a_time_that_replaces_another_says_which(rig: Rig) -> None:
    await rig.declare()
    assert "instead of" not in (await rig.types("ana", "/incident started at: 9:50")).text
    await rig.later(timedelta(minutes=20))
    said = (await rig.types("ben", "/incident started at: 9:40")).text
    assert "It counts instead of #2 start of impact, Fri 15 Mar 09:50 UTC" in said
    await rig.types("ana", "/incident mitigated at: 10:10")
    said = (await rig.types("ana", "/incident mitigated at: 10:15")).text
    assert "It counts instead of #4 mitigated, Fri 15 Mar 10:10 UTC" in said
    await rig.types("ana", "/incident resolve")
    await rig.types("ana", "/incident reopen it is back")
    for verb in ("mitigated", "started at: 10:19"):
        assert "instead of" not in (await rig.types("ana", f"/incident {verb}")).text


async def test_times_are_each_readers_own(rig: Rig) -> None:
    room = await rig.declare("checkout is down sev1 at: 9:40")
    await rig.types("ana", "/incident detected the pager at: 9:45")
    await rig.types("ana", "/incident mitigated rolled back")
    for who, begun, found, over in (("ana", "9:40", "9:45", "10:00 AM"), ("ben", "5:40", "5:45", "6:00 AM")):
        shown = rig.person(who).sees(room)
        card = next(one for one in shown if one.pinned)
        assert f"Start\ntoday {begun} AM" in card.text
        assert f"Detected\ntoday {found} AM" in card.text
        assert f"ana recorded mitigated, today {over}: rolled back" in [one.text for one in shown]
    theirs = (await rig.types("ben", "/incident timeline")).text
    assert "#2 Fri 15 Mar 09:45 UTC (5:45 AM for you) detection: the pager (ana)" in theirs
    assert "Since Fri 15 Mar 09:40 UTC (5:40 AM for you), 20 min" in (await rig.types("ben", "/incident status")).text
    assert "Since today 5:40 AM, 20 min" in (await rig.types("ben", "/incident catchup")).text


async def test_a_line_of_the_timeline_says_what_it_changed_and_whose_it_is(rig: Rig) -> None:
    await rig.declare()
    for typed, line in (
        ("lead @ben", "role Incident commander, ben (ana)"),
        ("lead nobody", "role Incident commander, nobody (ana)"),
        ("severity sev2 half is back", "severity sev2: half is back (ana)"),
        ("status identified", "status identified (ana)"),
        ("escalate need a DBA to: @ben, Database team", "escalation to @ben, Database team: need a DBA (ana)"),
        ("on-it #6", "answer to an escalation #6 (ana)"),
        ("suspect a full disk", "hypothesis: a full disk (ana)"),
        ("ruled-out #8 it has room", "ruled out #8: it has room (ana)"),
        ("task buy disks", "task: buy disks (ana)"),
        ("done #10", "task done #10 (ana)"),
    ):
        await rig.types("ana", f"/incident {typed}")
        assert f" UTC {line}" in await rig.timeline(), typed
