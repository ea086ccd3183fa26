"""The draft as JSON, schema 1: a public form, in which fields are only ever added. Knows no Markdown.

Instants are ISO 8601 with the offset that the incident's zone had then; minutes are whole, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.domain.figures import DEFINITIONS, Figure, Mark
from bot.domain.incident import whole_minutes
from bot.drafting.clocks import Clock
from bot.drafting.draft import missing
from bot.drafting.statements import (
    Draft,
    Escalation,
    Evidence,
    Hypothesis,
    Improvement,
    Misleading,
    Moment,
    Row,
    Share,
    Statement,
    Stretch,
    Summary,
    Task,
    Timeline,
)

SCHEMA = 1

Json = dict[str, Any]


def to_json(made: Draft) -> Json:
    """The draft's facts as plain values, ready for `json.dumps`; the same draft gives the same value."""
    clock = Clock(made.zone, made.zone_label)
    flags = {"drill": made.sort == "drill", "past": made.sort == "past", "cancelled": made.status == "cancelled"}
    off = made.called_off
    return {
        "schema": SCHEMA,
        "incident": made.label,
        "title": made.title.text if made.title else "",
        "status": made.status,
        **_given(severity=made.severity, duplicate_of=made.duplicate_of, called_off=off and _change(off, clock)),
        **{name: True for name, is_set in flags.items() if is_set},
        "summary": _summary(made.summary, clock),
        "timeline": _timeline(made, clock),
        "root_cause_and_resolution": {"cause": _texts(made.cause_detail), "resolution": _texts(made.fix_detail)},
        "measures": {
            "improvements": [_improvement(each) for each in made.improvements],
            "tasks": [_task(each) for each in made.tasks],
        },
        "conclusion": _texts(made.conclusion),
        "figures": _figures(made, clock),
        "hypotheses": [_hypothesis(each, clock) for each in made.hypotheses],
        "missing": list(missing(made)),
        "proof": _proof(made),
        "evidence": _evidence(made, clock),
        "masked": [{"number": each.number, "kind": each.kind, "entries": list(each.entries)} for each in made.hidden],
    }


def _summary(summary: Summary, clock: Clock) -> Json:
    span = summary.span
    found: Json = {
        "start": summary.start and clock.iso(summary.start.at),
        "end": summary.end and clock.iso(summary.end.at),
        "tz_label": clock.labels(moment.at for moment in (summary.start, summary.end) if moment),
        "duration_minutes": None if span is None else whole_minutes(span),
        "start_assumed": summary.start is None or summary.start.assumed,
    }
    if summary.reopened:
        found["windows"] = [_window(window, clock) for window in summary.windows]
        found["minutes_degraded"] = summary.minutes_degraded
    impact = summary.impact
    found["impact"] = {
        "services": _texts(impact.services),
        "unaffected": _texts(impact.unaffected),
        "experience": _texts(impact.experience),
        **_share(impact.share),
    }
    found["root_cause"] = _texts(summary.root_cause)
    return found


def _share(share: Share | None) -> Json:
    return {"percent": share.percent if share else None, "percent_text": (share.text or None) if share else None}


def _window(window: Stretch, clock: Clock) -> Json:
    end = window.end and clock.iso(window.end.at)
    return {"start": clock.iso(window.start.at), "end": end, "minutes": window.minutes}


def _timeline(made: Draft, clock: Clock) -> Json:
    timeline: Timeline = made.timeline
    return {
        "detected_at": timeline.detected and clock.iso(timeline.detected.at),
        "detection_delay_minutes": minutes_to(made, timeline.detected),
        **_given(detection_class=timeline.detection_class),
        "detection_method": _texts(timeline.detection_method),
        "actions": [
            _fact(each, clock) | _flags(assumption=each.assumption, confirmed=each.confirmed)
            for each in timeline.actions
        ],
        "misleading": [_misleading(each, clock) for each in timeline.misleading],
        "escalations": [_escalation(each, clock) for each in timeline.escalations],
        "resolution": [_fact(each, clock) for each in timeline.resolution],
        "notes": [_fact(each, clock) for each in timeline.notes],
        "chronology": [_row(each, clock) for each in timeline.chronology],
        "status": [_change(each, clock) for each in timeline.status],
    }


def _fact(statement: Statement, clock: Clock) -> Json:
    at = None if statement.at is None or statement.untimed else clock.iso(statement.at)
    found: Json = {"at": at, "text": statement.text, "entries": list(statement.entries)}
    return found | _flags(approximate=statement.approximate)


def _misleading(path: Misleading, clock: Clock) -> Json:
    found = _fact(path, clock)
    if path.ruled_out_at is not None:
        found["ruled_out_at"] = clock.iso(path.ruled_out_at)
        found["minutes"] = None if path.span is None else whole_minutes(path.span)
    return found | _given(why=path.why or None)


def _escalation(call: Escalation, clock: Clock) -> Json:
    found = _fact(call, clock) | {"to": list(call.to)}
    if call.answers:
        found["answers"] = [{"at": clock.iso(each.at), "by": each.person} for each in call.answers]
    return found


def _row(row: Row, clock: Clock) -> Json:
    at = None if row.untimed else clock.iso(_at(row))
    return {"at": at, "kind": row.kind, "text": row.text, "entry": row.entries[0]}


