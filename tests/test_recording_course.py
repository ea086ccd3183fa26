"""The incident's own course: start, status, severity, roles, windows that must fit, false alarms and duplicates."""

from __future__ import annotations

from datetime import timedelta

from tests.rig import Rig


async def test_a_window_that_would_be_negative_is_refused_with_both_entries(rig: Rig) -> None:
    await rig.declare("checkout is down sev1 at: 9:30")
    refused = await rig.types("ana", "/incident resolve all green at: 9:00")
    assert "These two do not fit" in refused.text
    assert "#1 declared, Fri 15 Mar 09:30 UTC" in refused.text
    assert "Your new one: resolved, Fri 15 Mar 09:00 UTC: all green" in refused.text, refused.text
    assert "resolve all green at: 9:00" in refused.text
    assert "Status investigating" in (await rig.types("ana", "/incident status")).text
    await rig.types("ana", "/incident resolve at: 9:50")
    late = await rig.types("ana", "/incident started at: 9:55")
    assert "#2 resolved, Fri 15 Mar 09:50 UTC" in late.text
    assert "Your new one: start of impact" in late.text
    edited = await rig.types("ana", "/incident edit #2 at: 9:10")
    assert "#2 resolved, Fri 15 Mar 09:10 UTC" in edited.text
    assert "These two do not fit" in edited.text


async def test_windows_that_would_overlap_are_refused(rig: Rig) -> None:
    await rig.declare("checkout is down sev1 at: 9:00")
    await rig.types("ana", "/incident resolve at: 9:40")
    overlap = await rig.types("ana", "/incident reopen errors again at: 9:20")
    assert "#2 resolved, Fri 15 Mar 09:40 UTC" in overlap.text
    assert "Your new one: reopened, Fri 15 Mar 09:20 UTC: errors again" in overlap.text
    assert (await rig.types("ana", "/incident reopen errors again at: 9:45")).text.startswith("#3 reopened")


async def test_a_status_by_its_name(rig: Rig) -> None:
    """Three that follow one another, and one that ends an incident of its own."""
    for course in (["identified pool", "mitigated", "resolved"], ["cancelled it was nothing"]):
        room = await rig.declare()
        for entry, status in enumerate(course, start=2):
            before = len(rig.posts(room))
            answer = await rig.types("ana", f"/incident status {status}")
            assert answer.text.startswith(f"#{entry} "), answer.text
            assert f"Status {status.split()[0]}" in (await rig.types("ana", "/incident status")).text
            assert any(status.split()[0] in post.text for post in rig.posts(room)[before:]), status
            await rig.later(timedelta(minutes=2))


async def test_a_status_with_a_time_ahead_offers_the_right_one(rig: Rig) -> None:
    await rig.declare("checkout is down at: yesterday 9:00")
    ahead = await rig.types("ana", "/incident status resolved at: 11:30")
    assert "lies ahead" in ahead.text
    assert "#2 resolved, Thu 14 Mar 11:30 UTC" in await rig.clicks("ana", ahead, "Thu 14 Mar 11:30 UTC")


async def test_a_time_that_is_part_of_the_words_can_be_kept_in_them(rig: Rig) -> None:
    await rig.declare()
    ahead = await rig.types("ana", "/incident note the vendor calls back at 10:30")
    assert "lies ahead" in ahead.text
    assert [button.text for button in ahead.buttons] == ["Thu 14 Mar 10:30 UTC", "Keep it as words"]
    kept = await rig.clicks("ana", ahead, "Keep it as words")
    assert kept.startswith("#2 note, Fri 15 Mar 10:00 UTC: the vendor calls back at 10:30"), kept
    shifted = await rig.types("ana", "/incident note the next batch runs at 23:00")
    assert shifted.text.startswith("#3 note, Thu 14 Mar 23:00 UTC: the next batch runs")
    kept = await rig.clicks("ana", shifted, "Keep it as words")
    assert kept.startswith("#3 note, Fri 15 Mar 10:00 UTC: the next batch runs at 23:00"), kept
    for typed in ("note restarted at 9:50", "note it began yesterday at 23:00", "note late at: 23:00", "note now"):
        answer = await rig.types("ana", f"/incident {typed}")
        assert "Keep it as words" not in [button.text for button in answer.buttons], typed
    changed = await rig.types("ana", "/incident edit #3 the next one at 10:45")
    assert "Keep it as words" not in [button.text for button in changed.buttons]


