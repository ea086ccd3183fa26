"""chat.* and the reading of history: limits, threads, metadata, what stays and what goes."""

import json
from typing import Any

import pytest
from sandbox_rig import MINUTE, Rig, error_of, manifest_without, rig
from slack_sdk.errors import SlackApiError

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*card*"}}


async def _post(r: Rig, text: str = "x", **more: Any) -> Any:
    return await r.client.chat_postMessage(channel=r.ops.id, text=text, **more)


async def test_a_post_answers_with_the_stored_message() -> None:
    async with rig() as r:
        answer = await _post(r, "a & b <https://x.test|x> https://y.test/?a=1&b=2 < c 🔥", blocks=[SECTION])
        message = answer["message"]
        assert message["text"] == "a &amp; b <https://x.test|x> <https://y.test/?a=1&amp;b=2> &lt; c :fire:"
        assert (message["user"], message["bot_id"], message["app_id"]) == (r.ws.bot_user_id, r.ws.bot.id, r.ws.app_id)
        assert message["bot_profile"]["name"] == "Probe"
        assert message["blocks"][0]["block_id"]
        assert answer["channel"] == r.ops.id
        assert "subtype" not in message


async def test_posting_by_name_and_to_a_person() -> None:
    async with rig() as r:
        assert (await r.client.chat_postMessage(channel="#ops", text="x"))["channel"] == r.ops.id
        direct = await r.client.chat_postMessage(channel=r.ana.id, text="psst")
        channel = r.ws.channel_by_id(direct["channel"])
        assert channel.kind == "im"
        assert [s.text for s in r.ana.sees(channel)] == ["psst"]
        assert r.bo.sees(channel) == []
        await r.ana.says("and back", channel)
        await r.ws.settled()
        assert r.heard[-1]["channel_type"] == "im"
        assert await error_of(r.client.chat_postMessage(channel="#nowhere", text="x")) == "channel_not_found"
        assert await error_of(r.client.chat_update(channel="#ops", ts="1.000000", text="x")) == "channel_not_found"


@pytest.mark.filterwarnings("ignore:The top-level `text`")
async def test_a_message_needs_something_to_say() -> None:
    async with rig(limits=False) as r:
        assert await error_of(r.client.chat_postMessage(channel=r.ops.id, text="")) == "no_text"
        assert await error_of(r.client.chat_postMessage(channel=r.ops.id, blocks=[SECTION])) == "ok"
        assert r.ana.sees(r.ops)[-1].text == "card"
        assert await error_of(_post(r, blocks="not json")) == "invalid_blocks_format"
        assert await error_of(_post(r, blocks=json.dumps(json.dumps([SECTION])))) == "invalid_blocks_format"
        assert await error_of(_post(r, attachments="[1]")) == "invalid_attachments"
        assert await error_of(_post(r, attachments=[{"text": "a"}] * 101)) == "too_many_attachments"


async def test_illegal_blocks_are_refused_in_slacks_words() -> None:
    async with rig() as r:
        long = {"type": "section", "text": {"type": "mrkdwn", "text": "y" * 3001}}
        with pytest.raises(SlackApiError) as refusal:
            await _post(r, blocks=[long])
        answer = refusal.value.response
        said = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
        assert (answer["error"], answer["errors"]) == ("invalid_blocks", [said])
        assert answer["response_metadata"]["messages"] == [f"[ERROR] {said}"]
        legal = {"type": "section", "text": {"type": "mrkdwn", "text": "y" * 2900}}
        assert await error_of(_post(r, blocks=[legal] * 4)) == "ok"
        assert await error_of(_post(r, blocks=[legal] * 5)) == "msg_blocks_too_long"


async def test_long_text_is_cut_when_posted_and_refused_when_updated() -> None:
    async with rig() as r:
        posted = await _post(r, "x" * 40_001)
        assert len(posted["message"]["text"]) == 40_000
        update = r.client.chat_update
        assert await error_of(update(channel=r.ops.id, ts=posted["ts"], text="x" * 4_001)) == "msg_too_long"
        assert await error_of(update(channel=r.ops.id, ts=posted["ts"], text="x" * 4_000)) == "ok"


