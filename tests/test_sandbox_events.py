"""Which events the app hears: subscribed, granted, a member; and the shapes around them."""

import pytest
from sandbox_rig import MANIFEST, NOON, Rig, manifest_without, rig

from sandbox import Workspace
from sandbox.scopes import read_manifest


async def _busy_hour(r: Rig) -> None:
    """Something of every kind in #ops."""
    message = await r.ana.says(f"<hi> @{r.ws.bot_person.handle}", r.ops)
    await r.bo.reacts(message, "eyes")
    await r.bo.pins(message)
    await r.bo.unpins(message)
    await r.bo.changes(name="Bo Ekberg")
    await r.ana.leaves(r.ops)
    await r.bo.renames(r.ops, "operations")
    await r.ws.settled()


SUBSCRIPTIONS = {
    "message.channels": ("channels:history", "message"),
    "app_mention": ("app_mentions:read", "app_mention"),
    "reaction_added": ("reactions:read", "reaction_added"),
    "pin_added": ("pins:read", "pin_added"),
    "pin_removed": ("pins:read", "pin_removed"),
    "user_change": ("users:read", "user_change"),
    "member_left_channel": ("channels:read", "member_left_channel"),
    "channel_rename": ("channels:read", "channel_rename"),
}


@pytest.mark.parametrize("event", SUBSCRIPTIONS)
async def test_an_event_needs_its_subscription_and_its_scope(event: str) -> None:
    scope, heard_as = SUBSCRIPTIONS[event]
    async with rig() as r:
        await _busy_hour(r)
        assert heard_as in {e["type"] for e in r.heard}
    for poorer in (manifest_without(events=(event,)), manifest_without(scopes=(scope,))):
        async with rig(poorer) as r:
            await _busy_hour(r)
            kinds = {e["type"] for e in r.heard}
            assert heard_as not in kinds
            assert kinds, "the rest is still heard"


async def test_a_mention_comes_twice_with_one_timestamp_and_two_event_ids() -> None:
    async with rig() as r:
        await r.ana.says("@probe help", r.ops)
        await r.ws.settled()
        assert sorted(r.kinds()) == ["app_mention", "message"]
        assert len({e["ts"] for e in r.heard}) == 1
        assert len({b["event_id"] for b in r.bodies}) == 2


async def test_what_happens_where_the_bot_is_not_stays_there() -> None:
    async with rig() as r:
        message = await r.bo.says("@probe secret", r.side)
        await r.bo.reacts(message, "eyes")
        await r.bo.pins(message)
        await r.ana.joins(r.side)
        await r.ws.settled()
        assert r.heard == []
        await r.bo.renames(r.side, "aside")
        await r.bo.archives(r.side)
        await r.ws.settled()
        assert r.kinds() == ["channel_rename", "channel_archive"]


async def test_the_wrapper_says_whose_event_it_is() -> None:
    async with rig() as r:
        await r.ana.says("x", r.ops)
        await r.ws.settled()
        body = r.bodies[0]
        assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", r.ws.team_id, r.ws.app_id)
        assert body["event_time"] == int(NOON.timestamp())
        (authorization,) = body["authorizations"]
        assert (authorization["user_id"], authorization["is_bot"]) == (r.ws.bot_user_id, True)
        listed = await r.client.api_call(
            "apps.event.authorizations.list",
            params={"event_context": body["event_context"]},
            headers={"Authorization": f"Bearer {r.ws.app_token}"},
        )
        assert listed["authorizations"][0]["user_id"] == r.ws.bot_user_id


async def test_private_channels_speak_of_groups() -> None:
    async with rig() as r:
        war_room = await r.ws.add_channel("war-room", members=["bo"], private=True)
        await r.adds_bot(war_room)
        await r.bo.invites(war_room, [r.ana])
        await r.bo.renames(war_room, "war-room-2")
        await r.bo.archives(war_room)
        await r.ws.settled()
        assert r.kinds() == [
            "message/group_join",
            "member_joined_channel",
            "message/group_name",
            "group_rename",
            "message/group_archive",
            "group_archive",
        ]
        assert r.heard[1]["channel_type"] == "G"


async def test_events_nobody_here_can_cause_are_sent_as_given() -> None:
    async with rig() as r:
        nameless = {"type": "message", "channel": r.ops.id, "text": None, "ts": "1.000001", "channel_type": "channel"}
        delivery = await r.ws.sends_event(nameless)
        await r.ws.settled()
        assert delivery.outcome == "acknowledged"
        assert r.heard[0]["text"] is None


async def test_an_uninstalled_app_is_told_and_its_token_is_dead() -> None:
    manifest = manifest_without()
    manifest["settings"]["event_subscriptions"]["bot_events"] += ["tokens_revoked", "app_uninstalled"]
    async with rig(manifest) as r:
        await r.ana.says("warm up", r.ops)
        await r.ws.settled()
        await r.ws.uninstalls_app()
        await r.ws.settled()
        assert r.kinds()[-2:] == ["tokens_revoked", "app_uninstalled"]


def test_a_manifest_is_read_from_a_mapping_or_a_file(tmp_path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text("display_information: {name: Probe}\noauth_config: {scopes: {bot: [commands]}}\n")
    assert read_manifest(path).scopes == {"commands"}
    read = read_manifest(MANIFEST)
    assert read.commands == {"/probe": True, "/raw": False}
    assert read.shortcuts == {"mark": "message", "open": "global"}
    assert Workspace(MANIFEST).bot_person.handle == "probe"


def test_one_seed_makes_the_same_workspace_twice() -> None:
    first, again, other = Workspace(MANIFEST), Workspace(MANIFEST), Workspace(MANIFEST, seed=2)
    for ws in (first, again, other):
        ws.add_person("ana")
    assert first.person("ana").id == again.person("ana").id
    assert first.bot_token == again.bot_token != other.bot_token
