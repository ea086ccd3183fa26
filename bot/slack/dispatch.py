"""From what somebody asked to its answer: the one path of slash commands, buttons, modals and `!verb` messages.

One short transaction holds it all: who asks, may they, what it means, the entries, the jobs that follow.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.errors import IncidentError, NotAllowed, UnknownIncident
from bot.domain.timeline import Origin, Source
from bot.slack.answer import Answer, Button, apology
from bot.slack.asked import Read, Request, read
from bot.slack.bot import Bot
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands import nearest
from bot.slack.commands.questions import needs_incident
from bot.slack.commands.recorded import doubled_answer, holds, repeated_answer
from bot.slack.commands.running import known_severity
from bot.slack.escalating import answers_escalation
from bot.slack.instants import instant
from bot.slack.known_as import known_as
from bot.slack.people import get_to_know
from bot.slack.refusals import in_words
from bot.slack.together import share
from storage.ahead import held, hold
from storage.artifacts import note_audit
from storage.away import gave_way
from storage.declaring import declare_together, declaring
from storage.incidents import whereabouts
from storage.people import workspace_of
from storage.queue import enqueue
from storage.viewing import incident_seen

log = logging.getLogger(__name__)

#: Real seconds for the database, whatever it is at: Slack waits three, and then shows a failure instead of words.
PATIENCE = 2.4


async def handle(bot: Bot, request: Request) -> Answer:
    """The answer to a request; after it, what was recorded is durable. Never raises."""
    return (await handle_together(bot, [request]))[0]


async def handle_together(bot: Bot, requests: Sequence[Request]) -> list[Answer]:
    """The answers to requests of one person that are recorded together or not at all. Never raises.

    Where one is refused, nothing is kept: its answer, with what stood in the way, is then the last.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await _all_again(bot, requests)
    except Exception as fault:  # whatever it is becomes words with a reference, here where answers are made
        return [_sorry(bot, requests[0], fault)]


async def _all_again(bot: Bot, requests: Sequence[Request]) -> list[Answer]:
    """Once more where the database ended it for the sake of somebody else, as in a deadlock: nobody need know."""
    try:
        return await _all(bot, [read(request) for request in requests])
    except DBAPIError as fault:
        if not gave_way(fault):
            raise
        log.warning("asked again, since others were in the way", extra={"fault": str(fault.orig).partition("\n")[0]})
        return await _all(bot, [read(request) for request in requests])


def _sorry(bot: Bot, request: Request, fault: Exception) -> Answer:
    return apology(bot.wording, fault, typed=request.text, doing=read(request).name)


async def _all(bot: Bot, asked: Sequence[Read]) -> list[Answer]:
    answers: list[Answer] = []
    doing = asked[0]
    await get_to_know(bot, bot.identity.team_id, doing.request.user_id)
    try:
        if len(asked) == 1 and doing.shares:
            answers.append(await _shared(bot, doing))
        else:
            async with _transaction(bot, writes=any(one.writes for one in asked)) as session:
                for doing in asked:
                    answers.append(await _answer(bot, session, doing))
    except _Refused as refused:
        if isinstance(refused.answer.refused, NotAllowed):
            await _audit(bot, doing.request, "refused", str(refused.answer.refused.params.get("act")))
        return [*answers, refused.answer]
    for one in asked:
        if one.read_private is not None:
            await _audit(bot, one.request, f"read.{one.name}", one.read_private)
        if one.answers is not None:
            async with bot.db.write() as session:
                await enqueue(session, one.answers)
    return answers


async def _shared(bot: Bot, read: Read) -> Answer:
    """The answer to a request that shares its transaction. A refusal that had nothing written yet spoils no other's."""

    async def work(session: AsyncSession) -> Answer | _Refused:
        try:
            return await _answer(bot, session, read)
        except _Refused as refused:
            if refused.wrote:
                raise
            return refused

    outcome = await share(bot, read, work, PATIENCE)
    if isinstance(outcome, _Refused):
        raise outcome
    return outcome


async def _answer(bot: Bot, session: AsyncSession, read: Read) -> Answer:
    """The answer to one request. A refusal leaves by raising, so that nothing of it is kept."""
    call, command = await _call(bot, session, read), read.command
    if command is not None and command.double:
        call.key = read.request.hashed_key(once=True)
    answer = await _run(call, command)
    answers = answers_escalation(call) if read.name != "on-it" else None  # which says itself what it answers
    if answers is not None and read.writes:
        await enqueue(session, answers)
    read.answers = None if read.writes else answers
    private = call.incident is not None and call.incident.visibility == "private"
    if private and not read.writes:
        read.read_private = str(call.about.number)
    return answer


