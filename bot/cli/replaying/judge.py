"""Holds a draft against what a script expects: each fact, each string that must not be there. Plays nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$")
#: The one list whose order is a fact.
ORDERED = ("chronology",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`facts` of `of` are right; `landed` are the strings that must not appear and do."""

    facts: int
    of: int
    differences: tuple[str, ...]
    landed: tuple[str, ...]


def judge(expected: Mapping[str, Any], draft: Mapping[str, Any], unwanted: Sequence[str], *texts: str) -> Verdict:
    """Hold a draft (its JSON, and its texts) against what is expected. A list is compared whole."""
    differences = tuple(_compare("", expected, draft))
    count = sum(1 for _ in _leaves(expected))
    wrong = min(count, len(differences))
    landed = tuple(one for one in unwanted if any(one in text for text in texts))
    return Verdict(count - wrong, count, differences, landed)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list) and value:
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _compare(path: str, wanted: Any, found: Any) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            yield f"{path}: wanted a mapping, found {found!r}"
            return
        for key, value in wanted.items():
            if key not in found:
                yield f"{path}/{key}: missing, wanted {value!r}"
            else:
                yield from _compare(f"{path}/{key}", value, found[key])
    elif isinstance(wanted, list):
        yield from _compare_lists(path, wanted, found)
    elif not same(wanted, found):
        yield f"{path}: wanted {wanted!r}, found {found!r}"


def _compare_lists(path: str, wanted: list[Any], found: Any) -> Iterator[str]:
    if not isinstance(found, list):
        yield f"{path}: wanted a list, found {found!r}"
        return
    if path.rpartition("/")[2] in ORDERED:
        for place, value in enumerate(wanted):
            if place < len(found):
                yield from _compare(f"{path}/{place}", value, found[place])
            else:
                yield f"{path}/{place}: missing, wanted {value!r}"
        for extra in found[len(wanted) :]:
            yield f"{path}: too much: {extra!r}"
        return
    left = list(found)
    for value in wanted:
        match = next((one for one in left if not any(_compare(path, value, one))), None)
        if match is None:
            yield f"{path}: missing, wanted {value!r}"
        else:
            left.remove(match)
    for extra in left:
        yield f"{path}: too much: {extra!r}"


def same(wanted: Any, found: Any) -> bool:
    """Whether two facts are the same; instants compare as instants, numbers as numbers."""
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is None or found is None:
        return wanted is found or wanted == found
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return wanted == found
    one, other = str(wanted), str(found)
    if _INSTANT.match(one) and _INSTANT.match(other):
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    return one == other
