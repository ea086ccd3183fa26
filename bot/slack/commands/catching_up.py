"""`catchup`: where the incident stands for one person; `remind`: when an update is asked for next. Both private."""

from __future__ import annotations

from datetime import timedelta

from bot.consequences import job_about
from bot.domain.errors import NotTaken
from bot.domain.timeline import Kind
from bot.domain.when.spans import read_duration
from bot.incidents import read_record
from bot.slack.answer import Answer
from bot.slack.briefing import caught_up
from bot.slack.call import Call
from bot.slack.command import RECORDERS, Command
from bot.slack.escalating import asked_by
from bot.slack.watching import STOPPED, UPDATE
from storage.artifacts import keep_artifact
from storage.entries import entries_of
from storage.queue import rearm

MOST = 24 * 60  # minutes that a reminder can be put off at once
_FORMS = ("15", "stop", "on")


async def _catchup(call: Call) -> Answer:
    """The same words that somebody who joins late gets, as they stand now."""
    settings, incident = call.bot.settings, call.about
    record = await read_record(
        call.session, incident, zone_label=settings.timezone_label, prefix=settings.incident_prefix
    )
    escalations = await entries_of(call.session, incident.id, kinds=[Kind.ESCALATED])
    return caught_up(call.bot, record, call.actor.user_id, await asked_by(call.session, incident.id, escalations))


async def _remind(call: Call) -> Answer:
    """`remind 15` (minutes, or `2 hours`) puts the update reminder off, `remind stop` ends it for this incident,
    `remind on` begins again. Raises NotTaken."""
    words = call.keyed.text.split()
    word = words[0].casefold() if words else ""
    if word in ("stop", "off", "never"):
        await keep_artifact(call.session, call.about.id, UPDATE, at=call.now, ref=STOPPED)
        return Answer(call.say("answers.remind_stopped"))
    if word in ("on", "start"):
        return await _begin_again(call)
    minutes = _minutes(call.keyed.text)
    if minutes is None or not 1 <= minutes <= MOST:
        given, forms = await call.plain(call.keyed.text), [f"{call.verb} {one}" for one in _FORMS]
        raise NotTaken(verb=call.verb, given=given, forms=forms, most=MOST // 60 if minutes else None)
    until = call.now + timedelta(minutes=minutes)
    await keep_artifact(call.session, call.about.id, UPDATE, at=call.now, ref=until.isoformat())
    await rearm(call.session, job_about(call.about.id, "watch", until))
    return Answer(call.say("answers.remind_in", minutes=minutes))


def _minutes(text: str) -> int | None:
    """Whole minutes that plain words say, a bare number being minutes; None where they say none."""
    bare = text.strip().casefold().removeprefix("in ").strip()
    if bare.isdecimal():
        return int(bare[:9])
    length = read_duration(text)
    return round(length / timedelta(minutes=1)) if length else None


async def _begin_again(call: Call) -> Answer:
    settings = call.bot.settings
    severity = settings.severity_named(call.about.severity)
    own = severity.update_minutes if severity else None
    minutes = settings.update_minutes if own is None else own
    first = (call.now + timedelta(minutes=minutes)).isoformat() if minutes else None
    await keep_artifact(call.session, call.about.id, UPDATE, at=call.now, ref=first)
    await rearm(call.session, job_about(call.about.id, "watch", call.now))
    return Answer(call.say("answers.remind_on", minutes=minutes) if minutes else call.say("answers.remind_off"))


COMMANDS = (
    Command("catchup", _catchup, ("catch-up",), allowed=RECORDERS, writes=False, double=False),
    Command("remind", _remind, ("snooze",), double=False),
)