@pytest.mark.filterwarnings("ignore:The top-level `text`")
async def test_an_update_with_text_alone_takes_the_blocks_away() -> None:
    async with rig() as r:
        ts = (await _post(r, "card", blocks=[SECTION], metadata={"event_type": "e", "event_payload": {"k": 1}}))["ts"]
        here = {"channel": r.ops.id, "ts": ts}
        kept = await r.client.chat_update(**here, metadata={"event_type": "e", "event_payload": {"k": 2}})
        assert kept["message"]["blocks"]
        with_blocks = await r.client.chat_update(**here, text="card 2", blocks=[SECTION])
        assert "edited" not in with_blocks["message"]
        bare = await r.client.chat_update(**here, text="card 3")
        assert "blocks" not in bare["message"]
        assert bare["message"]["edited"]
        assert bare["message"]["metadata"]["event_payload"] == {"k": 2}
        assert await error_of(r.client.chat_update(**here, text="")) == "no_text"
        await r.ws.settled()
        assert r.kinds() == [], "Bolt drops what its own user did"
        assert [d.payload["event"]["subtype"] for d in r.ws.acks[-2:]] == ["message_changed"] * 2


async def test_the_bot_changes_and_deletes_only_its_own() -> None:
    async with rig() as r:
        theirs = await r.ana.says("mine", r.ops)
        here = {"channel": r.ops.id, "ts": theirs.ts}
        assert await error_of(r.client.chat_update(**here, text="x")) == "cant_update_message"
        assert await error_of(r.client.chat_delete(**here)) == "cant_delete_message"
        ts = (await _post(r))["ts"]
        assert await error_of(r.client.chat_delete(channel=r.ops.id, ts=ts)) == "ok"
        assert await error_of(r.client.chat_delete(channel=r.ops.id, ts=ts)) == "message_not_found"
        assert await error_of(r.client.chat_update(channel=r.ops.id, ts="oops", text="x")) == "message_not_found"


async def test_ephemeral_messages_reach_one_reader_and_cannot_be_read_back() -> None:
    async with rig() as r:
        outsider = r.ws.add_person("outsider")
        whisper = r.client.chat_postEphemeral
        ts = (await whisper(channel=r.ops.id, user=r.ana.id, text="psst"))["message_ts"]
        assert r.ana.sees(r.ops)[-1].text == "psst"
        assert "psst" not in [s.text for s in r.bo.sees(r.ops)]
        assert await error_of(r.client.chat_update(channel=r.ops.id, ts=ts, text="x")) == "message_not_found"
        assert await error_of(whisper(channel=r.ops.id, user=outsider.id, text="x")) == "user_not_in_channel"
        history = await r.client.conversations_history(channel=r.ops.id)
        assert "psst" not in [m["text"] for m in history["messages"]]


async def test_threads_belong_to_their_parents() -> None:
    async with rig() as r:
        parent = (await _post(r, "parent"))["ts"]
        reply = (await _post(r, "reply", thread_ts=parent))["ts"]
        await _post(r, "loud", thread_ts=parent, reply_broadcast=True)
        history = (await r.client.conversations_history(channel=r.ops.id))["messages"]
        assert [m["text"] for m in history][:2] == ["loud", "parent"]
        assert history[0]["subtype"] == "thread_broadcast"
        assert history[0]["root"]["ts"] == parent
        assert (history[1]["reply_count"], history[1]["thread_ts"]) == (2, parent)
        assert history[1]["latest_reply"] == history[0]["ts"]
        thread = (await r.client.conversations_replies(channel=r.ops.id, ts=parent))["messages"]
        assert [m["text"] for m in thread] == ["parent", "reply", "loud"]
        alone = (await r.client.conversations_replies(channel=r.ops.id, ts=reply))["messages"]
        assert [m["ts"] for m in alone] == [reply]
        assert await error_of(_post(r, thread_ts="1.000001")) == "cannot_reply_to_message"
        missing = r.client.conversations_replies(channel=r.ops.id, ts="1.000001")
        assert await error_of(missing) == "thread_not_found"


