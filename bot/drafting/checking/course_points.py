"""Points 15 to 20: what the timeline must tell of. Each takes a text as read, and changes nothing."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.detection import read_class
from bot.domain.timeline import Kind
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Bullet, Paper, lines_of
from bot.drafting.checking.verdict import HOLDS, Verdict, fails, undecided
from bot.drafting.written.names import Field, Section
from bot.drafting.written.prose import called, is_assumption

_TO = re.compile(r"\A(?:Escalated )?to\s+(?:the\s+)?\w", re.IGNORECASE)


def method_known(paper: Paper, linter: Linter) -> Verdict:
    """Point 15, required by the brief: detected by an alert, an engineer, a customer or a third party."""
    parts = paper.said_in(Section.TIMELINE, Field.METHOD)
    rows = [each for each in paper.of(Kind.DETECTED) if each.field is not Field.METHOD]
    if any(part.noticed_by or read_class(part.text) for part in parts):
        return HOLDS
    if any(read_class(each.text) for each in rows) or (paper.made and rows and paper.made.timeline.detection_class):
        return HOLDS
    if not parts and not rows:
        return fails("no_detection", mend="detected … by: …")
    entries = [number for part in parts for number in part.block.refs] or [n for each in rows for n in each.refs]
    mend = f"edit #{entries[0]} by: …" if entries else "detected … by: …"
    return fails("method_unknown", *(lines_of(parts) or lines_of(rows)), mend=mend)


def something_examined(paper: Paper, linter: Linter) -> Verdict:
    """Point 16, required by the brief: an action that names what was looked at."""
    actions = paper.of(Kind.ACTION)
    # Prose under the label may tell of both in one bullet; ours says which it is.
    mixed = [each for each in paper.of(Kind.HYPOTHESIS) if each.field is Field.ACTIONS]
    actions += [each for each in mixed if not each.text.startswith("Assumption")]
    if not actions:
        return fails("no_action", mend="action …")
    looked = any(linter.looks_at(each.text) for each in (*actions, *paper.of(Kind.HYPOTHESIS, Kind.RULED_OUT)))
    return HOLDS if looked else undecided("nothing_examined", *lines_of(actions), mend="action …")


def assumption_told(paper: Paper, linter: Linter) -> Verdict:
    """Point 17, required by the brief: what was assumed of the cause, borne out or not."""
    if paper.of(Kind.HYPOTHESIS) or any(is_assumption(each.text) for each in paper.of(Kind.ACTION)):
        return HOLDS
    if any(is_assumption(each.text) or "ruled out at" in each.text for each in paper.of(Kind.RULED_OUT)):
        return HOLDS
    return fails("no_assumption", mend="suspect …")


def misleading_told(paper: Paper, linter: Linter) -> Verdict:
    """Point 18, required by the brief: the paths that misled, or the sentence that none was recorded."""
    if paper.of(Kind.RULED_OUT):
        return HOLDS
    said = any(each.field is Field.MISLEADING for each in paper.bullets)
    return HOLDS if said else fails("no_misleading", mend="ruled-out …")


def escalation_told(paper: Paper, linter: Linter) -> Verdict:
    """Point 19, required by the brief: who was called and when, or that nobody was."""
    found = paper.of(Kind.ESCALATED)
    if not found:
        said = any(each.field is Field.ESCALATION for each in paper.bullets)
        return HOLDS if said else fails("no_escalation", mend="escalate … to: …")
    timed = [each for each in found if each.at is not None]
    if not timed:
        return fails("escalation_untimed", *lines_of(found), mend=_edit(found[0], "at: …", "escalate … to: … at: …"))
    nobody = [each for each in timed if not (called(each.text) or _TO.match(each.text))]
    if len(nobody) == len(timed):
        return fails("escalation_to_nobody", *lines_of(nobody), mend=_edit(nobody[0], "to: …", "escalate … to: …"))
    return HOLDS


def resolution_told(paper: Paper, linter: Linter) -> Verdict:
    """Point 20, required by the brief: how it was resolved, with an entry at the time that the summary ends."""
    if paper.end is None:
        return fails("no_end", mend="resolve at: …")
    worded = [each for each in paper.of(Kind.FIX, Kind.RESOLVED) if _words(each)]
    if not worded:
        return fails("no_fix", mend="fix …")
    ends = [each for each in paper.bullets if each.at is not None and _minute(each.at) == _minute(paper.end)]
    spoken = [each for each in worded if any(paper.at(found) == paper.end for found in paper.moments(each.text))]
    return HOLDS if ends or spoken else fails("end_untold", *lines_of(worded), mend="resolve … at: …")


def _words(each: Bullet) -> bool:
    """More than that it was resolved."""
    return bool(re.sub(r"\A(?:Fix|Resolved)\W*", "", each.text))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _edit(each: Bullet, what: str, otherwise: str) -> str:
    return f"edit #{each.refs[0]} {what}" if each.refs else otherwise
