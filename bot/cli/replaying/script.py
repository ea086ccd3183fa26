"""A replay's file as values: who, where, what in which order, and what the postmortem must hold. Plays nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

KNOWN_SCHEMA = 1
# libyaml's, where PyYAML was built with it: eight times as fast, and a file takes a fifth of a second without it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: What somebody can do, and what else such a step must say.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "command": ("text",),
    "message": ("text",),
    "reply": ("text", "ref"),
    "edit": ("text", "ref"),
    "delete": ("ref",),
    "react": ("ref", "emoji"),
    "unreact": ("ref", "emoji"),
    "pin": ("ref",),
    "unpin": ("ref",),
    "shortcut": ("ref", "callback_id"),
    "upload": ("text",),
    "join": (),
    "leave": (),
    "invite": ("text",),
    "topic": ("text",),
}


class NotAReplay(Exception):
    """The file is not of the form; the text says what is missing, and where."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does at an instant (aware). `more` holds what only some kinds of step have."""

    id: str
    at: datetime
    by: str
    do: str
    where: str | None
    text: str = ""
    ref: str | None = None
    means: datetime | None = None
    refused: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """One incident. `zone` is an IANA name, `zone_label` what the file calls it."""

    name: str
    zone: str
    zone_label: str | None
    channels: tuple[str, ...]
    people: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]
    expected: Mapping[str, Any]
    must_not_appear: tuple[str, ...]


def read_script(path: Path) -> Script:
    """Read a file. Raises NotAReplay."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 (either loader is a safe one)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise NotAReplay(f"{path}: {fault}") from fault
    if not isinstance(found, dict):
        raise NotAReplay(f"{path}: holds no mapping")
    if found.get("schema", KNOWN_SCHEMA) != KNOWN_SCHEMA:
        raise NotAReplay(f"{path}: schema {found['schema']} is not known; this reads schema {KNOWN_SCHEMA}")
    try:
        zone = found["timezone"]
        script = Script(
            name=path.stem,
            zone=str(zone["iana"]),
            zone_label=str(zone["label"]) if zone.get("label") else None,
            channels=tuple(str(name).lstrip("#") for name in found.get("channels") or ()),
            people={str(handle): dict(about or {}) for handle, about in (found.get("people") or {}).items()},
            steps=tuple(_step(step) for step in found["steps"]),
            expected=found.get("expected") or {},
            must_not_appear=tuple(str(one) for one in found.get("must_not_appear") or ()),
        )
        ZoneInfo(script.zone)
    except KeyError as fault:  # a zone that does not exist is one too
        raise NotAReplay(f"{path}: {fault.args[0] if fault.args else fault} is missing") from fault
    except (AttributeError, TypeError, ValueError) as fault:
        raise NotAReplay(f"{path}: {fault}") from fault
    faults = list(_faults(script))
    if faults:
        raise NotAReplay("\n".join(f"{path}: {fault}" for fault in faults))
    return script


def _faults(script: Script) -> Iterator[str]:
    """What cannot be played, in words."""
    if not script.steps:
        yield "has no steps"
    seen: set[str] = set()
    for step in script.steps:
        if step.id in seen:
            yield f"{step.id} is there twice"
        if step.by not in script.people:
            yield f"{step.id}: {step.by!r} is nobody of `people`"
        if step.do not in NEEDS:
            yield f"{step.id}: no such thing to do: {step.do!r}"
        for key in NEEDS.get(step.do, ()):
            if not (getattr(step, key, None) or step.more.get(key)):
                yield f"{step.id}: {step.do} needs `{key}`"
        if step.ref is not None and step.ref not in seen:
            yield f"{step.id}: its ref {step.ref!r} is no step before it"
        seen.add(step.id)


def _step(found: Mapping[str, Any]) -> Step:
    known = {"id", "at", "by", "do", "in", "text", "ref", "means", "refused"}
    return Step(
        id=str(found["id"]),
        at=_instant(found["at"]),
        by=str(found["by"]),
        do=str(found["do"]),
        where=str(found["in"]).lstrip("#") if found.get("in") else None,
        text=str(found.get("text") if found.get("text") is not None else ""),
        ref=str(found["ref"]) if found.get("ref") else None,
        means=_instant(found["means"]) if found.get("means") else None,
        refused=bool(found.get("refused")),
        more={key: value for key, value in found.items() if key not in known},
    )


def _instant(value: Any) -> datetime:
    """An aware instant; YAML may have read it already."""
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return instant
