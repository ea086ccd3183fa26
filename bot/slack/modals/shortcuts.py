"""The shortcuts of the manifest: where each may be used, and what it opens. Each only opens; nothing is recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.domain.keys import Keyed
from bot.domain.markup import plain
from bot.domain.timeline import Source
from bot.slack.answer import Answer
from bot.slack.asked import Request
from bot.slack.bot import Bot
from bot.slack.dispatch import handle
from bot.slack.instants import instant
from bot.slack.marks import named_files
from bot.slack.modals.fields import INPUT_MOST, shortened
from bot.slack.modals.mark import add_to_timeline
from bot.slack.places import permalink
from bot.slack.scene import scene
from storage.people import names, workspace_of

TITLE = 120  # characters of a message that are offered as a title


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`kind` as the manifest names it: `global` in the lightning menu, `message` in a message's own."""

    kind: Literal["global", "message"]
    opens: Callable[[Bot, Mapping[str, Any]], Awaitable[Answer]]


async def declare(bot: Bot, body: Mapping[str, Any]) -> Answer:
    """The form that declares, from anywhere."""
    return await handle(bot, _request(body, "", None))


async def declare_from_message(bot: Bot, body: Mapping[str, Any]) -> Answer:
    """The form that declares, with a message linked: its first line offered as the title, its time as the detection."""
    message, channel_id = body.get("message") or {}, str((body.get("channel") or {}).get("id") or "")
    ts = str(message.get("ts") or body.get("message_ts") or "")
    async with bot.db.read() as session:
        workspace = await workspace_of(session, bot.identity.team_id)
        said = plain(words_of(message), await names(session, workspace.id))
    first = next((line for line in said.splitlines() if line.strip()), "")
    told = {"title": shortened(first, TITLE) if first else "", "said": said}
    told |= {"said_at": instant(ts).isoformat(), "link": permalink(bot, channel_id, ts)}
    return await handle(bot, _request(body, channel_id, Keyed("declare", told)))


async def task_from_message(bot: Bot, body: Mapping[str, Any]) -> Answer:
    """The form of a task, with a message's words in it and a link to it."""
    message, channel_id = body.get("message") or {}, str((body.get("channel") or {}).get("id") or "")
    ts = str(message.get("ts") or body.get("message_ts") or "")
    async with bot.db.read() as session:
        if await scene(bot, session, channel_id) is None:
            return Answer(bot.wording.say("answers.message_outside", command=bot.settings.command))
    told = {"words": words_of(message)[:INPUT_MOST], "link": permalink(bot, channel_id, ts)}
    return await handle(bot, _request(body, channel_id, Keyed("task", told), "form task"))


def _request(body: Mapping[str, Any], channel_id: str, form: Keyed | None, text: str = "form declare") -> Request:
    key = str(body.get("trigger_id"))
    return Request(str(body["user"]["id"]), channel_id, text, key, Source.SHORTCUT, form=form)


def words_of(message: Mapping[str, Any]) -> str:
    """What a message says, in wire form: alerts often say it in attachments or blocks alone."""
    texts = [str(message.get("text") or "")]
    for block in message.get("blocks") or []:
        if block.get("type") in ("header", "section"):
            texts.append(str((block.get("text") or {}).get("text") or ""))
    for one in message.get("attachments") or []:
        texts += [str(one.get(name) or "") for name in ("title", "text")]
        texts.append(str(one.get("fallback") or "") if not any(one.get(name) for name in ("title", "text")) else "")
    found = [text.strip() for text in texts if text.strip()]
    return "\n".join(dict.fromkeys(found)) or named_files(message.get("files") or [])


SHORTCUTS: Mapping[str, Shortcut] = {
    "add_to_timeline": Shortcut("message", add_to_timeline),
    "declare": Shortcut("global", declare),
    "declare_from_message": Shortcut("message", declare_from_message),
    "task_from_message": Shortcut("message", task_from_message),
}
