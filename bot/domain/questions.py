"""What a postmortem lacks, told by the kinds of what stands, and when it is time to ask for it. Knows no document.

Nothing is asked while the fight lasts: what began when is asked once the impact is over, the rest when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot.domain.timeline import Entry, Kind

MITIGATED, RESOLVED, READ = "mitigated", "resolved", "read"
_ORDER = (MITIGATED, RESOLVED, READ)
#: What can be asked for -> the kind of entry that answers it; in the order of the document.
ANSWERED_BY: Mapping[str, Kind] = {
    "start": Kind.STARTED,
    "detection": Kind.DETECTED,
    "experience": Kind.IMPACT,
    "services": Kind.IMPACT,
    "share": Kind.IMPACT,
    "root_cause": Kind.CAUSE,
    "misleading": Kind.RULED_OUT,
    "escalations": Kind.ESCALATED,
    "resolution": Kind.FIX,
    "cause_detail": Kind.CAUSE_DETAIL,
    "fix_detail": Kind.FIX_DETAIL,
    "improvements": Kind.IMPROVEMENT,
    "tasks": Kind.TASK,
}
_FIRST_ASKED: Mapping[str, Collection[str]] = {
    MITIGATED: ("start", "detection", "experience", "services", "share"),
    RESOLVED: ("root_cause", "misleading", "escalations", "resolution"),
    READ: ("cause_detail", "fix_detail", "improvements", "tasks"),
}
#: What the form of *Resolve* asks for, in this order.
IN_THE_FORM = ("start", "detection", "share", "root_cause", "resolution", "misleading", "escalations")
#: Keys that an impact answers one question each by.
_KEYED: Mapping[str, tuple[str, ...]] = {"services": ("services",), "share": ("percent", "percent_text")}


def lacking(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The names of what no standing entry answers, in the order of the document."""
    standing = [entry for entry in entries if entry.stands]
    start = {Kind.STARTED} if any(e.kind is Kind.DECLARED and e.data.get("at_given") for e in standing) else set()
    kinds = {entry.kind for entry in standing if entry.kind is not Kind.IMPACT or entry.text} | start
    keys = {key for entry in standing for key, value in entry.data.items() if value not in (None, "", [])}
    return tuple(
        name
        for name, kind in ANSWERED_BY.items()
        if not (keys & set(_KEYED[name]) if name in _KEYED else kind in kinds)
    )


def due(lacks: Collection[str], moment: str, asked: Collection[str]) -> tuple[str, ...]:
    """What is asked for at a moment: whatever its time has come for, and nobody was asked for before."""
    come = {name for one in _ORDER[: _ORDER.index(moment) + 1] for name in _FIRST_ASKED[one]}
    return tuple(name for name in ANSWERED_BY if name in lacks and name in come and name not in asked)
