"""Points 11 to 24 but 16 to 20: the shape of the timeline. Each takes a text as read, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.timeline import Kind
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Bullet, Paper, lines_of
from bot.drafting.checking.verdict import HOLDS, Verdict, fails, undecided
from bot.drafting.length import count_words
from bot.drafting.written.moments import dated
from bot.drafting.written.names import Field
from bot.drafting.written.prose import sentences

SENTENCES = 2
WORDS = 35
HOLE = timedelta(minutes=30)
_LABELS = (Field.DETECTED, Field.METHOD)


def timed_bullets(paper: Paper, linter: Linter) -> Verdict:
    """Point 11, required by the brief: the timeline is bullets of `time - text`."""
    bullets = _facts(paper)
    rows = [each for each in bullets if each.is_row] or [each for each in bullets if each.at is not None]
    if not rows:
        return fails("no_bullets", mend="action … at: …")
    bare = [each for each in rows if each.at is None or not each.text]
    return fails("bullets_untimed", *lines_of(bare), mend=edit_at(bare[0])) if bare else HOLDS


def in_order(paper: Paper, linter: Linter) -> Verdict:
    """Point 12, by the format's rules: every bullet has its time, they stand in order, and a new day is dated."""
    bullets = _facts(paper)
    if not bullets:
        return fails("no_bullets", mend="action … at: …")
    untimed = [each for each in bullets if each.at is None]
    if untimed:
        return fails("bullets_untimed", *lines_of(untimed), mend=edit_at(untimed[0]))
    for group in _groups(bullets):
        for before, after in pairwise(group):
            if _at(after) < _at(before):
                return fails("out_of_order", after.line, mend=edit_at(after))
            turned = _day(paper, _at(before)) != _day(paper, _at(after))
            if turned and not after.dated and not _day_between(paper, before.line, after.line):
                return fails("undated", after.line)
    return HOLDS


def short_bullets(paper: Paper, linter: Linter) -> Verdict:
    """Point 13, required by the brief ("one or two short sentences"): at most two sentences and 35 words each."""
    bullets = [each for each in paper.bullets if each.field not in _LABELS]
    long = [each for each in bullets if len(sentences(each.text)) > SENTENCES or count_words(each.text) > WORDS]
    if not bullets:
        return fails("no_bullets", mend="action … at: …")
    return fails("bullets_long", *lines_of(long), mend=_edit(long[0], "…"), limit=WORDS) if long else HOLDS


def one_detection(paper: Paper, linter: Linter) -> Verdict:
    """Point 14, required by the brief: exactly one detection, with its time."""
    found = [each for each in paper.of(Kind.DETECTED) if each.field is not Field.METHOD]
    timed = {each.at for each in found if each.at is not None}
    if not timed:
        return fails("no_detection", *lines_of(found), mend="detected … at: …")
    rows = [each for each in found if each.is_row]
    if len(timed) > 1 or len(rows) > 1:
        return fails("several_detections", *lines_of(found), mend=_edit(found[-1], "kind: note"))
    return HOLDS


def starts_in_time(paper: Paper, linter: Linter) -> Verdict:
    """Point 21, by the format's rules: the first entry lies at the start of the impact, or before it."""
    times = [each.at for each in paper.bullets if each.at is not None]
    if paper.start is None or not times:
        return undecided("no_start" if paper.start is None else "no_bullets", mend="started at: …")
    first = min(times)
    late = _to_the_minute(first) > _to_the_minute(paper.start)
    return fails("late_first", *lines_of(paper.bullets)[:1], mend="note … at: …") if late else HOLDS


def mitigation_apart(paper: Paper, linter: Linter) -> Verdict:
    """Point 22, by the format's rules: mitigation and resolution are two entries where both happened."""
    printed = [each for each in paper.bullets if each.kind is Kind.MITIGATED and each.at is not None]
    known = paper.made.timeline.mitigated if paper.made else None
    if known is not None and paper.end is not None:
        same = any(_to_the_minute(_at(each)) == _to_the_minute(known.at) for each in printed)
        return HOLDS if same else fails("mitigation_missing", mend="mitigated … at: …")
    return HOLDS


def no_holes(paper: Paper, linter: Linter) -> Verdict:
    """Point 23, by the format's rules: nothing longer than 30 minutes or a quarter of the duration goes untold.

    Between an end and a reopening nothing had to happen.
    """
    if paper.start is None or paper.end is None:
        return undecided("no_edges", mend="started at: …" if paper.start is None else "resolve at: …")
    longest = max(HOLE, (paper.end - paper.start) / 4)
    timed = [each for each in paper.bullets if each.at is not None]
    points = [(paper.start, None), *((_at(each), each) for each in timed), (paper.end, None)]
    inside = [(at, each) for at, each in points if paper.start <= at <= paper.end]
    inside.sort(key=lambda point: point[0])
    for (before, last), (after, each) in pairwise(inside):
        rested = (each is not None and each.kind is Kind.REOPENED) or (last is not None and last.kind is Kind.RESOLVED)
        if after - before > longest and not rested:
            lines = [point.line for point in (last, each) if point is not None]
            clock = f"{before.astimezone(paper.clock_zone.rules):%H:%M}"
            return fails(
                "hole", *lines, mend="note … at: …", minutes=(after - before) // timedelta(minutes=1), after=clock
            )
    return HOLDS


def bullets_traced(paper: Paper, linter: Linter) -> Verdict:
    """Point 24, by the format's rules: every bullet names the entries that it rests on, and they stand."""
    bullets = [each for each in paper.bullets if not each.is_nothing]
    if not paper.has_refs:
        return undecided("no_refs")
    known = frozenset(paper.grounds.entries) if paper.grounds else paper.evidence
    bare = [each for each in bullets if not each.refs]
    if bare:
        return fails("bullets_without_refs", *lines_of(bare), mend="note …")
    if not known:
        return undecided("no_evidence")
    lost = [each for each in bullets if not set(each.refs) <= known]
    return fails("refs_lost", *lines_of(lost)) if lost else HOLDS


def _facts(paper: Paper) -> list[Bullet]:
    """Bullets that tell of something that happened; a label with one fact behind it is not one of a list."""
    return [each for each in paper.bullets if each.field not in _LABELS and not each.is_nothing]


def _groups(bullets: list[Bullet]) -> Iterator[list[Bullet]]:
    """Each list by itself: under its label, or the chronology."""
    fields = dict.fromkeys(each.field for each in bullets)
    for field in fields:
        yield [each for each in bullets if each.field is field]


def _day_between(paper: Paper, first: int, last: int) -> bool:
    lines = paper.text.splitlines()[first:last]
    year = paper.day.year if paper.day else None
    return any(dated(line, year) for line in lines)


def _at(bullet: Bullet) -> datetime:
    assert bullet.at is not None, bullet
    return bullet.at


def _day(paper: Paper, at: datetime) -> object:
    return at.astimezone(paper.clock_zone.rules).date()


def _to_the_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def edit_at(bullet: Bullet) -> str:
    """The command that gives a bullet's entry its time."""
    return _edit(bullet, "at: …")


def _edit(bullet: Bullet, what: str) -> str:
    return f"edit #{bullet.refs[0]} {what}" if bullet.refs else ""
