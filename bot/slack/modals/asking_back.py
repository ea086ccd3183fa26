"""A form that could not be taken: what is wrong stands beside its field, and all that was typed stays in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import (
    Conflict,
    EmptyText,
    EntryRetracted,
    NumberMissing,
    PersonMissing,
    PrivateOrPublic,
    TimeMissing,
    TimeNeedsAnswer,
    TitleWithoutEnd,
    TooLong,
    TwoTimes,
    UnknownClass,
    UnknownEntry,
    UnknownIncident,
    UnknownKind,
    UnknownRole,
    UnknownSeverity,
    UnknownStatus,
    UnreadableDue,
    UnreadableTime,
    WindowOverlap,
    WrongKind,
)
from bot.domain.markup import Names, plain
from bot.slack.answer import Answer, section
from bot.slack.bot import Bot
from bot.slack.modals.fields import Block, Form, Option, fingerprint

SHORT = 250  # characters under a field
#: The field that a refusal is about: the first of these that the form has.
_ABOUT: Mapping[type[Exception], tuple[str, ...]] = {
    UnreadableTime: ("time",),
    TimeNeedsAnswer: ("time",),
    TimeMissing: ("time",),
    WindowOverlap: ("time",),
    TwoTimes: ("picked", "time"),
    EmptyText: ("words", "line", "title"),
    TooLong: ("words", "line", "title"),
    TitleWithoutEnd: ("words",),
    UnreadableDue: ("due",),
    UnknownClass: ("by",),
    UnknownKind: ("kind",),
    UnknownSeverity: ("severity",),
    UnknownStatus: ("status",),
    UnknownRole: ("role",),
    PersonMissing: ("person",),
    NumberMissing: ("entry",),
    UnknownEntry: ("entry",),
    EntryRetracted: ("entry",),
    WrongKind: ("entry",),
    UnknownIncident: ("incident",),
}
#: Fields whose whole value is a time: where two readings are likely, they are offered to be tapped.
_TIMES = ("time", "start")
_SENT = ("type", "callback_id", "title", "submit", "close", "private_metadata", "blocks")


def refused_form(bot: Bot, view: Mapping[str, Any], said: Mapping[str, str], field: str, answer: Answer) -> Block:
    """The acknowledgement that keeps the form open."""
    inputs = [str(block["block_id"]) for block in view.get("blocks") or [] if block.get("type") == "input"]
    wanted = (field, *_about(answer.refused), "words", "title")
    under = next((one for one in wanted if one in inputs), inputs[0] if inputs else "")
    if isinstance(answer.refused, Conflict) and "version" in answer.refused.params:
        return _update(_with_both(view, answer, answer.refused))
    if isinstance(answer.refused, TimeNeedsAnswer) and under in _TIMES:
        return _update(_with_readings(bot, view, said, under, answer))
    if isinstance(answer.refused, PrivateOrPublic):
        return _update(_with_visibility(bot, view, under, answer))
    return {"response_action": "errors", "errors": {under: _short(bot, answer)}}


def _about(refused: Exception | None) -> tuple[str, ...]:
    return _ABOUT.get(type(refused), ()) if refused is not None else ()


def _update(view: Block) -> Block:
    return {"response_action": "update", "view": view}


def _again(view: Mapping[str, Any]) -> Block:
    """The same view: what stands in its fields stays, since their ids do."""
    return {name: view[name] for name in _SENT if view.get(name) is not None} | {"blocks": list(view["blocks"])}


def _with_both(view: Mapping[str, Any], answer: Answer, conflict: Conflict) -> Block:
    """What somebody else made of it stands above one's own; saving now is a change of that, on purpose."""
    made = _again(view)
    about = json.loads(view.get("private_metadata") or "{}") | {"version": conflict.params["version"]}
    above = section(answer.words) | {"block_id": "conflict"}
    blocks = [above, *(block for block in made["blocks"] if block.get("block_id") != "conflict")]
    return made | {"private_metadata": json.dumps(about, ensure_ascii=False), "blocks": blocks}


def _with_readings(bot: Bot, view: Mapping[str, Any], said: Mapping[str, str], under: str, answer: Answer) -> Block:
    """The readings of a time to choose from, below it. The chosen one holds for these words alone."""
    form = Form(bot.wording)
    options = [Option(button.label, button.command.rpartition(" at: ")[2]) for button in answer.buttons]
    name = f"reading:{fingerprint(said.get(under, ''))}:{under}"
    form.radio(name, _short(bot, answer, offered=False), options)
    made = _again(view)
    left = [block for block in made["blocks"] if not _is_reading(block, under)]
    place = next(place for place, block in enumerate(left) if block.get("block_id") == under)
    return made | {"blocks": [*left[: place + 1], *form.blocks, *left[place + 1 :]]}


def _is_reading(block: Mapping[str, Any], under: str) -> bool:
    name = str(block.get("block_id"))
    return name.startswith("reading:") and name.endswith(f":{under}")


def chosen_readings(said: Mapping[str, str]) -> dict[str, str]:
    """`reading:<field>` for each reading that was chosen of words which still stand in their field."""
    chosen = {}
    for name, value in said.items():
        kind, _, rest = name.partition(":")
        mark, _, under = rest.partition(":")
        if kind == "reading" and value and mark == str(fingerprint(said.get(under, ""))):
            chosen[f"reading:{under}"] = value
    return chosen


def _with_visibility(bot: Bot, view: Mapping[str, Any], under: str, answer: Answer) -> Block:
    form = Form(bot.wording)
    options = [Option(bot.wording.plain(f"labels.{name}"), name) for name in ("private", "public")]
    form.radio("visibility", _short(bot, answer), options, needed=True)
    made = _again(view)
    place = next(place for place, block in enumerate(made["blocks"]) if block.get("block_id") == under)
    return made | {"blocks": [*made["blocks"][: place + 1], *form.blocks, *made["blocks"][place + 1 :]]}


def _short(bot: Bot, answer: Answer, *, offered: bool = True) -> str:
    """A refusal as Slack shows it under a field: plain text, one line, with what could be tapped elsewhere to type."""
    if isinstance(answer.refused, EmptyText):  # its own words say how a line is typed
        return bot.wording.plain("answers.needed_here")
    said = plain(answer.words, Names()).strip().split("\n")[0].replace("*", "").replace("`", "").removesuffix(":")
    timed = offered and isinstance(answer.refused, UnreadableTime | TimeNeedsAnswer)
    options = [button.label for button in answer.buttons] if timed else []
    return bot.wording.plain("answers.under_field", said=said, options=options)[:SHORT]