def _change(row: Row, clock: Clock) -> Json:
    found: Json = {"at": clock.iso(_at(row)), "kind": row.kind, "entry": row.entries[0]}
    said = _given(role=row.role or None, value=row.value or None, text=row.text or None)
    return found | said | _flags(assumed=row.assumed, approximate=row.approximate)


def _improvement(each: Improvement) -> Json:
    return {"text": each.text, "entries": list(each.entries)} | _given(title=each.title or None)


def _task(task: Task) -> Json:
    found: Json = {"text": task.text, "number": task.number, "entries": list(task.entries)}
    named = {"title": task.title, "owner": task.owner, "due": task.due, "link": task.link}
    found |= {key: value for key, value in named.items() if value}
    return found | _flags(done=task.done) | _given(wont_do=task.wont_do)


def _figures(made: Draft, clock: Clock) -> Json:
    """Minutes of each phase; None where a moment is unknown or they are reversed, which `phases` tells apart.

    Each phase's `from` and `to` are its definition: the moments it is measured between.
    """
    figures = made.figures
    found: Json = {f"minutes_to_{figure.name}": figure.minutes for figure in figures.phases}
    found["minutes_misled"] = None if figures.misled is None else whole_minutes(figures.misled)
    found["phases"] = [_phase(figure, clock) for figure in figures.phases]
    if figures.windows:
        found["windows"] = [
            {
                "minutes_to_mitigate": _between(window.opened, window.mitigated),
                "minutes_to_resolve": _between(window.opened, window.closed),
            }
            for window in figures.windows
        ]
    return found


def _phase(figure: Figure, clock: Clock) -> Json:
    since, until = DEFINITIONS[figure.name]
    entries = [number for mark in (figure.since, figure.until) if mark for number in mark.entries]
    return {
        "name": figure.name,
        "from": since,
        "to": until,
        "from_at": figure.since and clock.iso(figure.since.at),
        "to_at": figure.until and clock.iso(figure.until.at),
        "minutes": figure.minutes,
        "entries": entries,
        **_given(lacks=list(figure.lacking) or None, refused="reversed" if figure.refused else None),
    }


def _between(since: Mark, until: Mark | None) -> int | None:
    return None if until is None or until.at < since.at else whole_minutes(until.at - since.at)


def _hypothesis(each: Hypothesis, clock: Clock) -> Json:
    """One suspicion with its verdicts and those that grew out of it; `evidence` are the entries a verdict names."""
    found = _fact(each, clock) | {"by": each.person, "outcome": each.outcome}
    found["minutes"] = None if each.span is None else whole_minutes(each.span)
    found["verdicts"] = [
        {
            "outcome": "confirmed" if verdict.confirmed else "ruled_out",
            "at": None if verdict.untimed else clock.iso(verdict.at),
            "by": verdict.person,
            "entry": verdict.entries[0],
            "evidence": list(verdict.entries[1:]),
        }
        | _given(why=verdict.why or None)
        for verdict in each.verdicts
    ]
    found["under"] = [_hypothesis(grown, clock) for grown in each.under]
    return found


def minutes_to(made: Draft, moment: Moment | None) -> int | None:
    """Whole minutes from the start to a moment; None where one is unknown, or the moment lies before the start."""
    start = made.summary.start
    if start is None or moment is None or moment.at < start.at:
        return None
    return whole_minutes(moment.at - start.at)


def _proof(made: Draft) -> Json:
    """By JSON pointer, the entries that each fact without an `entries` of its own rests on."""
    summary, timeline = made.summary, made.timeline
    proof: Json = {"/status": list(made.standing)}
    for name, moment in (
        ("/title", made.title),
        ("/summary/start", summary.start),
        ("/summary/end", summary.end),
        ("/summary/impact/percent", summary.impact.share),
        ("/timeline/detected_at", timeline.detected),
    ):
        if moment is not None:
            proof[name] = list(moment.entries)
    for name, statements in (
        ("/summary/impact/services", summary.impact.services),
        ("/summary/impact/unaffected", summary.impact.unaffected),
        ("/summary/impact/experience", summary.impact.experience),
        ("/summary/root_cause", summary.root_cause),
        ("/timeline/detection_method", timeline.detection_method),
        ("/root_cause_and_resolution/cause", made.cause_detail),
        ("/root_cause_and_resolution/resolution", made.fix_detail),
        ("/conclusion", made.conclusion),
    ):
        proof |= {f"{name}/{position}": list(each.entries) for position, each in enumerate(statements)}
    if summary.reopened:
        for position, window in enumerate(summary.windows):
            ends = window.end.entries if window.end else ()
            proof[f"/summary/windows/{position}"] = [*window.start.entries, *ends]
    return proof


def _evidence(made: Draft, clock: Clock) -> list[Json]:
    return [
        {
            "entry": each.number,
            "kind": each.kind,
            "at": None if each.untimed else clock.iso(each.at),
            "author": each.author,
        }
        | {"source": each.source}
        | _given(permalink=each.permalink)
        | _given(
            files=[{"name": one.name, "mimetype": one.mimetype, "link": one.permalink} for one in each.files] or None
        )
        for each in made.evidence
    ]


def _files(each: Evidence) -> list[Json]:
    return [{"name": one.name, "mimetype": one.mimetype, "link": one.permalink} for one in each.files]


def _texts(statements: Iterable[Statement]) -> list[str]:
    return [statement.text for statement in statements]


def _at(row: Row) -> datetime:
    assert row.at is not None, row
    return row.at


def _given(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _flags(**values: bool) -> Json:
    return {name: True for name, value in values.items() if value}
