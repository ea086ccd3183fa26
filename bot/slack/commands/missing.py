"""`missing`: what the draft lacks by the format's checklist, what in it stands in no entry, and what mends each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.domain.errors import CheckTooLong
from bot.drafting.checked import checked_draft
from bot.drafting.checking.report import Report
from bot.drafting.checking.telling import claims, counted, lints, open_points, summed
from bot.drafting.press import press
from bot.incidents import read_record
from bot.postmortems import as_it_stands
from bot.slack.answer import Answer, Button
from bot.slack.call import Call
from bot.slack.command import RECORDERS, Command
from bot.wording import Wire
from storage.drafts import versions_of

#: Real seconds for the check, of what Slack waits; an entry takes about a millisecond.
PATIENCE = 1.8
SHOWN = 8  # claims and findings of the linter that an answer lists


async def _missing(call: Call) -> Answer:
    """The draft as it stands now, checked; nothing is kept and nothing posted."""
    settings, wording = call.bot.settings, call.bot.wording
    record = await read_record(
        call.session, call.about, zone_label=settings.timezone_label, prefix=settings.incident_prefix
    )
    versions = await versions_of(call.session, call.about.id)

    def check() -> Report:
        made = press(record, settings, wording).document.text
        return checked_draft(as_it_stands(versions, made, wording).text, settings, wording, record)

    try:
        report = await asyncio.wait_for(asyncio.to_thread(check), PATIENCE)
    except TimeoutError:
        raise CheckTooLong(label=record.label, count=len(record.entries)) from None
    again = Button(call.label("draft_again"), command="postmortem", incident=call.about.number)
    return Answer(Wire("\n".join(_lines(call, report))), (again,))


def _lines(call: Call, report: Report) -> Iterator[str]:
    say, command = call.bot.wording.say, call.bot.settings.command
    yield summed(report, say)
    # Lines are left out: nobody here has the text's line numbers before them.
    yield from (f"• {line}" for line in open_points(report, say, command=command, placed=False))
    for title, found in (
        ("checks.unproved_title", claims(report, say)),
        ("checks.lint_title", lints(report, say, command=command, placed=False)),
    ):
        if found:
            yield say(title)
            yield from (f"• {line}" for line in found[:SHOWN])
        if len(found) > SHOWN:
            yield say("checks.more", count=len(found) - SHOWN)
    yield counted(report, say)


COMMANDS = (Command("missing", _missing, ("lacks",), allowed=RECORDERS, writes=False, double=False),)
