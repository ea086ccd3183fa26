"""The home tab: what it shows to whom, its filter and buttons, and that nobody sees a private incident there."""

from __future__ import annotations

from datetime import timedelta

from tests.rig import Rig


async def home(rig: Rig, handle: str) -> str:
    """Open the tab; what stands there."""
    await rig.person(handle).opens_home()
    await rig.quiet()
    view = rig.person(handle).home
    assert view is not None
    return view.text


def now(rig: Rig, handle: str) -> str:
    view = rig.person(handle).home
    assert view is not None
    return view.text


def published(rig: Rig) -> int:
    return len([call for call in rig.ws.calls if call.method == "views.publish"])


async def test_the_home_shows_what_is_open_what_waits_and_what_ended(rig: Rig) -> None:
    assert "Nothing waits for you." in await home(rig, "ana")
    await rig.person("ana").clicks("Declare an incident")
    await rig.person("ana").submits({"title": "Checkout fails <b>", "severity": "sev1"})
    await rig.quiet()
    room = rig.room
    assert "INC-1 Checkout fails <b>" in now(rig, "ana"), "what one does there shows there"
    await rig.person("ben").joins(room)
    await rig.types("ana", "/incident lead @ben", room)
    await rig.types("ana", "/incident escalate have a look to: @ben", room)
    await rig.types("ana", "/incident task cap the pool owner: @ben due: 2024-04-01", room)
    text = await home(rig, "ben")
    for words in (
        "An escalation waits for your answer: INC-1 #3 have a look",
        "You are Incident commander in INC-1",
        "• INC-1 #4 cap the pool, ben, due 2024-04-01",
        "Investigating, sev1, led by ben, began",
    ):
        assert words in text, words
    before = published(rig)
    await home(rig, "ben")
    assert published(rig) == before, "what did not change is not sent"
    await rig.person("ben").clicks(rig.person("ben").home, "I'm on it")
    await rig.quiet()
    assert "An escalation waits" not in now(rig, "ben")
    await rig.types("ana", "/incident resolve all good", room)
    assert "Lately ended" in now(rig, "ben")
    assert "Drafts to review\nNone." in now(rig, "ben")
    await rig.later(timedelta(minutes=2))
    assert "Drafts to review\nINC-1" in now(rig, "ben"), "it is followed while it may be looked at"
    assert "Nobody was asked to review it" in now(rig, "ben")
    await rig.types("ana", "/incident review @ben due: 2024-03-18", room)
    await rig.later(timedelta(minutes=1))
    assert "With ben for review, due " in now(rig, "ben")
    assert "{date_long_pretty}|2024-03-18>" in str(rig.person("ben").home.blocks)
    await rig.person("ben").chooses("run:menu:0", None, "|home mine")
    await rig.quiet()
    assert "Lately ended" not in now(rig, "ben")
    assert "cap the pool" in now(rig, "ben")
    await rig.restart()
    assert "Lately ended" not in await home(rig, "ben"), "the filter is kept"
    assert "Your home tab shows everything" in (await rig.types("ben", "/incident home all")).text
    await rig.later(timedelta(minutes=20))
    before = published(rig)
    await rig.types("ana", "/incident reopen back again", room)
    await rig.later(timedelta(minutes=5))
    assert published(rig) == before, "nobody looks any more"
    assert rig.ws.refused == []


async def test_a_private_incident_is_on_the_home_of_its_members_alone(rig: Rig) -> None:
    await rig.types("ana", "/incident declare breach of the vault sev1 private", rig.ops)
    room = rig.room
    await rig.types("ana", "/incident task rotate keys owner: @ben", room)
    assert "INC-1 breach of the vault (private)" in await home(rig, "ana")
    for handle in ("ben", "gus"):
        text = await home(rig, handle)
        assert "vault" not in text
        assert "rotate" not in text
    await rig.person("ana").invites(room, [rig.person("ben")])
    await rig.quiet()
    assert "INC-1 #2 rotate keys" in await home(rig, "ben")
    await rig.person("ben").leaves(room)
    await rig.later(timedelta(minutes=1))
    assert "rotate" not in now(rig, "ben"), "who left sees it no more"
    public = await rig.declare("search is slow")
    assert "search is slow" in await home(rig, "gus"), "a guest sees what they are in"
    await rig.person("gus").leaves(public)
    assert "search is slow" not in await home(rig, "gus")
    assert rig.ws.refused == []


async def test_27_a_home_that_somebody_else_published_is_published_again(rig: Rig) -> None:
    await home(rig, "ana")
    await rig.declare()
    rig.ws.faults.add("views.publish", error="hash_conflict", times=1)
    rig.ws.expects("views.publish", "hash_conflict")
    assert "INC-1 checkout is down" in await home(rig, "ana")
    await rig.person("ana").opens_home("messages")
    await rig.quiet()
    assert rig.ws.refused == []
