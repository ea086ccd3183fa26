"""Declaring by the form: a title is enough, what is open stands beside it, and a message is linked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.channels import Channel
from sandbox.messages import Message
from sandbox.seen import Seen
from sandbox.views import View
from tests.rig import Rig


async def submits(rig: Rig, handle: str, **values: object) -> dict[str, str]:
    """Fill the form on top and submit it; the errors beside its fields."""
    result = await rig.person(handle).submits(values)
    await rig.quiet()
    assert result.failed is None
    return result.errors


def form(rig: Rig, handle: str) -> View:
    """The form that is before somebody."""
    view = rig.person(handle).view
    assert view is not None
    return view


async def direct(rig: Rig, handle: str) -> list[Seen]:
    """What the bot told somebody in direct messages."""
    return rig.person(handle).sees(await rig.person(handle).opens_direct())


async def from_message(rig: Rig, handle: str, message: Message) -> View:
    await rig.person(handle).shortcut("declare_from_message", message)
    await rig.quiet()
    return form(rig, handle)


async def test_the_command_alone_opens_the_form_and_a_title_declares(rig: Rig) -> None:
    answer = await rig.types("ana", "/incident")
    assert answer.text == ""
    view = form(rig, "ana")
    assert view.title == "Declare an incident"
    needed = [block["block_id"] for block in view.blocks if not block.get("optional", False)]
    assert needed == ["title"]
    offered = view.element("severity")[1]["options"]
    assert [(one["text"]["text"], one["description"]["text"]) for one in offered] == [
        (one.name, one.meaning) for one in rig.settings.severities
    ]
    assert await submits(rig, "ana") == {"title": "Please complete this required field."}
    assert await submits(rig, "ana", title="checkout: sev2 queue & <drill> is down", severity="sev1", time="9:40") == {}
    said = rig.whispers("ana", rig.ops)[-1].text
    # In a form the title is the title: no word of it is taken for anything else.
    assert said.startswith("INC-1 checkout: sev2 queue & <drill> is down, sev1 (#1)\nImpact since Fri 15 Mar 09:40 UTC")
    assert rig.room is not rig.ops
    assert rig.ws.refused == []


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_declared(rig: Rig) -> None:
    await rig.types("ana", "/incident form declare search is slow sev3 drill")
    view = form(rig, "ana")
    assert (view.input("title"), view.input("severity"), view.input("flags")) == ("search is slow", "sev3", ["drill"])
    errors = await submits(rig, "ana", time="soonish")
    assert errors["time"].startswith("“soonish” cannot be read as a time")
    assert rig.room is rig.ops
    # What can be read in two ways is asked below its field, with the answers to tap.
    assert await submits(rig, "ana", time="half seven") == {}
    [asked] = [block for block in view.blocks if block["block_id"].startswith("reading:")]
    assert "Which one?" in asked["label"]["text"]
    assert rig.room is rig.ops
    await submits(rig, "ana", **{asked["block_id"]: "Fri 15 Mar 07:30 UTC"})
    said = rig.whispers("ana", rig.ops)[-1].text
    assert said.startswith("INC-1 search is slow, sev3, a drill (#1)\nImpact since Fri 15 Mar 07:30 UTC")


async def test_private_in_a_title_is_asked_in_the_form_too(rig: Rig) -> None:
    await rig.types("ana", "/incident")
    assert await submits(rig, "ana", title="private keys leaked") == {}
    assert rig.room is rig.ops
    assert "has private in it" in form(rig, "ana").text
    await submits(rig, "ana", visibility="private")
    assert rig.room.private
    await rig.types("ana", "/incident", rig.ops)
    await submits(rig, "ana", title="private beta is slow")
    await submits(rig, "ana", visibility="Public")
    assert not rig.room.private
    assert rig.ws.refused == []


async def test_what_is_open_stands_beside_the_title_and_a_private_one_never(rig: Rig) -> None:
    await rig.declare("checkout is down sev1")
    secret = await rig.declare("private: keys leaked")
    done = await rig.declare("search is slow")
    await rig.types("ana", "/incident resolve", done)
    await rig.types("ben", "/incident", rig.ops)
    assert "INC-1 checkout is down: investigating, sev1" in form(rig, "ben").text
    assert "INC-3 search is slow: resolved" in form(rig, "ben").text
    assert "INC-2" not in form(rig, "ben").text
    await rig.types("ana", "/incident form declare", secret)
    assert "INC-2" not in form(rig, "ana").text
    await rig.later(timedelta(hours=1, minutes=1))
    await rig.types("ben", "/incident", rig.ops)
    assert "INC-1" in form(rig, "ben").text
    assert "INC-3" not in form(rig, "ben").text


async def test_the_shortcut_of_the_lightning_menu_declares_from_anywhere(rig: Rig) -> None:
    await rig.person("ana").global_shortcut("declare")
    await submits(rig, "ana", title="checkout is down", flags=["private"])
    assert rig.room.private
    told = [one.text for one in await direct(rig, "ana")]
    assert any(one.startswith("INC-1 checkout is down, private (#1)") for one in told)
    await rig.person("gus").global_shortcut("declare")
    await rig.quiet()
    assert rig.person("gus").view is None
    assert "declare is for members" in (await direct(rig, "gus"))[-1].text


async def test_a_message_is_linked_and_its_time_is_the_detection(rig: Rig) -> None:
    alert = await rig.says("pager", "Alert: error rate of checkout above 5%\nsince 9:58", rig.ops)
    await rig.later(timedelta(minutes=7))
    view = await from_message(rig, "ana", alert)
    assert view.input("title") == "Alert: error rate of checkout above 5%"
    assert view.input("detected") == ["yes"]
    await submits(rig, "ana", title="checkout fails")
    assert "#2 detection, Fri 15 Mar 10:00 UTC: Alert: error rate" in rig.whispers("ana", rig.ops)[-1].text
    timeline = (await rig.types("ana", "/incident timeline")).seen
    assert timeline is not None
    assert "10:00 UTC detection: Alert: error rate of checkout above 5%" in timeline.text
    link = f"/archives/{rig.ops.id}/p{alert.ts.replace('.', '')}|"
    assert any(link in str(block) for block in timeline.blocks)
    assert "by: alert" in rig.whispers("ana", rig.ops)[-1].text


async def test_what_was_said_in_a_private_incident_stays_private_unless_somebody_chooses_otherwise(rig: Rig) -> None:
    room = await rig.declare("checkout is down sev1")
    secret = await rig.declare("private: keys leaked")
    for channel, preset in ((rig.ops, []), (room, []), (secret, ["private"])):
        view = await from_message(rig, "ana", await rig.says("ana", "the reset mail went to Bob", channel))
        assert view.input("flags") == preset, channel.name
        assert await submits(rig, "ana") == {}
        assert rig.room.private is bool(preset), channel.name
    await from_message(rig, "ana", await rig.says("ana", "the shop is slow too", secret))
    await submits(rig, "ana", flags=[])
    assert not rig.room.private
    await rig.types("ana", "/incident form declare", secret)
    assert form(rig, "ana").input("flags") == [], "nothing of it comes along"


async def test_a_message_that_is_no_detection_is_a_note_with_the_words_that_were_left(rig: Rig) -> None:
    said = await rig.says("ben", "my cart is empty again, card 4111", rig.ops)
    await from_message(rig, "ana", said)
    await submits(rig, "ana", title="carts are lost", detected=[], said="my cart is empty again")
    assert "10:00 UTC note: my cart is empty again" in await rig.timeline()
    assert "4111" not in await rig.timeline()
    assert "Detection not recorded" in (await rig.types("ana", "/incident status")).text


async def test_a_form_that_does_not_open_says_so_and_gives_the_words_back(rig: Rig) -> None:
    rig.ws.expects("views.open", "expired_trigger_id")
    rig.ws.faults.add("views.open", error="expired_trigger_id")
    answer = await rig.types("ana", "/incident form declare checkout is down")
    assert "Slack gave up waiting for the form, so nothing was recorded" in answer.text
    assert "checkout is down" in answer.text
    assert rig.person("ana").view is None


async def same(rig: Rig, first: str, second: str, minutes: int = 5) -> list[str]:
    """Two declarations after each other; the buttons that the second one's answer has."""
    await rig.types("ana", f"/incident declare {first}", rig.ops)
    await rig.later(timedelta(minutes=minutes))
    answer = await rig.types("ben", f"/incident declare {second}", rig.ops)
    return [button.text for button in answer.buttons]


