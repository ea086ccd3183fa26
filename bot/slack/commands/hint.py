"""One quiet line beside a cause, a conclusion or a measure that blames or stays vague. Never in the way."""

from __future__ import annotations

from bot.domain.markup import plain
from bot.domain.timeline import Entry
from bot.drafting.checked import rules_of
from bot.drafting.checking.linter import PLACES, Linter
from bot.slack.call import Call
from bot.slack.people import names_lately
from bot.wording import Wire


async def hint(call: Call, entry: Entry) -> tuple[Wire, ...]:
    """What the linter would rather read, the first thing alone; nothing where an entry is only edited."""
    if entry.kind not in PLACES or entry.version > 1:
        return ()
    names = await names_lately(call.bot, call.session, call.workspace.id)
    linter = Linter(rules_of(call.bot.wording), names.people.values())
    found = linter.faults(entry.kind, plain(entry.text, names), entry.data)
    if not found:
        return ()
    return (call.say("checks.hint", text=found[0].text, reason=found[0].reason, instead=found[0].instead),)
