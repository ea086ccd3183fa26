"""A draft's timeline as places and words, ready for the picture's template. Knows no colour and no format but XML's
escaping.

Lanes from top to bottom: the phases, what noticed it, whom it was taken to, what was suspected, what was done, and
what ended it. A lane without anything is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from bot.domain.incident import whole_minutes
from bot.drafting.clocks import Clock
from bot.drafting.escape import one_line
from bot.drafting.hypotheses import every
from bot.drafting.picture.axis import Axis, merged
from bot.drafting.picture.packing import Rows, cut, wide
from bot.drafting.statements import Draft, Hypothesis, Statement

Say = Callable[..., str]
"""A sentence by its name, plain, with its parameters: `Wording.plain`."""
Values = dict[str, Any]

WIDTH, MARGIN, GUTTER = 760.0, 16.0, 108.0
TOP, LINE, BETWEEN, SIZE = 58.0, 21.0, 9.0, 12.0
_PHASE_HEIGHT, _TICK_ROOM, _MOST_LINES = 24.0, 64.0, 8


@dataclass(frozen=True, slots=True)
class _Sign:
    """One thing in a lane; `until` is None for a moment, a bar's end else."""

    shape: str
    at: datetime
    text: str
    until: datetime | None = None


def plot(made: Draft, clock: Clock, say: Say) -> Values | None:
    """What the template prints; None where no time passed that could be drawn."""
    lanes = [(name, list(signs)) for name, signs in _lanes(made, say)]
    spans = _spans(made, [sign for _, signs in lanes for sign in signs])
    if spans is None:
        return None
    axis = Axis(spans, MARGIN + GUTTER, WIDTH - MARGIN)
    y = TOP + _PHASE_HEIGHT + 16
    drawn = []
    for name, signs in lanes:
        shown = [sign for sign in signs if axis.since <= sign.at <= axis.until]
        if shown:
            lane = _lane(say(f"document.lane_{name}"), shown, axis, clock, y)
            drawn.append(lane)
            y += lane["height"] + BETWEEN
    title = made.title.text if made.title else ""
    ticks = axis.ticks(clock, _TICK_ROOM)
    # The dates stand below the times only where there are several.
    days = len({tick.day for tick in ticks} - {""}) > 1 and any(tick.time for tick in ticks)
    return {
        "width": WIDTH,
        "height": round(y + (40 if days else 24), 1),
        "days": days,
        "left": axis.left,
        "right": axis.right,
        "title": _words(cut(one_line(f"{made.label} {title}".strip()), WIDTH - 2 * MARGIN, 16)),
        "about": _words(_about(made, clock, say)),
        "label": _words(say("document.picture_of", label=made.label)),
        "phase_y": TOP,
        "phase_height": _PHASE_HEIGHT,
        "phase_name": _words(say("document.lane_phases")),
        "phases": list(_phases(made, axis, clock, say)),
        "lanes": drawn,
        "ticks": [{"x": t.x, "time": _words(t.time), "day": _words(t.day)} for t in ticks],
        "cuts": axis.cuts(),
        "scale_y": round(y, 1),
    }


def _spans(made: Draft, signs: list[_Sign]) -> list[tuple[datetime, datetime]] | None:
    """The windows, the first from the first sign that comes before it; an open one lasts until the last sign."""
    windows = made.summary.windows
    if not windows:
        return None
    instants = sorted(sign.at for sign in signs)
    spans = []
    for position, window in enumerate(windows):
        since = window.start.at
        if position == 0 and instants:
            # A sign of days before (a release, say) would press the rest into a corner.
            known = window.end.at if window.end else max(instants[-1], since)
            near = since - max(known - since, timedelta(minutes=10))
            since = min([since, *(at for at in instants if near <= at)])
        until = window.end.at if window.end else max([since, *instants])
        spans.append((since, until))
    return merged(spans)


def _phases(made: Draft, axis: Axis, clock: Clock, say: Say) -> Iterator[Values]:
    detected = made.timeline.detected
    for position, window in enumerate(made.summary.windows):
        figures = made.figures.windows[position] if made.figures.windows else None
        mark = figures.mitigated if figures else made.figures.phases[3].until
        start, end = window.start.at, window.end.at if window.end else axis.until
        edges = [("unnoticed" if position == 0 and detected and detected.at > start else "working", start)]
        if edges[0][0] == "unnoticed" and detected:
            edges.append(("working", min(detected.at, end)))
        if mark is not None and edges[-1][1] <= mark.at < end:
            edges.append(("mitigated", mark.at))
        for (kind, since), (_, until) in zip(edges, [*edges[1:], ("", end)], strict=True):
            x0, x1 = axis.x(since), axis.x(until)
            if x1 - x0 < 0.5:
                continue
            length = clock.length(whole_minutes(until - since))
            whole = say(f"document.phase_{kind}", length=length)
            fits = [text for text in (whole, length) if wide(text, SIZE) + 12 <= x1 - x0]
            yield {"kind": kind, "x": x0, "width": round(x1 - x0, 1), "text": _words(fits[0] if fits else "")} | {
                "tip": _words(whole)
            }


