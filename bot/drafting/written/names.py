"""What the format's sections and fields are called, ours and the variants that people write. Knows names only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Section(StrEnum):
    """The format's sections, and those that our own drafts add behind them."""

    SUMMARY = "summary"
    TIMELINE = "timeline"
    CAUSE = "cause"
    MEASURES = "measures"
    CONCLUSION = "conclusion"
    EVIDENCE = "evidence"
    MASKED = "masked"
    OTHER = "other"


class Field(StrEnum):
    """What a labelled part of a section holds."""

    DURATION = "duration"
    START = "start"
    END = "end"
    WINDOWS = "windows"
    IMPACT = "impact"
    SERVICES = "services"
    UNAFFECTED = "unaffected"
    EXPERIENCE = "experience"
    SHARE = "share"
    DETECTED = "detected"
    METHOD = "method"
    ACTIONS = "actions"
    MISLEADING = "misleading"
    ESCALATION = "escalation"
    CHRONOLOGY = "chronology"
    CAUSE = "cause"
    RESOLUTION = "resolution"
    IMPROVEMENTS = "improvements"
    TASKS = "tasks"


SECTIONS: Mapping[str, Section] = {
    **dict.fromkeys(
        ("issue summary", "incident summary", "summary", "executive summary", "outage summary"), Section.SUMMARY
    ),
    **dict.fromkeys(("timeline", "timeline of events", "incident timeline", "event timeline"), Section.TIMELINE),
    **dict.fromkeys(
        (
            *("root cause and resolution", "cause and resolution", "root cause and fix", "root cause and recovery"),
            *("root cause analysis and resolution", "root cause analysis"),
        ),
        Section.CAUSE,
    ),
    **dict.fromkeys(
        (
            *("corrective and preventative measures", "corrective and preventive measures", "corrective measures"),
            *("corrective and preventative actions", "corrective and preventive actions", "preventative measures"),
            *("preventive measures", "follow up", "measures", "next steps", "lessons learned and action items"),
        ),
        Section.MEASURES,
    ),
    **dict.fromkeys(("conclusion", "closing", "closing remarks", "conclusions"), Section.CONCLUSION),
    "evidence": Section.EVIDENCE,
    "masked": Section.MASKED,
}
FIELDS: Mapping[Section, Mapping[str, Field]] = {
    Section.SUMMARY: {
        **dict.fromkeys(("duration", "outage duration", "incident duration", "when"), Field.DURATION),
        **dict.fromkeys(("start", "start time", "began", "started", "outage start"), Field.START),
        **dict.fromkeys(("end", "end time", "ended", "outage end"), Field.END),
        "windows of degradation": Field.WINDOWS,
        **dict.fromkeys(("impact", "user impact", "customer impact", "business impact"), Field.IMPACT),
        **dict.fromkeys(
            ("service affected", "affected service", "service", "system affected", "affected system"), Field.SERVICES
        ),
        **dict.fromkeys(("service not affected", "unaffected service"), Field.UNAFFECTED),
        **dict.fromkeys(("user experience", "what users saw", "experience", "user impact seen"), Field.EXPERIENCE),
        **dict.fromkeys(
            (
                *("percentage of users affected", "users affected", "user affected", "percentage of user affected"),
                *("of users affected", "affected users", "affected user", "share of users", "share of user"),
            ),
            Field.SHARE,
        ),
        **dict.fromkeys(("root cause", "cause"), Field.CAUSE),
        **dict.fromkeys(("resolution", "fix"), Field.RESOLUTION),
    },
    Section.TIMELINE: {
        **dict.fromkeys(
            (
                *("issue detected", "detected", "detection time", "issue detection time", "time of detection"),
                *("issue detection", "detection", "detected at", "when detected"),
            ),
            Field.DETECTED,
        ),
        **dict.fromkeys(("detection method", "how detected", "detected by", "method of detection"), Field.METHOD),
        **dict.fromkeys(("action taken", "action", "investigation", "investigation and action taken"), Field.ACTIONS),
        **dict.fromkeys(
            ("misleading path", "misleading investigation path", "dead end", "false lead", "red herring"),
            Field.MISLEADING,
        ),
        **dict.fromkeys(("escalation", "escalated to", "escalated"), Field.ESCALATION),
        **dict.fromkeys(("resolution", "incident resolution", "how it was resolved", "fix"), Field.RESOLUTION),
        **dict.fromkeys(("full chronology", "chronology"), Field.CHRONOLOGY),
    },
    Section.CAUSE: {
        **dict.fromkeys(("root cause", "cause"), Field.CAUSE),
        **dict.fromkeys(("resolution", "fix", "resolution and recovery", "recovery"), Field.RESOLUTION),
    },
    Section.MEASURES: {
        **dict.fromkeys(
            (
                *("improvement", "improvements/fixes", "improvement/fix", "improvements and fixes", "improvement area"),
                *("what can be improved", "improvements/fix", "area for improvement", "fixes/improvements"),
            ),
            Field.IMPROVEMENTS,
        ),
        **dict.fromkeys(
            (
                *("task", "specific task", "tasks to address the issue", "task to address the issue", "todo"),
                *("task list", "to do", "todo list", "action item", "list of tasks", "follow up task"),
            ),
            Field.TASKS,
        ),
    },
}
#: Names that open a section where the one before has no such field.
LENIENT: Mapping[str, tuple[Section, Field | None]] = {
    "root cause": (Section.CAUSE, Field.CAUSE),
    "resolution": (Section.CAUSE, Field.RESOLUTION),
    "resolution and recovery": (Section.CAUSE, Field.RESOLUTION),
    "task": (Section.MEASURES, Field.TASKS),
    "action item": (Section.MEASURES, Field.TASKS),
    "specific task": (Section.MEASURES, Field.TASKS),
    "improvement": (Section.MEASURES, Field.IMPROVEMENTS),
    "improvements/fixes": (Section.MEASURES, Field.IMPROVEMENTS),
    "impact": (Section.SUMMARY, Field.IMPACT),
    "duration": (Section.SUMMARY, Field.DURATION),
    "appendix full chronology": (Section.TIMELINE, Field.CHRONOLOGY),
    "full chronology": (Section.TIMELINE, Field.CHRONOLOGY),
}
