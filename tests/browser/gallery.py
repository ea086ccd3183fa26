"""A small app that shows every block and every input there is, for the page's own tests, without our bot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import timedelta
from typing import Any

from sandbox.page import Page
from tests.sandbox_rig import MANIFEST, Rig, rig

JSON = dict[str, Any]
_MANIFEST = deepcopy(MANIFEST)
_MANIFEST["features"]["slash_commands"][0] |= {"usage_hint": "gallery | form | ask", "description": "Shows things"}
_MANIFEST["oauth_config"]["scopes"]["bot"] += ["canvases:read", "canvases:write"]


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JSON:
    return {"type": "mrkdwn", "text": text}


def button(label: str, action_id: str, **more: Any) -> JSON:
    return {"type": "button", "text": plain(label), "action_id": action_id, **more}


def option(value: str, label: str | None = None) -> JSON:
    return {"text": plain(label or value.title()), "value": value}


SURE = {
    "title": plain("Really?"),
    "text": mrkdwn("*Everything* goes."),
    "confirm": plain("Drop it"),
    "deny": plain("No"),
}


def everything(ana: str, ops: str) -> list[JSON]:
    """A message with every block that messages may hold and every mark that words may have."""
    marks = (
        f"*bold* _italic_ ~gone~ `code` :fire: <https://example.com|a link> <@{ana}> <#{ops}> <!here>\n"
        "<!date^1710504300^{date_short} at {time}|fallback>\n&gt; a quote\n```a &lt;block&gt;\n  of code```"
    )
    rich = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich", "style": {"bold": True}}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                    {"type": "rich_text_section", "elements": [{"type": "emoji", "name": "rocket"}]},
                ],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
        ],
    }
    return [
        {"type": "header", "text": plain("A header :bell:")},
        {"type": "section", "text": mrkdwn(marks), "accessory": button("Beside", "beside")},
        {"type": "section", "fields": [mrkdwn("*Severity*\nsev1"), mrkdwn("*Status*\nopen")]},
        {"type": "divider"},
        {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "a graph", "title": plain("A graph")},
        rich,
        {"type": "context", "elements": [mrkdwn("small words"), plain("plain *words*")]},
        {
            "type": "actions",
            "elements": [
                button("Go", "go", style="primary", value="1"),
                button("Drop", "drop", style="danger", confirm=SURE),
                {"type": "static_select", "action_id": "pick", "placeholder": plain("Pick one"),
                 "options": [option("red"), option("blue")]},
                {"type": "users_select", "action_id": "who", "placeholder": plain("Who")},
                {"type": "datepicker", "action_id": "day", "placeholder": plain("Day")},
                {"type": "overflow", "action_id": "flow", "options": [option("edit"), option("undo")]},
            ],
        },
    ]  # fmt: skip


def form(title: str = "A form") -> JSON:
    """A modal with every input."""

    def field(name: str, element: JSON, **more: Any) -> JSON:
        return {"type": "input", "block_id": name, "label": plain(name.title()),
                "element": element | {"action_id": f"a_{name}"}, "optional": True} | more  # fmt: skip

    menu = {"options": [option("red"), option("blue")]}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Not now"),
        "notify_on_close": True,
        "blocks": [
            {"type": "section", "block_id": "top", "text": mrkdwn("Some *words* first."),
             "accessory": button("Another", "another")},
            field("title", {"type": "plain_text_input"}, optional=False, hint=plain("What is wrong")),
            field("story", {"type": "plain_text_input", "multiline": True}),
            field("count", {"type": "number_input", "is_decimal_allowed": False}),
            field("colour", {"type": "static_select", **menu}, dispatch_action=True),
            field("mood", {"type": "radio_buttons", **menu}),
            field("flags", {"type": "checkboxes", **menu}),
            field("day", {"type": "datepicker"}),
            field("hour", {"type": "timepicker"}),
            field("when", {"type": "datetimepicker"}),
            field("who", {"type": "users_select"}),
            field("team", {"type": "multi_users_select"}),
            field("room", {"type": "channels_select"}),
            field("service", {"type": "external_select", "min_query_length": 1}),
            field("tags", {"type": "multi_static_select", **menu}),
        ],
    }  # fmt: skip


class Gallery:
    """The app with what it heard: `clicked` as (action, value), `submitted` as state values, how many were `closed`."""

    def __init__(self, made: Rig, page: Page) -> None:
        self.rig, self.page = made, page
        self.clicked: list[tuple[str, Any]] = []
        self.submitted: list[JSON] = []
        self.closed = 0
        self.refuse: dict[str, str] = {}
        app = made.app
        app.command("/probe")(self._command)
        app.action({"type": "block_actions", "action_id": _any()})(self._act)
        app.options({"action_id": _any()})(self._offer)
        app.view("form")(self._submit)
        app.view_closed("form")(self._close)
        app.shortcut("mark")(self._shortcut)
        app.shortcut("open")(self._shortcut)

    async def _command(self, ack: Any, command: JSON, client: Any) -> None:
        words = command["text"]
        if words == "form":
            await client.views_open(trigger_id=command["trigger_id"], view=form())
            await ack()
        elif words == "ask":
            text = mrkdwn("Which one?")
            row = {"type": "actions", "elements": [button("This", "this", value="7"), button("That", "that")]}
            await ack(text="Which one?", blocks=[{"type": "section", "text": text}, row])
        else:
            await ack()
            ana, ops = self.rig.ana.id, self.rig.ops.id
            await client.chat_postMessage(channel=command["channel_id"], text="all", blocks=everything(ana, ops))

    async def _act(self, ack: Any, action: JSON, body: JSON, client: Any, respond: Any) -> None:
        await ack()
        chosen = next((action[k] for k in action if k.startswith("selected")), action.get("value"))
        self.clicked.append((action["action_id"], chosen["value"] if isinstance(chosen, dict) else chosen))
        if action["action_id"] == "another":
            await client.views_push(trigger_id=body["trigger_id"], view=form("Another form"))
        elif action["action_id"] == "this":
            await respond(text="This it is.", replace_original=True)
        elif action["action_id"] == "a_colour":
            changed = form("In colour")
            await client.views_update(view_id=body["view"]["id"], view=changed)

    async def _offer(self, ack: Any, options: JSON) -> None:
        await ack(options=[option(name) for name in ("checkout", "search") if options["value"] in name])

    async def _submit(self, ack: Any, view: JSON) -> None:
        if self.refuse:
            await ack(response_action="errors", errors=self.refuse)
        else:
            self.submitted.append(view["state"]["values"])
            await ack()

    async def _close(self, ack: Any) -> None:
        self.closed += 1
        await ack()

    async def _shortcut(self, ack: Any, shortcut: JSON, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=shortcut["trigger_id"], view=form(shortcut["callback_id"].title()))

    async def publish(self, *blocks: JSON) -> None:
        """Put blocks on Ana's home."""
        await self.rig.client.views_publish(user_id=self.rig.ana.id, view={"type": "home", "blocks": list(blocks)})

    async def later(self, minutes: int) -> None:
        """Let the workspace's clock go on."""
        await self.rig.clock.advance(timedelta(minutes=minutes), self.rig.ws.quiet)

    def value(self, block: str) -> str:
        """What the last submitted form held in a block, as JSON without types."""
        state = self.submitted[-1][block][f"a_{block}"]
        return json.dumps({k: v for k, v in state.items() if k != "type"})


def _any() -> Any:
    import re

    return re.compile(".*")


@asynccontextmanager
async def gallery() -> AsyncIterator[Gallery]:
    """The page over a workspace with Ana and Bo in #ops, Bo alone in #side, and the app in #ops."""
    async with rig(_MANIFEST) as made, Page(made.ws) as page:
        yield Gallery(made, page)
