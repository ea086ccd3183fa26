"""The checklist: every point that a program can decide, by its number in the format. Knows no text and no sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.drafting.checking import (
    cause_points,
    course_points,
    measures_points,
    summary_points,
    timeline_points,
    whole_points,
)
from bot.drafting.checking.linter import Linter
from bot.drafting.checking.paper import Paper
from bot.drafting.checking.verdict import Verdict

Check = Callable[[Paper, Linter], Verdict]


@dataclass(frozen=True, slots=True)
class Point:
    """One point: its number, whether the brief requires it, and what decides it. `name` is public (JSON)."""

    number: int
    required: bool
    check: Check

    @property
    def name(self) -> str:
        """The point in a word, as the function is called; its sentence is `checks.<name>`."""
        return self.check.__name__


POINTS = (
    Point(1, True, summary_points.heading_first),
    Point(2, True, summary_points.start_stated),
    Point(3, True, summary_points.end_stated),
    Point(4, True, summary_points.one_zone),
    Point(5, False, summary_points.duration_adds_up),
    Point(6, True, summary_points.service_named),
    Point(8, True, summary_points.share_of_users),
    Point(9, True, summary_points.cause_in_a_sentence),
    Point(10, False, summary_points.summary_is_short),
    Point(11, True, timeline_points.timed_bullets),
    Point(12, False, timeline_points.in_order),
    Point(13, True, timeline_points.short_bullets),
    Point(14, True, timeline_points.one_detection),
    Point(15, True, course_points.method_known),
    Point(16, True, course_points.something_examined),
    Point(17, True, course_points.assumption_told),
    Point(18, True, course_points.misleading_told),
    Point(19, True, course_points.escalation_told),
    Point(20, True, course_points.resolution_told),
    Point(21, False, timeline_points.starts_in_time),
    Point(22, False, timeline_points.mitigation_apart),
    Point(23, False, timeline_points.no_holes),
    Point(24, False, timeline_points.bullets_traced),
    Point(26, True, cause_points.cause_in_detail),
    Point(27, True, cause_points.fix_in_detail),
    Point(28, False, cause_points.terms_shared),
    Point(31, False, cause_points.nobody_blamed),
    Point(33, True, measures_points.improvement_told),
    Point(34, True, measures_points.three_tasks),
    Point(35, True, measures_points.measures_concrete),
    Point(36, False, measures_points.tasks_owned),
    Point(38, False, measures_points.follow_ups_kept),
    Point(39, True, whole_points.right_length),
    Point(40, False, whole_points.sections_agree),
)
