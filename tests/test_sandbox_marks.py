"""Pins, bookmarks, reactions, files, people and user groups through the Web API."""

from typing import Any

import aiohttp
import pytest
from sandbox_rig import Rig, error_of, manifest_without, rig


async def test_pins_hold_messages_that_can_be_pinned() -> None:
    async with rig() as r:
        message = await r.ana.says("keep", r.ops)
        here = {"channel": r.ops.id, "timestamp": message.ts}
        assert await error_of(r.client.pins_add(**here)) == "ok"
        assert await error_of(r.client.pins_add(**here)) == "already_pinned"
        (item,) = (await r.client.pins_list(channel=r.ops.id))["items"]
        assert (item["created_by"], item["message"]["ts"]) == (r.ws.bot_user_id, message.ts)
        assert item["message"]["pinned_to"] == [r.ops.id]
        assert item["message"]["permalink"].startswith("https://")
        assert await error_of(r.client.pins_remove(**here)) == "ok"
        assert await error_of(r.client.pins_remove(**here)) == "no_pin"
        await r.bo.joins(r.side)
        join = next(m for m in r.ops.log if m.subtype == "channel_join")
        assert await error_of(r.client.pins_add(channel=r.ops.id, timestamp=join.ts)) == "not_pinnable"
        assert await error_of(r.client.pins_add(channel=r.ops.id, timestamp="oops")) == "bad_timestamp"
        assert await error_of(r.client.pins_add(channel=r.ops.id, timestamp="1.000001")) == "message_not_found"
        assert await error_of(r.client.pins_add(channel=r.ops.id)) == "no_item_specified"


async def test_a_channel_holds_a_hundred_pins() -> None:
    async with rig(limits=False) as r:
        for n in range(100):
            message = await r.ana.says(str(n), r.ops)
            await r.client.pins_add(channel=r.ops.id, timestamp=message.ts)
        message = await r.ana.says("one more", r.ops)
        assert await error_of(r.client.pins_add(channel=r.ops.id, timestamp=message.ts)) == "too_many_pins"


async def test_a_deleted_message_loses_its_pin() -> None:
    async with rig() as r:
        message = await r.ana.says("keep", r.ops)
        await r.bo.pins(message)
        await r.ana.deletes(message)
        assert (await r.client.pins_list(channel=r.ops.id))["items"] == []


async def test_reactions_are_added_once_each() -> None:
    async with rig() as r:
        message = await r.ana.says("m", r.ops)
        here = {"channel": r.ops.id, "timestamp": message.ts}
        add, remove = r.client.reactions_add, r.client.reactions_remove
        assert await error_of(add(**here, name="eyes")) == "ok"
        assert await error_of(add(**here, name="eyes")) == "already_reacted"
        assert await error_of(add(**here, name="+1::skin-tone-3")) == "ok"
        assert await error_of(add(**here, name="no_such_thing")) == "invalid_name"
        assert await error_of(add(channel=r.ops.id, timestamp="1.000001", name="eyes")) == "message_not_found"
        r.ws.custom_emoji.add("acme")
        assert await error_of(add(**here, name="acme")) == "ok"
        assert await error_of(remove(**here, name="eyes")) == "ok"
        assert await error_of(remove(**here, name="eyes")) == "no_reaction"
        shown = await r.client.reactions_get(**here)
        assert [x["name"] for x in shown["message"]["reactions"]] == ["+1::skin-tone-3", "acme"]


async def test_reactions_reach_replies_but_not_other_channels() -> None:
    async with rig() as r:
        parent = await r.ana.says("p", r.ops)
        reply = await r.bo.says("r", r.ops, thread=parent)
        await r.ana.reacts(reply, "pushpin")
        await r.ws.settled()
        assert r.heard[-1]["item"] == {"type": "message", "channel": r.ops.id, "ts": reply.ts}
        assert r.heard[-1]["item_user"] == r.bo.id
        elsewhere = await r.bo.says("x", r.side)
        count = len(r.heard)
        await r.bo.reacts(elsewhere, "pushpin")
        await r.ws.settled()
        assert len(r.heard) == count
        add = r.client.reactions_add(channel=r.side.id, timestamp=elsewhere.ts, name="eyes")
        assert await error_of(add) == "not_in_channel"


