"""Tasks: from a message, anywhere with buttons, and the reminders of their owners."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.tasks import reminded_at, tasks_in
from bot.domain.timeline import Entry, Kind, Source
from sandbox.seen import Seen
from tests.rig import Rig

DAY = timedelta(days=1)


async def direct(rig: Rig, handle: str) -> list[Seen]:
    """What the bot told somebody in their direct messages."""
    person = rig.person(handle)
    return [one for one in person.sees(await person.opens_direct()) if one.by == "tocsin" and not one.ephemeral]


def labels(seen: Seen) -> list[str]:
    return [button.text for button in seen.buttons]


def task(number: int, due: str | None, at: datetime) -> Entry:
    data = {"owner": "<@U1>"} | ({"due": due} if due else {})
    return Entry(number, Kind.TASK, "cap it", at, at, "U1", "U1", Source.COMMAND, data)


def test_an_owner_hears_before_and_after_and_never_twice_a_week() -> None:
    declared = datetime(2024, 3, 15, 10, tzinfo=UTC)
    [one] = tasks_in([task(1, "2024-04-01", declared)])
    zone = "America/New_York"
    first = reminded_at(one, zone, None)
    assert first == datetime(2024, 3, 31, 13, tzinfo=UTC), "nine in the morning, summer time"
    second = reminded_at(one, zone, first)
    assert second == first + 7 * DAY
    assert reminded_at(one, zone, second) == second + 7 * DAY
    [late] = tasks_in([task(1, "2024-03-16", declared + timedelta(hours=4))])
    assert reminded_at(late, zone, None) == datetime(2024, 3, 17, 13, tzinfo=UTC), "known too late for the one before"
    for due in (None, "soon", "0001-01-01", "9999-12-31"):
        [odd] = tasks_in([task(1, due, declared)])
        assert (reminded_at(odd, zone, None) is None) is (due in (None, "soon"))


async def test_owners_are_reminded_privately_until_it_is_done_or_they_stop_it(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident task cap the pool owner: @ben due: 2024-03-20")
    await rig.types("ana", "/incident task tell gus owner: @gus due: 2024-03-20")
    await rig.types("ana", "/incident resolve")
    posts = len(rig.posts())
    await rig.later(3 * DAY)
    assert await direct(rig, "ben") == []
    await rig.restart()
    await rig.later(DAY + DAY)
    [before] = await direct(rig, "ben")
    assert before.text.startswith("A task of yours in INC-1 (checkout is down) is due 2024-03-20: #2 cap the pool")
    assert labels(before) == ["Done", "Won't do", "Change", "Stop reminding me"]
    [there] = [one for one in rig.whispers("gus") if "due 2024-03-20" in one.text]  # a guest only in the channel
    assert labels(there) == ["Change", "Stop reminding me"], "no button that the gate would refuse"
    assert await direct(rig, "gus") == []
    await rig.restart()
    await rig.later(5 * DAY)
    assert len(await direct(rig, "ben")) == 1
    await rig.later(2 * DAY)
    assert len(await direct(rig, "ben")) == 2, "a week later, after the day"
    said = await rig.clicks("ben", (await direct(rig, "ben"))[-1], "Stop reminding me")
    assert "You will not be reminded of #2 any more." in said
    await rig.later(15 * DAY)
    assert len(await direct(rig, "ben")) == 2
    assert "reminded of #2 again" in (await rig.types("ben", "/incident reminders on #2")).text
    await rig.later(8 * DAY)
    assert len(await direct(rig, "ben")) == 3
    await rig.clicks("ben", (await direct(rig, "ben"))[-1], "Done")
    await rig.later(30 * DAY)
    assert len(await direct(rig, "ben")) == 3
    assert len(rig.posts()) == posts, "nothing of it is a post"
    unclear = (await rig.types("ben", "/incident reminders #2")).text
    assert unclear.startswith("“#2” is nothing that reminders takes. Type /incident reminders stop #7 or ")
    assert rig.ws.refused == []


async def test_tasks_are_asked_for_anywhere_and_private_ones_only_where_they_are(rig: Rig) -> None:
    await rig.declare()
    await rig.types("ana", "/incident task cap the pool owner: @ben")
    await rig.types("ana", "/incident task alert on it owner: DBA team")
    secret = await rig.declare("breach sev1 private")
    await rig.types("ana", "/incident task rotate keys owner: @ben", secret)
    mine = await rig.types("ben", "/incident tasks", rig.ops)
    assert mine.text.split("\n")[:2] == ["Open tasks, 1", "• INC-1 #2 cap the pool, ben"]
    everybody = await rig.types("ana", "/incident tasks all", rig.ops)
    assert "Open tasks, 2" in everybody.text
    assert "rotate" not in everybody.text + mine.text
    assert "#2 rotate keys" in (await rig.types("ben", "/incident tasks", secret)).text
    assert "No open tasks of yours" in (await rig.types("ana", "/incident tasks", rig.ops)).text
    assert "Open tasks, 1" in (await rig.types("ana", "/incident tasks @ben", rig.ops)).text
    assert "No open tasks of yours" in (await rig.types("gus", "/incident tasks", rig.ops)).text
    menu = rig.person("ben").finds(mine, "run:row:0")
    await rig.person("ben").chooses(menu, None, "1|done #2")
    await rig.quiet()
    assert "No open tasks of yours" in (await rig.types("ben", "/incident tasks", rig.ops)).text
    assert rig.ws.refused == []


async def test_a_message_becomes_a_task_by_its_menu(rig: Rig) -> None:
    room = await rig.declare()
    message = await rig.says("ben", "owner: nobody watches the pool & its <limits>")
    ana = rig.person("ana")
    await ana.shortcut("task_from_message", message)
    view = ana.view
    assert view is not None
    assert view.input("words") == "owner: nobody watches the pool & its <limits>"
    assert f"/archives/{room.id}/p" in view.input("link")
    done = await ana.submits({"key_owner": [rig.person("ben").id], "due": "2024-03-22"})
    assert not done.errors
    await rig.quiet()
    listed = (await rig.types("ana", "/incident tasks")).text
    assert "• #2 owner: nobody watches the pool & its <limits>, ben, due 2024-03-22" in listed
    await ana.shortcut("add_to_timeline", message)
    await ana.submits({"kind": "improvement"})
    await rig.quiet()
    assert "#3" in await rig.timeline()
    elsewhere = await rig.says("ana", "no incident here", rig.ops)
    answer = await ana.shortcut("task_from_message", elsewhere)
    await rig.quiet()
    assert "belongs to no incident" in (answer.text or answer.later[-1].text)
    assert rig.ws.refused == []