async def test_a_time_before_a_key_is_offered_as_the_time(rig: Rig) -> None:
    await rig.declare("checkout is down at: 9:00")
    for number, (typed, words) in enumerate(
        (
            ("escalate paged them at 9:50 to: DBA team", "paged them at 9:50"),
            ("detected a customer wrote in at 9:50 by: customer", "a customer wrote in at 9:50"),
            ("impact no orders at 9:50 users: 30%", "no orders at 9:50"),
        ),
        start=2,
    ):
        answer = await rig.types("ana", f"/incident {typed}")
        assert f"Fri 15 Mar 10:00 UTC: {words}" in answer.text
        assert "“9:50” does not stand last, so it was kept as words: at: 9:50 sets the time." in answer.text
        assert f"#{number} " in (meant := await rig.clicks("ana", answer, "I meant Fri 15 Mar 09:50 UTC"))
        assert "Fri 15 Mar 09:50 UTC" in meant
    for typed in ("escalate paged them to: DBA team at 9:50", "escalate queue at 1200 to: DBA team"):
        assert "does not stand last" not in (await rig.types("ana", f"/incident {typed}")).text


async def test_a_start_before_the_severity_is_offered_as_the_start(rig: Rig) -> None:
    declared = await rig.types("ana", "/incident declare api is down at 9:40 sev2")
    assert "“9:40” does not stand last" in declared.text
    await rig.quiet()
    told = await rig.clicks("ana", declared, "I meant Fri 15 Mar 09:40 UTC")
    assert "#2 start of impact, Fri 15 Mar 09:40 UTC" in told
    for typed in ("declare web is down sev2 at 9:40", "declare queue is at 1200 sev2"):
        assert "does not stand last" not in (await rig.types("ana", f"/incident {typed}")).text


async def test_what_cannot_follow_is_refused_and_the_way_told(rig: Rig) -> None:
    await rig.declare()
    assert "nothing to reopen" in (await rig.types("ana", "/incident reopen why not")).text
    await rig.types("ana", "/incident resolve")
    for typed in ("mitigated late", "status investigating"):
        refused = await rig.types("ana", f"/incident {typed}")
        assert "resolved already (#2). reopen <why> opens it again" in refused.text
    await rig.later(timedelta(minutes=2))
    await rig.types("ana", "/incident reopen it is back")
    await rig.types("ana", "/incident cancel the alert was wrong")
    for typed in ("mitigated", "resolve", "cancel again", "status monitoring", "duplicate INC-1"):
        refused = await rig.types("ana", f"/incident {typed}")
        expected = "is no incident" if typed.startswith("duplicate") else "was closed as cancelled"
        assert expected in refused.text
    assert (await rig.types("ana", "/incident reopen it was right")).text.startswith("#5 reopened")


async def test_unknown_names_are_refused_with_those_there_are(rig: Rig) -> None:
    await rig.declare()
    severity = await rig.types("ana", "/incident severity sev9 bad")
    assert severity.text.startswith("“sev9” is no severity here. Nothing was recorded. These are:\n• sev1 Most users")
    status = await rig.types("ana", "/incident status dreaming")
    assert status.text.startswith(
        "“dreaming” is no status here. Nothing was recorded. These are:\n• investigating What"
    )
    assert "\n• mitigated\n" in status.text
    role = await rig.types("ana", "/incident role cook @ben")
    assert "“cook” is no role here. These are: commander, communications, scribe" in role.text
    lead = await rig.types("ana", "/incident lead somebody")
    assert "after the @: lead @name." in lead.text
    for answer in (severity, status, role, lead):
        assert answer.text.count("Nothing was recorded") == 1
        assert {button.text for button in answer.buttons} <= {"Fill in a form"}


async def test_severity_is_set_once(rig: Rig) -> None:
    room = await rig.declare()
    assert "severity is sev1 already" in (await rig.types("ana", "/incident severity 1")).text
    await rig.types("ana", "/incident severity Sev-2 half is back at: 9:59")
    assert "ana lowered the severity from sev1 to sev2: half is back" in rig.posts(room)[-1].text
    assert (
        "Which severity? Nothing was recorded. These are:\n• sev1 Most"
        in (await rig.types("ana", "/incident severity")).text
    )


async def test_roles_go_to_whom_was_named(rig: Rig) -> None:
    await rig.declare()
    assert "ana has the role now" in (await rig.types("ana", "/incident lead")).text
    assert "ana has that role already" in (await rig.types("ana", "/incident lead me")).text
    assert "ben has the role now" in (await rig.types("ana", "/incident role Incident Commander @ben")).text
    assert "The role is free now" in (await rig.types("ana", "/incident lead nobody")).text
    assert "led by nobody yet" in (await rig.types("ana", "/incident status")).text


