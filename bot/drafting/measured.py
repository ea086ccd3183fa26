"""Figures and hypotheses as the ready values that a document's template prints. Knows no sentence, only names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.figures import DEFINITIONS, Figure, Figures, Mark, WindowFigures
from bot.domain.incident import whole_minutes
from bot.drafting.clocks import Clock
from bot.drafting.escape import markdown
from bot.drafting.statements import Hypothesis

Values = dict[str, Any]
When = Callable[[datetime, bool], str]
"""An instant as the document prints it; with seconds where asked."""
Ref = Callable[[tuple[int, ...]], str]


class Measured:
    """The values of one document, printed with its own clock and references."""

    def __init__(self, clock: Clock, when: When, ref: Ref) -> None:
        self._clock, self._when, self._ref = clock, when, ref

    def figures(self, found: Figures) -> Values:
        """`phases`, `windows` and the time that dead ends took."""
        return {
            "phases": [self._phase(each) for each in found.phases],
            "windows": [self._window(each) for each in found.windows],
            "misled": "" if found.misled is None else self._clock.length(whole_minutes(found.misled)),
            "misled_ref": self._ref(tuple(sorted(found.misled_by))) if found.misled_by else "",
        }

    def hypothesis(self, each: Hypothesis) -> Values:
        """One suspicion with its verdicts and those that grew out of it."""
        assert each.at is not None, each
        return {
            "time": "" if each.untimed else ("~" if each.approximate else "") + self._when(each.at, False),
            "text": markdown(each.text),
            "person": markdown(each.person),
            "outcome": each.outcome,
            "length": "" if each.span is None else self._clock.length(whole_minutes(each.span)),
            "verdicts": [
                {
                    "confirmed": verdict.confirmed,
                    "holds": verdict is each.verdict,
                    "time": "" if verdict.untimed else self._when(verdict.at, False),
                    "person": markdown(verdict.person),
                    "why": markdown(verdict.why),
                    "ref": self._ref(verdict.entries),
                }
                for verdict in each.verdicts
            ],
            "under": [self.hypothesis(grown) for grown in each.under],
            "ref": self._ref(each.entries),
        }

    def _phase(self, figure: Figure) -> Values:
        since, until = DEFINITIONS[figure.name]
        marks = [mark for mark in (figure.since, figure.until) if mark]
        # The printed clocks must add up to the printed minutes.
        seconds = len({mark.at.second for mark in marks}) > 1
        return {
            "name": figure.name,
            "length": "" if figure.minutes is None else self._clock.length(figure.minutes),
            "since": {"name": since, **self._mark(figure.since, seconds)},
            "until": {"name": until, **self._mark(figure.until, seconds)},
            "lacks": list(figure.lacking),
            "refused": figure.refused,
            "ref": self._ref(tuple(dict.fromkeys(n for mark in marks for n in mark.entries))) if marks else "",
        }

    def _mark(self, mark: Mark | None, seconds: bool) -> Values:
        return {"time": self._when(mark.at, seconds) if mark else "", "assumed": bool(mark and mark.assumed)}

    def _window(self, window: WindowFigures) -> Values:
        marks = [mark for mark in (window.opened, window.mitigated, window.closed) if mark]
        return {
            "start": self._when(window.opened.at, False),
            "mitigate": self._length(window.opened, window.mitigated),
            "resolve": self._length(window.opened, window.closed),
            "ref": self._ref(tuple(dict.fromkeys(n for mark in marks for n in mark.entries))),
        }

    def _length(self, since: Mark, until: Mark | None) -> str:
        if until is None or until.at < since.at:
            return ""
        return self._clock.length(whole_minutes(until.at - since.at))
