"""`form`: a verb's form instead of its line, and the card of what can be done next. Nothing is recorded by opening."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.domain.incident import CLOSED, MITIGATED
from bot.slack.answer import Answer, Button, Menu
from bot.slack.call import Call
from bot.slack.command import READERS_ANYWHERE, RECORDERS, Command
from bot.slack.commands.help import show_help, summary
from bot.slack.commands.questions import incident_line, needs_incident
from bot.slack.modals.change import change_form
from bot.slack.modals.declare import declare_form
from bot.slack.modals.resolve import resolve_form
from bot.slack.modals.verb import verb_form

#: Verbs whose form is more than their parts and keys.
_OWN: Mapping[str, Callable[[Call, Command, str], Awaitable[Answer]]] = {
    "declare": declare_form,
    "edit": change_form,
    "resolve": resolve_form,
}
#: What the card offers as buttons, by what comes first; everything else is in its menu.
_OPEN, _ENDED = ("action", "note", "update", "escalate"), ("improve", "task", "reopen")


async def _form(call: Call) -> Answer:
    """`form action pool is full`: the verb's form, filled with what follows it. The verb's own gate holds."""
    from bot.slack.commands import find, split_verb

    word, line = split_verb(call.keyed.text)
    command = find(word) if word else None
    if command is None or not command.has_form:
        return Answer(call.say("answers.no_form", verb=word, command=call.bot.settings.command))
    call.check(command.name, command.allows(line or "-"))
    if command.name != "declare":
        needs_incident(call, command)
    return await _OWN.get(command.name, verb_form)(call, command, line)


async def _menu(call: Call) -> Answer:
    """The command alone: outside of an incident the form that declares, inside what can be done next."""
    from bot.slack.commands import COMMANDS, find

    if call.incident is None:
        declare = find("declare")
        assert declare is not None
        if not call.may(declare.name, declare.allowed):
            return await show_help(call)
        return await declare_form(call, declare, "")
    usable = {one.name: one for one in COMMANDS if one.listed and call.may(one.name, one.allowed)}
    words = await incident_line(call, call.incident, "answers.status")
    forms = [one for one in usable.values() if one.has_form and one.name != "declare"]
    options = [Button(f"{one.name}: {summary(call, one)}", opens=one.name, incident=call.about.number) for one in forms]
    return Answer(words, _buttons(call, usable), menus=(Menu(call.label("everything"), tuple(options)),))


def _buttons(call: Call, usable: Mapping[str, Command]) -> tuple[Button, ...]:
    """What usually comes next in this status, then what is always asked for."""
    state, number = call.about.status, call.about.number
    first = [Button(call.label(f"open_{name}"), opens=name) for name in (_ENDED if state in CLOSED else _OPEN)]
    if state not in CLOSED:
        lead = [] if call.about.commander_id else [Button(call.label("take_lead"), command="lead")]
        calm = [] if state == MITIGATED else [Button(call.label("mitigated"), opens="mitigated")]
        first = [*lead, *first, *calm, Button(call.label("resolve"), opens="resolve", style="primary")]
    asked = [Button(call.label(name), command=name) for name in ("timeline", "tasks")]
    offered = [*first, *asked, Button(call.label("draft_again"), command="postmortem")]
    return tuple(replace(one, incident=number) for one in offered if _verb(one) in usable)


def _verb(button: Button) -> str:
    return (button.opens or button.command).split()[0]


_EVERYBODY = READERS_ANYWHERE | RECORDERS

COMMANDS = (
    Command("form", _form, allowed=_EVERYBODY, anywhere=True, writes=False, double=False, parts=()),
    Command("menu", _menu, allowed=_EVERYBODY, anywhere=True, writes=False, double=False, listed=False, parts=()),
)
