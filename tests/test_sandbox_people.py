"""What people can do and what they see: commands as Slack sends them, messages, marks, rendering, ephemeral answers."""

import json
from typing import Any

import aiohttp
import pytest
from sandbox_rig import MINUTE, SECOND, Rig, manifest_without, rig

from sandbox import NotPossible


async def _typed(r: Rig, line: str, **where: Any) -> dict[str, Any]:
    """Type a command that Bolt acknowledges empty; the body it got."""

    async def take(ack: Any) -> None:
        await ack()

    r.app.command(line.split()[0])(take)
    answer = await r.ana.types(line, where.get("channel", r.ops))
    assert answer.failed is None
    return answer.delivery.payload


@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        ("ask @bo now", "ask <@{bo}|bo> now"),
        ("ask @bo.", "ask <@{bo}|bo>."),
        ("@ana-oncall's page", "<@{ana}|ana-oncall>'s page"),
        ("mail bo@bo.test", "mail <mailto:bo@bo.test|bo@bo.test>"),
        ("see #ops and #nope", "see <#{ops}|ops> and #nope"),
        ("page @sre and @nobody", "page <!subteam^{sre}|@sre> and @nobody"),
        ("@here a < b && c > d", "<!here> a &lt; b &amp;&amp; c &gt; d"),
        ("see https://x.test/a?b=1&c=2.", "see <https://x.test/a?b=1&amp;c=2>."),
        ("#7 is `code`", "#7 is `code`"),
        ("on fire 🔥", "on fire :fire:"),
        ("", ""),
    ],
)
async def test_a_command_arrives_escaped_where_the_manifest_asks_for_it(typed: str, arrives: str) -> None:
    async with rig() as r:
        sre = r.ws.add_group("sre", ["bo"])
        body = await _typed(r, f"/probe {typed}")
        assert body["text"] == arrives.format(bo=r.bo.id, ana=r.ana.id, ops=r.ops.id, sre=sre.id)


async def test_a_command_without_should_escape_arrives_as_typed() -> None:
    async with rig() as r:
        body = await _typed(r, "/raw ask @bo <now> & #ops")
        assert body["text"] == "ask @bo <now> & #ops"


async def test_a_command_brings_what_slack_sends() -> None:
    async with rig() as r:
        body = await _typed(r, "/probe declare api down")
        assert body["text"] == "declare api down"
        assert (body["user_id"], body["user_name"], body["channel_name"]) == (r.ana.id, "ana-oncall", "ops")
        assert body["is_enterprise_install"] == "false"
        assert body["response_url"].startswith(r.ws.url)
        assert "thread_ts" not in body
        war_room = await r.ws.add_channel("war-room", members=["ana-oncall"], private=True)
        assert (await _typed(r, "/probe x", channel=war_room))["channel_name"] == "privategroup"


async def test_commands_that_the_app_does_not_have_never_reach_it() -> None:
    async with rig() as r:
        assert (await r.ana.types("/other x", r.ops)).failed == "invalid_command"
        assert all(d.kind != "slash_commands" for d in r.ws.acks)
    async with rig(manifest_without(scopes=("commands",))) as r:
        assert (await r.ana.types("/probe x", r.ops)).failed == "invalid_command"


async def test_an_answer_is_shown_to_the_typist_alone_and_rendered() -> None:
    async with rig() as r:

        @r.app.command("/probe")
        async def answer(ack: Any) -> None:
            await ack(
                f"*#7* by <@{r.bo.id}> at <!date^1710504000^{{date_num}} {{time}}|x> &lt;ok&gt; `a_b_c` snake_case_name"
            )

        said = await r.ana.types("/probe x", r.ops)
        assert said.text == "#7 by @bo at 2024-03-15 5:00 AM <ok> a_b_c snake_case_name"
        assert r.ana.sees(r.ops)[-1].ephemeral
        assert said.text not in [s.text for s in r.bo.sees(r.ops)]


async def test_an_answer_in_channel_is_seen_by_all() -> None:
    async with rig() as r:

        @r.app.command("/probe")
        async def answer(ack: Any) -> None:
            await ack(text="to all", response_type="in_channel")

        assert (await r.ana.types("/probe x", r.ops)).text == "to all"
        assert r.bo.sees(r.ops)[-1].text == "to all"


async def test_an_answer_with_illegal_blocks_fails_before_the_typists_eyes() -> None:
    async with rig() as r:

        @r.app.command("/probe")
        async def answer(ack: Any) -> None:
            await ack(text="x", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "y" * 3001}}])

        assert (await r.ana.types("/probe x", r.ops)).failed == "invalid_blocks"


async def test_a_response_url_serves_five_times_and_thirty_minutes() -> None:
    async with rig() as r:
        body = await _typed(r, "/probe x")
        async with aiohttp.ClientSession() as session:

            async def send(**fields: Any) -> tuple[int, str]:
                async with session.post(body["response_url"], data=json.dumps(fields)) as response:
                    return response.status, await response.text()

            assert await send(text="one") == (200, "ok")
            assert await send(text="two", response_type="in_channel") == (200, "ok")
            assert r.bo.sees(r.ops)[-1].text == "two"
            assert [s.text for s in r.ana.sees(r.ops)][-2:] == ["one", "two"]
            assert (await send())[0] == 500
            assert [(await send(text="more"))[0] for _ in range(3)] == [200, 200, 404]
            body = await _typed(r, "/probe y")
            await r.clock.advance(30 * MINUTE + SECOND)
            assert await send(text="late") == (404, '{"ok":false,"error":"expired_url"}')