async def test_bookmarks_are_kept_edited_and_removed() -> None:
    async with rig() as r:
        add = r.client.bookmarks_add
        made = await add(channel_id=r.ops.id, title="Record", type="link", link="https://x.test/1", emoji=":book:")
        bookmark_id = made["bookmark"]["id"]
        assert bookmark_id.startswith("Bk")
        edited = await r.client.bookmarks_edit(channel_id=r.ops.id, bookmark_id=bookmark_id, title="New")
        assert (edited["bookmark"]["title"], edited["bookmark"]["link"]) == ("New", "https://x.test/1")
        assert [b["id"] for b in (await r.client.bookmarks_list(channel_id=r.ops.id))["bookmarks"]] == [bookmark_id]
        assert [b["title"] for b in r.ops.bookmarks.values()] == ["New"]
        for link in ("ftp://x.test", "x.test", "https://", "https://a b"):
            assert await error_of(add(channel_id=r.ops.id, title="t", type="link", link=link)) == "invalid_link"
        bad = add(channel_id=r.ops.id, title="t", type="link", link="https://x.test", emoji="book")
        assert await error_of(bad) == "invalid_emoji"
        assert await error_of(add(channel_id=r.ops.id, title="t", type="folder")) == "invalid_bookmark_type"
        assert await error_of(add(channel_id=r.ops.id, title="", type="link")) == "invalid_arguments"
        remove = r.client.bookmarks_remove
        assert await error_of(remove(channel_id=r.ops.id, bookmark_id=bookmark_id)) == "ok"
        assert await error_of(remove(channel_id=r.ops.id, bookmark_id=bookmark_id)) == "not_found"
        outside = add(channel_id=r.side.id, title="t", type="link", link="https://x.test")
        assert await error_of(outside) == "permission_denied"


async def test_a_file_is_uploaded_in_three_steps_and_shared_a_little_later() -> None:
    async with rig() as r:
        answer = await r.client.files_upload_v2(
            channel=r.ops.id, content="# Draft", filename="inc.md", title="Draft", initial_comment="Here it is"
        )
        (file,) = answer["files"]
        assert file["shares"] == {}
        await r.ws.settled()
        seen = r.ana.sees(r.ops)[-1]
        assert seen.text == "Here it is"
        assert [(f.name, f.title, f.content) for f in seen.files] == [("inc.md", "Draft", b"# Draft")]
        info = (await r.client.files_info(file=file["id"]))["file"]
        assert info["shares"]["public"][r.ops.id][0]["ts"] == seen.ts
        async with aiohttp.ClientSession() as session:
            key = {"Authorization": f"Bearer {r.ws.bot_token}"}
            async with session.get(info["url_private"], headers=key) as response:
                assert await response.read() == b"# Draft"
            async with session.get(info["url_private"], allow_redirects=False) as response:
                assert response.status == 302


async def test_an_upload_goes_wrong_where_slacks_would() -> None:
    async with rig() as r:
        begin, finish = r.client.files_getUploadURLExternal, r.client.files_completeUploadExternal
        assert await error_of(begin(filename="a", length=0)) == "missing_argument"
        given = await begin(filename="a.txt", length=3)
        files = [{"id": given["file_id"], "title": "a"}]
        assert await error_of(finish(files=files, channel_id=r.ops.id)) == "file_not_found"
        async with aiohttp.ClientSession() as session:
            async with session.post(given["upload_url"], data=b"four") as response:
                assert response.status == 400
            async with session.post(given["upload_url"], data=b"abc") as response:
                assert (response.status, await response.text()) == (200, "OK - 3")
        assert await error_of(finish(files=files, channel_id=r.side.id)) == "not_in_channel"
        assert await error_of(finish(files=files, channel_id="C0NO")) == "channel_not_found"
        assert await error_of(finish(files=files, channel_id=r.ops.id)) == "ok"
        assert await error_of(finish(files=files, channel_id=r.ops.id)) == "file_not_found"
        assert await error_of(r.client.files_info(file="F0NO")) == "file_not_found"
        private = await r.ws.add_channel("secret", members=["bo"], private=True)
        hidden = await r.bo.uploads("s.txt", private, content=b"s")
        assert await error_of(r.client.files_info(file=hidden.files[0].id)) == "file_not_found"


async def test_people_are_shown_as_far_as_scopes_and_walls_allow() -> None:
    async with rig() as r:
        user = (await r.client.users_info(user=r.ana.id))["user"]
        assert (user["name"], user["real_name"], user["tz"]) == ("ana-oncall", "Ana Reyes", "America/Los_Angeles")
        assert user["tz_offset"] == -7 * 3600
        assert user["profile"]["display_name"] == "ana-oncall"
        assert user["profile"]["email"] == "ana-oncall@acme.test"
        guest = r.ws.add_person("guest", guest="multi")
        shown = (await r.client.users_info(user=guest.id))["user"]
        assert (shown["is_restricted"], shown["is_ultra_restricted"]) == (True, False)
        assert (await r.client.users_info(user=r.ws.bot_user_id))["user"]["is_bot"] is True
        stranger = r.ws.add_person("stranger", stranger=True)
        assert await error_of(r.client.users_info(user=stranger.id)) == "user_not_visible"
        r.ops.shared = True
        await r.bo.invites(r.ops, [stranger])
        met = (await r.client.users_info(user=stranger.id))["user"]
        assert met["is_stranger"] is True
        assert met["team_id"] != r.ws.team_id
        assert "email" not in met["profile"]
        assert await error_of(r.client.users_info(user="U0NO")) == "user_not_found"


