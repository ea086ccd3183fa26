"""Points 33 to 38: improvements and tasks. Each takes a text as read, and changes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.timeline import Kind
from bot.drafting.checking.cause_points import terms
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Paper
from bot.drafting.checking.verdict import HOLDS, Verdict, fails, undecided
from bot.drafting.escape import one_line
from bot.drafting.written.measures import measures
from bot.drafting.written.names import Section
from bot.drafting.written.told import Fact

TASKS = 3
_FOLLOW_UP = re.compile(
    r"\b(?:follow[- ]?ups?|to-?do|action item|postmortem item|fix (?:this )?later)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Measure:
    fact: Fact
    refs: tuple[int, ...]
    text: str
    dropped: bool = False

    @property
    def line(self) -> int:
        return self.fact.line

    def mend(self, what: str, otherwise: str) -> str:
        return what.replace("#n", f"#{self.refs[0]}") if self.refs else otherwise


def improvement_told(paper: Paper, linter: Linter) -> Verdict:
    """Point 33, required by the brief: at least one broad improvement."""
    return HOLDS if _measures(paper, Kind.IMPROVEMENT) else fails("no_improvement", mend="improve …")


def three_tasks(paper: Paper, linter: Linter) -> Verdict:
    """Point 34, required by the brief: at least three tasks, each beginning with a verb."""
    tasks = _measures(paper, Kind.TASK)
    mend = "task … owner: … due: …"
    for each in tasks:
        if linter.has_verb(each.text) is False:
            return fails("task_without_verb", each.line, text=_short(each.text), mend=each.mend("edit #n …", mend))
    if len(tasks) < TASKS:
        return fails("few_tasks", *(each.line for each in tasks), tasks=len(tasks), mend=mend)
    unknown = [each for each in tasks if linter.has_verb(each.text) is None]
    if unknown:
        word = unknown[0].text.split()[0]
        return undecided(
            "verb_unknown", *(each.line for each in unknown), word=word, mend=unknown[0].mend("edit #n …", "")
        )
    return HOLDS


def measures_concrete(paper: Paper, linter: Linter) -> Verdict:
    """Point 35, required by the brief: each measure names a thing; no bare "investigate", "monitor", "be careful"."""
    found = [(kind, each) for kind in (Kind.IMPROVEMENT, Kind.TASK) for each in _measures(paper, kind)]
    if not found:
        return fails("no_measures", mend="improve …")
    for kind, each in found:
        vague = [lint for lint in linter.faults(kind, each.text) if lint.rule in ("bare", "be_careful")]
        if vague:
            return fails("vague", each.line, text=_short(each.text), mend=each.mend("edit #n …", ""))
    return HOLDS


def tasks_owned(paper: Paper, linter: Linter) -> Verdict:
    """Point 36, by the format's rules: each task that will be done has an owner, and a due date or a ticket."""
    tasks = [each for each in _measures(paper, Kind.TASK) if not each.dropped]
    if not tasks:
        return fails("no_tasks", mend="task … owner: … due: …")
    given = "task … owner: … due: …"
    ownerless = [each for each in tasks if not each.fact.data.get("owner")]
    if ownerless:
        lines = [each.line for each in ownerless]
        return fails("task_without_owner", *lines, mend=ownerless[0].mend("assign #n @…", given))
    endless = [each for each in tasks if not (each.fact.data.get("due") or each.fact.data.get("link"))]
    if endless:
        return fails(
            "task_without_due", *(each.line for each in endless), mend=endless[0].mend("edit #n due: …", given)
        )
    return HOLDS


def follow_ups_kept(paper: Paper, linter: Linter) -> Verdict:
    """Point 38, by the format's rules: each follow-up noted on the way stands among the tasks, or as won't do.

    A follow-up is a task that was recorded, or a line of the timeline that calls itself one.
    """
    tasks = _measures(paper, Kind.TASK)
    if paper.made is None and not paper.bullets:
        return undecided("no_bullets")
    printed = " \n".join(one_line(each.text) for each in tasks)
    for task in paper.made.tasks if paper.made else ():
        words = one_line(task.text or task.title)
        cited = any(task.number in each.refs for each in tasks)
        if not cited and words not in printed:
            return fails("task_lost", text=_short(words), number=task.number, mend=f"wont-do #{task.number} …")
    known = terms(each.text for each in tasks)
    for bullet in paper.bullets:
        if _FOLLOW_UP.search(bullet.text) and len(terms([bullet.text]) & known) < 2:
            return fails("follow_up_lost", bullet.line, text=_short(bullet.text), mend="task … owner: … due: …")
    return HOLDS


def _measures(paper: Paper, kind: Kind) -> list[_Measure]:
    parts = paper.said_in(Section.MEASURES)
    ours = paper.has_refs and all(part.block.refs for part in parts)
    refs = {part.block.line: part.block.refs for part in parts}
    facts = list(measures(parts, paper.day, ours=ours))
    dropped = {fact.data.get("task") for fact in facts if fact.kind is Kind.TASK_DROPPED}
    return [
        _Measure(fact, refs.get(fact.line, ()), fact.text or str(fact.data.get("title") or ""), fact.name in dropped)
        for fact in facts
        if fact.kind is kind
    ]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"
