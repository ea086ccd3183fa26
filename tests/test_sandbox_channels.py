"""conversations.*: names, invitations, membership, visibility, archiving, the system messages and events of each."""

import pytest
from sandbox_rig import Rig, error_of, manifest_without, rig
from slack_sdk.errors import SlackApiError

from sandbox import Channel


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("inc-1-db_x", "ok"),
        ("a" * 80, "ok"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Inc-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("café", "invalid_name_specials"),
        ("事故", "invalid_name_specials"),
        ("#inc", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
        ("", "invalid_name_required"),
        ("here", "invalid_name"),
        ("ops", "name_taken"),
        ("bo", "name_taken"),
    ],
)
async def test_a_channel_name_is_judged_and_never_bent(name: str, error: str) -> None:
    async with rig(joined=False) as r:
        assert await error_of(r.client.conversations_create(name=name)) == error


async def test_archived_and_unseen_channels_hold_their_names() -> None:
    async with rig() as r:
        await r.bo.archives(r.side)
        await r.ws.add_channel("secret", members=["bo"], private=True)
        for name in ("side", "secret"):
            assert await error_of(r.client.conversations_create(name=name)) == "name_taken"


async def test_a_created_channel_has_the_bot_alone_and_is_announced() -> None:
    async with rig() as r:
        channel = (await r.client.conversations_create(name="inc-1"))["channel"]
        await r.ws.settled()
        assert channel["creator"] == r.ws.bot_user_id
        assert channel["is_member"] is True
        assert channel["updated"] == channel["created"] * 1000
        members = await r.client.conversations_members(channel=channel["id"])
        assert members["members"] == [r.ws.bot_user_id]
        # Bolt drops what its own user did, save the joining and leaving of channels.
        assert "member_joined_channel" in r.kinds()
        assert any(d.type == "channel_created" for d in r.ws.acks)


async def test_creation_can_be_restricted() -> None:
    async with rig(joined=False) as r:
        r.ws.creation_restricted = True
        assert await error_of(r.client.conversations_create(name="inc")) == "restricted_action"


async def _made(r: Rig, name: str = "inc-1", *, private: bool = False) -> Channel:
    answer = await r.client.conversations_create(name=name, is_private=private)
    await r.ws.settled()
    r.heard.clear()
    return r.ws.channel_by_id(answer["channel"]["id"])


async def test_one_bad_invitation_fails_all_unless_forced() -> None:
    async with rig() as r:
        channel = await _made(r)
        users = [r.ana.id, "U0NOBODY", r.ws.bot_user_id]
        with pytest.raises(SlackApiError) as refusal:
            await r.client.conversations_invite(channel=channel.id, users=users)
        assert refusal.value.response["error"] == "user_not_found"
        assert refusal.value.response["errors"] == [
            {"user": "U0NOBODY", "ok": False, "error": "user_not_found"},
            {"user": r.ws.bot_user_id, "ok": False, "error": "cant_invite_self"},
        ]
        assert r.ana.id not in channel.members
        answer = await r.client.conversations_invite(channel=channel.id, users=users, force=True)
        assert len(answer["errors"]) == 2
        assert r.ana.id in channel.members
        again = r.client.conversations_invite(channel=channel.id, users=r.ana.id)
        assert await error_of(again) == "already_in_channel"


async def test_a_deactivated_person_fails_alone() -> None:
    async with rig() as r:
        channel = await _made(r)
        gone = r.ws.add_person("gone", deleted=True)
        invitation = r.client.conversations_invite(channel=channel.id, users=[gone.id, r.ana.id])
        assert await error_of(invitation) == "cant_invite"
        assert r.ana.id in channel.members
        assert gone.id not in channel.members


