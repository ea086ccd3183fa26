"""The form that takes a message into the timeline, or changes the entry that it has. Keeps no words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.keys import Keyed
from bot.domain.markup import escape, plain
from bot.domain.timeline import Kind
from bot.slack.answer import Answer
from bot.slack.bot import Bot
from bot.slack.intake import on_said, wording_ts
from bot.slack.marks import named_files
from bot.slack.modals.change import add_kind
from bot.slack.modals.fields import INPUT_MOST, Block, Form
from bot.slack.modals.keys import keyed, read_keys, touched
from bot.slack.scene import scene
from storage.entries import entry_of_message
from storage.people import names
from storage.transcript import find_message

BEGINNING = 600  # characters of a message that the form's metadata hold: Slack takes 3,000 in all, as JSON
#: What a message can be marked as, in the order of the menu.
MARKABLE = (
    Kind.NOTE,
    Kind.ACTION,
    Kind.HYPOTHESIS,
    Kind.RULED_OUT,
    Kind.DETECTED,
    Kind.FIX,
    Kind.IMPACT,
    Kind.CAUSE,
    Kind.IMPROVEMENT,
    Kind.TASK,
)


async def add_to_timeline(bot: Bot, body: Mapping[str, Any]) -> Answer:
    """The message shortcut: the message's words, to be taken in as an entry at the message's own time."""
    message, channel_id = body.get("message") or {}, str((body.get("channel") or {}).get("id") or "")
    ts = str(message.get("ts") or body.get("message_ts") or "")
    async with bot.db.read() as session:
        here = await scene(bot, session, channel_id)
        if here is None:
            return Answer(bot.wording.say("answers.message_outside", command=bot.settings.command))
        if message.get("user") == bot.identity.user_id:
            return Answer(bot.wording.say("answers.own_post"))
        row = await find_message(session, here.channel.id, ts)
        found = await entry_of_message(session, row.id) if row else None
        typed = found[1].text if found else str(message.get("text") or "") or named_files(message.get("files") or [])
        words = plain(typed, await names(session, here.workspace.id))
    about: dict[str, Any] = {"incident": here.incident.number, "ts": ts, "channel": channel_id}
    about |= {"version": found[1].version if found else 0, "begins": words[:BEGINNING]}
    view = _form(bot, about, found[1].kind if found else Kind.NOTE, words)
    if not found:
        await _keep(bot, channel_id, message)
    return Answer(bot.wording.say("answers.opening"), view=view)


def _form(bot: Bot, about: dict[str, Any], kind: Kind, words: str) -> Block:
    form, said = Form(bot.wording), bot.wording.plain
    add_kind(form, MARKABLE, kind)
    form.moment()
    if len(words) <= INPUT_MOST:
        form.area("words", said("modals.words"), initial=words)
    about["shown"] = form.shown
    return form.view("add_to_timeline", said("modals.add_to_timeline_title"), about)


async def _keep(bot: Bot, channel_id: str, message: Mapping[str, Any]) -> None:
    """The shortcut brings the message along; its row is kept now, so that the entry has what it rests on."""
    async with bot.db.write() as session:
        here = await scene(bot, session, channel_id)
        if here is not None and message.get("ts"):
            await on_said(here, message, wording_ts(message))


def mark_keyed(about: Mapping[str, Any], said: Mapping[str, str]) -> Keyed:
    """What the form says of the message; words that nobody touched are left out, so that they follow the message."""
    values = read_keys({"kind", "at"}, said)
    text = escape(touched(said, about.get("shown") or {}).get("words", "").strip())
    if about.get("begins") and not text:
        values["begins"] = escape(str(about["begins"]))
    return keyed(text, values, said)