class _Refused(Exception):
    def __init__(self, answer: Answer, *, wrote: bool) -> None:
        self.answer = answer
        self.wrote = wrote


@asynccontextmanager
async def _transaction(bot: Bot, *, writes: bool) -> AsyncIterator[AsyncSession]:
    async with bot.db.write() if writes else bot.db.read() as session:
        yield session


async def _run(call: Call, command: Command | None) -> Answer:
    """Gate, parse, double submit, the command itself."""
    try:
        if command is None:
            return await _unknown(call)
        call.check(command.name, command.allows(call.line))
        if not command.anywhere:
            needs_incident(call, command)
        # The buttons of one offer share their key, whichever of them was clicked first.
        kinds = command.records if call.source is Source.COMMAND else ()
        if command.writes and (done := await call.done_before(kinds)) is not None:
            return await repeated_answer(call, done)
        call.parse(command.keys, tail=command.tail)
        before = await call.said_before() if command.double and call.form is None else None
        # What was set to something else since is meant to be set back.
        if before is not None and await holds(call, before):
            return await doubled_answer(call, before)
        return await command.run(call)
    except IncidentError as refused:
        raise _Refused(replace(await in_words(call, refused), refused=refused), wrote=call.recorded) from None


async def _call(bot: Bot, session: AsyncSession, read: Read) -> Call:
    request = read.request
    if read.opens and declaring(session) is None:  # one of them alone: it looks back as they do together
        await declare_together(session, bot.identity.team_id, [request.channel_id], [request.user_id])
    elif read.shares and not read.opens and held(session) is None:
        await hold(session, bot.identity.team_id, request.channel_id, [request.user_id])
    here = await whereabouts(session, bot.identity.team_id, request.channel_id, request.user_id)
    incident = here.incident
    call = Call(
        bot=bot,
        session=session,
        workspace=here.workspace,
        actor=here.person,
        now=bot.clock.now().replace(microsecond=0),
        key=request.hashed_key(),
        source=request.source,
        verb=read.verb,
        line=read.line,
        channel_id=request.channel_id,
        channel=here.channel,
        incident=incident,
        said_at=instant(request.message_ts) if request.message_ts else None,
        origin=Origin(request.channel_id, request.message_ts) if request.message_ts else None,
        again=read.again,
        form=request.form,
        version=request.version,
    )
    if request.incident_number is not None and (incident is None or incident.number != request.incident_number):
        named = await incident_seen(session, call.viewer, request.incident_number)
        if named is None:
            # A private incident is reached from inside its own channel alone; guests reach any only there.
            unknown = UnknownIncident(given=read.line, prefix=bot.settings.incident_prefix)
            raise _Refused(replace(await in_words(call, unknown), refused=unknown), wrote=False)
        call.incident = named
    call.also = await known_as(session, bot.settings, call.actor, call.incident)
    return call


async def _unknown(call: Call) -> Answer:
    """An unknown first word: the text is kept, and offered as what it most likely is."""
    severity = known_severity(call, call.verb) if call.incident else None
    near = f"severity {severity}" if severity else nearest(call.verb)
    number = call.incident.number if call.incident else None
    buttons: list[Button] = []
    if near and (call.line or severity):
        buttons.append(Button(call.label("run", verb=near), command=f"{near} {call.line}".strip(), incident=number))
    if call.incident is not None and call.line:
        buttons += [
            Button(call.label(f"as_{verb}"), command=f"{verb} {call.typed}", incident=number)
            for verb in ("note", "action")
        ]
    elif call.line and near is None:
        buttons.append(Button(call.label("declare_it"), command=f"declare {call.typed}"))
    words = call.say(
        "errors.unknown_verb",
        verb=await call.plain(call.verb),
        near=near,
        command=call.bot.settings.command,
        inside=call.incident is not None and bool(call.line),
        tap=any(button.fits for button in buttons),
    )
    return Answer(words, tuple(buttons), given_back=await call.plain(call.typed))


async def _audit(bot: Bot, request: Request, action: str, target: str) -> None:
    """Note a refusal, or that somebody read a private incident."""
    async with bot.db.write() as session:
        workspace = await workspace_of(session, bot.identity.team_id)
        now = bot.clock.now()
        await note_audit(session, workspace.id, at=now, actor=request.user_id, action=action, target=target)
