"""The modals: one form for an entry, for changing one and for taking a message in. The rules stand in commands."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import UnknownEntry
from bot.domain.keys import Keyed
from bot.domain.markup import Names, escape, plain
from bot.domain.timeline import PLAIN_KINDS, Kind, Source
from bot.slack.answer import Answer, refusal
from bot.slack.bot import Bot
from bot.slack.dispatch import Request, handle
from bot.slack.gate import Who
from bot.slack.intake import on_said, wording_ts
from bot.slack.marks import named_files
from bot.slack.people import who
from bot.slack.scene import scene
from storage.entries import entry_of, entry_of_message
from storage.incidents import channel_of
from storage.people import find_person, names, workspace_of
from storage.transcript import find_message
from storage.viewing import Viewer, incident_seen

INPUT_MOST = 3_000  # characters of a plain_text_input
BEGINNING = 600  # characters of a message that the form's metadata hold: Slack takes 3,000 in all, as JSON
SHORT = 250  # characters under a field
#: The refusals that are about the time.
TIMES = frozenset({"unreadable_time", "time_needs_answer"})

#: What a message can be marked as, in the order of the menu.
MARKABLE = (Kind.NOTE, Kind.ACTION, Kind.HYPOTHESIS, Kind.RULED_OUT, Kind.DETECTED, Kind.FIX, Kind.IMPACT, Kind.CAUSE)
CHANGEABLE = tuple(sorted(PLAIN_KINDS, key=lambda kind: list(Kind).index(kind)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a submitted modal comes to: the acknowledgement, and what the person is told in a channel."""

    ack: dict[str, Any] = field(default_factory=dict)
    said: Answer | None = None
    channel_id: str = ""


def entry_form(
    bot: Bot, callback_id: str, about: Mapping[str, Any], *, kinds: tuple[Kind, ...], kind: Kind, words: str
) -> dict[str, Any]:
    """A view with the inputs `kind`, `time` and `words`. An empty time keeps what stands."""

    def text(name: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": bot.wording.plain(f"modals.{name}")}

    def option(one: Kind) -> dict[str, Any]:
        return {"text": {"type": "plain_text", "text": bot.wording.plain(f"kinds.{one}")}, "value": str(one)}

    offered = kinds if kind in kinds else (*kinds, kind)
    select = {
        "type": "static_select",
        "action_id": "kind",
        "options": [option(one) for one in offered],
        "initial_option": option(kind),
    }
    time = {"type": "plain_text_input", "action_id": "time", "max_length": 80, "placeholder": text("time_placeholder")}
    blocks: list[dict[str, Any]] = [
        {"type": "input", "block_id": "kind", "label": text("kind"), "element": select},
        {"type": "input", "block_id": "time", "label": text("time"), "element": time, "optional": True},
    ]
    if len(words) <= INPUT_MOST:
        area: dict[str, Any] = {"type": "plain_text_input", "action_id": "words", "multiline": True}
        area |= {"initial_value": words} if words else {}
        blocks.append({"type": "input", "block_id": "words", "label": text("words"), "element": area, "optional": True})
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": text(f"{callback_id}_title"),
        "submit": text("save"),
        "close": text("cancel"),
        "private_metadata": json.dumps(dict(about), ensure_ascii=False),
        "blocks": blocks,
    }


async def open_modal(bot: Bot, body: Mapping[str, Any], value: str, channel_id: str, number: int | None) -> Answer:
    """The modal that a button asks for: `change:7`."""
    name, _, argument = value.partition(":")
    if name != "change" or not argument.isdigit() or number is None:
        return refusal(bot.wording, UnknownEntry(number=argument, last=0))
    async with bot.db.read() as session:
        workspace = await workspace_of(session, bot.identity.team_id)
        channel = await channel_of(session, workspace.id, channel_id)
        actor = await find_person(session, bot.identity.team_id, str(body["user"]["id"]))
        member = actor is not None and who(actor) is Who.MEMBER
        viewer = Viewer(workspace.id, channel.incident_id if channel else None, sees_others=member)
        incident = await incident_seen(session, viewer, number)
        if incident is None:
            return refusal(bot.wording, UnknownEntry(number=argument, last=0))
        entry = await entry_of(session, incident.id, int(argument))
        if entry is None:
            return refusal(bot.wording, UnknownEntry(number=argument, last=incident.entry_counter))
        words = plain(entry.text, await names(session, workspace.id))
    about = {"incident": number, "entry": entry.number, "version": entry.version, "channel": channel_id}
    about |= {"words": _mark(words), "kind": str(entry.kind)}
    kinds = CHANGEABLE if entry.kind in PLAIN_KINDS else (entry.kind,)
    view = entry_form(bot, "change", about, kinds=kinds, kind=entry.kind, words=words)
    return Answer(bot.wording.say("answers.opening"), view=view)


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
    about = {"incident": here.incident.number, "ts": ts, "channel": channel_id, "words": _mark(words)}
    about |= {"version": found[1].version if found else 0, "begins": words[:BEGINNING]}
    kind = found[1].kind if found else Kind.NOTE
    view = entry_form(bot, "add_to_timeline", about, kinds=MARKABLE, kind=kind, words=words)
    if not found:
        await _keep(bot, channel_id, message)
    return Answer(bot.wording.say("answers.opening"), view=view)


