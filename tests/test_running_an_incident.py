"""Running an incident: the card's buttons, roles and briefings, severities, their reasons, reminders, late joiners."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.settings import Settings
from sandbox import posting
from sandbox.channels import Channel
from sandbox.seen import Seen
from tests.rig import Rig, running


def card(rig: Rig, room: Channel | None = None) -> Seen:
    return next(one for one in rig.posts(room) if "This channel is recorded" in one.text)


def labels(seen: Seen) -> list[str]:
    return [button.text for button in seen.buttons]


def told(rig: Rig, handle: str, words: str) -> list[Seen]:
    """What somebody was told privately in the incident's channel with these words in it."""
    return [one for one in rig.whispers(handle) if words in one.text]


async def types(rig: Rig, handle: str, text: str, room: Channel | None = None) -> str:
    """Type it, two seconds after whatever was before: Slack takes a post a second in a channel."""
    await rig.later(timedelta(seconds=2))
    return (await rig.types(handle, f"/incident {text}", room)).text


async def test_the_card_offers_the_three_things_that_come_next(rig: Rig) -> None:
    await rig.declare()
    assert labels(card(rig)) == ["Take the lead", "Mitigated", "Resolve"]
    await rig.clicks("ben", card(rig), "Take the lead")
    assert labels(card(rig)) == ["Update", "Mitigated", "Resolve"]
    await types(rig, "ben", "role scribe @ana")
    assert "Scribe ana" in card(rig).text
    await types(rig, "ben", "mitigated rolled back")
    assert labels(card(rig)) == ["Update", "Resolve", "Timeline"]
    await types(rig, "ben", "resolve")
    assert labels(card(rig)) == ["Draft again", "Tasks", "Reopen"]
    await types(rig, "ben", "reopen it is back")
    await types(rig, "ben", "cancel a test alert")
    assert labels(card(rig)) == ["Timeline", "Reopen"]
    assert rig.ws.refused == []


async def test_an_unpinned_card_is_pinned_again_once_and_a_deleted_one_made_again_at_once(rig: Rig) -> None:
    room = await rig.declare()
    for turn in range(2):
        await rig.person("ben").unpins(card(rig).message)
        await rig.quiet()
        assert card(rig).pinned is (turn == 0)
    assert len(told(rig, "ben", "pinned again, once")) == 1
    await types(rig, "ana", "declare search is slow", rig.ops)
    other = rig.room
    assert other is not room
    posting.delete(rig.ws, card(rig).message)
    await rig.quiet()
    assert card(rig).pinned
    assert len(told(rig, "ana", "made again, once")) == 1
    await types(rig, "ana", "resolve", room)
    assert rig.ws.refused == []


async def test_whoever_takes_a_role_is_briefed_and_may_give_it_back(rig: Rig) -> None:
    rig.ws.add_person("cleo", name="Cleo")
    room = await rig.declare()
    room.members.pop(rig.person("cleo").id, None)
    await types(rig, "ana", "impact no orders come in users: 40%")
    await types(rig, "ana", "suspect a bad deploy")
    await types(rig, "ana", "lead")
    (mine,) = told(rig, "ana", "You are Incident commander now.")
    assert "Leads: decides, hands out the work" in mine.text
    assert "Impact: no orders come in" in mine.text
    assert "Not me" not in labels(mine)
    await types(rig, "ana", "lead @cleo")
    assert rig.posts()[-1].text == "ana hands Incident commander over to cleo."
    assert rig.person("cleo").id in room.members
    (hers,) = told(rig, "cleo", "ana gave you the role Incident commander.")
    assert "a bad deploy" in hers.text
    assert len(told(rig, "cleo", "Asked of you")) == 1, "a briefing says what a catch-up would"
    await rig.clicks("cleo", hers, "Not me")
    assert "led by ana" in room.topic.value
    await types(rig, "ben", "lead me")
    assert rig.posts()[-1].text == "ben takes Incident commander over from ana."
    await types(rig, "ana", "lead @cleo")
    assert rig.posts()[-1].text == "Incident commander goes from ben to cleo, says ana."
    await types(rig, "cleo", "lead nobody")
    assert rig.posts()[-1].text == "Nobody is Incident commander now; it was cleo."
    assert rig.ws.refused == []


