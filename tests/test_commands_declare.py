"""Declaring: where severity and flags may stand, what is asked before Slack is called, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rig import Rig

DECLARED = (
    ("checkout is down sev1", "checkout is down", ", sev1"),
    ("sev2 checkout is down", "checkout is down", ", sev2"),
    ("sev3: checkout is down", "checkout is down", ", sev3"),
    ("checkout is down, SEV-4.", "checkout is down", ", sev4"),
    ("checkout is down", "checkout is down", "(#1)"),
    ("drill: sev2: checkout is down", "checkout is down", ", sev2, a drill"),
    ("checkout is down sev2 drill", "checkout is down", ", sev2, a drill"),
    ("checkout is down past sev2 at: yesterday 10:00", "checkout is down", ", sev2, told afterwards"),
    ("private: checkout is down sev1", "checkout is down", ", sev1, private"),
    ("checkout is down sev1 private", "checkout is down", ", sev1, private"),
    ("checkout is down (SEV 1) drill", "checkout is down", ", sev1, a drill"),
    ("Severity 2: checkout is down", "checkout is down", ", sev2"),
    ("sev 2 checkout is down on node 3", "checkout is down on node 3", ", sev2"),
    ("checkout is down (private)", "checkout is down", ", private"),
    ("search: slow sev3", "search: slow", ", sev3"),
    ("checkout is down SEV 1", "checkout is down", ", sev1"),
    ("checkout is down, severity 2 drill", "checkout is down", ", sev2, a drill"),
    ("sev 3 checkout is down", "checkout is down", ", sev3"),
    ("slots 1 to 4 of 1", "slots 1 to 4 of 1", ""),
    ("sev1 outage of sev2 queue", "outage of sev2 queue", ", sev1"),
)


async def test_severity_and_flags_stand_first_or_last(rig: Rig) -> None:
    for count, (typed, title, said) in enumerate(DECLARED, start=1):
        answer = await rig.types("ana", f"/incident declare {typed}", rig.ops)
        first = answer.text.split("\n")[0]
        assert first.startswith(f"INC-{count} {title}"), answer.text
        assert said in first
        assert ("cannot be made private later" in answer.text) is ("private" not in said), typed
        assert rig.room.name.startswith(f"inc-{count}-"), typed
        assert rig.room.private is ("private" in said), typed
        await rig.later(timedelta(minutes=2))  # so that none is a double, and Slack makes the next channel at once
    assert rig.ws.refused == []


async def test_the_start_is_told_or_assumed(rig: Rig) -> None:
    told = await rig.types("ana", "/incident declare checkout is down at: 9:40")
    assert "Impact since Fri 15 Mar 09:40 UTC." in told.text
    assumed = await rig.types("ben", "/incident new search is slow", rig.ops)
    assert "assumed: that is when you declared it. started at: 9:40 sets it." in assumed.text
    assert "Impact since Fri 15 Mar 10:00 UTC (" in assumed.text


@pytest.mark.parametrize(("label", "private"), [("Private", True), ("Public", False)])
async def test_private_in_the_title_is_asked_before_a_channel_is_made(rig: Rig, label: str, private: bool) -> None:
    asked = await rig.types("ana", "/incident declare private keys leaked sev1 at: 9:40")
    assert "has private in it. Shall the incident be private" in asked.text
    assert "declare private keys leaked sev1 at: 9:40" in asked.text
    assert [button.text for button in asked.buttons] == ["Private", "Public"]
    assert all("style" not in button.element for button in asked.buttons)
    assert rig.room is rig.ops
    said = await rig.clicks("ana", asked, label)
    assert said.startswith("INC-1 private keys leaked, sev1")
    assert "Impact since Fri 15 Mar 09:40 UTC" in said
    assert rig.room.private is private


async def test_a_title_that_is_too_long_comes_back_whole(rig: Rig) -> None:
    words = " ".join(f"word{place}" for place in range(1_400))[:11_900]
    answer = await rig.types("ana", f"/incident declare {words}")
    assert answer.failed is None
    assert f"That is {len(words)} characters long, and 200 fit" in answer.text
    assert words.replace(" ", "") in answer.text.replace(" ", "").replace("\n", "")
    assert rig.room is rig.ops


async def test_a_title_is_needed(rig: Rig) -> None:
    for typed in ("declare", "declare sev1", "open private", "new drill: sev2:"):
        answer = await rig.types("ana", f"/incident {typed}")
        assert f"{typed.split()[0]} needs words" in answer.text
        assert rig.room is rig.ops, typed


async def test_declared_twice_at_once_is_one_incident(rig: Rig) -> None:
    room = await rig.declare("checkout is down")
    for where in (rig.ops, room):
        await rig.types("ana", "/incident declare search is slow", where)
    twice = await rig.types("ana", "/incident declare search is slow", room)
    assert "You recorded just that within the last minute" in twice.text
    assert (await rig.types("ana", "/incident list")).text.startswith("3 open")  # one from each channel
    assert "INC-4 search is slow" in await rig.clicks("ana", twice, "Record again")


async def test_what_was_typed_makes_no_markup_in_the_title(rig: Rig) -> None:
    answer = await rig.types("ana", "/incident declare <!channel> a & b *bold* @ben is out")
    assert "<!channel> a & b" in answer.text
    assert answer.seen is not None
    assert answer.seen.mentions == []
    assert all("channel" not in post.mentions for post in rig.posts())


async def test_only_members_declare(rig: Rig) -> None:
    rig.ws.expects("users.info", "user_not_visible")
    for who in ("gus", "olga"):
        answer = await rig.types(who, "/incident declare checkout is down")
        assert "declare is for members of this workspace" in answer.text
        assert rig.room is rig.ops, who


async def test_a_severity_that_there_is_not_is_told_and_stays_in_the_title(rig: Rig) -> None:
    said = (await rig.types("ana", "/incident declare checkout is down sev9")).text
    assert said.startswith("INC-1 checkout is down sev9 (#1)\n“sev9” is no severity here, so it stands in the title. ")
    assert "severity … sets one of sev1, sev2, sev3, sev4." in said
    for typed in ("checkout is down sev2", "checkout is down on web9", "the sev is unknown"):
        assert "no severity here" not in (await rig.types("ana", f"/incident declare {typed}")).text


async def test_the_severity_is_read_as_it_is_typed_and_words_behind_one_that_stands_come_back(rig: Rig) -> None:
    await rig.declare("checkout is down")
    for typed, level in (("2", "sev2"), ("SEV 3", "sev3"), ("sev-1 data is at risk", "sev1")):
        assert f"severity: {level}" in (await rig.types("ana", f"/incident severity {typed}")).text
    stands = await rig.types("ana", "/incident severity sev1 orders are lost")
    assert stands.text.startswith("The severity is sev1 already. Nothing was recorded; note … keeps the words:")
    assert "severity sev1 orders are lost" in stands.text
