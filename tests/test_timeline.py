"""The timeline: pages, kinds, people, what can be done about each line, and the history of an entry."""

from __future__ import annotations

from datetime import timedelta

from sandbox.seen import Button, Seen
from tests.rig import Rig


def menu(seen: Seen | None, number: int) -> Button:
    """The menu beside the line of an entry."""
    assert seen is not None
    block = next(block for block in seen.blocks if block.get("accessory") and f"*#{number}* " in block["text"]["text"])
    return next(one for one in seen.buttons if one.element is block["accessory"])


def choices(button: Button) -> list[str]:
    """What a menu offers."""
    return [option["text"]["text"] for option in button.element.get("options", [])] or [button.text]


def lists(seen: Seen | None) -> list[Button]:
    assert seen is not None
    return [one for one in seen.buttons if one.type == "static_select"]


async def chooses(rig: Rig, handle: str, target: Button, choice: str) -> Seen | None:
    """Choose from a menu; what comes back."""
    answer = await rig.person(handle).chooses(target, None, choice)
    await rig.quiet()
    return answer.later[-1] if answer.later else None


async def test_a_timeline_is_filtered_by_kind_and_person_and_turned_round(rig: Rig) -> None:
    await rig.declare("checkout is down at: 9:00")
    await rig.types("ana", "/incident action restarted the api at: 9:10")
    await rig.types("ben", "/incident note vendor called at: 9:20")
    await rig.types("ben", "/incident action drained node 3 at: 9:30")
    for typed, shown, head in (
        ("timeline actions", ["#2", "#4"], "2 entries of the kind action"),
        ("timeline @ben", ["#3", "#4"], "2 entries by ben"),
        ("timeline did @ben", ["#4"], "1 entry of the kind action by ben"),
        ("timeline newest", ["#4", "#3", "#2", "#1"], "4 entries"),
        ("timeline notes please", ["#3"], "1 entry of the kind note"),
        ("timeline ruled-out", [], "0 entries of the kind ruled out"),
    ):
        text = (await rig.types("ana", f"/incident {typed}")).text
        first, *lines = text.split("\n")
        assert first == f"Timeline, {head}", typed
        assert [line.split()[0] for line in lines] == shown, typed
    assert "#3" not in (await rig.types("ana", "/incident timeline me")).text
    head, passed_over, *lines = (await rig.types("ana", "/incident timeline of fooz and actions bar")).text.split("\n")
    assert head == "Timeline, 2 entries of the kind action"
    assert passed_over == "I passed over fooz bar, which is no page, kind, person or order of a timeline."
    assert len(lines) == 2
    whole = (await rig.types("ana", "/incident timeline")).seen
    kinds, people = lists(whole)
    assert choices(kinds) == ["Every kind", "declared", "action", "note"]
    assert choices(people) == ["Everybody", "ana", "ben"]
    only = await chooses(rig, "ana", people, "ben")
    assert only is not None
    assert only.text.startswith("Timeline, 2 entries by ben")
    both = await chooses(rig, "ana", lists(only)[0], "action")
    assert both is not None
    assert both.text.startswith("Timeline, 1 entry of the kind action by ben\n#4")
    assert (await rig.clicks("ana", whole, "Newest first")).startswith("Timeline, 4 entries\n#4")
    assert rig.ws.refused == []