async def test_severities_and_statuses_carry_their_meaning_and_their_reasons(rig: Rig) -> None:
    await rig.declare()
    answer = await types(rig, "ana", "severity sev3 only the search is slow")
    assert "sev3: Something fails for some users" in answer
    assert rig.posts()[-1].text == "ana lowered the severity from sev1 to sev3: only the search is slow"
    await types(rig, "ben", "severity sev2 the cart too")
    assert rig.posts()[-1].text == "ben raised the severity from sev3 to sev2: the cart too"
    answer = await types(rig, "ana", "status identified")
    assert "identified: The cause is known" in answer
    refused = await types(rig, "ana", "severity purple")
    assert "• sev1 Most users cannot use the product" in refused
    refused = await types(rig, "ana", "status purple")
    assert "• monitoring A fix is in place" in refused
    timeline = await rig.timeline()
    assert "only the search is slow" in timeline
    assert "the cart too" in timeline


async def test_an_incident_without_a_commander_says_so_once(rig: Rig) -> None:
    await rig.declare()
    await types(rig, "ben", "note seen")
    await rig.later(timedelta(minutes=9))
    await rig.restart()
    assert told(rig, "ana", "nobody who leads") == []
    await rig.later(timedelta(minutes=2))
    await rig.restart()
    await rig.later(timedelta(hours=2))
    (said,) = told(rig, "ana", "nobody who leads it for 10 min")
    assert len(told(rig, "ben", "nobody who leads")) == 1
    assert told(rig, "gus", "nobody who leads") == []
    assert len(rig.posts()) == 1, "said to those who are at it, not to the channel"
    await rig.clicks("ana", said, "Take the lead")
    assert "led by ana" in rig.room.topic.value
    for words in ("quick one sev3", "led at once sev3"):
        room = await rig.declare(words)
        await types(rig, "ana", "resolve" if "quick" in words else "lead", room)
        await rig.later(timedelta(minutes=20))
        assert told(rig, "ana", "nobody who leads") == []
    assert rig.ws.refused == []


async def test_the_commander_is_asked_for_updates_until_they_stop_it(tmp_path: Path) -> None:
    severities = tuple(
        replace(one, update_minutes=minutes)
        for one, minutes in zip(Settings().severities, (15, None, None, 0), strict=True)
    )
    async with running(tmp_path, severities=severities) as rig:
        await rig.declare()  # sev1: 15 minutes
        await types(rig, "ben", "lead")

        def asked() -> int:
            return len(told(rig, "ben", "The last word to those who follow INC-1"))

        await rig.later(timedelta(minutes=14))
        assert asked() == 0
        await rig.restart()
        await rig.later(timedelta(minutes=2))
        assert asked() == 1
        await types(rig, "ben", "update we roll back")
        await rig.later(timedelta(minutes=14))
        assert asked() == 1
        await rig.later(timedelta(minutes=2))
        assert asked() == 2
        said = told(rig, "ben", "The last word")[-1]
        assert labels(said) == ["Update", "In 15 minutes", "Stop asking"]
        await types(rig, "ben", "severity sev2")  # the general figure: 30 minutes
        assert "asked for an update in 15 minutes" in await rig.clicks("ben", said, "In 15 minutes")
        await rig.restart()
        await rig.later(timedelta(minutes=16))
        assert asked() == 3
        await rig.later(timedelta(minutes=25))
        assert asked() == 3
        await types(rig, "ben", "severity sev4")
        await rig.later(timedelta(hours=3))
        assert asked() == 3, "sev4 asks for none"
        await types(rig, "ben", "severity sev1")
        await rig.later(timedelta(minutes=1))
        assert asked() == 4
        await rig.clicks("ben", told(rig, "ben", "The last word")[-1], "Stop asking")
        await rig.later(timedelta(hours=2))
        assert asked() == 4
        assert "after 15 minutes" in (await types(rig, "ben", "remind on"))
        await rig.later(timedelta(minutes=16))
        assert asked() == 5
        await rig.later(timedelta(days=20))
        assert asked() < 60, "one that was forgotten does not ring every quarter of an hour"
        await types(rig, "ben", "resolve")
        before = asked()
        await rig.later(timedelta(hours=5))
        assert asked() == before
        assert (await types(rig, "ben", "remind soon")).startswith(
            "“soon” is nothing that remind takes. "
            "Type /incident remind 15, /incident remind stop or /incident remind on.\nNothing was changed:"
        )
        for given, said in (
            ("in 2 hours", "You will be asked for an update in 120 minutes"),
            ("1h30", "You will be asked for an update in 90 minutes"),
            ("45m", "You will be asked for an update in 45 minutes"),
            ("999999", "“999999” is more than remind takes, which is 24 hours. Type /incident remind 15,"),
            ("3 days", "“3 days” is more than remind takes, which is 24 hours. Type /incident remind 15,"),
            ("0", "“0” is nothing that remind takes. "),
        ):
            assert (await types(rig, "ben", f"remind {given}")).startswith(said), given
        assert rig.ws.refused == []


