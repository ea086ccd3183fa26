"""Points 1 to 10 of the checklist: what the issue summary must say. Each takes a text as read, and changes nothing."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.impact import says_share, share_in_text, users_share
from bot.drafting.checking.claims import lengths
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Paper, lines_of
from bot.drafting.checking.verdict import HOLDS, Verdict, fails, undecided
from bot.drafting.length import SUMMARY_LIMIT
from bot.drafting.written.moments import Written
from bot.drafting.written.names import Field, Section
from bot.drafting.written.outline import Part
from bot.drafting.written.prose import sentences, services_named

NOT_MEASURED = "not measured"


def heading_first(paper: Paper, linter: Linter) -> Verdict:
    """Point 1, required by the brief: the issue summary is the first section, behind nothing but a title."""
    opened = paper.outline.sections
    if not opened:
        return fails("no_sections")
    if opened[0][0] is not Section.SUMMARY:
        return fails("summary_not_first", opened[0][1].line)
    return HOLDS


def start_stated(paper: Paper, linter: Linter) -> Verdict:
    """Point 2, required by the brief: when the impact began, with date and time."""
    edge = paper.edges[0]
    if edge is None:
        return fails("no_start", mend="started at: …")
    if not edge[0].dated and paper.day is None:
        return fails("no_date", edge[1], mend="started at: …")
    if paper.made is not None and paper.made.summary.start is not None and paper.made.summary.start.assumed:
        return undecided("start_assumed", edge[1], mend="started at: …")
    return HOLDS


def end_stated(paper: Paper, linter: Linter) -> Verdict:
    """Point 3, required by the brief: when the impact ended, with date and time."""
    edge = paper.edges[1]
    if edge is None:
        return fails("no_end", mend="resolve at: …")
    if not edge[0].dated and paper.day is None:
        return fails("no_date", edge[1], mend="resolve at: …")
    return HOLDS


def one_zone(paper: Paper, linter: Linter) -> Verdict:
    """Point 4, required by the brief: the zone is named, and is one throughout; a change of its clocks is no other."""
    named: dict[str, int] = {}
    found: list[tuple[Written, int]] = []
    for section in (Section.SUMMARY, Section.TIMELINE):
        for part in paper.parts(section):
            text = f"{part.label}: {part.text}" if part.label else part.text
            if part.field is None and section is Section.SUMMARY and not paper.moments(text):
                continue
            found += [(each, part.block.line) for each in paper.moments(text) if _is_statement(part, each)]
    for each, line in found:
        if each.zone is not None:
            own = each.zone.label in {each.wall.replace(tzinfo=paper.clock_zone.rules, fold=f).tzname() for f in (0, 1)}
            named.setdefault(paper.clock_zone.name if own else each.zone.name or each.zone.label, line)
    if not found:
        return undecided("no_times")
    if not named and not _label_of(paper):
        return fails("no_zone", found[0][1])
    if len(named) > 1:
        return fails("several_zones", *named.values(), zones=sorted(named))
    return HOLDS


def _is_statement(part: Part, each: Written) -> bool:
    """A clock that the document states, not one within words that somebody typed."""
    return part.section is Section.SUMMARY or each.start < 24


def _label_of(paper: Paper) -> bool:
    """Whether the zone's own label stands by the start, where it is one that no table knows."""
    grounds, edge = paper.grounds, paper.edges[0]
    if grounds is None or edge is None or paper.start is None:
        return False
    return grounds.clock.label(paper.start) in paper.text.splitlines()[edge[1] - 1]


def duration_adds_up(paper: Paper, linter: Linter) -> Verdict:
    """Point 5, by the house's own rule: a stated duration is the end less the start, whole minutes rounded down."""
    said = [
        (each, part.block.line) for part in paper.parts(Section.SUMMARY, Field.DURATION) for each in lengths(part.text)
    ]
    if not said:
        return undecided("no_duration", mend="" if paper.end else "resolve at: …")
    if paper.start is None or paper.end is None:
        return fails(
            "duration_without_edges", said[0][1], mend="started at: …" if paper.start is None else "resolve at: …"
        )
    span = paper.end - paper.start
    exact = any(edge is not None and edge[0].seconds for edge in paper.edges)
    slack = timedelta(0) if exact else timedelta(minutes=1)
    minutes, line = said[0][0].minutes, said[0][1]
    is_right = timedelta(minutes=minutes) <= span + slack and span < timedelta(minutes=minutes + 1) + slack
    whole = span // timedelta(minutes=1)
    is_right = is_right if exact or _is_to_the_second(paper) else minutes == whole
    return HOLDS if is_right else fails("duration_differs", line, said=said[0][0].text.strip(), minutes=whole)


def _is_to_the_second(paper: Paper) -> bool:
    """Whether the facts know seconds that the text does not print."""
    summary = paper.made.summary if paper.made else None
    return bool(summary and any(edge and edge.at.second for edge in (summary.start, summary.end)))


def service_named(paper: Paper, linter: Linter) -> Verdict:
    """Point 6, required by the brief: at least one service that was hit is named."""
    if paper.said_in(Section.SUMMARY, Field.SERVICES):
        return HOLDS
    prose = paper.said_in(Section.SUMMARY, Field.IMPACT, Field.EXPERIENCE, None)
    if services_named(part.text for part in prose):
        return HOLDS
    return fails("no_service", mend="impact … services: …")


def share_of_users(paper: Paper, linter: Linter) -> Verdict:
    """Point 8, required by the brief: what percentage of the users, or that it was not measured, and why."""
    mend = "impact … users: …%"
    named = paper.said_in(Section.SUMMARY, Field.SHARE)
    for part in paper.parts(Section.SUMMARY, Field.SHARE):  # `none` is an answer here
        if says_share(part.text) or users_share(part.text)[0] is not None:
            return HOLDS
        _, found, why = part.text.lower().partition(NOT_MEASURED)
        if found:
            return HOLDS if why.strip(" :,;.–—-") else fails("share_without_reason", part.block.line, mend=mend)
    prose = paper.said_in(Section.SUMMARY, Field.IMPACT, Field.EXPERIENCE, None)
    if any(share_in_text(sentence) is not None for part in prose for sentence in sentences(part.text)):
        return HOLDS
    return fails("no_share", *lines_of(named), mend=mend)


def cause_in_a_sentence(paper: Paper, linter: Linter) -> Verdict:
    """Point 9, required by the brief ("a sentence or two"): the summary says why, at that length."""
    parts = paper.said_in(Section.SUMMARY, Field.CAUSE)
    if not parts:
        return fails("no_cause", mend="cause …")
    said = sum(len(sentences(part.text)) for part in parts)
    return HOLDS if said <= 2 else fails("cause_long", *lines_of(parts), sentences=said, mend=edit(parts[0]))


def summary_is_short(paper: Paper, linter: Linter) -> Verdict:
    """Point 10, by the format's rules: the summary has at most 100 words, without references."""
    heads = {block.line for section, block in paper.outline.sections if section is Section.SUMMARY}
    words = sum(words for _, line, words in paper.lengths if line in heads)
    if not heads:
        return fails("no_sections")
    if words <= SUMMARY_LIMIT:
        return HOLDS
    longest = max(paper.parts(Section.SUMMARY), key=lambda part: len(part.text))
    return fails("summary_long", longest.block.line, words=words, limit=SUMMARY_LIMIT, mend=edit(longest))


def edit(part: Part, what: str = "…") -> str:
    """The command that words the part's entry anew; '' where it cites none."""
    return f"edit #{part.block.refs[0]} {what}" if part.block.refs else ""