def _lanes(made: Draft, say: Say) -> Iterator[tuple[str, Iterable[_Sign]]]:
    timeline = made.timeline
    rows = [row for row in timeline.chronology if row.at and not row.untimed]
    yield "detected", (_Sign("detected", row.at, row.text) for row in rows if row.kind == "detected" and row.at)
    yield (
        "escalated",
        (
            _Sign("escalated", each.at, say("document.escalated_to", to=", ".join(each.to), text=each.text))
            for each in timeline.escalations
            if each.at and not each.untimed
        ),
    )
    yield "suspected", [*_suspicions(made, say), *_dead_ends(made)]
    actions = (each for each in timeline.actions if not each.assumption)
    yield "action", (_Sign("action", each.at, each.text) for each in _timed(actions) if each.at)
    yield "ended", _ends(made, say)


def _timed(statements: Iterable[Statement]) -> Iterator[Statement]:
    return (each for each in statements if each.at is not None and not each.untimed)


def _suspicions(made: Draft, say: Say) -> Iterator[_Sign]:
    for each in every(made.hypotheses):
        if each.at is None or each.untimed:
            continue
        verdict = each.verdict
        until = verdict.at if verdict and not verdict.untimed and verdict.at > each.at else None
        minutes = None if each.span is None else whole_minutes(each.span)
        yield _Sign(each.outcome, each.at, _outcome(each, minutes, say), until)


def _outcome(each: Hypothesis, minutes: int | None, say: Say) -> str:
    return say(f"document.suspicion_{each.outcome}", text=each.text, minutes=minutes)


def _dead_ends(made: Draft) -> Iterator[_Sign]:
    known = {each.entries[0] for each in every(made.hypotheses)}
    for path in _timed(path for path in made.timeline.misleading if path.entries[0] not in known):
        assert path.at is not None, path
        yield _Sign("ruled_out", path.at, path.text)


def _ends(made: Draft, say: Say) -> Iterator[_Sign]:
    for fix in _timed(made.timeline.resolution):
        assert fix.at is not None, fix
        yield _Sign("fix", fix.at, fix.text)
    for row in made.timeline.status:
        if row.kind in ("mitigated", "resolved", "reopened") and row.at is not None:
            yield _Sign(row.kind, row.at, say(f"document.end_{row.kind}", text=row.text))


def _lane(name: str, signs: list[_Sign], axis: Axis, clock: Clock, y: float) -> Values:
    rows = Rows(axis.left, axis.right, SIZE, _MOST_LINES)
    items = []
    for sign in sorted(signs, key=lambda sign: (sign.at, sign.until or sign.at, sign.text)):
        words = one_line(sign.text)
        text = f"{clock.bare(sign.at)} {words}".strip()
        x0 = axis.x(sign.at)
        x1 = axis.x(sign.until) if sign.until else x0
        placed = rows.place(x0, x1, text)
        items.append(
            {
                "shape": sign.shape,
                "x": x0,
                "end": x1,
                "bar": sign.until is not None,
                "y": round(y + placed.row * LINE + LINE / 2, 1),
                "text": _words(placed.text),
                "text_x": round(placed.text_x, 1),
                "anchor": "end" if placed.at_end else "start",
                "tip": _words(f"{clock.time(sign.at)} {words}".strip()),
            }
        )
    return {"name": _words(name), "y": y, "height": rows.count * LINE, "items": items}


def _about(made: Draft, clock: Clock, say: Say) -> str:
    summary = made.summary
    start, end, span = summary.start, summary.end, summary.span
    return say(
        "document.picture_about",
        day=clock.long_date(start.at) if start else "",
        last_day=clock.long_date(end.at) if start and end and clock.day(start.at) != clock.day(end.at) else "",
        zone=clock.labels(moment.at for moment in (start, end) if moment),
        length=clock.length(whole_minutes(span)) if span is not None else "",
    )


def _words(text: str) -> str:
    return escape(one_line(text), quote=True)