async def test_later_words_collect_in_the_answer() -> None:
    async with rig() as r:

        @r.app.command("/probe")
        async def answer(ack: Any, respond: Any) -> None:
            await ack("at once")
            await respond("later")

        said = await r.ana.types("/probe x", r.ops)
        await r.ws.settled()
        assert (said.text, [s.text for s in said.later]) == ("at once", ["later"])


async def test_a_message_is_stored_as_slack_stores_it() -> None:
    async with rig() as r:
        await r.ana.says("a & b <@x> @bo `@bo https://x.test` #ops", r.ops)
        await r.ws.settled()
        event = r.heard[0]
        stored = f"a &amp; b &lt;@x&gt; <@{r.bo.id}> `@bo <https://x.test>` <#{r.ops.id}|ops>"
        assert event["text"] == stored
        assert (event["type"], event["channel_type"], event["user"], event["ts"]) == (
            "message",
            "channel",
            r.ana.id,
            event["event_ts"],
        )
        assert event["client_msg_id"]
        elements = event["blocks"][0]["elements"][0]["elements"]
        assert {"type": "user", "user_id": r.bo.id} in elements
        assert elements[0] == {"type": "text", "text": "a & b <@x> "}
        assert r.bo.sees(r.ops)[-1].text == "a & b <@x> @bo @bo https://x.test #ops"


async def test_timestamps_are_unique_and_rise_while_the_clock_stands() -> None:
    async with rig() as r:
        sent = [await r.ana.says(str(n), r.ops) for n in range(50)]
        stamps = [m.ts for m in sent]
        assert stamps == sorted(set(stamps))
        assert stamps[0].startswith("1710504000.")


async def test_threads_stand_beside_the_channel() -> None:
    async with rig() as r:
        parent = await r.ana.says("parent", r.ops)
        reply = await r.bo.says("reply", r.ops, thread=parent)
        await r.bo.says("deeper", r.ops, thread=reply)
        await r.bo.says("for all", r.ops, thread=parent, broadcast=True)
        assert [s.text for s in r.ana.sees(r.ops)][-2:] == ["parent", "for all"]
        assert [s.text for s in r.ana.sees(r.ops, thread=parent)] == ["parent", "reply", "deeper", "for all"]
        await r.ws.settled()
        replies = [e for e in r.heard if e.get("thread_ts") and e.get("subtype") != "message_changed"]
        assert [e["text"] for e in replies] == ["reply", "deeper", "for all"]
        assert {e["thread_ts"] for e in replies} == {parent.ts}
        assert replies[0]["parent_user_id"] == r.ana.id
        assert replies[2]["subtype"] == "thread_broadcast"
        changed = [e for e in r.heard if e.get("subtype") == "message_changed"]
        assert changed[-1]["message"]["reply_count"] == 3
        assert changed[-1]["message"]["text"] == changed[-1]["previous_message"]["text"] == "parent"


async def test_edits_and_deletions_arrive_as_slack_sends_them() -> None:
    async with rig() as r:
        message = await r.ana.says("old", r.ops)
        await r.ana.edits(message, "new @bo")
        await r.ana.deletes(message)
        await r.ws.settled()
        changed, deleted = r.heard[1:]
        assert changed["subtype"] == "message_changed"
        assert changed["hidden"] is True
        assert "user" not in changed
        assert "text" not in changed
        assert changed["message"]["text"] == f"new <@{r.bo.id}>"
        assert changed["message"]["edited"]["user"] == r.ana.id
        assert changed["previous_message"]["text"] == "old"
        assert changed["ts"] != changed["message"]["ts"] == message.ts
        assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)
        assert deleted["previous_message"]["text"].startswith("new")
        assert "new" not in " ".join(s.text for s in r.ana.sees(r.ops))


async def test_a_deleted_parent_leaves_a_tombstone() -> None:
    async with rig() as r:
        parent = await r.ana.says("parent", r.ops)
        reply = await r.bo.says("reply", r.ops, thread=parent)
        await r.ana.deletes(parent)
        await r.ws.settled()
        assert r.heard[-1]["message"]["subtype"] == "tombstone"
        assert r.heard[-1]["message"]["text"] == "This message was deleted."
        await r.bo.deletes(reply)
        assert r.ws.channel("ops").log.get(parent.ts) is not None


