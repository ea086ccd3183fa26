"""Words of two wordings held against each other: how alike they are, and what one person added. Knows no line."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w+")
#: Words as short as this belong to nobody.
_SHORT = 3


def likeness(one: str, other: str) -> float:
    """From 0 to 1, by whole words in their order."""
    a, b = _WORD.findall(one), _WORD.findall(other)
    if not a or not b or 2 * min(len(a), len(b)) < 0.3 * (len(a) + len(b)):
        return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def added(before: str, after: str, *, record: str) -> str:
    """What a person put into a wording: the runs of words in `after` that did not stand in `before`.

    A longer word of `record` is nobody's addition: it was only moved.
    """
    a, b = _TOKEN.findall(before), _TOKEN.findall(after)
    theirs = {word.casefold() for word in _WORD.findall(record) if len(word) > _SHORT or any(c.isdigit() for c in word)}
    runs = []
    for tag, _, _, start, end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag in ("insert", "replace"):
            run = "".join(word for word in b[start:end] if word.casefold() not in theirs)
            runs += [" ".join(run.split())] if _WORD.search(run) else []
    return " ".join(runs)


def without(gone: str, also: str, left: str, words: str) -> str:
    """`words` without those of `gone` and `also` that do not stand in `left`: a fact leaves none of its own.

    Nothing is changed where none of them is in it.
    """
    lost = {one.casefold() for one in _WORD.findall(f"{gone} {also}")} - {one.casefold() for one in _WORD.findall(left)}
    tokens = _TOKEN.findall(words)
    if not any(one.casefold() in lost for one in tokens):
        return words
    own = added(gone, words, record=f"{gone} {also}")
    kept = {one.casefold() for one in _WORD.findall(own)}
    made = "".join(one for one in tokens if one.casefold() not in lost or one.casefold() in kept)
    return re.sub(r"[ \t]{2,}", " ", made)
