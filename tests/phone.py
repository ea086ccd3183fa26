"""What every payload must fit besides Slack's own rules: a phone, in somebody's hand at night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: Characters of a line in a field; two of them stand side by side on a screen, one below the other on a phone.
LINE_MOST = 60
#: Blocks that a phone shows by scrolling sideways.
_WIDE = frozenset({"table"})
_TOKEN = re.compile(r"<[^<>|]*\|([^<>]*)>|<[@#!]?([^<>]*)>")
_MARKS = re.compile(r"[*_~`]")


def misfits(body: Any) -> Iterator[str]:
    """What of a message's blocks, or of a view, does not fit."""
    if isinstance(body, list):
        for one in body:
            yield from misfits(one)
    if isinstance(body, dict):
        if body.get("type") in _WIDE:
            yield f"a {body['type']}"
        for one in body.get("fields") or []:
            yield from (line for line in lines_read(str(one.get("text") or "")) if len(line) > LINE_MOST)
        yield from misfits([value for value in body.values() if isinstance(value, dict | list)])


def lines_read(text: str) -> list[str]:
    """The lines of a text as they are read: no marks, of a link or a date its words."""
    shown = _TOKEN.sub(lambda found: found.group(1) or found.group(2) or "", text)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        shown = shown.replace(entity, character)
    return _MARKS.sub("", shown).splitlines()
