"""`find`: incidents by words of theirs, wherever it is typed. Knows no index."""

from __future__ import annotations

from bot.domain.masking import mask
from bot.domain.timeline import Entry
from bot.slack.answer import Answer
from bot.slack.call import Call
from bot.slack.command import READERS_ANYWHERE, Command
from bot.slack.commands.questions import incident_line
from bot.wording import Wire
from storage.entries import entries_of
from storage.searching import INCIDENTS_MOST, incidents_holding

ENTRIES_MOST, TEXT_MOST = 3, 160


async def _find(call: Call) -> Answer:
    """The newest incidents that hold each of the words, each with the entries that hold the most of them."""
    words = call.require_text()
    incidents, numbers = await incidents_holding(call.session, call.viewer, await call.plain(words))
    head = call.say(
        "answers.found",
        words=await call.plain(words),
        count=len(incidents),
        most=len(incidents) == INCIDENTS_MOST,
        inside=call.incident is not None,
    )
    lines = [head]
    for incident in incidents:
        lines.append(await incident_line(call, incident, "answers.listed"))
        best = list(numbers.get(incident.id, ()))[:ENTRIES_MOST]
        by_number = {one.number: one for one in await entries_of(call.session, incident.id, numbers=best)}
        lines += [await _line(call, by_number[number]) for number in best if number in by_number]
    return Answer(Wire("\n".join(lines)))


async def _line(call: Call, entry: Entry) -> Wire:
    text = mask(await call.plain(entry.text or str(entry.data.get("title") or ""))).text
    return call.say(
        "answers.found_line",
        number=entry.number,
        kind=call.bot.wording.plain(f"kinds.{entry.kind}"),
        text=text if len(text) <= TEXT_MOST else text[: TEXT_MOST - 1].rstrip() + "…",
        link=entry.permalink,
    )


COMMANDS = (Command("find", _find, ("search",), allowed=READERS_ANYWHERE, anywhere=True, writes=False, double=False),)