async def test_each_line_is_changed_and_taken_back_from_its_menu(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the api")
    shown = (await rig.types("ben", "/incident timeline")).seen
    assert choices(menu(shown, 1)) == ["Change", "History"]
    assert choices(menu(shown, 2)) == ["Change", "Take back #2", "History"]
    await chooses(rig, "ben", menu(shown, 2), "Change")
    assert rig.person("ben").view is not None
    result = await rig.person("ben").submits({"words": "restarted the api of web-1"})
    await rig.quiet()
    assert result.errors == {}
    said = await chooses(rig, "ana", menu((await rig.types("ana", "/incident timeline")).seen, 2), "Take back #2")
    assert said is not None
    assert "#2 is taken back" in said.text
    gone = (await rig.types("ana", "/incident timeline taken-back")).seen
    assert gone is not None
    assert gone.text.startswith("Timeline of what was taken back, 1 entry\n#2")
    await chooses(rig, "ana", menu(gone, 2), "Restore")
    assert "action: restarted the api of web-1" in await rig.timeline()
    guests = (await rig.types("gus", "/incident timeline")).seen
    assert choices(menu(guests, 1)) == ["History"], "who may not change it is not offered to"
    assert choices(menu(guests, 2)) == ["Change", "Take back #2", "History"]


async def test_a_page_of_the_longest_lines_is_one_that_slack_takes(rig: Rig) -> None:
    await rig.declare()
    rig.ws.limits.on = False
    for place in range(15):
        await rig.types("ana", f"/incident note {place} " + "<&> " * 400)
    answer = await rig.types("ana", "/incident timeline")
    assert answer.failed is None
    assert answer.seen is not None
    assert len([block for block in answer.seen.blocks if block.get("accessory")]) == 15
    assert rig.ws.refused == []


async def test_the_history_says_who_changed_what_and_when(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident impact logins fail services: web users: 30%")
    await rig.later(timedelta(minutes=5))
    await rig.types("ben", "/incident edit #2 logins are slow at: 9:50 users: 40%")
    await rig.later(timedelta(minutes=5))
    await rig.types("ana", "/incident retract #2 it was another service")
    assert (await rig.types("gus", "/incident history #2")).text.split("\n") == [
        "History of #2, 3 versions",
        "Fri 15 Mar 10:00 UTC ana recorded it",
        *("› kind: impact", "› time: Fri 15 Mar 10:00 UTC", "› who: ana", "› words: logins fail"),
        *("› services: web", "› users: 30%"),
        "Fri 15 Mar 10:05 UTC ben edited it",
        *("› time: Fri 15 Mar 09:50 UTC", "› words: logins are slow", "› users: 40%"),
        "Fri 15 Mar 10:10 UTC ana retracted it",
        "› why: it was another service",
    ]
    assert "There is no entry #9 here" in (await rig.types("ana", "/incident history 9")).text
    await rig.types("ana", "/incident restore #2")
    await rig.types("ana", "/incident redact #2")
    assert "logins" not in (await rig.types("ana", "/incident history #2")).text
    assert "Nothing was changed" in (await rig.types("ana", "/incident revert #2")).text


async def test_undo_after_a_change_takes_the_change_back_and_not_the_entry(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident note pool is full at: 9:50")
    assert "has never said anything else" in (await rig.types("ana", "/incident revert #2")).text
    answer = await rig.types("ana", "/incident edit #2 pool of db-1 is full kind: action at: 9:55")
    assert "09:55 UTC action: pool of db-1 is full" in await rig.timeline()
    said = await rig.clicks("ana", answer, "Undo")
    assert "#2 stands as it stood before" in said
    assert "09:50 UTC note: pool is full" in await rig.timeline()
    assert "3 versions" in (await rig.types("ana", "/incident history #2")).text


async def test_who_it_was_is_changed_by_a_line_and_by_the_form(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident action restarted the api")
    await rig.types("ana", "/incident edit #2 by: @ben")
    assert (await rig.types("ana", "/incident timeline @ben")).text.split("\n")[1].startswith("#2")
    assert "› who: ben" in (await rig.types("ana", "/incident history #2")).text
    answer = await rig.types("ana", "/incident detected a call by: customer")
    await rig.person("ana").clicks(answer, "Change")
    await rig.quiet()
    view = rig.person("ana").view
    assert view is not None
    assert view.input("by") == "customer"
    await rig.person("ana").submits({"who": "ben", "by": "alert"})
    await rig.quiet()
    said = (await rig.types("ana", "/incident history #3")).text
    assert said.endswith("ana edited it\n› who: ben\n› by: alert")
    # `by:` is a word like any other where nobody is named.
    await rig.types("ana", "/incident edit #2 what broke it by: the vendor")
    assert "action: what broke it by: the vendor" in await rig.timeline()


async def test_who_changes_a_line_second_is_asked_first_and_nothing_is_overwritten(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident note pool is full")
    await rig.types("ben", "/incident edit #2 pool of db-1 is full")
    told = await rig.types("ana", "/incident edit #2 pool of <db-2> is full")
    assert told.text.startswith("ben changed #2 a moment before. Nothing was overwritten; it stands so now:\n#2 note")
    assert "edit #2 pool of <db-2> is full" in told.text
    assert "pool of db-1 is full" in await rig.timeline()
    await rig.clicks("ana", told, "Change it all the same")
    assert "pool of <db-2> is full" in await rig.timeline()
    await rig.later(timedelta(minutes=3))
    assert "is changed" in (await rig.types("ben", "/incident edit #2 pool is full again")).text


async def test_the_form_shows_and_changes_the_keys_of_its_kind(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident task cap it owner: @ben, DBA team due: 2024-04-01 link: https://x.io/1")
    await rig.person("ana").clicks(answer, "Change")
    await rig.quiet()
    view = rig.person("ana").view
    assert view is not None
    ben = rig.person("ben").id
    assert (view.input("key_owner"), view.input("names_owner"), view.input("due")) == ([ben], "DBA team", "2024-04-01")
    await rig.person("ana").submits({"key_owner": [], "due": None})
    await rig.quiet()
    assert (await rig.types("ana", "/incident tasks")).text.split("\n")[1] == "• #2 cap it, DBA team"
    answer = await rig.types("ana", "/incident impact slow services: web, api unaffected users: 30%")
    await rig.person("ana").clicks(answer, "Change")
    await rig.quiet()
    view = rig.person("ana").view
    assert view is not None
    assert (view.input("services"), view.input("users")) == ("web, api unaffected", "30%")
    await rig.person("ana").submits({"services": "web", "users": None})
    await rig.quiet()
    said = (await rig.types("ana", "/incident history #3")).text
    assert said.endswith("› services: web") or "› unaffected: taken out" in said
    assert "› users: taken out" in said
    assert rig.ws.refused == []
