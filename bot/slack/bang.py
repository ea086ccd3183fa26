"""`!verb` messages: recording where the talk is. Editing the message edits its entry, deleting it retracts it."""

from __future__ import annotations

import re

from bot.domain.errors import IncidentError
from bot.domain.timeline import Change, Entry, Origin, Source, Standing, revise
from bot.incidents import record
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands import find
from bot.slack.gate import check
from bot.slack.instants import instant
from bot.slack.refusals import in_words
from bot.slack.scene import Scene, acknowledge
from storage.entries import entry_of_message
from storage.tables import Message, Person

_TYPED = re.compile(r"^\s*!([A-Za-z][A-Za-z-]*)(?:\s+(.*))?$", re.DOTALL)


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


async def read_typed(at: Scene, row: Message, author: Person) -> None:
    """Record what a `!verb` message says, or make its entry follow an edit. A refusal records nothing."""
    found = await entry_of_message(at.session, row.id)
    entry = found[1] if found else None
    if entry is not None and (at.incident.published_at is not None or entry.action in ("retracted", "redacted")):
        return
    read = _command(row.text or "")
    if read is None:
        if entry is not None and entry.stands:
            await _edited_away(at, entry)
    else:
        async with at.session.begin_nested() as attempt:
            try:
                await _run(call_of(at, row, author, entry), read[0])
            except IncidentError:
                await attempt.rollback()
    await acknowledge(at, row, "typed", author.user_id)


def call_of(at: Scene, row: Message, author: Person, entry: Entry | None) -> Call:
    """The call that a `!verb` message makes; an entry that it made before is revised by it."""
    read = _command(row.text or "")
    assert read is not None
    return Call(
        bot=at.bot,
        session=at.session,
        workspace=at.workspace,
        actor=author,
        now=at.now.replace(microsecond=0),
        key=f"message:{at.channel.id}:{row.ts}" + (f":{row.event_ts}" if entry else ""),
        source=Source.MESSAGE,
        verb=read[1],
        line=read[2],
        channel_id=at.channel.slack_id,
        channel=at.channel,
        incident=at.incident,
        said_at=instant(row.ts),
        origin=Origin(at.channel.slack_id, row.ts),
        revising=entry,
    )


async def _run(call: Call, command: Command) -> Answer:
    check(call.who, command.name, command.allowed, call.bot.settings.permissions)
    call.parse(command.keys)
    return await command.run(call)


async def answer_again(at: Scene, row: Message, author: Person) -> Answer | None:
    """What to tell the author of a `!verb` message that recorded nothing: read once more, and nothing of it is kept."""
    read = _command(row.text or "")
    if read is None:
        return None
    call = call_of(at, row, author, None)
    async with at.session.begin_nested() as attempt:
        try:
            return await _run(call, read[0])
        except IncidentError as refused:
            return await in_words(call, refused)
        finally:
            await attempt.rollback()


async def _edited_away(at: Scene, entry: Entry) -> None:
    """A command reworded into chatter takes its entry out."""
    revision = revise(
        entry,
        at=at.now.replace(microsecond=0),
        by_id=entry.author_id,
        action="withdrawn",
        key=f"away:{at.incident.id}:{entry.number}:{entry.version}",
        standing=Standing.RETRACTED,
    )
    await record(at.session, at.incident, Change("entry.withdrawn", revisions=(revision,)), at=at.now)
