"""The form that declares: a title is enough. Beside it, what is open now; before it, nothing is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.incident import CLOSED
from bot.domain.keys import Keyed, split_keys
from bot.domain.markup import escape
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands.declare import FLAGS, read_declaration
from bot.slack.commands.questions import incident_line
from bot.slack.commands.running import TITLE_MOST
from bot.slack.instants import spoken
from bot.slack.modals.fields import INPUT_MOST, TIME_MOST, Form, Option
from bot.slack.modals.keys import keyed
from bot.slack.modals.verb import whereabouts
from bot.wording import Wire
from storage.tables import Incident
from storage.viewing import incidents_seen

#: How many incidents are shown beside the title, and how long one stays there after it was opened.
SHOWN, RECENT = 5, timedelta(hours=1)


async def declare_form(call: Call, command: Command, line: str) -> Answer:
    """Only the title is needed. A message that it is declared from is linked, its time offered as the detection."""
    form, said = Form(call.bot.wording), call.bot.wording.plain
    message = call.form.values if call.form is not None else {}
    typed = read_declaration(call, split_keys(line, command.keys).text)
    title = await call.plain(message.get("title") or typed.title)
    if beside := await _beside(call):
        form.say(beside)
    placeholder = said("modals.title_placeholder")
    form.line("title", said("modals.title"), initial=title, needed=True, most=TITLE_MOST, placeholder=placeholder)
    severities = [Option(one.name, one.name, one.meaning) for one in call.bot.settings.severities]
    if severities:
        form.select("severity", said("modals.severity"), severities, initial=typed.severity or "")
    if "said_at" in message:
        _add_message(form, call, message)
    form.line("time", said("modals.start"), most=TIME_MOST, placeholder=said("modals.start_placeholder"))
    flags = [Option(said(f"modals.flag_{flag}"), flag, said(f"modals.flag_{flag}_meaning")) for flag in FLAGS]
    # What was said in a private incident is made public by who chooses so, not by who overlooks it.
    kept = {"private"} if "said_at" in message and call.incident and call.incident.visibility == "private" else set()
    form.checks("flags", said("modals.flags"), flags, initial=typed.flags | kept)
    about = whereabouts(call) | {"incident": None}
    about |= {name: message[name] for name in ("said_at", "link") if name in message}
    view = form.view("declare", said("modals.declare_title"), about, said("modals.declare"))
    return Answer(call.say("answers.opening"), view=view, given_back=title)


def _add_message(form: Form, call: Call, message: Mapping[str, str]) -> None:
    said = form.wording.plain
    at = spoken(datetime.fromisoformat(message["said_at"]), call.zone, label=call.bot.settings.timezone_label)
    form.checks("detected", said("modals.detected"), [Option(at, "yes")], initial=["yes"])
    form.area("said", said("modals.said"), initial=message.get("said", "")[:INPUT_MOST])


async def _beside(call: Call) -> Wire | None:
    """What is open, or was opened in the last hour, as this person may see it; never a private one, seen or not."""
    now = call.now
    seen = [one for one in await incidents_seen(call.session, call.viewer) if one.visibility == "public"]
    lately = [one for one in seen if one.status not in CLOSED or _recent(one, now)]
    if not lately:
        return None
    lines = [await incident_line(call, one, "answers.listed") for one in lately[:SHOWN]]
    head = call.say("answers.beside", more=max(0, len(lately) - SHOWN))
    return Wire("\n".join([head, *lines]))


def _recent(incident: Incident, now: datetime) -> bool:
    return incident.declared_at is not None and now - incident.declared_at <= RECENT


def declare_keyed(about: Mapping[str, Any], said: Mapping[str, str]) -> Keyed:
    """The declaration: its title as it stands, all else in keys."""
    values = {name: escape(said[name].strip()) for name in ("severity", "flags", "said") if said.get(name, "").strip()}
    values |= {name: str(about[name]) for name in ("said_at", "link") if about.get(name)}
    if said.get("detected"):
        values["detected"] = "yes"
    if said.get("visibility"):
        values["flags"] = ",".join(one for one in (values.get("flags", ""), said["visibility"]) if one)
    time = said.get("reading:time") or escape(said.get("time", "").strip())
    return keyed(escape(said.get("title", "").strip()), values | ({"at": time} if time else {}), {})
