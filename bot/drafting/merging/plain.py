"""Markdown that came back in somebody else's wording, line by line in ours. Knows nothing of merging."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_COMMENT = re.compile(r"\s*<!--.*?-->")
_ITEM = re.compile(r"( *)(?:[-*+\u2022]|(\d+[.)]))\s+(.*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)[\s#]*\Z")
#: Escapes of what would be read as Markdown; any other is only how it was written down.
_ESCAPED = re.compile(r"\\([^A-Za-z0-9\s*`<>\\])")
_LINED = re.compile(r"(?<![\w\\])__?(?=\S)([^_\n]+?)(?<=\S)__?(?!\w)")
_ENTITY = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#39;": "'", "&nbsp;": " ", "\u00a0": " "}
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|:[a-z0-9_+-]+:")
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\\.|\w+|\s+|[^\w\s]")


def plain_lines(text: str) -> list[str]:
    """Its lines that are not blank: bullets, escapes, emphasis, spaces and the depth of headings as one way of them.

    One that is only a comment is ''.
    """
    raw = [line for line in text.replace("\r\n", "\n").expandtabs(4).split("\n") if line.strip()]
    steps = [len(found[1]) for line in raw if (found := _ITEM.match(line)) and found[1]]
    return [_plain(line, min(steps, default=2)) for line in raw]


def words_of(line: str) -> set[str]:
    """The words that somebody reads in it; where a link leads is none."""
    return {word.casefold() for word in _WORD.findall(_LINK.sub(r"\1", line))}


def carried_over(ours: str, shown: str, changed: str) -> str:
    """`ours` with what was done to `shown`, the same in another wording, to make `changed` of it."""
    mine, theirs, new = (_TOKEN.findall(one) for one in (ours, shown, changed))
    pieces = _pieces(mine, theirs)
    made = ""
    for tag, start, end, first, last in SequenceMatcher(None, theirs, new, autojunk=False).get_opcodes():
        made += "".join(pieces[start:end]) if tag == "equal" else "".join(new[first:last])
    return made


def _pieces(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """For each token of theirs what stands for it in mine: together they are mine, but for what stands for none."""
    pieces = [""] * len(theirs)
    for tag, start, end, first, last in SequenceMatcher(None, theirs, mine, autojunk=False).get_opcodes():
        if tag == "equal":
            for place in range(start, end):
                pieces[place] += mine[first + place - start]
        elif pieces:
            pieces[start if tag == "replace" else max(0, start - 1)] += "".join(mine[first:last])
    return pieces


def _plain(line: str, step: int) -> str:
    line = _COMMENT.sub("", line)
    for entity, meant in _ENTITY.items():
        line = line.replace(entity, meant)
    if item := _ITEM.match(line):
        return f"{'  ' * (len(item[1]) // step)}{item[2] or '-'} {_words(item[3])}"
    if heading := _HEADING.match(line):
        return f"{heading[1][:3]} {_words(heading[2])}"
    return _words(line)


def _words(text: str) -> str:
    starred = _LINED.sub(lambda found: found[0].replace("_", "*"), text)
    return " ".join(_ESCAPED.sub(r"\1", starred).split())
