"""`help`, as it applies to whoever asks: what they may use here, and one verb in full."""

from __future__ import annotations

from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import READERS_ANYWHERE, RECORDERS, Command
from bot.wording import Wire


async def show_help(call: Call) -> Answer:
    """What this person may use here, or one verb in full, with its form to open."""
    from bot.slack.commands import COMMANDS, find, nearest, split_verb

    settings = call.bot.settings
    word = split_verb(call.keyed.text)[0]
    command = find(word)
    meant = find(nearest(word) or "") if command is None else None
    if (command := command or meant) is not None:
        words = call.say(f"help.{command.key}", command=settings.command, prefix=settings.incident_prefix)
        allowed = call.may(command.name, command.allows(""))
        more = call.say(
            "help.more",
            aliases=list(command.aliases),
            keys=sorted(command.keys),
            message=command.message,
            verb=command.name,
            allowed=allowed,
        )
        number = call.incident.number if call.incident else None
        form = (Button(call.label("fill_in"), opens=command.name, incident=number),)
        parts = [call.say("help.meant", missing=word, verb=command.name)] if meant is not None else []
        return Answer(
            Wire("\n".join([*parts, words, more])),
            form if command.has_form and allowed and _here(call, command) else (),
        )
    usable = [one for one in COMMANDS if one.listed and call.may(one.name, one.allows(""))]
    here = [one for one in usable if _here(call, one)]
    lines = [call.say("help.line", verb=one.name, summary=summary(call, one)) for one in here]
    head = call.say("help.head", inside=call.incident is not None, command=settings.command, missing=word)
    foot = call.say("help.foot", command=settings.command, zone=call.zone)
    barred = [one.name for one in COMMANDS if one.listed and one not in usable and _here(call, one)]
    other = [call.say("help.not_yours", verbs=barred)] if barred else []
    return Answer(Wire("\n".join([head, *lines, *other, foot])))


def _here(call: Call, command: Command) -> bool:
    return command.anywhere or call.incident is not None


def summary(call: Call, command: Command) -> Wire:
    """What a verb does, in a few words: the first line of its help."""
    settings = call.bot.settings
    return Wire(
        call.say(f"help.{command.key}", command=settings.command, prefix=settings.incident_prefix).split("\n")[0]
    )


COMMANDS = (
    Command("help", show_help, ("?",), allowed=READERS_ANYWHERE | RECORDERS, anywhere=True, writes=False, double=False),
)
