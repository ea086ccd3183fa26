"""The form of any verb, made of what the verb says it takes: a new verb has one without a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import NothingToChooseFrom
from bot.domain.keys import Keyed, split_keys
from bot.domain.markup import escape, plain
from bot.domain.masking import mask
from bot.domain.timeline import Entry
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands.numbers import incident_number, leading_number
from bot.slack.commands.recorded import words_for
from bot.slack.modals.fields import Form, Option, shortened
from bot.slack.modals.keys import add_keys, keyed, read_keys
from bot.slack.parts import Part
from bot.wording import Wire
from storage.entries import entries_of
from storage.viewing import incidents_seen

_LABELS = {
    "entry": "modals.entry",
    "incident": "modals.incident",
    "severity": "modals.severity",
    "status": "modals.status",
    "role": "modals.role",
}


async def verb_form(call: Call, command: Command, line: str) -> Answer:
    """A field for each part and key of a verb, filled with what was typed already. Raises NothingToChooseFrom."""
    form = Form(call.bot.wording)
    given = split_keys(line, command.keys) if call.form is None else brought(call.form)
    form.remark(await headline(call, command))
    left = given.text
    for part in command.parts:
        left = await _add_part(form, call, command, part, left)
    add_keys(form, command.keys, given.values, await call.names(), command.needs)
    about = whereabouts(call) | {"verb": command.name}
    title = f"modals.verb_{command.key}"
    named = form.wording.plain(title) if form.wording.has(title) else command.name.replace("-", " ").capitalize()
    view = form.view("verb", named, about)
    return Answer(call.say("answers.opening"), view=view, given_back=await call.plain(line))


def brought(form: Keyed) -> Keyed:
    """What a message brings to a form, in wire form: its words stand under `words`, all else under its key."""
    return Keyed(form.values.get("words", ""), {key: value for key, value in form.values.items() if key != "words"})


def whereabouts(call: Call) -> dict[str, Any]:
    """What every form brings back: the incident it is about, and where it was opened."""
    return {"incident": call.incident.number if call.incident else None, "channel": call.channel_id}


async def headline(call: Call, command: Command) -> Wire:
    """What the verb does, to which incident."""
    settings = call.bot.settings
    summary = call.bot.wording.plain(f"help.{command.key}", command=settings.command, prefix=settings.incident_prefix)
    incident = call.incident
    return call.say(
        "answers.form_about",
        label=f"{settings.incident_prefix}-{incident.number}" if incident else None,
        title=shortened(mask(await call.plain(incident.title)).text) if incident else "",
        summary=summary.split("\n")[0],
    )


def verb_keyed(command: Command, said: Mapping[str, str]) -> Keyed:
    """What the fields say, as the verb's line would."""
    words = [_written(part, said.get(part.sort, "").strip()) for part in command.parts]
    return keyed(" ".join(one for one in words if one), read_keys(command.keys, said), said)


def _written(part: Part, value: str) -> str:
    if not value:
        return ""
    if part.sort == "entry":
        return f"#{value}"
    if part.sort == "person":
        return f"<@{value}>"
    return escape(value)


async def _add_part(form: Form, call: Call, command: Command, part: Part, left: str) -> str:
    """A field for one part, filled from what is left of the line; what is left then."""
    said, needed = call.bot.wording.plain, part.needed
    if part.sort == "words":
        form.area("words", said("modals.words"), initial=plain(left, await call.names()), needed=needed)
        return ""
    if part.sort == "line":
        form.line("line", said("modals.line"), initial=plain(left, await call.names()), needed=needed)
        return ""
    if part.sort == "person":
        form.person("person", said("modals.person"), needed=needed)
        return left
    if part.sort == "entry":
        found = leading_number(left)
        first, left = (str(found[0]), found[1]) if found else ("", left)
        options = await _entries(call, part)
    elif part.sort == "incident":
        named = incident_number(left, call.bot.settings.incident_prefix)
        first, left = (str(named[0]), named[1]) if named else ("", left)
        options = await _incidents(call)
    else:
        first, _, rest = left.partition(" ")
        options = _configured(call, part.sort)
        first, left = (first, rest) if any(one.value == first for one in options) else ("", left)
    if options:
        form.select(part.sort, said(_LABELS[part.sort]), options, initial=first, needed=needed)
    elif needed:
        raise NothingToChooseFrom(verb=command.name)
    return left


def _configured(call: Call, sort: str) -> list[Option]:
    """The severities, statuses or roles of the settings, with their meanings."""
    settings = call.bot.settings
    if sort == "severity":
        return [Option(one.name, one.name, one.meaning) for one in settings.severities]
    if sort == "status":
        return [Option(one.name, one.name, one.meaning) for one in settings.statuses]
    return [Option(one.title, one.name, one.meaning) for one in settings.roles]


async def _entries(call: Call, part: Part) -> list[Option]:
    """The entries that the part can mean, the newest first."""
    found = await entries_of(call.session, call.about.id, kinds=part.kinds or None)
    meant = [entry for entry in found if entry.stands is part.standing]
    return [await entry_option(call, entry) for entry in reversed(meant)]


async def entry_option(call: Call, entry: Entry) -> Option:
    """`#7 action: restarted the api`, for a list to choose from."""
    words = await words_for(call, entry, entry.text or str(entry.data.get("title") or ""))
    kind = call.bot.wording.plain(f"kinds.{entry.kind}")
    return Option(shortened(f"#{entry.number} {kind}{': ' if words else ''}{words}"), str(entry.number))


async def _incidents(call: Call) -> list[Option]:
    """The other incidents that this person may know of."""
    prefix = call.bot.settings.incident_prefix
    seen = [one for one in await incidents_seen(call.session, call.viewer) if one is not call.incident]
    return [Option(f"{prefix}-{one.number} {mask(await call.plain(one.title)).text}", str(one.number)) for one in seen]
