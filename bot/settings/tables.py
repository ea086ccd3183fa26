"""The tables of tocsin.toml that hold many values: severities, statuses, roles, marks, permissions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from bot.domain.incident import CANCELLED, DUPLICATE, MITIGATED, OPEN_STATUS, RESOLVED
from bot.domain.timeline import PLAIN_KINDS
from bot.settings import readers
from bot.settings.model import Role, Severity, Status
from bot.settings.nearest import did_you_mean
from bot.settings.readers import Reader
from bot.settings.refusal import Fault, Refused
from bot.settings.sources import Toml

Row = TypeVar("Row", Severity, Status, Role)

#: Who a person can be towards the workspace, as permissions name them.
AUDIENCES = ("member", "guest", "outsider")
BUILT_IN_STATUSES = (MITIGATED, RESOLVED, CANCELLED, DUPLICATE)
#: Words that `declare` takes where a severity may stand.
DECLARE_WORDS = ("private", "drill", "past")

_NAME = readers.matching(r"[a-z][a-z0-9_-]{0,29}", "one word of small letters, digits, - and _")
_MINUTES = readers.whole(0, 10_080)


def read_tables(toml: Toml, faults: list[Fault], verbs: Collection[str] | None) -> dict[str, Any]:
    """Setting -> value for each table that the file has and that holds no fault; the others add to `faults`."""
    severity = {"name": _severity_name, "meaning": readers.text, "update_minutes": _MINUTES, "emoji": readers.emoji}
    status = {"name": _status_name, "meaning": readers.text}
    role = {"name": _NAME, "title": readers.text, "meaning": readers.text}
    found: dict[str, Any] = {
        "severities": _rows(toml, faults, "severity", Severity, severity),
        "statuses": _rows(toml, faults, "status", Status, status, must_hold=OPEN_STATUS),
        "roles": _rows(toml, faults, "role", Role, role, must_hold="commander"),
        "marks": _marks(toml, faults),
        "permissions": _permissions(toml, faults, verbs),
    }
    return {name: value for name, value in found.items() if value is not None}


def _severity_name(value: object) -> str:
    name = str(_NAME(value))
    if name in DECLARE_WORDS:
        raise Refused(f"cannot be {name!r}", f"declare understands {', '.join(DECLARE_WORDS)} itself")
    return name


def _status_name(value: object) -> str:
    name = str(_NAME(value))
    if name in BUILT_IN_STATUSES:
        raise Refused(f"cannot be {name!r}", "it is built in, with a command of its own")
    return name


def _rows(
    toml: Toml,
    faults: list[Fault],
    table: str,
    make: Callable[..., Row],
    columns: Mapping[str, Reader],
    must_hold: str | None = None,
) -> tuple[Row, ...] | None:
    given = toml.tree.get(table)
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        faults.append(Fault(toml.where(table), f"{table} must be a list of tables", f"each begun with [[{table}]]"))
        return None
    if not given:
        faults.append(Fault(toml.where(table), f"{table} holds none", "leave it out for the built-in ones"))
        return None
    before = len(faults)
    rows: list[Row] = []
    for index, written in enumerate(given):
        row = _row(toml, faults, (table, index), make, columns, written)
        if row is not None and row.name in {other.name for other in rows}:
            faults.append(Fault(toml.where(table, index, "name"), f"{table} {row.name!r} is there twice"))
        elif row is not None:
            rows.append(row)
    if len(faults) == before and must_hold is not None and must_hold not in {row.name for row in rows}:
        why = "every incident begins with it" if table == "status" else "every incident is led by one"
        faults.append(Fault(toml.where(table, 0), f"no {table} is named {must_hold!r}", why))
    return tuple(rows) if len(faults) == before else None


def _row(
    toml: Toml,
    faults: list[Fault],
    at: tuple[str, int],
    make: Callable[..., Row],
    columns: Mapping[str, Reader],
    written: Mapping[str, object],
) -> Row | None:
    before = len(faults)
    values: dict[str, object] = {}
    for key, value in written.items():
        if key not in columns:
            faults.append(Fault(toml.where(*at, key), f"{at[0]} has no {key!r}", did_you_mean(key, columns)))
            continue
        try:
            values[key] = columns[key](value)
        except Refused as refused:
            faults.append(Fault(toml.where(*at, key), f"{at[0]} {key} {refused.what}", refused.hint))
    for key in columns:
        if key not in written and key in ("name", "title", "meaning"):
            faults.append(Fault(toml.where(*at), f"this {at[0]} has no {key}"))
    return make(**values) if len(faults) == before else None


def _marks(toml: Toml, faults: list[Fault]) -> Mapping[str, str] | None:
    given = toml.tree.get("marks")
    if given is None:
        return None
    if not isinstance(given, dict):
        faults.append(
            Fault(toml.where("marks"), "marks must be a table", '[marks], then lines such as pushpin = "note"')
        )
        return None
    kinds = sorted(PLAIN_KINDS)
    marks: dict[str, str] = {}
    for key, value in given.items():
        try:
            name, kind = readers.emoji(key), readers.text(value).lower().replace("-", "_")
            if kind not in kinds:
                raise Refused(f"marks no {kind!r}", did_you_mean(kind, kinds))
            if name in marks:
                raise Refused("is there twice")
            marks[name] = kind
        except Refused as refused:
            faults.append(Fault(toml.where("marks", key), f"mark {key} {refused.what}", refused.hint))
    return MappingProxyType(marks)


def _permissions(toml: Toml, faults: list[Fault], verbs: Collection[str] | None) -> Mapping[str, frozenset[str]] | None:
    given = toml.tree.get("permissions")
    if given is None:
        return None
    if not isinstance(given, dict):
        hint = '[permissions], then lines such as resolve = ["member"]'
        faults.append(Fault(toml.where("permissions"), "permissions must be a table", hint))
        return None
    permissions: dict[str, frozenset[str]] = {}
    for key, value in given.items():
        if verbs is not None and key not in verbs and key != "mark":
            hint = did_you_mean(key, sorted({*verbs, "mark"}))
            faults.append(Fault(toml.where("permissions", key), f"there is no command {key!r}", hint))
            continue
        try:
            permissions[key] = _audience(value)
        except Refused as refused:
            faults.append(Fault(toml.where("permissions", key), f"{key} {refused.what}", refused.hint))
    return MappingProxyType(permissions)


def _audience(value: object) -> frozenset[str]:
    groups = [value] if isinstance(value, str) else value
    if not isinstance(groups, list):
        raise Refused(f"must be a list, not {value!r}", f"some of {', '.join(AUDIENCES)}")
    return frozenset(_one_of_them(group) for group in groups)


def _one_of_them(value: object) -> str:
    """An audience, or somebody by name: a handle in small letters, an id as it is."""
    words = value.strip() if isinstance(value, str) else ""
    if words in AUDIENCES or re.fullmatch(r"[UWS][A-Z0-9]{5,}", words):
        return words
    if re.fullmatch(r"@[\w.-]{1,80}|role:[a-z][a-z0-9_-]{0,29}", words):
        return words.casefold()
    named = "a person or user group (@oncall, U0123ABCD, S0123ABCD), a role (role:commander)"
    raise Refused(f"cannot be for {value!r}", f"some of {', '.join(AUDIENCES)}, {named}; [] is nobody")
