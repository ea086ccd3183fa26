"""A draft as the ready values that a document's template prints: text and lists, escaped. Knows no sentence.

What each value is called, and what it holds, is told at the head of the template itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate
from typing import Any

from bot.domain.impact import says_share
from bot.domain.incident import whole_minutes
from bot.drafting.clocks import Clock
from bot.drafting.escape import markdown
from bot.drafting.length import count_words
from bot.drafting.measured import Measured
from bot.drafting.rows import instants_of, lines_of, ways_out
from bot.drafting.statements import Draft, Escalation, Misleading, Moment, Row, Share, Statement, Stretch, Task
from bot.drafting.structured import minutes_to

Values = dict[str, Any]

_UNPROVED: Values = {"figures": None, "hypotheses": [], "evidence": [], "masked": []}


class Page:
    """One draft's values. Dates stand before times only where the incident touches more than one day in its zone."""

    def __init__(self, made: Draft, clock: Clock, command: str) -> None:
        self._made, self._clock, self._command = made, clock, command
        self._typed: dict[str, str] = {}
        self._times: dict[tuple[datetime, bool], str] = {}
        self._measured = Measured(clock, self._measured_time, self._ref)
        self._lines = lines_of(made)
        self._several_days = len({clock.day(at) for at in instants_of(made, self._lines)}) > 1
        start, end = made.summary.start, made.summary.end
        # Where two printed clocks would not add up to the printed length, their seconds are printed too.
        self._seconds = bool(start and end and _carries(start.at, end.at))
        self._rulings = {path.entries[0]: path for path in made.timeline.misleading}
        self._calls = {call.entries[0]: call for call in made.timeline.escalations}

    def _shown(self, text: str) -> str:
        """What somebody typed, as Markdown; kept, since most of it is printed more than once."""
        if (shown := self._typed.get(text)) is None:
            shown = self._typed[text] = markdown(text)
        return shown

    def is_longer(self, words: int) -> bool:
        """Whether the full chronology by itself has more than about so many words."""
        return any(found > words for found in accumulate(count_words(row.text) + 2 for row in self._lines))

    def values(self, *, rows: str, labels: bool, proof: bool) -> Values:
        """Everything the template may print. `proof` False leaves out what is not counted: figures and evidence.
        `rows` says where the full chronology goes: inline, appendix or nowhere; `labels` whether to print style A."""
        lines = [] if rows == "nowhere" else self._chronology
        return {
            **self._told,
            "timeline": {**self._told["timeline"], "labels": labels, "rows": lines if rows == "inline" else []},
            "appendix": lines if rows == "appendix" else [],
            **(self._proof if proof else _UNPROVED),
        }

    @cached_property
    def _told(self) -> Values:
        made = self._made
        return {
            "command": self._command,
            "incident": self._incident(),
            "summary": self._summary(),
            "timeline": self._timeline(),
            "cause": self._said(made.cause_detail),
            "resolution": self._said(made.fix_detail),
            "improvements": [
                {"title": self._shown(each.title), "text": self._shown(each.text), "ref": self._ref(each.entries)}
                for each in made.improvements
            ],
            "tasks": [self._task(each) for each in made.tasks],
            "conclusion": self._said(made.conclusion),
        }

    @property
    def _proof(self) -> Values:
        made = self._made
        return {
            "figures": self._measured.figures(made.figures),
            "hypotheses": [self._measured.hypothesis(each) for each in made.hypotheses],
            "evidence": self._evidence(),
            "masked": [
                {"number": each.number, "kind": each.kind, "ref": self._ref(each.entries)} for each in made.hidden
            ],
        }

    def _incident(self) -> Values:
        made, off = self._made, self._made.called_off
        return {
            "label": made.label,
            "title": self._shown(made.title.text) if made.title else "",
            "severity": self._shown(made.severity or ""),
            "status": self._shown(made.status),
            "drill": made.sort == "drill",
            "past": made.sort == "past",
            "cancelled": made.status == "cancelled",
            "duplicate_of": f"{made.label.rpartition('-')[0]}-{made.duplicate_of}" if made.duplicate_of else "",
            "resting": self._ref(tuple(sorted({*made.standing, *(made.title.entries if made.title else ())}))),
            "why": self._shown(off.text) if off else "",
            "ref": self._ref(off.entries) if off else "",
        }

    def _summary(self) -> Values:
        summary, clock = self._made.summary, self._clock
        span, degraded = summary.span, summary.minutes_degraded
        return {
            "start": self._moment(summary.start),
            "end": self._moment(summary.end),
            "length": clock.length(whole_minutes(span)) if span is not None else "",
            "windows": [self._window(each) for each in summary.windows] if summary.reopened else [],
            "degraded": clock.length(degraded) if degraded is not None else "",
            "services": self._said(summary.impact.services),
            "unaffected": self._said(summary.impact.unaffected),
            "experience": self._said(summary.impact.experience),
            "share": self._share(summary.impact.share),
            "root_cause": self._said(summary.root_cause),
        }

    def _timeline(self) -> Values:
        timeline = self._made.timeline
        detected = timeline.detected
        delay = minutes_to(self._made, detected)
        instants = list(instants_of(self._made, self._lines))
        return {
            "day": "" if self._several_days or not instants else self._clock.long_date(instants[0]),
            "zone": self._clock.labels(sorted(instants)),
            "detected": detected
            and {"time": self._time(detected.at, detected.approximate), "ref": self._ref(detected.entries)},
            "delay": self._clock.length(delay) if delay is not None else "",
            "detection_class": timeline.detection_class or "",
            "detection_method": self._said(timeline.detection_method),
            "noticed_by": timeline.noticed_by,
            "actions": [
                self._fact(each) | {"assumption": each.assumption, "confirmed": each.confirmed}
                for each in timeline.actions
            ],
            "misleading": [self._misleading(each) for each in timeline.misleading],
            "escalations": [self._escalation(each) for each in timeline.escalations],
            "fixes": len(timeline.resolution),
            "resolution": [self._row(each, "") for each in ways_out(self._made, self._lines)],
        }

    def _said(self, statements: Iterable[Statement]) -> list[Values]:
        return [{"text": self._shown(each.text), "ref": self._ref(each.entries)} for each in statements]

    def _fact(self, each: Statement) -> Values:
        return {"time": self._when(each), "text": self._shown(each.text), "ref": self._ref(each.entries)}

    def _misleading(self, path: Misleading) -> Values:
        at, span = path.ruled_out_at, path.span
        return self._fact(path) | {
            "ruled_out": self._time(at) if at is not None else "",
            "length": self._clock.length(whole_minutes(span)) if span is not None else "",
            "why": self._shown(path.why),
        }

    def _escalation(self, call: Escalation) -> Values:
        answers = [{"time": self._time(each.at), "person": self._shown(each.person)} for each in call.answers]
        return self._fact(call) | {"to": ", ".join(self._shown(each) for each in call.to), "answers": answers}

    def _share(self, share: Share | None) -> Values | None:
        if share is None:
            return None
        percent = "" if share.percent is None else f"{share.percent:g}%"
        return self._said([share])[0] | {"percent": percent, "alone": says_share(share.text)}

    def _moment(self, moment: Moment | None) -> Values | None:
        if moment is None:
            return None
        return {
            "text": ("~" if moment.approximate else "") + self._clock.full(moment.at, seconds=self._seconds),
            "assumed": moment.assumed,
            "ref": self._ref(moment.entries),
        }

    def _window(self, window: Stretch) -> Values:
        minutes, end = window.minutes, window.end
        entries = (*window.start.entries, *(end.entries if end else ()))
        return {
            "start": self._clock.full(window.start.at),
            "end": self._clock.full(end.at) if end else "",
            "length": self._clock.length(minutes) if minutes is not None else "",
            "ref": self._ref(entries),
        }

    def _task(self, task: Task) -> Values:
        return {
            "title": self._shown(task.title),
            "text": self._shown(task.text),
            "owner": self._shown(task.owner),
            "due": self._due(task.due),
            "link": self._shown(task.link),
            "done": task.done,
            "dropped": task.wont_do is not None,
            "why": self._shown(task.wont_do or ""),
            "ref": self._ref(task.entries),
        }

    def _due(self, due: str) -> str:
        try:
            return self._clock.calendar_date(date.fromisoformat(due))
        except ValueError:
            return self._shown(due)

    @cached_property
    def _chronology(self) -> list[Values]:
        rows, day = [], None
        for row in self._lines:
            assert row.at is not None, row
            today = self._clock.day(row.at)
            turned = self._several_days and today != day
            rows.append(self._row(row, self._clock.long_date(row.at) if turned else ""))
            day = today
        return rows

    def _row(self, row: Row, new_day: str) -> Values:
        number, detected = row.entries[0], self._made.timeline.detected
        return {
            "time": self._when(row),
            "new_day": new_day,
            "kind": row.kind,
            "text": self._shown(row.text),
            "value": self._shown(row.value),
            "person": self._shown(row.person),
            "to": ", ".join(self._shown(each) for each in row.to),
            "assumed": row.assumed,
            "confirmed": row.confirmed,
            "first": bool(detected and number in detected.entries),
            "ruling": self._misleading(ruling) if (ruling := self._rulings.get(number)) else None,
            "call": self._escalation(call) if (call := self._calls.get(number)) else None,
            "ref": self._ref(row.entries),
        }

    def _evidence(self) -> list[Values]:
        return [
            {
                "ref": f"[{each.number}]",
                "kind": each.kind,
                "time": "" if each.untimed else ("~" if each.approximate else "") + self._clock.exact(each.at),
                "author": self._shown(each.author),
                "source": each.source,
                "link": self._shown(each.permalink or ""),
                "files": [
                    {"name": self._shown(one.name), "link": self._shown(one.permalink), "picture": one.is_picture}
                    for one in each.files
                ],
            }
            for each in self._made.evidence
        ]

    def _when(self, each: Statement) -> str:
        if each.untimed:
            return ""
        assert each.at is not None, each
        return self._time(each.at, each.approximate)

    def _time(self, at: datetime, approximate: bool = False) -> str:
        if (time := self._times.get((at, approximate))) is None:
            day = f"{self._clock.short_date(at)}, " if self._several_days else ""
            time = self._times[at, approximate] = day + ("~" if approximate else "") + self._clock.time(at)
        return time

    def _measured_time(self, at: datetime, seconds: bool) -> str:
        day = f"{self._clock.short_date(at)}, " if self._several_days else ""
        return day + self._clock.time(at, seconds=seconds)

    def _ref(self, entries: tuple[int, ...]) -> str:
        """` [4, 9]`, with its space."""
        return f" [{entries[0]}]" if len(entries) == 1 else f" [{', '.join(map(str, entries))}]"


def _carries(start: datetime, end: datetime) -> bool:
    """Whether the clocks without their seconds are further apart than the whole minutes between the instants."""
    apart = end.replace(second=0) - start.replace(second=0)
    return whole_minutes(apart) != whole_minutes(end - start)
