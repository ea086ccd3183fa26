"""`archive`: closing an incident's channel once all is said. Slack keeps what is in it; bots cannot open it again."""

from __future__ import annotations

from bot.domain.errors import StillOpen
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import Command
from storage.artifacts import note_audit
from storage.incidents import channel_of_incident
from storage.queue import Job, rearm


async def _archive(call: Call) -> Answer:
    """Only a closed incident's channel; whatever is still to be edited there goes first, in the same lane."""
    incident = call.about
    if incident.status not in ("resolved", "cancelled", "duplicate"):
        raise StillOpen(status=incident.status)
    channel = await channel_of_incident(call.session, incident.id)
    if channel is None or channel.is_archived:
        return Answer(call.say("answers.archived_already"))
    await note_audit(
        call.session,
        call.workspace.id,
        at=call.now,
        actor=call.actor.user_id,
        action="channel.archived",
        target=str(incident.number),
    )
    job = Job(
        id=f"again:archive_channel:{incident.id}",
        kind="archive_channel",
        lane=f"incident:{incident.id}",
        payload={"incident": incident.id},
        run_at=call.now,
    )
    await rearm(call.session, job)
    return Answer(call.say("answers.archiving"))


COMMANDS = (Command("archive", _archive, double=False, parts=()),)
