"""What Slack sends in JSON, as a database can keep it. Knows no transport."""

from __future__ import annotations

import json
import re
from typing import Any

#: A NUL, which PostgreSQL takes in no text, and halves of signs, which are no Unicode by themselves.
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)


def readable(text: str) -> Any:
    """The value of a JSON text, U+FFFD instead of what no database keeps: else its event could never be taken in.

    Raises ValueError for what is no JSON, and RecursionError for what is nested too deeply.
    """
    value = json.loads(text)
    return _cleaned(value) if _ESCAPED.search(text) else value


def keepable(text: str) -> str:
    """A text by itself, likewise."""
    return _UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return keepable(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {keepable(name): _cleaned(each) for name, each in value.items()}
    return value
