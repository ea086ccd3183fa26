"""Resolving: at once when typed, with what the draft lacks when by the form; none of it is ever needed."""

from __future__ import annotations

from datetime import timedelta

from sandbox.views import View, elements_of
from tests.rig import Rig

ASKED = ["start", "detection", "by", "share", "root_cause", "resolution", "misleading", "escalations"]


async def opens(rig: Rig) -> View:
    await rig.types("ana", "/incident form resolve")
    view = rig.person("ana").view
    assert view is not None
    return view


async def submits(rig: Rig, **values: object) -> dict[str, str]:
    result = await rig.person("ana").submits(values)
    await rig.quiet()
    assert result.failed is None
    return result.errors


def fields(view: View) -> list[str]:
    return [block["block_id"] for block, _ in elements_of(view.blocks)]


async def test_the_form_asks_what_the_draft_lacks_and_all_of_it_can_be_skipped(rig: Rig) -> None:
    await rig.declare()
    view = await opens(rig)
    assert fields(view) == ["words", "time", "picked", *ASKED]
    assert all(block.get("optional") for block, _ in elements_of(view.blocks))
    assert await submits(rig) == {}
    assert "INC-1 checkout is down: resolved" in (await rig.types("ana", "/incident list")).text
    assert rig.ws.refused == []


async def test_what_is_filled_in_is_recorded_in_one_go_and_stands_in_the_draft(rig: Rig) -> None:
    room = await rig.declare("checkout is down sev1")
    await rig.types("ana", "/incident suspect DDoS")
    await rig.types("ana", "/incident suspect bad deploy")
    await rig.later(timedelta(hours=1))
    await opens(rig)
    answers = {
        **{"start": "9:40", "detection": "pager alert at 9:45", "share": "30%", "misled": ["2"]},
        **{"root_cause": "pool <exhausted> & full", "resolution": "pool capped at 10:50"},
        **{
            "misleading": "the CDN logs",
            "escalations": "Database team at 10:20",
            "words": "all green",
            "time": "10:55",
        },
    }
    assert await submits(rig, **answers) == {}
    timeline = (await rig.types("ana", "/incident timeline")).text
    for line in (
        "09:40 UTC start of impact",
        "09:45 UTC detection: pager alert",
        "10:50 UTC fix: pool capped",
        "10:20 UTC escalation",
        "10:55 UTC resolved: all green",
        "root cause: pool <exhausted> & full",
        "ruled out: the CDN logs",
    ):
        assert line in timeline
    said = rig.whispers("ana")[-2].text if "Timeline" in rig.whispers("ana")[-1].text else rig.whispers("ana")[-1].text
    assert "resolved, Fri 15 Mar 10:55 UTC: all green" in said
    assert "#2 is now a misleading path: DDoS" in said
    [draft] = [post for post in rig.posts(room) if post.files]
    content = draft.files[0].content.decode()
    for told in ("pool \\<exhausted\\>", "DDoS", "30", "Database team", "09:40"):
        assert told in content.replace("&lt;", "\\<").replace("&gt;", "\\>"), told
    assert rig.ws.refused == []


async def test_one_field_that_is_wrong_records_nothing_of_the_form(rig: Rig) -> None:
    await rig.declare()
    view = await opens(rig)
    errors = await submits(rig, root_cause="pool exhausted", resolution="capped at: soonish", start="9:40")
    assert list(errors) == ["resolution"]
    assert errors["resolution"].startswith("“soonish” cannot be read as a time")
    assert "1 entry" in await rig.timeline()
    assert view.input("root_cause") == "pool exhausted"
    assert await submits(rig, resolution="capped") == {}
    timeline = await rig.timeline()
    assert "5 entries" in timeline
    assert timeline.count("pool exhausted") == 1


async def test_a_start_long_ago_is_asked_below_its_field(rig: Rig) -> None:
    await rig.declare()
    view = await opens(rig)
    assert await submits(rig, start="2024-03-01 10:00") == {}
    [asked] = [block for block in view.blocks if block["block_id"].startswith("reading:")]
    assert "more than 7 days before now. Is that when it began?" in asked["label"]["text"]
    assert await submits(rig, **{asked["block_id"]: asked["element"]["options"][0]["value"]}) == {}
    assert "Fri 1 Mar 10:00 UTC start of impact" in await rig.timeline()


async def test_a_typed_resolve_is_at_once_and_offers_the_rest(rig: Rig) -> None:
    room = await rig.declare()
    answer = await rig.types("ana", "/incident resolve all green")
    assert "resolved, Fri 15 Mar 10:00 UTC" in answer.text
    await rig.person("ana").clicks(answer, "Fill in what is missing")
    await rig.quiet()
    view = rig.person("ana").view
    assert view is not None
    assert fields(view) == ASKED
    await submits(rig, root_cause="pool exhausted", share="not measured: no analytics")
    [draft] = [post for post in rig.posts(room) if post.files]
    assert "pool exhausted" in draft.files[0].content.decode(), "the draft is made again"
    await rig.types("ana", "/incident form resolve")
    view = rig.person("ana").view
    assert view is not None
    assert fields(view) == [name for name in ASKED if name not in ("root_cause", "share")]
    assert await submits(rig) == {}, "nothing filled in is nothing recorded"
    for typed in ("started at: 9:50", "detected alert", "fix it", "ruled-out that", "escalate to: SRE"):
        await rig.types("ana", f"/incident {typed}")
    assert "Nothing that the form asks for is missing" in (await rig.types("ana", "/incident form resolve")).text
    await rig.types("ana", "/incident reopen it is back")
    again = await rig.types("ana", "/incident resolve")
    assert [button.text for button in again.buttons] == ["Change", "Undo"]
    assert rig.ws.refused == []


async def test_only_members_resolve_by_the_form(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("gus", "/incident form resolve")
    assert "resolve is for members" in answer.text
    assert rig.person("gus").view is None