async def _keep(bot: Bot, channel_id: str, message: Mapping[str, Any]) -> None:
    """The shortcut brings the message along; its row is kept now, so that the entry has what it rests on."""
    async with bot.db.write() as session:
        here = await scene(bot, session, channel_id)
        if here is not None and message.get("ts"):
            await on_said(here, message, wording_ts(message))


def _mark(words: str) -> int:
    """Tells whether somebody changed the prefilled words, without putting them into the view's metadata."""
    words = words.replace("\r\n", "\n").strip()  # what a client may do to them by itself
    return len(words) * 1_000_003 + sum(ord(character) * place for place, character in enumerate(words, 1))


async def submit(bot: Bot, body: Mapping[str, Any]) -> Outcome:
    """A submitted modal does what its command does."""
    view = body.get("view") or {}
    callback_id = str(view.get("callback_id"))
    if callback_id not in ("change", "add_to_timeline"):
        return Outcome()
    about = json.loads(view.get("private_metadata") or "{}")
    said = _values(view)
    request = Request(
        user_id=str(body["user"]["id"]),
        channel_id=str(about.get("channel") or ""),
        text="edit" if callback_id == "change" else "mark",
        key=f"{view.get('id')}:{view.get('hash')}",
        source=Source.MODAL if callback_id == "change" else Source.SHORTCUT,
        incident_number=about.get("incident"),
        form=_form(callback_id, about, said),
        message_ts=about.get("ts"),
        version=about.get("version"),
    )
    answer = await handle(bot, request)
    if answer.refused:
        # Slack shows it beside the field, and what was typed stays in the form.
        timed = bool(said.get("time")) and answer.refused in TIMES
        block = "time" if timed else "words" if "words" in said else "kind"
        return Outcome({"response_action": "errors", "errors": {block: _short(bot, answer)}})
    return Outcome({}, answer, request.channel_id)


def _values(view: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a submitted form, by block."""
    said = {}
    for block_id, fields in ((view.get("state") or {}).get("values") or {}).items():
        for element in fields.values():
            chosen = element.get("selected_option")
            said[block_id] = str(chosen["value"]) if chosen else str(element.get("value") or "")
    return said


def _form(callback_id: str, about: Mapping[str, Any], said: Mapping[str, str]) -> Keyed:
    """The form as text and keys; words that nobody touched are left out, so that what stands is kept."""
    values = {"kind": said["kind"]} if said.get("kind") not in (None, "", about.get("kind")) else {}
    if said.get("time", "").strip():
        values["at"] = escape(said["time"].strip())
    words = said.get("words", "")
    changed = bool(words.strip()) and _mark(words) != about.get("words")
    text = escape(words.strip()) if changed else ""
    if about.get("begins") and not text:
        values["begins"] = escape(str(about["begins"]))
    if callback_id == "change":
        text = f"#{about['entry']} {text}".strip()
    return Keyed(text, values)


def _short(bot: Bot, answer: Answer) -> str:
    """A refusal as Slack shows it under a field: plain text, one line, with what could be tapped elsewhere to type."""
    said = plain(answer.words, Names()).strip().split("\n")[0].replace("*", "").replace("`", "")
    options = [button.label for button in answer.buttons] if answer.refused in TIMES else []
    return bot.wording.plain("answers.under_field", said=said, options=options)[:SHORT]


SHORTCUTS: Mapping[str, Callable[[Bot, Mapping[str, Any]], Awaitable[Answer]]] = {"add_to_timeline": add_to_timeline}
