"""Opening an incident, as people see it: the channel, who is in it, the card, the announcement, and words where Slack
would not have it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.channels import Channel
from tests.rig import Rig, running


def opened(rig: Rig) -> list[Channel]:
    """The channels that the bot made."""
    return [one for one in rig.ws.channels if one.is_channel and one.creator_id == rig.ws.bot_user_id]


async def told(rig: Rig, handle: str = "ana") -> str:
    """What the bot said to a person in their direct messages."""
    direct = await rig.person(handle).opens_direct()
    return "\n".join(one.text for one in rig.person(handle).sees(direct))


NAMES = {
    "Checkout is DOWN": "inc-1-checkout-is-down",
    "API 5xx :fire: 🔥 on /v2/orders": "inc-2-api-5xx-fire-fire-on-v2-orders",
    "支付故障": "inc-3-zhifuguzhang",
    "Оплата не работает": "inc-4-oplata-ne-rabotaet",
    "?!… —": "inc-5",
    "naïve café": "inc-6-naive-cafe",
    "w" * 200: "inc-7-" + "w" * 71,
}


async def test_19_the_channels_name_is_legal_whatever_the_title(rig: Rig) -> None:
    for title, name in NAMES.items():
        await rig.types("ana", f"/incident declare {title}", rig.ops)
        assert opened(rig)[-1].name == name
        assert re.fullmatch(r"[a-z0-9-]{1,80}", name)
        await rig.later(timedelta(seconds=2))  # Slack takes one post a second
    assert len(opened(rig)) == len(NAMES)
    assert rig.ws.refused == []


@pytest.mark.parametrize("archived", [False, True], ids=["live", "archived"])
async def test_19_a_name_that_is_taken_gets_a_number(rig: Rig, archived: bool) -> None:
    rig.ws.expects("conversations.create", "name_taken")
    for name in ("inc-1-api-down", "inc-1-api-down-2"):
        other = await rig.ws.add_channel(name, members=["ana"])
        other.archived = archived
    await rig.types("ana", "/incident declare api down", rig.ops)
    assert [channel.name for channel in opened(rig)] == ["inc-1-api-down-3"]
    assert rig.ws.refused == []


async def test_everything_about_a_new_channel(tmp_path: Path) -> None:
    async with running(tmp_path, announce_channel="#incidents") as rig:
        board = await rig.ws.add_channel("incidents", members=["ana", "ben"])
        rig.ws.expects("chat.postMessage", "not_in_channel")
        await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
        (channel,) = opened(rig)
        assert channel.topic.value == "sev1, investigating, led by nobody yet: checkout is down"
        assert rig.person("ana").id in channel.members
        (card,) = rig.posts(channel)
        assert card.pinned
        assert "recorded" in card.text
        assert [button.text for button in card.buttons] == ["Take the lead", "Mitigated", "Resolve"]
        (bookmark,) = channel.bookmarks.values()
        assert bookmark["link"].endswith(f"/archives/{channel.id}/p{card.ts.replace('.', '')}")
        (announced,) = rig.posts(board)
        assert "checkout is down" in announced.text
        assert f"#{channel.name}" in announced.text
        assert f"INC-1 is open in #{channel.name}." in await told(rig)
        assert rig.ws.refused == []


async def test_one_declaration_makes_at_most_eight_calls_one_after_another(tmp_path: Path) -> None:
    async with running(tmp_path, announce_channel="#incidents", invite=("ben",)) as rig:
        await rig.ws.add_channel("incidents", members=["ana", "tocsin"])
        await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
        before = len(rig.ws.calls)
        await rig.types("ana", "/incident declare search is down sev1", rig.ops)
        calls = [call.method for call in rig.ws.calls[before:]]
        # The first one looked up a handle and a channel, and remembered them.
        assert sorted(calls) == [
            "bookmarks.add",
            *["chat.postMessage"] * 3,
            "conversations.create",
            "conversations.invite",
            "conversations.setTopic",
            "pins.add",
        ]


async def test_ids_handles_and_groups_of_the_settings_are_invited(tmp_path: Path) -> None:
    async with running(tmp_path, invite=("ben", "sre", "ghost", "tocsin")) as rig:
        rig.ws.add_person("cleo", name="Cleo")
        rig.ws.add_person("dora", name="Dora")
        rig.ws.add_group("sre", ["cleo", "dora"])
        rig.ws.add_group("idle", [])
        await rig.types("ana", "/incident declare queue stuck", rig.ops)
        (channel,) = opened(rig)
        wanted = {rig.person(one).id for one in ("ana", "ben", "cleo", "dora")}
        assert wanted | {rig.ws.bot_user_id} == set(channel.members)
        assert "would not let these be invited: @ghost" in await told(rig)
        assert rig.ws.refused == []


async def test_group_ids_and_person_ids_need_no_handle(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        group = rig.ws.add_group("sre", ["ben"])
        rig.ws.add_person("cleo", name="Cleo")
        object.__setattr__(rig.settings, "invite", (group.id, rig.person("cleo").id))
        await rig.types("ana", "/incident declare queue stuck", rig.ops)
        assert {rig.person("ben").id, rig.person("cleo").id} <= set(opened(rig)[0].members)


async def test_without_user_groups_on_the_plan_people_are_still_invited(tmp_path: Path) -> None:
    async with running(tmp_path, invite=("ben", "sre")) as rig:
        rig.ws.user_groups_are_paid_for = False
        rig.ws.expects("usergroups.list", "plan_upgrade_required")
        await rig.types("ana", "/incident declare queue stuck", rig.ops)
        assert rig.person("ben").id in opened(rig)[0].members
        assert "@sre" in await told(rig)


async def test_20_one_bad_invitee_of_130_keeps_nobody_out(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        many = [rig.ws.add_person(f"p{number}", name=f"P {number}") for number in range(126)]
        gone = rig.ws.add_person("gone", name="Gone Person", deleted=True)
        ids = (*(one.id for one in many), gone.id, "U0NOBODY00", rig.person("olga").id, rig.ws.bot_user_id)
        assert len(ids) == 130
        object.__setattr__(rig.settings, "invite", ids)
        await rig.types("ana", "/incident declare queue stuck", rig.ops)
        (channel,) = opened(rig)
        assert {one.id for one in many} <= set(channel.members)
        assert gone.id not in channel.members
        words = await told(rig)
        assert "would not let these be invited" in words
        assert "U0NOBODY00" in words
        assert rig.ws.refused == []


@pytest.mark.parametrize("words", ["private", "drill", "past"])
async def test_private_drill_and_past_are_never_announced(tmp_path: Path, words: str) -> None:
    async with running(tmp_path, announce_channel="#incidents") as rig:
        board = await rig.ws.add_channel("incidents", members=["ana", "tocsin"])
        await rig.types("ana", f"/incident declare payroll leak sev1 {words}", rig.ops)
        (channel,) = opened(rig)
        await rig.types("ana", "/incident severity sev2", channel)
        await rig.types("ana", "/incident resolve", channel)
        assert rig.posts(board) == []
        assert channel.private is (words == "private")


async def test_the_announcement_is_edited_as_facts_change(tmp_path: Path) -> None:
    async with running(tmp_path, announce_channel="#incidents") as rig:
        board = await rig.ws.add_channel("incidents", members=["ana", "tocsin"])
        await rig.declare()
        for text in ("severity sev2", "lead @ben", "title payments are down", "resolve"):
            await rig.types("ana", f"/incident {text}")
        (announced,) = rig.posts(board)
        assert "payments are down" in announced.text
        assert "Resolved, sev2, led by ben" in announced.text
        assert rig.ws.refused == []


async def test_an_announcement_that_cannot_be_made_is_told_to_who_declared(tmp_path: Path) -> None:
    async with running(tmp_path, announce_channel="#secret-board") as rig:
        await rig.ws.add_channel("secret-board", members=["ana"], private=True)
        await rig.declare()
        assert "INC-1 could not be announced in #secret-board" in await told(rig)


async def test_where_bots_may_not_create_channels_the_declarer_is_told_what_to_do(rig: Rig) -> None:
    rig.ws.creation_restricted = True
    rig.ws.expects("conversations.create", "restricted_action")
    answer = await rig.types("ana", "/incident declare checkout is down sev1", rig.ops)
    assert "INC-1" in answer.text
    await rig.later(timedelta(seconds=5))
    words = await told(rig)
    assert words.count("INC-1 is recorded, but its channel could not be opened") == 1
    assert "restricted_action" in words
    assert "ask an admin" in words
    assert opened(rig) == []
    assert rig.ws.refused == []
    await rig.later(timedelta(hours=2))
    assert [call.method for call in rig.ws.calls].count("conversations.create") == 1


async def test_26_a_title_that_mentions_everybody_mentions_nobody(tmp_path: Path) -> None:
    async with running(tmp_path, announce_channel="#incidents") as rig:
        board = await rig.ws.add_channel("incidents", members=["ana", "tocsin"])
        await rig.types("ana", "/incident declare <!channel> & @ben <b>down</b>", rig.ops)
        (channel,) = opened(rig)
        for seen in (*rig.posts(channel), *rig.posts(board)):
            assert seen.mentions == []
        assert "<!channel>" not in channel.topic.value


async def test_a_secret_in_the_title_stays_out_of_the_channels_name(rig: Rig) -> None:
    await rig.types("ana", "/incident declare leaked AKIAIOSFODNN7EXAMPLE in logs", rig.ops)
    (channel,) = opened(rig)
    assert "akia" not in channel.name
    assert "AKIA" not in channel.topic.value
