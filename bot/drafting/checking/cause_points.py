"""Points 26 to 31: cause and fix in detail. Each takes a text as read, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Paper, lines_of
from bot.drafting.checking.summary_points import edit
from bot.drafting.checking.verdict import HOLDS, Verdict, fails, undecided
from bot.drafting.written.names import Field, Section
from bot.drafting.written.outline import Part
from bot.drafting.written.prose import begins_way_out, sentences

_TERM = re.compile(r"[^\W_]{4,}")
_ENDING = re.compile(r"(?:ations?|ions?|ing|ed|es|s|ly|ment)\Z")
_COMMON = frozenset(
    {
        *("that", "this", "with", "from", "were", "been", "have", "into", "which", "when", "than", "then", "them"),
        *("they", "their", "there", "about", "after", "before", "because", "causing", "caused", "cause", "root"),
        *("issue", "incident", "outage", "identified", "resulted", "unexpected", "service", "services", "system"),
    }
)


def cause_in_detail(paper: Paper, linter: Linter) -> Verdict:
    """Point 26, required by the brief: at least two sentences on the cause."""
    cause, _ = _told(paper)
    said = sum(len(sentences(text)) for _, text in cause)
    if said >= 2:
        return HOLDS
    return fails("cause_short", *lines_of(part for part, _ in cause), sentences=said, mend="cause-detail …")


def fix_in_detail(paper: Paper, linter: Linter) -> Verdict:
    """Point 27, required by the brief: at least two sentences on the fix."""
    _, fix = _told(paper)
    said = sum(len(sentences(text)) for _, text in fix)
    if said >= 2:
        return HOLDS
    return fails("fix_short", *lines_of(part for part, _ in fix), sentences=said, mend="fix-detail …")


def terms_shared(paper: Paper, linter: Linter) -> Verdict:
    """Point 28, by the format's rules: the cause in detail speaks of what the short cause names."""
    short = paper.said_in(Section.SUMMARY, Field.CAUSE)
    cause, _ = _told(paper)
    if not short or not cause:
        mend = "cause …" if not short else "cause-detail …"
        return fails("no_cause" if not short else "no_detail", mend=mend)
    named = terms(part.text for part in short)
    shared = named & terms(text for _, text in cause)
    if len(shared) >= min(2, len(named)):
        return HOLDS
    mend = edit(cause[0][0]) or "cause-detail …"
    return fails("terms_differ", *lines_of(part for part, _ in cause), terms=sorted(named - shared)[:4], mend=mend)


def nobody_blamed(paper: Paper, linter: Linter) -> Verdict:
    """Point 31, by the format's rules: no person as the cause, and none of the words of blame and hindsight."""
    places = [("cause", part) for part in paper.said_in(Section.SUMMARY, Field.CAUSE)]
    cause, fix = _told(paper)
    places += [("cause", part) for part, _ in cause] + [("fix", part) for part, _ in fix]
    places += [("conclusion", part) for part in paper.said_in(Section.CONCLUSION)]
    if not places:
        return undecided("no_detail", mend="cause-detail …")
    for place, part in places:
        for lint in linter.blame(place, whole(part)):
            return fails("blame", part.block.line, text=lint.text, reason=lint.reason, mend=edit(part))
    return HOLDS


def terms(texts: Iterable[str]) -> frozenset[str]:
    """What texts are about: their longer words, without endings and without those that every postmortem has."""
    found = {word.casefold() for text in texts for word in _TERM.findall(text)}
    return frozenset(_ENDING.sub("", word) for word in found - _COMMON)


def whole(part: Part) -> str:
    """A part's words with what stood before their colon."""
    return f"{part.label}: {part.text}" if part.label else part.text


def _told(paper: Paper) -> tuple[list[tuple[Part, str]], list[tuple[Part, str]]]:
    """(on the cause, on the fix): by their labels, else by where the words turn to the way out."""
    cause: list[tuple[Part, str]] = []
    fix: list[tuple[Part, str]] = []
    way_out = False
    for part in paper.said_in(Section.CAUSE):
        if part.field is not None:
            (cause if part.field is Field.CAUSE else fix).append((part, whole(part)))
            continue
        for sentence in sentences(whole(part)):
            way_out = way_out or begins_way_out(sentence)
            (fix if way_out else cause).append((part, sentence))
    return cause, fix