async def test_the_title_renames_the_channel(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident title Checkout down in Europe")
    assert room.name == "inc-1-checkout-down-in-europe"
    long = await rig.types("ana", f"/incident title {'x' * 201}")
    assert "That is 201 characters long, and 200 fit" in long.text
    assert "x" * 201 in long.text


async def test_the_same_incident_twice_points_to_the_other(rig: Rig) -> None:
    first = await rig.declare("checkout is down")
    await rig.declare("checkout is broken")
    answer = await rig.types("ben", "/incident duplicate of INC-1 same pool")
    assert answer.text.startswith("#2 duplicate, Fri 15 Mar 10:00 UTC (")
    assert "of: INC-1" in answer.text
    assert "same incident as INC-1: same pool" in rig.posts()[-1].text
    for where in ("INC-1", "INC-9", "", "the other one"):
        refused = await rig.types("ana", f"/incident duplicate {where}", first)
        assert "Write its number: INC-3" in refused.text


async def test_a_reason_is_asked_for(rig: Rig) -> None:
    await rig.declare()
    for verb in ("cancel", "reopen"):
        assert f"{verb} needs words" in (await rig.types("ana", f"/incident {verb} at: 9:59")).text


async def test_a_cancelled_incident_leaves_no_draft(rig: Rig) -> None:
    room = await rig.declare()
    await rig.types("ana", "/incident cancel the alert was wrong")
    assert "cancelled the incident: the alert was wrong" in rig.posts(room)[-1].text
    assert not any(post.files for post in rig.posts(room))


async def test_the_start_takes_a_time_alone(rig: Rig) -> None:
    await rig.declare()
    for typed in ("started rolling back", "started rolling back at 9:50"):
        refused = await rig.types("ana", f"/incident {typed}")
        assert "takes a time only: started at: 9:40" in refused.text
        assert typed in refused.text
    at = await rig.clicks("ana", refused, "Record as action")
    assert at.startswith("#2 action, Fri 15 Mar 09:50 UTC: rolling back")
    ahead = await rig.types("ana", "/incident started 11:30")
    assert "lies ahead" in ahead.text
    assert "start of impact, Thu 14 Mar 11:30 UTC" in await rig.clicks("ana", ahead, "Thu 14 Mar 11:30 UTC")
    assert (await rig.types("ana", "/incident started")).text == "started needs a time: /incident started at: 9:40"


async def test_what_stands_in_a_duplicate_alone_is_told_and_moves_in_one_tap(rig: Rig) -> None:
    first = await rig.declare("checkout is down")
    second = await rig.declare("checkout is broken")
    await rig.types("ana", "/incident suspect dns")
    await rig.types("ana", "/incident ruled-out #2 every name resolves")
    await rig.types("ana", "/incident note the pool is full")
    closed = await rig.types("ana", "/incident duplicate INC-1")
    assert "2 entries stand here and not in the draft of INC-1: #2, #4. move #2 INC-1 takes one there." in closed.text
    late = await rig.types("ana", "/incident action restarted it")
    assert "This incident was closed as the same as INC-1: #6 stands here, and not in the draft of INC-1." in late.text
    assert await rig.clicks("ana", late, "Move to INC-1") == "#6 now stands as INC-1 #2."
    assert "restarted it" in (await rig.types("ana", "/incident timeline", first)).text
    ruling = await rig.types("ben", "/incident confirm #2 it was", second)
    assert "move #2 INC-1 takes it there" in ruling.text
    changed = await rig.types("ana", "/incident edit #4 the pool was full", second)
    assert "INC-1" not in changed.text
    guest = await rig.types("gus", "/incident note seen as well", second)
    assert "Record it there." in guest.text
    assert "Move to INC-1" not in [button.text for button in guest.buttons]


async def test_a_message_in_a_duplicate_is_told_so_once_to_each(rig: Rig) -> None:
    await rig.declare("checkout is down")
    await rig.declare("checkout is broken")
    await rig.says("ana", "!note before")
    assert rig.whispers("ana") == []
    await rig.says("ana", "!duplicate INC-1")
    assert "1 entry stands here and not in the draft of INC-1: #2." in rig.whispers("ana")[-1].text
    await rig.says("ben", "!action restarted it")
    await rig.says("ben", "!action restarted it again")
    (told,) = rig.whispers("ben")
    assert "#4 stands here, and not in the draft of INC-1." in told.text
    assert await rig.clicks("ben", told, "Move to INC-1") == "#4 now stands as INC-1 #2."


async def test_nothing_is_offered_to_leave_a_private_duplicate(rig: Rig) -> None:
    await rig.declare("checkout is down")
    await rig.declare("private: checkout is broken")
    await rig.types("ana", "/incident note secret plans")
    closed = await rig.types("ana", "/incident duplicate INC-1")
    assert "#2. Record there what belongs there." in closed.text
    late = await rig.types("ana", "/incident note more of them")
    assert "Record it there." in late.text
    assert "Move to INC-1" not in [button.text for button in late.buttons]
