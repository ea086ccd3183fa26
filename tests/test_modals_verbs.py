"""Every verb's form, made of what the verb says it takes: what it asks, what it says, and who may open it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.slack.commands import COMMANDS
from sandbox.blocks import check_blocks
from sandbox.seen import Button
from sandbox.views import View, elements_of
from tests.rig import START, Rig

#: What is typed first -> (verb, its form's fields, how the entry reads then in the timeline).
FORMS: tuple[tuple[str, dict[str, object], str], ...] = (
    ("started", {"time": "9:40"}, "09:40 UTC start of impact"),
    ("detected", {"words": "a call", "by": "customer", "time": "9:50"}, "09:50 UTC detection: a call"),
    ("impact", {"words": "logins fail", "services": "web, api", "users": "30%"}, "10:00 UTC impact: logins fail"),
    ("action", {"words": "drained <node> & 3", "time": "5 min ago"}, "09:55 UTC action: drained <node> & 3"),
    ("note", {"words": "two\nlines", "picked": START - timedelta(minutes=20)}, "09:40 UTC note: two\nlines"),
    ("suspect", {"words": "DDoS"}, "10:00 UTC hypothesis: DDoS"),
    ("ruled-out", {"entry": "7", "words": "all customers"}, "10:00 UTC ruled out #7: all customers"),
    ("ruled-out", {"words": "the CDN logs"}, "10:00 UTC ruled out: the CDN logs"),
    ("suspect", {"words": "bad deploy"}, "10:00 UTC hypothesis: bad deploy"),
    ("confirm", {"entry": "10"}, "10:00 UTC confirmed"),
    (
        "escalate",
        {"words": "need a DBA", "key_to": ["ben"], "names_to": "Database team"},
        "escalation to @ben, Database team: need a DBA",
    ),
    ("on-it", {"entry": "12"}, "answer to an escalation"),
    ("cause", {"words": "pool exhausted"}, "root cause: pool exhausted"),
    ("fix", {"words": "pool capped", "time": "9:59"}, "09:59 UTC fix: pool capped"),
    ("improve", {"words": "alert on the pool", "title": "Monitoring"}, "improvement: alert on the pool"),
    ("task", {"words": "cap it", "key_owner": ["ben"], "due": "2024-04-01"}, "task: cap it"),
    ("assign", {"entry": "17", "person": "ana"}, "task assigned"),
    ("wont-do", {"entry": "17", "words": "retired"}, "task dropped #17: retired"),
    ("conclude", {"words": "we learn"}, "conclusion: we learn"),
    ("severity", {"severity": "sev2", "words": "half is back"}, "severity sev2: half is back"),
    ("status", {"status": "identified"}, "status"),
    ("role", {"role": "scribe", "person": "ben"}, "role"),
    ("lead", {}, "role"),
    ("update", {"words": "failover runs"}, "update: failover runs"),
    ("mitigated", {"words": "failover done"}, "mitigated: failover done"),
    ("title", {"line": "Checkout down in Europe"}, "title: Checkout down in Europe"),
)


async def opens(rig: Rig, handle: str, verb: str) -> View:
    """Type `form <verb>`; the form is then before the person."""
    answer = await rig.types(handle, f"/incident form {verb}")
    view = rig.person(handle).view
    assert view is not None, answer.text
    return view


async def submits(rig: Rig, handle: str, values: dict[str, object]) -> dict[str, str]:
    result = await rig.person(handle).submits(values)
    await rig.quiet()
    assert result.failed is None
    return result.errors


async def test_each_form_records_what_its_line_would(rig: Rig) -> None:
    await rig.declare()
    rig.ws.limits.on = False
    for number, (verb, values, reads) in enumerate(FORMS, 2):
        view = await opens(rig, "ana", verb)
        assert "INC-1 checkout is down: " in view.text
        assert view.title == ("Won't do" if verb == "wont-do" else verb.replace("-", " ").capitalize())
        assert await submits(rig, "ana", values) == {}, verb
        said = [one.text for one in rig.whispers("ana") if one.text.startswith(f"#{number} ")]
        assert len(said) == 1, f"{verb}: {[one.text for one in rig.whispers('ana')][-2:]}"
        assert reads in (await rig.types("ana", "/incident timeline newest")).text, verb
    said = "\n".join(one.text for one in rig.whispers("ana"))
    for told in ("by: customer", "services: web, api", "users: 30%", "to: @ben, Database team", "due: 2024-04-01"):
        assert told in said
    assert {verb for verb, _, _ in FORMS} >= {one.name for one in COMMANDS if one.message and one.has_form} - {
        *("resolve", "reopen", "cancel", "duplicate", "move", "cause-detail", "fix-detail"),
    }
    assert rig.ws.refused == []


async def test_every_verb_has_a_form_that_slack_takes_or_nothing_to_ask(rig: Rig) -> None:
    await rig.declare()
    await rig.declare("search is slow")
    for typed in ("note one", "suspect two", "escalate three to: @ben", "task four", "note five", "retract #6"):
        await rig.types("ana", f"/incident {typed}")
    for command in COMMANDS:
        answer = await rig.types("ana", f"/incident form {command.name} {'#2' if command.name == 'edit' else ''}")
        view = rig.person("ana").view
        if not command.has_form:
            assert "has no form" in answer.text, command.name
            continue
        assert view is not None, command.name
        assert check_blocks(view.blocks, surface="modal") == [], command.name
        asked = {element["action_id"] for _, element in elements_of(view.blocks)}
        assert {"at": "time"}.get("at") in asked or "at" not in command.keys
        await rig.person("ana").closes_view()
    assert rig.ws.refused == []


async def test_a_verb_that_lacks_something_offers_its_form_filled_with_the_rest(rig: Rig) -> None:
    await rig.declare()
    for typed, block, value in (
        ("note at: 9:50", "time", "9:50"),
        ("action", "words", None),
        ("wont-do the service is retired", None, None),
        ("severity broken half of it", "words", "broken half of it"),
        ("task cap <it> due: whenever", "words", "cap <it>"),
    ):
        answer = await rig.types("ana", f"/incident {typed}")
        await rig.person("ana").clicks(answer, "Fill in a form")
        await rig.quiet()
        view = rig.person("ana").view
        if block is None:  # there is no task yet that it could be about
            assert view is None
            continue
        assert view is not None
        assert view.input(block) == value
        await rig.person("ana").closes_view()
    helped = await rig.types("ana", "/incident help escalate")
    await rig.person("ana").clicks(helped, "Fill in a form")
    assert rig.person("ana").view is not None
    assert rig.ws.refused == []


async def test_a_form_that_is_wrong_keeps_what_was_typed_and_says_where(rig: Rig) -> None:
    await rig.declare()
    view = await opens(rig, "ana", "action")
    errors = await submits(rig, "ana", {"words": "restarted the api", "time": "soonish"})
    assert errors["time"].startswith("“soonish” cannot be read as a time")
    errors = await submits(rig, "ana", {"time": "9:50", "picked": START})
    assert errors["picked"].startswith("There are two at: in this")
    errors = await submits(rig, "ana", {"time": None, "picked": START + timedelta(hours=1)})
    assert "lies ahead" in errors["time"]
    assert view.input("words") == "restarted the api"
    assert "1 entry" in await rig.timeline()
    assert await submits(rig, "ana", {"picked": datetime.fromisoformat("2024-03-15T09:45:00+00:00")}) == {}
    assert "09:45 UTC action: restarted the api" in await rig.timeline()
    await opens(rig, "ana", "detected")
    assert (await submits(rig, "ana", {}))["words"] == "Words are needed here."


async def test_what_is_submitted_twice_is_recorded_once_and_other_words_are_another(rig: Rig) -> None:
    await rig.declare()
    view = await opens(rig, "ana", "note")
    await submits(rig, "ana", {"words": "pool is full"})
    rig.person("ana").stack.append(view)  # the acknowledgement was lost: the form stands there still
    await submits(rig, "ana", {})
    assert (await rig.timeline()).count("pool is full") == 1
    rig.person("ana").stack.append(view)
    await submits(rig, "ana", {"words": "pool is full again"})
    assert (await rig.timeline()).count("pool is full") == 2


async def test_the_gate_holds_for_forms(rig: Rig) -> None:
    await rig.declare()
    answer = await rig.types("gus", "/incident form severity")
    assert "severity is for members" in answer.text
    assert rig.person("gus").view is None
    await opens(rig, "gus", "note")
    assert await submits(rig, "gus", {"words": "I see it too"}) == {}
    outside = await rig.types("ana", "/incident form note pool is full", rig.ops)
    assert "records in an incident, and this channel belongs to none" in outside.text
    await rig.person("ana").clicks(outside, "Record in INC-1")
    await rig.quiet()
    assert rig.person("ana").view is not None, "the form opens for the one incident that is open"
    assert rig.person("ana").view.input("words") == "pool is full"
    await submits(rig, "ana", {})
    assert "note: pool is full" in await rig.timeline()


def labels(buttons: list[Button]) -> list[str]:
    return [button.text for button in buttons if button.type == "button"]


async def test_the_command_alone_shows_what_can_be_done_next(rig: Rig) -> None:
    await rig.declare("checkout is down sev1")
    card = await rig.types("ana", "/incident")
    assert card.text.startswith("INC-1 checkout is down\nStatus investigating, severity sev1")
    assert labels(card.buttons) == [
        *("Take the lead", "Record an action", "Record a note", "Update everybody", "Escalate", "Mitigated", "Resolve"),
        *("Timeline", "Tasks", "Draft again"),
    ]
    await rig.person("ana").clicks(card, "Record an action")
    await submits(rig, "ana", {"words": "restarted the api"})
    everything = next(one for one in card.buttons if one.type == "static_select")
    offered = {option["text"]["text"].partition(":")[0] for option in everything.element["options"]}
    assert offered == {one.name for one in COMMANDS if one.listed and one.has_form} - {"declare"}
    await rig.person("ana").chooses(everything, None, "cause: the root cause in a sentence")
    await rig.quiet()
    await submits(rig, "ana", {"words": "pool exhausted"})
    assert "root cause: pool exhausted" in await rig.timeline()
    assert "action: restarted the api" in await rig.timeline()
    guest = await rig.types("gus", "/incident")
    assert labels(guest.buttons) == ["Record an action", "Record a note", "Escalate", "Timeline", "Tasks"]
    await rig.types("ana", "/incident resolve")
    ended = await rig.types("ana", "/incident")
    assert labels(ended.buttons) == ["Improvement", "Task", "Reopen", "Timeline", "Tasks", "Draft again"]
    assert "declare is for members" not in (await rig.types("gus", "/incident", rig.ops)).text
    assert rig.person("gus").view is None
    assert rig.ws.refused == []


@pytest.mark.parametrize("error", ["expired_trigger_id", "invalid_arguments"])
async def test_a_form_that_slack_will_not_open_gives_the_words_back(rig: Rig, error: str) -> None:
    await rig.declare()
    rig.ws.expects("views.open", error)
    rig.ws.faults.add("views.open", error=error)
    answer = await rig.types("ana", "/incident form action restarted the api of web-1")
    assert "Slack gave up waiting for the form, so nothing was recorded" in answer.text
    assert "restarted the api of web-1" in answer.text