async def test_people_cannot_do_what_slack_would_not_let_them() -> None:
    async with rig() as r:
        secret = await r.ws.add_channel("secret", members=["bo"], private=True)
        mine = await r.ana.says("mine", r.ops)
        gone = r.ws.add_person("gone", deleted=True)
        guest = r.ws.add_person("guest", guest="single")
        for attempt in (
            r.ana.says("x", r.side),
            r.ana.types("/probe x", r.side),
            r.ana.joins(secret),
            r.bo.edits(mine, "yours"),
            r.bo.deletes(mine),
            r.bo.unreacts(mine, "eyes"),
            r.bo.unpins(mine),
            guest.joins(r.ops),
            gone.joins(r.ops),
            r.bo.posts_by_webhook(r.ops, "x"),
            r.ana.submits({}),
        ):
            with pytest.raises(NotPossible):
                await attempt
        await r.bo.archives(r.side)
        with pytest.raises(NotPossible):
            await r.bo.says("x", r.side)
        assert r.ana.sees(secret) == []


async def test_reactions_pins_and_files_are_seen_by_all() -> None:
    async with rig() as r:
        message = await r.ana.says("m", r.ops)
        await r.bo.reacts(message, "pushpin")
        await r.ana.reacts(message, "pushpin")
        await r.bo.unreacts(message, "pushpin")
        await r.bo.pins(message)
        shared = await r.ana.uploads("pool.ini", r.ops, content=b"size=5", text="look")
        seen = {s.ts: s for s in r.bo.sees(r.ops)}
        assert seen[message.ts].reactions == {"pushpin": ["ana-oncall"]}
        assert seen[message.ts].pinned
        assert [(f.name, f.content) for f in seen[shared.ts].files] == [("pool.ini", b"size=5")]
        assert "@bo pinned a message to this channel." in [s.text for s in r.bo.sees(r.ops)]
        await r.ws.settled()
        assert [k for k in r.kinds() if not k.startswith("message")] == [
            "reaction_added",
            "reaction_added",
            "reaction_removed",
            "pin_added",
            "file_shared",
        ]
        pin = next(e for e in r.heard if e["type"] == "pin_added")
        assert (pin["channel_id"], pin["item"]["message"]["ts"], pin["item_user"]) == (r.ops.id, message.ts, r.ana.id)


async def test_webhooks_post_without_a_user() -> None:
    async with rig() as r:
        alerts = r.ws.add_person("uptime", name="Uptime", bot=True)
        await r.bo.invites(r.ops, [alerts])
        await r.ws.settled()
        r.heard.clear()
        await alerts.posts_by_webhook(r.ops, "p95 > 6s see https://x.test")
        await r.ws.settled()
        event = r.heard[0]
        assert (event["subtype"], event["bot_id"], event["username"]) == ("bot_message", alerts.bot.id, "Uptime")
        assert "user" not in event
        assert event["text"] == "p95 &gt; 6s see <https://x.test>"
        assert r.ana.sees(r.ops)[-1].by == "Uptime"


async def test_the_link_preview_is_a_change_with_the_same_words() -> None:
    async with rig() as r:
        await r.ana.says("see https://x.test", r.ops)
        await r.ws.settled()
        assert r.kinds() == ["message", "message/message_changed"]
        assert r.heard[1]["message"]["text"] == r.heard[1]["previous_message"]["text"]
        assert r.heard[1]["message"]["attachments"][0]["from_url"] == "https://x.test"
        assert r.bo.sees(r.ops)[-1].text == "see https://x.test"


async def test_dates_show_in_the_viewers_own_zone_and_way() -> None:
    async with rig() as r:
        alerts = r.ws.add_person("uptime", bot=True)
        await r.bo.invites(r.ops, [alerts])
        when = 1710504000 - 86_400
        tokens = "{date_num}|{time}|{time_secs}|{date_short}|{date_long}|{date_pretty}|{ago}"
        for token in tokens.split("|"):
            await alerts.posts_by_webhook(r.ops, f"<!date^{when}^{token}|fallback>")
        r.bo.clock24 = True
        assert [s.text for s in r.ana.sees(r.ops)][-7:] == [
            "2024-03-14",
            "5:00 AM",
            "5:00:00 AM",
            "Mar 14, 2024",
            "Thursday, March 14th, 2024",
            "yesterday",
            "1 day ago",
        ]
        assert [s.text for s in r.bo.sees(r.ops)][-6] == "13:00"


async def test_a_private_channels_name_is_hidden_from_outsiders() -> None:
    async with rig() as r:
        secret = await r.ws.add_channel("secret", members=["bo"], private=True)
        await r.bo.says("see #secret", r.ops)
        assert r.bo.sees(r.ops)[-1].text == "see #secret"
        assert r.ana.sees(r.ops)[-1].text == "see a private channel"
        assert secret.name not in r.ana.sees(r.ops)[-1].text


async def test_profile_changes_reach_the_app_and_later_mentions() -> None:
    async with rig() as r:
        await r.ana.says("@bo", r.ops)
        await r.bo.changes(display_name="Bo E", deleted=True)
        await r.ws.settled()
        event = r.heard[-1]
        assert event["type"] == "user_change"
        assert event["user"]["deleted"] is True
        assert "tz" not in event["user"]
        assert r.ana.sees(r.ops)[-1].text == "@Bo E"
        with pytest.raises(TypeError):
            await r.bo.changes(id="U1")