async def test_history_comes_newest_first_in_pages_within_bounds() -> None:
    async with rig(limits=False) as r:
        stamps = []
        for n in range(30):
            await r.clock.advance(MINUTE)
            stamps.append((await _post(r, str(n)))["ts"])

        async def texts(**bounds: Any) -> list[str]:
            found, cursor = [], ""
            while True:
                page = await r.client.conversations_history(channel=r.ops.id, cursor=cursor, **bounds)
                found += [m["text"] for m in page["messages"] if "subtype" not in m]
                assert page["has_more"] is bool(page["response_metadata"]["next_cursor"])
                cursor = page["response_metadata"]["next_cursor"]
                if not cursor:
                    return found
                await _post(r, "in between")

        assert (await texts())[0] == "29"
        assert await texts(oldest=stamps[20], latest=stamps[24], limit=2) == ["23", "22", "21"]
        inclusive = await texts(oldest=stamps[20], latest=stamps[24], inclusive=True)
        assert inclusive == ["24", "23", "22", "21", "20"]
        limited = await texts(limit=7, latest=stamps[29], inclusive=True)
        assert limited == [str(n) for n in reversed(range(30))]
        history = r.client.conversations_history
        assert await error_of(history(channel=r.ops.id, oldest="soon")) == "invalid_ts_oldest"
        assert await error_of(history(channel=r.ops.id, limit=1000)) == "invalid_limit"
        assert await error_of(history(channel=r.ops.id, cursor="b2Zmc2V0OjE=")) == "invalid_cursor"


async def test_metadata_shows_in_full_only_on_request() -> None:
    async with rig() as r:
        metadata = {"event_type": "probe", "event_payload": {"key": "job:1"}}
        await _post(r, metadata=metadata)
        history = r.client.conversations_history
        assert (await history(channel=r.ops.id))["messages"][0]["metadata"] == {"event_type": "probe"}
        full = await history(channel=r.ops.id, include_all_metadata=True)
        assert full["messages"][0]["metadata"] == metadata
        assert await error_of(_post(r, metadata="{")) == "invalid_metadata_format"
        assert await error_of(_post(r, metadata={"event_type": "x"})) == "invalid_metadata_schema"
        huge = {"event_type": "x", "event_payload": {"k": "v" * 17_000}}
        assert await error_of(_post(r, metadata=huge)) == "metadata_too_large"


async def test_another_name_needs_its_own_scope() -> None:
    async with rig() as r:
        assert await error_of(_post(r, username="Someone")) == "missing_scope"


async def test_markdown_excludes_text() -> None:
    async with rig() as r:
        assert await error_of(_post(r, markdown_text="# x")) == "markdown_text_conflict"
        alone = r.client.chat_postMessage(channel=r.ops.id, markdown_text="x" * 12_001)
        assert await error_of(alone) == "msg_too_long"


async def test_permalinks_lead_to_the_message_and_its_thread() -> None:
    async with rig() as r:
        parent = (await _post(r))["ts"]
        reply = (await _post(r, thread_ts=parent))["ts"]
        link = r.client.chat_getPermalink
        first = (await link(channel=r.ops.id, message_ts=parent))["permalink"]
        assert first == f"https://acme.slack.test/archives/{r.ops.id}/p{parent.replace('.', '')}"
        assert f"thread_ts={parent}" in (await link(channel=r.ops.id, message_ts=reply))["permalink"]
        assert await error_of(link(channel=r.ops.id, message_ts="1.000001")) == "message_not_found"


async def test_scheduled_messages_come_at_their_time_unless_taken_back() -> None:
    async with rig() as r:
        schedule, now = r.client.chat_scheduleMessage, int(r.clock.now().timestamp())
        assert await error_of(schedule(channel=r.ops.id, text="x", post_at=now)) == "time_in_past"
        assert await error_of(schedule(channel=r.ops.id, text="x", post_at=now + 121 * 86_400)) == "time_too_far"
        await schedule(channel=r.ops.id, text="on time", post_at=now + 120)
        other = await schedule(channel=r.ops.id, text="never", post_at=now + 180)
        assert r.ws.next_timer_at == r.clock.now() + 2 * MINUTE
        drop = r.client.chat_deleteScheduledMessage
        drop_id = other["scheduled_message_id"]
        assert await error_of(drop(channel=r.ops.id, scheduled_message_id=drop_id)) == "ok"
        await r.clock.advance(5 * MINUTE, r.ws.quiet)
        assert r.ana.sees(r.ops)[-1].text == "on time"
        assert r.ana.sees(r.ops)[-1].ts == f"{now + 120}.000000"


async def test_without_the_history_scope_nothing_is_read_or_heard() -> None:
    async with rig(manifest_without(scopes=("channels:history",))) as r:
        await r.ana.says("x", r.ops)
        await r.ws.settled()
        assert r.heard == []
        assert await error_of(r.client.conversations_history(channel=r.ops.id)) == "missing_scope"
