"""Questions, each answered privately: status and list; and `postmortem`, which makes the draft again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.errors import WrongChannel
from bot.domain.incident import CLOSED
from bot.domain.masking import mask
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import AT, READERS_ANYWHERE, Command
from bot.slack.commands.recorded import when_words
from bot.slack.instants import span
from bot.wording import Wire
from storage.incidents import channels_of_incidents
from storage.queue import Job, rearm
from storage.tables import Channel, Incident
from storage.viewing import incidents_seen

LISTED = 20


async def show_status(call: Call) -> Answer:
    """Where the incident stands; outside of any, the open ones."""
    if call.incident is None:
        call.check("list", READERS_ANYWHERE)
        return await _list(call)
    return Answer(await incident_line(call, call.incident, "answers.status"))


async def incident_line(call: Call, incident: Incident, template: str) -> Wire:
    """One incident in a line or a few, by a template."""
    return (await incident_lines(call, [incident], template))[0]


async def incident_lines(call: Call, incidents: Sequence[Incident], template: str) -> list[Wire]:
    """Each of them so."""
    channels = await channels_of_incidents(call.session, [one.id for one in incidents])
    return [await _line(call, one, channels.get(one.id), template) for one in incidents]


async def _line(call: Call, incident: Incident, channel: Channel | None, template: str) -> Wire:
    begun, ended = incident.started_at or incident.declared_at, incident.resolved_at
    # What was called off, or is another one's, has no duration.
    lasted = (ended or call.now) - begun if begun and (ended or incident.status not in CLOSED) else None
    commander = (await call.names()).person(incident.commander_id) if incident.commander_id else None
    return call.say(
        template,
        label=f"{call.bot.settings.incident_prefix}-{incident.number}",
        title=mask(await call.plain(incident.title)).text,
        status=incident.status,
        severity=incident.severity,
        commander=commander,
        started=_stamp(call, incident, begun),
        assumed=incident.start_assumed,
        detected=_stamp(call, incident, incident.detected_at),
        mitigated=_stamp(call, incident, incident.mitigated_at),
        resolved=_stamp(call, incident, ended),
        lasted=span(lasted) if lasted is not None else None,
        channel=Wire(f"<#{channel.slack_id}>") if channel and not channel.is_deleted else None,
        sort=incident.sort,
        private=incident.visibility == "private",
    )


def _stamp(call: Call, incident: Incident, at: datetime | None) -> Wire | None:
    return when_words(call, at, incident.zone) if at else None


async def _list(call: Call) -> Answer:
    """Open incidents first, then the latest others; private ones only in their own channel."""
    seen = await incidents_seen(call.session, call.viewer)
    standing = [incident for incident in seen if incident.status not in CLOSED]
    ended = [incident for incident in seen if incident.status in CLOSED]
    shown = (standing + ended)[:LISTED]
    lines = await incident_lines(call, shown, "answers.listed")
    head = call.say("answers.list", open=len(standing), shown=len(shown), more=len(seen) - len(shown))
    return Answer(Wire("\n".join([head, *lines])))


async def _postmortem(call: Call) -> Answer:
    """Make the draft again and post it to the channel, in place of the one that is there."""
    incident = call.about
    await rearm(
        call.session,
        Job(
            id=f"again:post_draft:{incident.id}",
            kind="post_draft",
            lane=f"incident:{incident.id}",
            payload={"incident": incident.id, "asked": call.key},
            run_at=call.now,
        ),
    )
    return Answer(call.say("answers.drafting"))


def needs_incident(call: Call, command: Command) -> None:
    """Raise WrongChannel outside of any incident's channel."""
    if call.incident is None:
        raise WrongChannel(verb=call.verb, asks=not command.writes)


COMMANDS = (
    Command("list", _list, allowed=READERS_ANYWHERE, anywhere=True, writes=False, double=False),
    Command("postmortem", _postmortem, ("draft",), keys=AT, double=False, parts=()),
)
