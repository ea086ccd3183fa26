"""Refusals: the text is given back, every button records what it says, and nothing private is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.answers import Answer
from tests.rig import Rig

LONG = " ".join(f"word{place}" for place in range(1_400))[:11_900]


#: What is typed, and what is said about its time.
UNREAD = {
    "action x at: sometime": "“sometime” cannot be read as a time",
    "action x at: 2024-02-30 10:00": "does not exist",
    "action x at: Monday 2024-03-15 10:00": "names a weekday that is not the one of that date",
    "action at: 9:50 restarted the api": "They come before the time: /incident action … at: 10:05",
    "action x at: 9:00 at: 9:30": "There are two at: in this",
    "resolve at: 9:50 all green": "The words come before the time: resolve … at: 10:05",
    "impact x users: 3% users: 4%": "There are two users: in this, and it holds one",
}
#: Who types what, so that it is asked which of its readings was meant.
ASKED = (
    ("ana", "action drained node 3 at: 10:30"),
    ("ben", "action drained node 3 at: 5:55"),
    ("ana", "note ticket at: yesterday at 9"),
    ("ana", "note ticket at: yesterday"),
    ("ana", "task title: Cap | cap it owner: @ben due: friday at: 10:30"),
    ("ana", "impact logins services: web, api users: 30% at: 10:30"),
    ("ana", "started at: 1 March 10:00"),
    ("ana", "started 1 March 10:00"),
    ("ana", "started at: yesterday"),
    ("ana", "declare search is slow sev2 at: 1 March 10:00"),
    ("ana", "action moved `x at: 5` at: 10:30"),
)
ZONES = {"UTC": UTC, "EDT": ZoneInfo("America/New_York")}


def labels(answer: Answer) -> list[str]:
    return [button.text for button in answer.buttons]


async def test_outside_of_any_incident_the_way_is_told(rig: Rig) -> None:
    none = await rig.types("ana", "/incident action restarted the api")
    assert "this channel belongs to none. Nothing was recorded." in none.text
    assert "/incident declare <title> opens one" in none.text
    assert "action restarted the api" in none.text
    assert not none.buttons
    room = await rig.declare("checkout is down sev1")
    one = await rig.types("ana", "/incident action restarted the api at: 9:55", rig.ops)
    assert "One incident is open" in one.text
    assert "INC-1 checkout is down" in one.text
    assert f"#{room.name}" in one.text
    assert labels(one) == ["Record in INC-1"]
    recorded = await rig.clicks("ana", one, "Record in INC-1")
    assert recorded.startswith("#2 action, Fri 15 Mar 09:55 UTC: restarted the api")
    await rig.declare("search is slow")
    two = await rig.types("ana", "/incident note x", rig.ops)
    assert "2 incidents are open" in two.text
    assert "INC-2 search is slow" in two.text
    assert not two.buttons
    assert rig.ws.refused == []


async def test_a_question_outside_is_offered_where_it_can_be_answered(rig: Rig) -> None:
    await rig.declare()
    asked = await rig.types("ana", "/incident timeline", rig.ops)
    assert "timeline is about one incident" in asked.text
    assert "recorded" not in asked.text
    assert "#1 Fri 15 Mar 10:00 UTC declared" in await rig.clicks("ana", asked, "Show that of INC-1")


async def test_a_verb_that_takes_an_incidents_number_says_so_outside(rig: Rig) -> None:
    for verb in ("repair", "similar"):
        none = await rig.types("ana", f"/incident {verb}", rig.ops)
        assert none.text.endswith(f"belongs to none.\nName one: /incident {verb} INC-3."), none.text
    await rig.declare()
    asked = await rig.types("ana", "/incident repair", rig.ops)
    assert "Open now:\n• INC-1 checkout is down" in asked.text
    assert "The channel of INC-1 is being looked after" in await rig.clicks("ana", asked, "Use repair for INC-1")


async def test_long_text_in_the_wrong_channel_is_given_back_whole(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", f"/incident note {LONG}", rig.ops)
    assert answer.failed is None
    assert not answer.buttons
    assert "Type it in its channel" in answer.text
    assert LONG.replace(" ", "") in answer.text.replace(" ", "").replace("\n", "")


async def test_guests_are_told_of_no_incident_elsewhere(rig: Rig) -> None:
    await rig.declare("checkout is down")
    for who in ("gus", "olga"):
        answer = await rig.types(who, "/incident note x", rig.ops)
        assert "Type it in the incident's channel." in answer.text
        assert not answer.buttons
        assert "INC-1" not in answer.text
        assert "checkout" not in answer.text
        assert "open" not in answer.text


async def test_an_unknown_verb_keeps_the_text(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident actoin drained node 3 at: 9:55")
    assert "There is no actoin. Did you mean action?" in answer.text
    assert labels(answer) == ["Use action", "Record as note", "Record as action"]
    assert (await rig.clicks("ana", answer, "Use action")).startswith("#2 action, Fri 15 Mar 09:55 UTC: drained node 3")
    other = await rig.types("ana", "/incident drained node 4 at: 9:56")
    assert labels(other) == ["Record as note", "Record as action"]
    assert (await rig.clicks("ana", other, "Record as note")).startswith(
        "#3 note, Fri 15 Mar 09:56 UTC: drained node 4"
    )
    other = await rig.types("ana", "/incident drained node 4 at: 9:56")
    assert "#4 action" in await rig.clicks("ana", other, "Record as action")
    restarted = await rig.types("ana", "/incident restarted the api")
    assert labels(restarted) == ["Record as note", "Record as action"]
    bare = await rig.types("ana", "/incident tiemline")
    assert "Did you mean timeline?" in bare.text
    assert not bare.buttons
    assert "can be taken" not in bare.text


async def test_a_severity_typed_as_a_verb_is_offered_as_one(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", "/incident sev2 half of the stores")
    assert "Did you mean severity sev2?" in answer.text
    assert "severity: sev2" in await rig.clicks("ana", answer, "Use severity sev2")
    answer = await rig.types("ana", "/incident SEV-3")
    assert "severity: sev3" in await rig.clicks("ana", answer, "Use severity sev3")
    assert "severity: sev1" in (await rig.types("ana", "/incident severity sev 1 all of them")).text


async def test_an_unknown_verb_outside_can_be_declared(rig: Rig) -> None:
    answer = await rig.types("ana", "/incident checkout is down sev1")
    assert "INC-1 checkout is down, sev1" in await rig.clicks("ana", answer, "Declare it as an incident")


async def test_a_long_text_behind_an_unknown_verb_is_given_back(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("ana", f"/incident drained {LONG}")
    assert answer.failed is None
    assert not answer.buttons
    assert "put note or action in front" in answer.text
    assert "word1399"[:6] in answer.text


async def test_slips_around_a_verb_are_read(rig: Rig) -> None:
    await rig.declare()
    slips = ("!action drained", "action: drained", "ACTION drained", "action\tdrained", "action\ndrained")
    slips += ("@action drained", "/action drained", "/incident action drained", "/incident !action drained")
    for minute, typed in enumerate(slips):  # by two minutes apart: the same words of one minute are a double
        said = (await rig.types("ana", f"/incident {typed}")).text
        assert said.startswith(f"#{minute + 2} action, Fri 15 Mar 10:{2 * minute:02} UTC: drained"), said
        await rig.later(timedelta(minutes=2))


async def test_verbs_of_two_words_are_read(rig: Rig) -> None:
    await rig.declare()
    assert (await rig.types("ana", "/incident ruled out the cache")).text.startswith("#2 ruled out, ")
    await rig.types("ana", "/incident task cap it")
    assert (await rig.types("ana", "/incident won't do #3 gone")).text.startswith("#4 task dropped, ")


async def test_a_time_that_cannot_be_read_records_nothing(rig: Rig) -> None:
    await rig.declare()
    for typed, said in UNREAD.items():
        answer = await rig.types("ana", f"/incident {typed}")
        assert said in answer.text, answer.text
        assert typed in answer.text
        assert "#2" not in await rig.timeline(), typed


@pytest.mark.parametrize("part", range(2))
async def test_every_button_records_what_it_says(rig: Rig, part: int) -> None:
    room = await rig.declare()
    for who, typed in ASKED[part::2]:
        readings = labels(await rig.types(who, f"/incident {typed}", room))
        assert readings, typed
        for label in readings:
            # Of what one answer offers one thing is recorded, so each reading is asked for anew.
            said = await rig.clicks(who, await rig.types(who, f"/incident {typed}", room), label)
            meant = datetime.strptime(f"{label.rsplit(' ', 1)[0]} 2024", "%a %d %b %H:%M %Y")
            utc = meant.replace(tzinfo=ZONES[label.rsplit(" ", 1)[1]]).astimezone(UTC)
            assert f"{utc:%a} {utc.day} {utc:%b %H:%M} UTC" in said, (typed, label, said)
    assert rig.ws.refused == []


async def test_a_question_about_a_long_text_says_what_to_type(rig: Rig) -> None:
    await rig.declare()
    asked = await rig.types("ana", f"/incident action {LONG[:5_000]} at: 10:30")
    assert asked.failed is None
    assert not asked.buttons
    assert "that is Thu 14 Mar 10:30 UTC: type the day as well" in asked.text


async def test_empty_words_are_asked_for(rig: Rig) -> None:
    await rig.declare()
    for verb in ("note", "action", "suspect", "impact", "cause", "fix", "escalate", "improve", "task", "update"):
        answer = await rig.types("ana", f"/incident {verb}")
        assert answer.text == f"{verb} needs words. Type them after it: /incident {verb} …"
        timed = await rig.types("ana", f"/incident {verb} at: 9:50")
        assert f"{verb} needs words" in timed.text, timed.text


async def test_a_refusal_without_a_text_to_give_back_promises_none(rig: Rig) -> None:
    await rig.declare()
    bare = (
        "edit",
        "retract",
        "redact",
        "history",
        "done",
        "role",
        "reopen",
        "severity",
        "remind",
        "reminders",
        "on-it",
    )
    for verb in bare:
        answer = (await rig.types("ana", f"/incident {verb}")).text
        assert not answer.rstrip().endswith(":"), answer
    assert (
        await rig.types("ana", "/incident on-it")
    ).text == "No escalation waits for an answer. Nothing was recorded."
    given = await rig.types("ana", "/incident edit nothing")
    assert "Nothing was changed:\n\nedit nothing" in given.text


async def test_characters_of_slacks_own_are_given_back_as_typed(rig: Rig) -> None:
    text = "action a<b && c>d `code` *bold* <!channel> at: nowhere"
    await rig.declare()
    answer = await rig.types("ana", f"/incident {text}")
    assert text in answer.text
    assert answer.seen is not None
    assert answer.seen.mentions == []


async def test_a_private_incident_is_named_nowhere_outside(rig: Rig) -> None:
    room = await rig.declare("private: payroll leak sev1")
    public = await rig.declare("search is slow")
    await rig.types("ana", "/incident resolve", public)
    outside = [
        await rig.types("ana", "/incident note x", rig.ops),
        await rig.types("ana", "/incident list", rig.ops),
        await rig.types("ana", "/incident status", rig.ops),
        await rig.types("ana", "/incident timeline", rig.ops),
        await rig.types("ana", "/incident duplicate INC-1", public),
        await rig.types("ana", "/incident move #1 INC-1", public),
        await rig.types("ana", "/incident help", rig.ops),
    ]
    for answer in outside:
        assert "payroll" not in answer.text, answer.text
        assert room.name not in answer.text, answer.text
        assert all("INC-1" not in button.text for button in answer.buttons)
    assert "No incident is open" in outside[0].text
    assert "“INC-1” is no incident that you can use here" in outside[4].text
    inside = await rig.types("ana", "/incident list", room)
    assert "INC-1 payroll leak" in inside.text
    noted = await rig.types("ana", "/incident note found it", room)
    assert "#2 is taken back" in await rig.clicks("ana", noted, "Undo")


async def test_digits_that_count_nothing_are_no_numbers(rig: Rig) -> None:
    await rig.declare()
    for line in ("remind ²", "timeline ²", "note x at: ²:30", "#² x", "retract #²"):
        answer = await rig.types("ana", f"/incident {line}")
        assert "reference" not in answer.text, answer.text
