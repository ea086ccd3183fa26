"""What people typed, made safe inside one line of Markdown and still readable. Knows no section and no chat.

The marks of CommonMark and GitHub's dialect are escaped wherever they could act; an underscore inside a word never
acts, so `max_connections` stays as typed. Addresses of the web become autolinks, whose inside nothing can act on.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(?<![\w<])https?://[^\s<>\"`|\\^{}\[\]]{2,2000}", re.IGNORECASE)
_TRAILING = ".,;:!?'\"*_)]"
_MARKS = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"  # a backslash that would escape
    r"|[*`|<>\[]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore at the edge of a word
    r"|&(?=#?\w{1,32};)"  # what would be read as an entity
)
# Most of what people type has none of them, which one look at each character tells.
_ANY_MARK = re.compile(r"[\\*`|<>\[_&]")
_STRIKE = re.compile(r"~")
_LEADING = re.compile(r"(?:[-+](?=\s|$)|#|[-=]{2,}(?=$))")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
# What no XML can hold: an SVG or a Word file with one of them is not opened at all.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Those and what a terminal obeys, but for the spaces among them, of which `split` makes one.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def one_line(text: str) -> str:
    """The text on one line, so that a bullet stays a bullet; control characters and turns of direction go."""
    return " ".join((text if text.isprintable() else _CONTROL.sub("", text)).split())


def holdable(text: str) -> str:
    """The text without what no XML can hold."""
    return text if text.isprintable() else _NO_XML.sub("", text)


def markdown(text: str) -> str:
    """The text as Markdown that shows it as it was typed, on one line."""
    text = one_line(text)
    if "://" not in text:
        return _guard_start(_escaped(text))
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = _without_tail(match[0])
        parts += [_escaped(text[at : match.start()]), f"<{address}>"]
        at = match.start() + len(address)
    parts.append(_escaped(text[at:]))
    return _guard_start("".join(parts))


def linked(text: str) -> str:
    """The text with `<` and `>` around each address of the web, as a chat marks what it shows as a link."""
    parts, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = _without_tail(match[0])
        parts += [text[at : match.start()], f"<{address}>"]
        at = match.start() + len(address)
    return "".join([*parts, text[at:]])


def _escaped(text: str) -> str:
    if _ANY_MARK.search(text):
        text = _MARKS.sub(r"\\\g<0>", text)
    return _STRIKE.sub(r"\~", text) if text.count("~") > 1 else text


def _guard_start(line: str) -> str:
    """Nothing at the start may begin a list, a heading or a rule."""
    if _LEADING.match(line):
        return "\\" + line
    return _NUMBERED.sub(r"\1\\\2", line, count=1) if _NUMBERED.match(line) else line


def _without_tail(address: str) -> str:
    """An address without the punctuation of the sentence around it; a bracket that it opened itself stays."""
    end = len(address)
    while end and address[end - 1] in _TRAILING:
        last = address[end - 1]
        if last == ")" and address.count("(", 0, end) >= address.count(")", 0, end):
            break
        end -= 1
    return address[:end]
