"""`repair`: what failed is tried again, and the channel is looked after. It can be asked for from anywhere."""

from __future__ import annotations

from bot.domain.errors import UnknownIncident, WrongChannel
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from bot.slack.commands.numbers import incident_number
from bot.slack.repairing import failed_of, try_again
from storage.incidents import channel_of_incident
from storage.queue import Job, enqueue
from storage.tables import Incident
from storage.viewing import incident_declared_by, incident_seen


async def _repair(call: Call) -> Answer:
    """Without a number, the incident of this channel. What comes of it is told privately, by the job."""
    incident = await _meant(call)
    failed = await failed_of(call.session, incident.id)
    label = f"{call.bot.settings.incident_prefix}-{incident.number}"
    if await channel_of_incident(call.session, incident.id) is None:
        await try_again(call.session, failed, at=call.now)
        return Answer(call.say("answers.opening_again", label=label))
    payload = {"incident": incident.id, "user": call.actor.user_id, "tried": len(failed)}
    await enqueue(call.session, Job(f"repair:{incident.id}:{call.key}", "repair_channel", call.now, None, payload))
    return Answer(call.say("answers.repairing", label=label, tried=len(failed)))


async def _meant(call: Call) -> Incident:
    """The incident that is named or stood in. A private one that has no channel yet is its declarer's."""
    if not call.keyed.text:
        if call.incident is None:
            raise WrongChannel(verb=call.verb, asks=True, named=True)
        return call.incident
    prefix = call.bot.settings.incident_prefix
    named = incident_number(call.keyed.text, prefix)
    found = None
    if named is not None:
        found = await incident_seen(call.session, call.viewer, named[0]) or await incident_declared_by(
            call.session, call.workspace.id, named[0], call.actor.user_id
        )
    if found is None:
        raise UnknownIncident(given=await call.plain(call.keyed.text), prefix=prefix)
    return found


COMMANDS = (Command("repair", _repair, anywhere=True, double=False, parts=()),)