async def test_a_second_one_within_ten_minutes_is_offered_to_be_the_same(rig: Rig) -> None:
    await rig.types("ana", "/incident declare checkout is down", rig.ops)
    first = rig.room
    await rig.later(timedelta(minutes=5))
    answer = await rig.types("ben", "/incident declare payments fail", rig.ops)
    second: Channel = rig.room
    assert second is not first, "it opens at once"
    assert "Same incident? This one was declared in the last ten minutes:\n• INC-1 checkout is down" in answer.text
    assert rig.person("ben").id not in first.members
    said = await rig.clicks("ben", answer, "Join INC-1")
    assert f"The same incident as INC-1. You are being invited to #{first.name}" in said
    assert rig.person("ben").id in first.members
    assert "INC-2 payments fail: duplicate" in (await rig.types("ana", "/incident list", rig.ops)).text
    assert any("same incident as INC-1" in post.text for post in rig.posts(second))
    assert rig.ws.refused == []


@pytest.mark.parametrize(
    ("first", "second", "minutes"),
    [
        ("private: keys leaked", "login fails", 5),
        ("login fails", "private: keys leaked", 5),
        ("drill: login fails", "login fails", 5),
        ("login fails past", "login fails", 5),
        ("login fails", "search is slow", 11),
    ],
)
async def test_what_cannot_be_the_same_is_not_offered(rig: Rig, first: str, second: str, minutes: int) -> None:
    assert await same(rig, first, second, minutes) == []


async def test_27_the_same_form_submitted_twice_declares_once(rig: Rig) -> None:
    await rig.types("ana", "/incident")
    ana = rig.person("ana")
    view = form(rig, "ana")
    await submits(rig, "ana", title="checkout is down")
    ana.stack.append(view)  # the acknowledgement was lost: the form stands there still
    await submits(rig, "ana")
    assert "1 open" in (await rig.types("ana", "/incident list", rig.ops)).text