async def test_guests_strangers_and_crowds_are_refused() -> None:
    async with rig() as r:
        channel = await _made(r)
        crowd = [r.ws.add_person(f"p{n}") for n in range(130)]
        guest = r.ws.add_person("guest", guest="single")
        stranger = r.ws.add_person("stranger", stranger=True)
        await r.bo.invites(r.ops, [guest])
        invite = r.client.conversations_invite
        assert await error_of(invite(channel=channel.id, users=guest.id)) == "ura_max_channels"
        assert await error_of(invite(channel=channel.id, users=stranger.id)) == "no_external_invite_permission"
        assert await error_of(invite(channel=channel.id, users=[])) == "no_user"
        assert await error_of(invite(channel=channel.id, users=[p.id for p in crowd])) == "invalid_arguments"
        for part in (crowd[:100], crowd[100:]):
            assert await error_of(invite(channel=channel.id, users=[p.id for p in part])) == "ok"
        seen: list[str] = []
        cursor = ""
        while True:
            page = await r.client.conversations_members(channel=channel.id, limit=50, cursor=cursor)
            seen += page["members"]
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 131


async def test_an_invitation_writes_a_line_and_tells_who_invited() -> None:
    async with rig() as r:
        channel = await _made(r)
        await r.client.conversations_invite(channel=channel.id, users=r.ana.id)
        await r.ws.settled()
        line, event = r.heard
        assert (line["subtype"], line["user"], line["inviter"]) == ("channel_join", r.ana.id, r.ws.bot_user_id)
        assert line["text"] == f"<@{r.ana.id}> has joined the channel"
        assert (event["type"], event["channel"], event["channel_type"]) == ("member_joined_channel", channel.id, "C")


async def test_private_channels_the_bot_is_not_in_do_not_exist_for_it() -> None:
    async with rig() as r:
        secret = await r.ws.add_channel("secret", members=["bo"], private=True)
        c, here = r.client, {"channel": secret.id}
        for call in (
            c.conversations_info(**here),
            c.conversations_history(**here),
            c.conversations_members(**here),
            c.conversations_join(**here),
            c.conversations_setTopic(**here, topic="x"),
            c.chat_postMessage(**here, text="x"),
            c.pins_list(**here),
            c.bookmarks_list(channel_id=secret.id),
            c.conversations_info(channel="C0NOWHERE"),
        ):
            assert await error_of(call) == "channel_not_found"
        listed = await c.conversations_list(types="public_channel,private_channel")
        assert "secret" not in [ch["name"] for ch in listed["channels"]]


async def test_public_channels_the_bot_is_not_in_can_be_seen_but_not_written() -> None:
    async with rig() as r:
        c, here = r.client, {"channel": r.side.id}
        assert (await c.conversations_info(**here, include_num_members=True))["channel"]["num_members"] == 1
        for call in (
            c.conversations_history(**here),
            c.conversations_setTopic(**here, topic="x"),
            c.conversations_invite(**here, users=r.ana.id),
            c.chat_postMessage(**here, text="x"),
            c.chat_postEphemeral(**here, user=r.bo.id, text="x"),
            c.conversations_archive(**here),
        ):
            assert await error_of(call) == "not_in_channel"
        assert (await c.conversations_join(**here))["channel"]["is_member"] is True
        again = await c.conversations_join(**here)
        assert again["warning"] == "already_in_channel"
        assert again["response_metadata"]["warnings"] == ["already_in_channel"]
        assert await error_of(c.chat_postMessage(**here, text="x")) == "ok"


async def test_scopes_are_asked_for_each_kind_of_channel() -> None:
    async with rig(manifest_without(scopes=("groups:write", "groups:read", "im:write"))) as r:
        with pytest.raises(SlackApiError) as refusal:
            await r.client.conversations_create(name="inc", is_private=True)
        answer = refusal.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:write")
        assert "channels:manage" in answer["provided"].split(",")
        assert await error_of(r.client.conversations_create(name="inc")) == "ok"
        secret = await r.ws.add_channel("secret", members=["bo"], private=True)
        await r.bo.invites(secret, [r.ws.bot_person])
        assert await error_of(r.client.conversations_info(channel=secret.id)) == "missing_scope"
        assert await error_of(r.client.conversations_list(types="private_channel")) == "missing_scope"
        assert await error_of(r.client.conversations_open(users=r.ana.id)) == "missing_scope"