async def test_late_joiners_are_caught_up_once_and_anybody_who_asks(rig: Rig) -> None:
    for handle in ("cleo", "dora"):
        rig.ws.add_person(handle, name=handle.title())
    await types(rig, "ana", "declare checkout is down sev1", rig.ops)
    room = rig.room
    await rig.person("ben").joins(room)
    await rig.quiet()
    assert rig.whispers("ben") == [], "there is nothing to catch up on"
    for text in (
        "started at: 9:40",
        "impact no orders come in services: checkout users: 40%",
        "suspect the last deploy",
        "suspect a full disk",
        "ruled-out #5 it has room",
        "action rolled back the deploy",
        "action looked at the graphs at: 9:45",
        "task look at the disks owner: @cleo",
        "lead @ben",
        "update the roll back is running",
        "escalate need a database person to: @cleo",
    ):
        await types(rig, "ana", text, room)
    (hers,) = [one for one in rig.whispers("cleo", room) if "Asked of you" in one.text]
    for words in (
        "INC-1 checkout is down",
        "Investigating, severity sev1, led by ben",
        "Since today 9:40 AM, 20 min",
        "Impact: no orders come in",
        "Last update: the roll back is running",
        "rolled back the deploy",
        "a full disk, it has room",
        "the last deploy",
        "#8 today 9:45 AM: looked at the graphs\n• #7 today 10:00 AM: rolled back",
        "An answer to the escalation #12 need a database person",
        "Task #9 look at the disks",
    ):
        assert words in hers.text, words
    assert hers.text.count("a full disk") == 1, "what is ruled out is no suspect"
    assert labels(hers) == ["I'm on it", "Timeline"]
    await rig.clicks("cleo", hers, "I'm on it")
    await rig.person("cleo").leaves(room)
    await rig.quiet()
    await rig.restart()
    for handle in ("cleo", "dora", "pager"):  # a bot is not caught up
        await rig.person(handle).joins(room)
        await rig.quiet()
    assert len([one for one in rig.whispers("cleo", room) if "Asked of you" in one.text]) == 1
    (other,) = [one for one in rig.whispers("dora", room) if "Asked of you" in one.text]
    assert "Asked of you: nothing yet. What you see or do" in other.text
    asked = await types(rig, "cleo", "catchup", room)
    assert "Task #9" in asked
    assert "escalation #11" not in asked
    outside = await types(rig, "ben", "catchup", rig.ops)
    assert "catchup is about one incident, and this channel belongs to none" in outside
    assert rig.ws.refused == []


async def test_updates_go_where_incidents_are_announced_and_where_it_was_declared(tmp_path: Path) -> None:
    async with running(tmp_path, announce_channel="#incidents,#status") as rig:
        boards = [await rig.ws.add_channel(name, members=["ana", "tocsin"]) for name in ("incidents", "status")]
        shop = await rig.ws.add_channel("shop", members=["ana", "tocsin"])
        await types(rig, "ana", "declare checkout is down sev1", shop)
        room = rig.room
        assert rig.posts(shop) == []
        await types(rig, "ana", "update we roll back", room)
        await types(rig, "ana", "update it is back key AKIAIOSFODNN7EXAMPLE", room)
        await types(rig, "ana", "edit #2 we roll forward", room)
        for board in boards:
            said = [one.text for one in rig.posts(board) + list(_replies(rig, board))]
            assert said[0].endswith(f"Last update: it is back key [masked #1]\n#{room.name}")
            assert any("INC-1, update by ana: we roll forward" in one for one in said)
            assert any("INC-1, update by ana: it is back key [masked #1]" in one for one in said)
        (declared,) = [one for one in rig.posts(shop) if one.thread_ts in (None, one.ts)]
        assert "Last update: it is back" in declared.text
        await types(rig, "ana", "resolve", room)
        assert "Resolved" in rig.posts(shop)[0].text
        before = [len(rig.posts(one)) for one in (*boards, shop)]
        for words in ("payroll leak sev1 private", "exercise sev1 drill"):
            await types(rig, "ana", f"declare {words}", shop)
            await types(rig, "ana", "update nobody hears this", rig.room)
        assert [len(rig.posts(one)) for one in (*boards, shop)] == before
        shop.shared = True
        await types(rig, "ana", "declare search is slow", shop)
        await types(rig, "ana", "update not for our partners", rig.room)
        assert len(rig.posts(shop)) == before[-1]
        assert rig.ws.refused == []


def _replies(rig: Rig, channel: Channel) -> list[Seen]:
    parents = [one.message for one in rig.posts(channel) if one.thread_ts in (None, one.ts)]
    return [one for parent in parents for one in rig.person("ana").sees(channel, parent)]
