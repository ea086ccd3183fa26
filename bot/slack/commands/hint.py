"""One quiet line beside a cause, a conclusion or a measure that blames or stays vague. Never in the way."""

from __future__ import annotations

from bot.domain.timeline import Entry
from bot.drafting.checked import rules_of
from bot.drafting.checking.linter import PLACES, Linter
from bot.slack.call import Call
from bot.wording import Wire


async def hint(call: Call, entry: Entry) -> tuple[Wire, ...]:
    """What the linter would rather read, the first thing alone; nothing where an entry is only edited."""
    if entry.kind not in PLACES or entry.version > 1:
        return ()
    names = await call.names()
    linter = Linter(rules_of(call.bot.wording), names.people.values())
    found = linter.faults(entry.kind, await call.plain(entry.text), entry.data)
    if not found:
        return ()
    return (call.say("checks.hint", text=found[0].text, reason=found[0].reason, instead=found[0].instead),)