async def test_topics_are_short_and_write_a_line() -> None:
    async with rig() as r:
        topic = r.client.conversations_setTopic
        assert await error_of(topic(channel=r.ops.id, topic="t" * 251)) == "too_long"
        answer = await topic(channel=r.ops.id, topic="t" * 247 + " & ")
        assert answer["channel"]["topic"]["value"].endswith("&amp; ")
        await r.ana.sets_topic(r.ops, "by hand")
        await r.ws.settled()
        assert r.heard[-1]["subtype"] == "channel_topic"
        assert (r.heard[-1]["topic"], r.heard[-1]["user"]) == ("by hand", r.ana.id)
        assert r.ana.sees(r.ops)[-1].text == "set the channel topic: by hand"


async def test_renaming_is_for_the_creator_and_is_told() -> None:
    async with rig() as r:
        rename = r.client.conversations_rename
        assert await error_of(rename(channel=r.ops.id, name="new")) == "not_authorized"
        channel = await _made(r)
        assert await error_of(rename(channel=channel.id, name="Wrong Name")) == "invalid_name_specials"
        assert await error_of(rename(channel=channel.id, name="side")) == "name_taken"
        r.ws.rename_fixes_names = True
        answer = await rename(channel=channel.id, name="Right Name!")
        assert answer["channel"]["name"] == "right-name"
        assert answer["channel"]["previous_names"] == ["inc-1"]
        await r.ana.joins(channel)
        await r.ana.renames(channel, "by-hand")
        await r.ws.settled()
        line, event = r.heard[-2:]
        assert (line["subtype"], line["old_name"], line["name"]) == ("channel_name", "right-name", "by-hand")
        assert (event["type"], event["channel"]["name"]) == ("channel_rename", "by-hand")


async def test_an_archived_channel_takes_nothing_more() -> None:
    async with rig() as r:
        channel = await _made(r)
        posted = await r.client.chat_postMessage(channel=channel.id, text="x")
        assert await error_of(r.client.conversations_archive(channel=channel.id)) == "ok"
        c, here = r.client, {"channel": channel.id}
        expected = {
            "already_archived": c.conversations_archive(**here),
            "is_inactive": c.chat_update(**here, ts=posted["ts"], text="y"),
            "permission_denied": c.bookmarks_add(channel_id=channel.id, title="t", type="link", link="https://x.test"),
            "restricted_action": c.pins_add(**here, timestamp=posted["ts"]),
            "not_in_channel": c.conversations_unarchive(**here),
        }
        for error, call in expected.items():
            assert await error_of(call) == error
        for call in (
            c.chat_postMessage(**here, text="x"),
            c.conversations_setTopic(**here, topic="x"),
            c.conversations_invite(**here, users=r.ana.id),
            c.conversations_join(**here),
            c.reactions_add(**here, timestamp=posted["ts"], name="eyes"),
            c.conversations_leave(**here),
        ):
            assert await error_of(call) == "is_archived"
        assert len((await c.conversations_history(**here))["messages"]) > 0
        listed = await c.conversations_list(exclude_archived=True)
        assert "inc-1" not in [ch["name"] for ch in listed["channels"]]


async def test_a_person_unarchives_and_is_alone_in_it() -> None:
    async with rig() as r:
        channel = await _made(r)
        await r.client.conversations_invite(channel=channel.id, users=[r.ana.id, r.bo.id])
        await r.ana.archives(channel)
        await r.ana.unarchives(channel)
        await r.ws.settled()
        assert list(channel.members) == [r.ana.id]
        assert [k for k in r.kinds() if "archive" in k] == [
            "message/channel_archive",
            "channel_archive",
            "channel_unarchive",
        ]


