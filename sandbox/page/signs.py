"""The characters of emoji by their short names, from one table that the browser reads too. It draws nothing."""

import json
from functools import cache
from importlib.resources import files


@cache
def signs() -> dict[str, str]:
    """Short name (no colons) -> what the system's font draws; skin tones are not in it."""
    table = files("sandbox.page").joinpath("static/emoji.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(table)
    return found


def sign(name: str) -> str | None:
    """The character of an emoji, without its skin tone; None for one that only a team has or nobody knows."""
    return signs().get(name.partition("::")[0])