async def test_addresses_need_their_scope() -> None:
    async with rig(manifest_without(scopes=("users:read.email",))) as r:
        assert "email" not in (await r.client.users_info(user=r.ana.id))["user"]["profile"]
        assert await error_of(r.client.users_lookupByEmail(email="bo@acme.test")) == "missing_scope"
    async with rig() as r:
        found = await r.client.users_lookupByEmail(email="BO@acme.test")
        assert found["user"]["id"] == r.bo.id
        await r.bo.changes(deleted=True)
        assert await error_of(r.client.users_lookupByEmail(email="bo@acme.test")) == "users_not_found"


async def test_user_groups_show_members_on_request_and_cost_money() -> None:
    async with rig() as r:
        group = r.ws.add_group("sre", ["ana-oncall", "bo"], name="Site reliability")
        (bare,) = (await r.client.usergroups_list())["usergroups"]
        assert (bare["handle"], bare["name"], "users" in bare) == ("sre", "Site reliability", False)
        (full,) = (await r.client.usergroups_list(include_users=True, include_count=True))["usergroups"]
        assert (full["users"], full["user_count"]) == ([r.ana.id, r.bo.id], 2)
        assert (await r.client.usergroups_users_list(usergroup=group.id))["users"] == [r.ana.id, r.bo.id]
        await r.ws.changes_group("sre", [r.bo])
        await r.ws.settled()
        assert r.kinds() == ["subteam_updated", "subteam_members_changed"]
        assert r.heard[1]["removed_users"] == [r.ana.id]
        group.disabled = True
        assert (await r.client.usergroups_list())["usergroups"] == []
        assert await error_of(r.client.usergroups_users_list(usergroup=group.id)) == "no_such_subteam"
        r.ws.user_groups_are_paid_for = False
        assert await error_of(r.client.usergroups_list()) == "plan_upgrade_required"


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("pins.add", {"channel": "ops"}),
        ("bookmarks.add", {"channel_id": "ops", "title": "t", "type": "link"}),
        ("reactions.add", {"channel": "ops", "name": "eyes", "timestamp": "1.000001"}),
        ("usergroups.list", {}),
        ("files.info", {"file": "F1"}),
        ("files.getUploadURLExternal", {"filename": "a", "length": 1}),
        ("users.info", {"user": "U1"}),
        ("chat.postMessage", {"channel": "ops", "text": "x"}),
        ("conversations.join", {"channel": "ops"}),
        ("team.info", {}),
    ],
)
async def test_every_method_wants_its_scope_before_it_looks_at_anything(method: str, args: dict[str, Any]) -> None:
    granted = (
        "pins:write", "bookmarks:write", "reactions:write", "usergroups:read", "files:read", "files:write",
        "users:read", "chat:write", "channels:join", "team:read",
    )  # fmt: skip
    async with rig(manifest_without(scopes=granted), joined=False, connected=False) as r:
        assert await error_of(r.client.api_call(method, params=args)) == "missing_scope"
        assert r.ws.calls[-1].answer["needed"] in granted


async def _all_shapes(r: Rig) -> list[str]:
    url, key = f"{r.ws.api_url}chat.postMessage", {"Authorization": f"Bearer {r.ws.bot_token}"}
    blocks = '[{"type":"divider"}]'
    fields = {"channel": r.ops.id, "text": "same", "blocks": blocks, "unfurl_links": "false", "unknown": "1"}
    errors = []
    async with aiohttp.ClientSession() as session:
        for request in (
            session.post(url, params=fields, headers=key),
            session.post(url, data=fields, headers=key),
            session.post(url, json=fields | {"unfurl_links": False}, headers=key),
            session.get(url, params=fields, headers=key),
            session.post(url, data=fields | {"token": r.ws.bot_token}),
        ):
            async with request as response:
                errors.append((await response.json()).get("error", "ok"))
                assert response.status == 200
    return errors


async def test_arguments_come_by_query_form_and_json_alike() -> None:
    async with rig() as r:
        assert await _all_shapes(r) == ["ok"] * 5
        assert [s.raw_text for s in r.ana.sees(r.ops)][-5:] == ["same"] * 5


async def test_tokens_are_asked_for_first() -> None:
    async with rig(joined=False, connected=False) as r:
        assert await error_of(r.client.auth_test(token="xoxb-none")) == "invalid_auth"
        async with aiohttp.ClientSession() as session, session.post(f"{r.ws.api_url}auth.test") as response:
            assert await response.json() == {"ok": False, "error": "not_authed"}
        answer = await r.client.auth_test()
        assert (answer["user_id"], answer["bot_id"], answer["user"]) == (r.ws.bot_user_id, r.ws.bot.id, "probe")
        assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
        assert await error_of(r.client.api_call("no.such")) == "unknown_method"
        r.ws.revoked = True
        assert await error_of(r.client.auth_test()) == "token_revoked"
