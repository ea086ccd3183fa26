"""A hint for a name that is not known: the known one that looks most like it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The most similar known name, or None when none comes near."""
    close = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.7)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The hint's words: the nearest name, else all of them."""
    names = list(known)
    close = nearest(name, names)
    return f"did you mean {close}?" if close else "one of " + ", ".join(names)
