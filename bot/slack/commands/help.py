"""`help`, as it applies to whoever asks: what they may use here, and one verb in full."""

from __future__ import annotations

from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import READERS_ANYWHERE, RECORDERS, Command
from bot.slack.gate import may
from bot.wording import Wire


async def _help(call: Call) -> Answer:
    from bot.slack.commands import COMMANDS, find, split_verb

    settings = call.bot.settings
    word = split_verb(call.keyed.text)[0]
    command = find(word)
    if command is not None:
        words = call.say(
            f"help.{command.key}",
            command=settings.command,
            prefix=settings.incident_prefix,
        )
        allowed = may(call.who, command.name, command.allows(""), settings.permissions)
        more = call.say(
            "help.more",
            aliases=list(command.aliases),
            keys=sorted(command.keys),
            message=command.message,
            verb=command.name,
            allowed=allowed,
        )
        return Answer(Wire(f"{words}\n{more}"))
    usable = [one for one in COMMANDS if one.listed and may(call.who, one.name, one.allows(""), settings.permissions)]
    here = [one for one in usable if one.anywhere or call.incident is not None]
    lines = [call.say("help.line", verb=one.name, summary=_first_line(call, one)) for one in here]
    head = call.say("help.head", inside=call.incident is not None, command=settings.command, missing=word)
    foot = call.say("help.foot", command=settings.command, zone=call.zone)
    return Answer(Wire("\n".join([head, *lines, foot])))


def _first_line(call: Call, command: Command) -> Wire:
    """The first line of a verb's help is its summary."""
    settings = call.bot.settings
    return Wire(
        call.say(f"help.{command.key}", command=settings.command, prefix=settings.incident_prefix).split("\n")[0]
    )


COMMANDS = (
    Command("help", _help, ("?",), allowed=READERS_ANYWHERE | RECORDERS, anywhere=True, writes=False, double=False),
)