async def test_kicking_and_leaving() -> None:
    async with rig() as r:
        channel = await _made(r)
        kick = r.client.conversations_kick
        await r.client.conversations_invite(channel=channel.id, users=r.ana.id)
        assert await error_of(kick(channel=channel.id, user=r.ws.bot_user_id)) == "cant_kick_self"
        assert await error_of(kick(channel=channel.id, user=r.bo.id)) == "not_in_channel"
        assert await error_of(kick(channel=channel.id, user="U0NOBODY")) == "user_not_found"
        assert await error_of(kick(channel=channel.id, user=r.ana.id)) == "ok"
        await r.ws.settled()
        assert r.heard[-1]["type"] == "member_left_channel"
        assert (await r.client.conversations_leave(channel=channel.id))["ok"]
        assert (await r.client.conversations_leave(channel=channel.id))["not_in_channel"] is True
        private = await _made(r, "inc-2", private=True)
        assert await error_of(r.client.conversations_leave(channel=private.id)) == "last_member"


async def test_a_removed_bot_hears_of_its_removal_and_then_nothing() -> None:
    async with rig() as r:
        await r.bo.kicks(r.ops, r.ws.bot_person)
        await r.bo.says("among us", r.ops)
        await r.ws.settled()
        assert r.kinds() == ["member_left_channel"]
        assert await error_of(r.client.chat_postMessage(channel=r.ops.id, text="x")) == "not_in_channel"


async def test_a_channel_made_private_stays_the_same_channel() -> None:
    async with rig() as r:
        await r.bo.converts_to_private(r.ops)
        await r.bo.says("still here", r.ops)
        await r.ws.settled()
        info = await r.client.conversations_info(channel=r.ops.id)
        assert info["channel"]["is_private"] is True
        assert r.heard[-1]["channel_type"] == "group"


async def test_ids_change_and_channels_are_deleted() -> None:
    async with rig() as r:
        old = r.ops.id
        new = await r.ws.changes_channel_id(r.ops)
        await r.ws.settled()
        assert (r.heard[-1]["old_channel_id"], r.heard[-1]["new_channel_id"]) == (old, new)
        assert await error_of(r.client.chat_postMessage(channel=old, text="x")) == "channel_not_found"
        assert await error_of(r.client.chat_postMessage(channel=new, text="x")) == "ok"
        await r.ws.deletes_channel(r.ops)
        await r.ws.settled()
        assert r.heard[-1]["type"] == "channel_deleted"


async def test_direct_conversations_are_opened_once() -> None:
    async with rig() as r:
        first = await r.client.conversations_open(users=r.ana.id)
        again = await r.client.conversations_open(users=[r.ana.id], return_im=True)
        assert first["channel"]["id"] == again["channel"]["id"]
        assert again["already_open"] is True
        assert again["channel"]["user"] == r.ana.id
        assert first["channel"]["id"].startswith("D")
        group = await r.client.conversations_open(users=[r.ana.id, r.bo.id])
        assert group["channel"]["id"] != first["channel"]["id"]
        gone = r.ws.add_person("gone", deleted=True)
        crowd = [r.ws.add_person(f"p{n}").id for n in range(9)]
        opening = r.client.conversations_open
        assert await error_of(opening(users=gone.id)) == "user_disabled"
        assert await error_of(opening(users="U0NOBODY")) == "user_not_found"
        assert await error_of(opening(users=crowd)) == "too_many_users"
        assert await error_of(opening(users=[])) == "users_list_not_supplied"


async def test_lists_come_in_pages_and_the_first_may_be_short() -> None:
    async with rig(joined=False) as r:
        for n in range(25):
            await r.ws.add_channel(f"c{n}", members=["bo"])
        names: list[str] = []
        cursor, sizes = "", []
        while True:
            page = await r.client.conversations_list(limit=10, cursor=cursor)
            names += [c["name"] for c in page["channels"]]
            sizes.append(len(page["channels"]))
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                break
        assert sizes == [5, 10, 10, 2]
        assert len(names) == len(set(names)) == 27
        assert await error_of(r.client.conversations_list(cursor="made-up")) == "invalid_cursor"
        assert await error_of(r.client.conversations_list(limit=1000)) == "invalid_limit"
        assert await error_of(r.client.conversations_list(types="all")) == "invalid_types"
        own = await r.client.users_conversations()
        assert own["channels"] == []
