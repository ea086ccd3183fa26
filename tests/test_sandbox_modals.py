"""Buttons, modals and shortcuts: triggers, stacks, hashes, inputs, and what the person sees of it all."""

import asyncio
import re
from datetime import date
from typing import Any

import pytest
from sandbox_rig import SECOND, Rig, error_of, manifest_without, rig

from sandbox import NotPossible


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.upper()), "value": value}


def field(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"type": "input", "block_id": block_id, "label": plain(block_id)}
    return body | {"element": element | {"action_id": f"{block_id}-in"}} | more


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    shown = list(blocks) or [field("words", {"type": "plain_text_input"})]
    return {"type": "modal", "callback_id": "m", "title": plain("T"), "submit": plain("Go"), "blocks": shown} | more


def buttons(*names: str) -> list[dict[str, Any]]:
    elements = [{"type": "button", "action_id": n, "text": plain(n.title()), "value": f"v-{n}"} for n in names]
    return [{"type": "actions", "elements": elements}]


class Triggers:
    """Keeps every interaction's body and opens nothing by itself."""

    def __init__(self, r: Rig) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        for listener in (r.app.action, r.app.view, r.app.view_closed, r.app.shortcut):
            listener(re.compile(".*"))(self.take)

    async def take(self, ack: Any, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        await ack(**self.answer)

    @property
    def id(self) -> str:
        return self.bodies[-1]["trigger_id"]


async def opened(r: Rig, view: dict[str, Any]) -> Triggers:
    """Ana has this modal before her."""
    triggers = Triggers(r)
    await r.ana.global_shortcut("open")
    await r.client.views_open(trigger_id=triggers.id, view=view)
    return triggers


async def test_a_click_brings_the_message_its_place_and_its_state() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        posted = await r.client.chat_postMessage(channel=r.ops.id, text="card", blocks=buttons("close", "keep"))
        answer = await r.bo.clicks("Close")
        assert answer.failed is None
        body = triggers.bodies[0]
        assert body["type"] == "block_actions"
        assert body["container"]["message_ts"] == body["message"]["ts"] == posted["ts"]
        assert body["container"]["is_ephemeral"] is False
        assert body["user"] == {"id": r.bo.id, "username": "bo", "name": "bo", "team_id": r.ws.team_id}
        (action,) = body["actions"]
        assert (action["action_id"], action["value"], action["type"]) == ("close", "v-close", "button")
        assert action["block_id"] == posted["message"]["blocks"][0]["block_id"]
        assert body["response_url"].startswith(r.ws.url)


async def test_a_button_is_clicked_only_where_it_is_seen() -> None:
    async with rig() as r:
        Triggers(r)
        posted = await r.client.chat_postMessage(channel=r.ops.id, text="card", blocks=buttons("close"))
        await r.client.chat_postEphemeral(channel=r.ops.id, user=r.bo.id, text="psst", blocks=buttons("secret"))
        with pytest.raises(LookupError):
            await r.ana.clicks("Secret")
        assert (await r.bo.clicks("Secret")).failed is None
        await r.client.chat_update(channel=r.ops.id, ts=posted["ts"], text="closed")
        with pytest.raises(LookupError):
            await r.ana.clicks("Close")


async def test_an_ephemeral_message_is_replaced_and_deleted_through_its_response_url() -> None:
    async with rig() as r:
        seen: list[dict[str, Any]] = []

        @r.app.action("swap")
        async def swap(ack: Any, body: dict[str, Any], respond: Any) -> None:
            seen.append(body)
            await respond("swapped", replace_original=True, blocks=buttons("drop"))
            await ack()

        @r.app.action("drop")
        async def drop(ack: Any, respond: Any) -> None:
            await respond(delete_original=True)
            await ack()

        await r.client.chat_postEphemeral(channel=r.ops.id, user=r.ana.id, text="psst", blocks=buttons("swap"))
        await r.ana.clicks("Swap")
        assert r.ana.sees(r.ops)[-1].raw_text == "swapped"
        assert "message" not in seen[0]
        assert seen[0]["container"]["is_ephemeral"] is True
        await r.ana.clicks("Drop")
        assert all(not s.ephemeral for s in r.ana.sees(r.ops))


async def test_an_unanswered_click_fails_before_the_persons_eyes() -> None:
    async with rig() as r:
        await r.client.chat_postMessage(channel=r.ops.id, text="card", blocks=buttons("close"))
        clicking = asyncio.create_task(r.ana.clicks("Close"))
        await asyncio.sleep(0.02)
        await r.clock.advance(3 * SECOND, lambda: r.ws.quiet(0.05))
        assert (await clicking).failed == "dispatch_failed"


async def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        await r.ana.global_shortcut("open")
        used = triggers.id
        assert await error_of(r.client.views_open(trigger_id=used, view=modal())) == "ok"
        assert await error_of(r.client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
        await r.ana.global_shortcut("open")
        await r.clock.advance(3.1 * SECOND)
        assert await error_of(r.client.views_open(trigger_id=triggers.id, view=modal())) == "expired_trigger_id"
        assert await error_of(r.client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_view_answers_as_slack_does() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        await r.ana.global_shortcut("open")
        view = (await r.client.views_open(trigger_id=triggers.id, view=modal(private_metadata="x")))["view"]
        assert view["id"] == view["root_view_id"]
        assert (view["previous_view_id"], view["state"], view["private_metadata"]) == (None, {"values": {}}, "x")
        assert view["hash"]
        assert r.ana.view.title == "T"
        assert r.bo.view is None


async def test_illegal_views_are_refused_with_the_place() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        await r.ana.global_shortcut("open")
        for bad in (modal(title=plain("t" * 25)), {"type": "home", "blocks": []}, modal(submit=None)):
            assert await error_of(r.client.views_open(trigger_id=triggers.id, view=bad)) == "invalid_arguments"
        assert "json-pointer:/view" in str(r.ws.calls[-3].answer["response_metadata"]["messages"])
        assert await error_of(r.client.views_open(trigger_id=triggers.id, view=modal())) == "ok"


async def test_what_is_filled_in_arrives_as_state() -> None:
    kinds = {
        "words": ({"type": "plain_text_input"}, "hi", {"value": "hi"}),
        "count": ({"type": "number_input", "is_decimal_allowed": False}, 7, {"value": "7"}),
        "sev": ({"type": "static_select", "options": [option("s1"), option("s2")]}, "S2", "s2"),
        "tags": ({"type": "multi_static_select", "options": [option("a"), option("b")]}, ["a", "b"], ["a", "b"]),
        "boxes": ({"type": "checkboxes", "options": [option("x"), option("y")]}, ["y"], ["y"]),
        "who": ({"type": "users_select"}, "@bo", None),
        "day": ({"type": "datepicker"}, date(2024, 3, 16), {"selected_date": "2024-03-16"}),
        "clock": ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
    }
    async with rig() as r:
        triggers = await opened(r, modal(*(field(n, e) for n, (e, _, _) in kinds.items())))
        result = await r.ana.submits({n: value for n, (_, value, _) in kinds.items()})
        assert result.closed
        values = triggers.bodies[-1]["view"]["state"]["values"]
        for name, (element, _, expected) in kinds.items():
            state = values[name][f"{name}-in"]
            assert state["type"] == element["type"]
            if isinstance(expected, dict):
                assert expected.items() <= state.items()
        assert values["sev"]["sev-in"]["selected_option"] == option("s2")
        assert [o["value"] for o in values["tags"]["tags-in"]["selected_options"]] == ["a", "b"]
        assert values["who"]["who-in"]["selected_user"] == r.bo.id
        assert r.ana.view is None


async def test_a_choice_that_is_not_offered_cannot_be_made() -> None:
    async with rig() as r:
        await opened(r, modal(field("sev", {"type": "static_select", "options": [option("s1")]})))
        with pytest.raises(NotPossible):
            await r.ana.fills("sev", "s9")
        with pytest.raises(LookupError):
            await r.ana.fills("other", "x")


async def test_the_client_itself_refuses_empty_and_short_inputs() -> None:
    async with rig() as r:
        triggers = await opened(
            r,
            modal(
                field("words", {"type": "plain_text_input", "min_length": 5}),
                field("more", {"type": "plain_text_input"}, optional=True),
                field("count", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}),
            ),
        )
        sent = len(triggers.bodies)
        result = await r.ana.submits({"words": "", "count": 10})
        assert set(result.errors) == {"words", "count"}
        assert "required" in result.errors["words"]
        assert (await r.ana.submits({"words": "four", "count": 9})).errors.keys() == {"words"}
        assert len(triggers.bodies) == sent
        assert (await r.ana.submits({"words": "fives"})).closed
        assert triggers.bodies[-1]["view"]["state"]["values"]["more"]["more-in"]["value"] is None


async def test_the_apps_errors_stand_under_their_inputs() -> None:
    async with rig() as r:
        triggers = await opened(r, modal())
        triggers.answer = {"response_action": "errors", "errors": {"words": "too vague", "nowhere": "lost"}}
        result = await r.ana.submits({"words": "x"})
        assert (result.outcome, result.errors) == ("errors", {"words": "too vague"})
        assert r.ana.view.errors == {"words": "too vague"}
        triggers.answer = {"response_action": "errors", "errors": {"nowhere": "lost"}}
        assert (await r.ana.submits({"words": "y"})).failed == "invalid_errors"
        triggers.answer = {}
        assert (await r.ana.submits({})).closed


async def test_submissions_update_push_and_clear() -> None:
    async with rig() as r:
        triggers = await opened(r, modal())
        triggers.answer = {"response_action": "update", "view": modal(title=plain("Next"))}
        assert (await r.ana.submits({"words": "kept"})).updated
        assert r.ana.view.title == "Next"
        assert r.ana.view.input("words") == "kept"
        for depth in (2, 3):
            triggers.answer = {"response_action": "push", "view": modal(title=plain(str(depth)))}
            assert (await r.ana.submits({"words": "x"})).pushed
        assert (await r.ana.submits({"words": "x"})).failed == "push_limit_reached"
        assert r.ana.view.title == "3"
        triggers.answer = {"response_action": "update", "view": modal(title=plain("t" * 25))}
        assert (await r.ana.submits({})).failed == "invalid_view"
        triggers.answer = {"response_action": "clear"}
        assert (await r.ana.submits({})).closed
        assert r.ana.view is None


async def test_views_push_needs_the_open_modals_own_trigger_and_three_are_enough() -> None:
    async with rig() as r:
        view = modal(*buttons("more"))
        view.pop("submit")
        triggers = await opened(r, view)
        for _ in range(2):
            await r.ana.clicks("More")
            pushed = await r.client.views_push(trigger_id=triggers.id, view=view)
            assert pushed["view"]["root_view_id"] == r.ana.stack[0].id
            assert pushed["view"]["previous_view_id"] == r.ana.stack[-2].id
        await r.ana.clicks("More")
        assert await error_of(r.client.views_push(trigger_id=triggers.id, view=view)) == "push_limit_reached"
        await r.bo.global_shortcut("open")
        assert await error_of(r.client.views_push(trigger_id=triggers.id, view=view)) == "not_found"


async def test_updates_mind_the_hash_and_closed_views() -> None:
    async with rig() as r:
        await opened(r, modal(external_id="ext-1"))
        stale = r.ana.view.hash
        update = r.client.views_update
        assert await error_of(update(external_id="ext-1", view=modal(external_id="ext-1"), hash=stale)) == "ok"
        assert await error_of(update(view_id=r.ana.view.id, view=modal(), hash=stale)) == "hash_conflict"
        view_id = r.ana.view.id
        await r.ana.closes_view()
        assert await error_of(update(view_id=view_id, view=modal())) == "not_found"


async def test_an_external_id_stands_for_one_view() -> None:
    async with rig() as r:
        triggers = await opened(r, modal(external_id="one"))
        await r.bo.global_shortcut("open")
        opening = r.client.views_open(trigger_id=triggers.id, view=modal(external_id="one"))
        assert await error_of(opening) == "duplicate_external_id"


async def test_closing_is_told_to_the_app_where_it_asked() -> None:
    async with rig() as r:
        triggers = await opened(r, modal(notify_on_close=True))
        await r.ana.closes_view(whole_stack=True)
        assert triggers.bodies[-1]["type"] == "view_closed"
        assert triggers.bodies[-1]["is_cleared"] is True
        sent = len(triggers.bodies)
        await r.ana.global_shortcut("open")
        await r.client.views_open(trigger_id=triggers.id, view=modal())
        await r.ana.closes_view()
        assert len(triggers.bodies) == sent + 1
        assert r.ana.view is None


async def test_a_message_shortcut_brings_the_message_from_anywhere() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        message = await r.bo.says("bot is not here", r.side)
        await r.bo.shortcut("mark", message)
        body = triggers.bodies[-1]
        assert (body["type"], body["callback_id"], body["message_ts"]) == ("message_action", "mark", message.ts)
        assert body["message"]["text"] == "bot is not here"
        assert body["channel"] == {"id": r.side.id, "name": "side"}
        with pytest.raises(LookupError):
            await r.bo.shortcut("open", message)


async def test_menus_outside_inputs_tell_the_app_what_was_chosen() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        menu = {"type": "static_select", "action_id": "sev", "options": [option("s1"), option("s2")]}
        more = {"type": "overflow", "action_id": "dots", "options": [option("a"), option("b")]}
        block = {"type": "actions", "block_id": "row", "elements": [menu | {"placeholder": plain("Severity")}, more]}
        await r.client.chat_postMessage(channel=r.ops.id, text="card", blocks=[block])
        await r.ana.chooses("sev", None, "s2")
        body = triggers.bodies[-1]
        assert body["actions"][0]["selected_option"] == option("s2")
        assert body["state"]["values"]["row"]["sev"]["selected_option"] == option("s2")
        await r.ana.chooses("dots", None, "b")
        assert triggers.bodies[-1]["actions"][0]["selected_option"] == option("b")


async def test_an_external_menu_gets_its_options_from_the_app() -> None:
    async with rig() as r:

        @r.app.options("who")
        async def offer(ack: Any, payload: dict[str, Any]) -> None:
            await ack(options=[option(payload["value"] + "1"), option(payload["value"] + "2")])

        menu = {"type": "external_select", "action_id": "who", "min_query_length": 1, "placeholder": plain("Who")}
        await r.client.chat_postMessage(channel=r.ops.id, text="x", blocks=[{"type": "actions", "elements": [menu]}])
        assert [o["value"] for o in await r.ana.asks_for_options("who", None, "q")] == ["q1", "q2"]


async def test_the_home_tab_is_published_and_clicked() -> None:
    async with rig() as r:
        triggers = Triggers(r)
        await r.ana.opens_home()
        await r.ws.settled()
        assert r.heard[-1]["type"] == "app_home_opened"
        await r.client.views_publish(user_id=r.ana.id, view={"type": "home", "blocks": buttons("mine")})
        assert r.ana.home.blocks[0]["elements"][0]["action_id"] == "mine"
        await r.ana.clicks("Mine")
        body = triggers.bodies[-1]
        assert body["container"] == {"type": "view", "view_id": r.ana.home.id}
        assert "channel" not in body
        assert "response_url" not in body


async def test_without_interactivity_nothing_is_sent() -> None:
    manifest = manifest_without()
    manifest["settings"]["interactivity"]["is_enabled"] = False
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    async with rig(manifest) as r:
        await r.client.chat_postMessage(channel=r.ops.id, text="card", blocks=buttons("close"))
        assert (await r.ana.clicks("Close")).failed == "not_interactive"
        publish = r.client.views_publish(user_id=r.ana.id, view={"type": "home", "blocks": []})
        assert await error_of(publish) == "not_enabled"
