"""`!verb` messages: recording where the talk is. What a message says is read here; when to read it, is not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.errors import IncidentError
from bot.domain.keys import split_keys
from bot.domain.timeline import Entry, Origin, Source
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands import find
from bot.slack.instants import instant
from bot.slack.known_as import known_as
from bot.slack.refusals import in_words
from bot.slack.scene import Scene
from storage.tables import Message, Person

_TYPED = re.compile(r"^\s*!([A-Za-z][A-Za-z-]*)(?:\s+(.*))?$", re.DOTALL)
_CODE = re.compile(r"```.*?```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """What reading a message as a command came to. `refused`: it records nothing as it stands."""

    refused: bool
    answer: Answer | None = None


def _command(text: str) -> tuple[Command, str, str] | None:
    """(command, verb as typed, line) of a message that begins with an exact verb after its `!`; else None."""
    match = _TYPED.match(text)
    command = find(match.group(1)) if match else None
    if match is None or command is None or not command.message:
        return None
    if match.group(1).casefold() not in (command.name, *command.aliases):
        return None
    return command, match.group(1), (match.group(2) or "").strip()


def is_typed(text: str) -> bool:
    """Whether a message's words are a recording command (`!important` is chatter)."""
    return _command(text) is not None


def typed_words(text: str) -> str:
    """What a message says besides its `!verb` and the keys that verb takes; all of it where it is no command."""
    read = _command(text)
    return split_keys(read[2], read[0].keys).text if read else text


def later_commands(text: str) -> int:
    """How many lines after the first of a `!verb` message are commands by themselves: its verb takes them as words.

    What stands in a block of code is quoted, and none.
    """
    if not is_typed(text):
        return 0
    return sum(is_typed(line) for line in _CODE.sub("", text).strip().split("\n")[1:])


async def record_typed(at: Scene, row: Message, text: str, author: Person, entry: Entry | None) -> Typed:
    """Record what a wording of a message says, or bring its entry in line with it. A refusal records nothing."""
    call, command = _call(at, row, text, author, entry)
    try:
        async with at.session.begin_nested():
            return Typed(refused=False, answer=await _run(call, command))
    except IncidentError:
        await at.session.refresh(at.incident)
        return Typed(refused=True)


async def why_refused(at: Scene, row: Message, author: Person, entry: Entry | None) -> Answer | None:
    """What to tell the author of a message that could not be recorded: read once more, and nothing of it is kept."""
    if row.text is None or not is_typed(row.text):
        return None
    call, command = _call(at, row, row.text, author, entry)
    attempt = await at.session.begin_nested()
    try:
        await _run(call, command)
        return None
    except IncidentError as refused:
        return await in_words(call, refused)
    finally:
        await attempt.rollback()
        await at.session.refresh(at.incident)


def _call(at: Scene, row: Message, text: str, author: Person, entry: Entry | None) -> tuple[Call, Command]:
    """The call that a `!verb` message makes; an entry that the message has is revised by it."""
    read = _command(text)
    assert read is not None
    command, verb, line = read
    call = Call(
        bot=at.bot,
        session=at.session,
        workspace=at.workspace,
        actor=author,
        now=at.now.replace(microsecond=0),
        key=f"message:{at.channel.id}:{row.ts}",
        source=Source.MESSAGE,
        verb=verb,
        line=line,
        channel_id=at.channel.slack_id,
        channel=at.channel,
        incident=at.incident,
        said_at=instant(row.ts),
        origin=Origin(at.channel.slack_id, row.ts),
        revising=entry,
        read_back=at.reading_back,
    )
    return call, command


async def _run(call: Call, command: Command) -> Answer:
    call.also = await known_as(call.session, call.bot.settings, call.actor, call.incident)
    call.check(command.name, command.allows(call.line))
    call.parse(command.keys, tail=command.tail)
    return await command.run(call)
