"""`similar`: past incidents that are like this one, or like the one named, by their words. Knows no formula."""

from __future__ import annotations

from bot.domain.errors import UnknownIncident, WrongChannel
from bot.domain.masking import mask
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import READERS_ANYWHERE, Command
from bot.slack.commands.finding import TEXT_MOST
from bot.slack.commands.numbers import incident_number
from bot.slack.commands.questions import incident_line
from bot.wording import Wire
from storage.likening import Similar, similar_past
from storage.tables import Incident
from storage.viewing import incident_seen

SHOWN, SHARED_MOST = 5, 6


async def _similar(call: Call) -> Answer:
    """The most like first, each with the words that it shares and how it ended."""
    incident = await _meant(call)
    found = await similar_past(call.session, incident, call.viewer, SHOWN)
    label = f"{call.bot.settings.incident_prefix}-{incident.number}"
    head = call.say("answers.similar", label=label, title=mask(await call.plain(incident.title)).text, count=len(found))
    lines = [head]
    for one in found:
        lines.append(await incident_line(call, one.incident, "answers.similar_to"))
        lines.append(await _why(call, one))
    return Answer(Wire("\n".join(lines)))


async def _meant(call: Call) -> Incident:
    if not call.keyed.text:
        if call.incident is None:
            raise WrongChannel(verb=call.verb, asks=True, named=True)
        return call.incident
    prefix = call.bot.settings.incident_prefix
    named = incident_number(call.keyed.text, prefix)
    found = await incident_seen(call.session, call.viewer, named[0]) if named and not named[1] else None
    if found is None:
        raise UnknownIncident(given=await call.plain(call.keyed.text), prefix=prefix)
    return found


async def _why(call: Call, one: Similar) -> Wire:
    text = mask(await call.plain(one.ending.text)).text if one.ending else ""
    return call.say(
        "answers.similar_why",
        shared=one.likeness.shared[:SHARED_MOST],
        more=max(0, len(one.likeness.shared) - SHARED_MOST),
        ending=text if len(text) <= TEXT_MOST else text[: TEXT_MOST - 1].rstrip() + "…",
        number=one.ending.number if one.ending else None,
        link=one.ending.permalink if one.ending else None,
    )


COMMANDS = (Command("similar", _similar, allowed=READERS_ANYWHERE, anywhere=True, writes=False, double=False),)
