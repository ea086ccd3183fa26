"""`text key: value …` split into its text and its keys. Knows which characters protect, not what a key means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate

#: Every key of the contract; which of them count is said by the verb.
KEYS = ("at", "services", "users", "to", "owner", "due", "title", "link", "by", "kind")
#: Keys that may be given again: each time adds to their list.
LISTS = frozenset({"services", "to", "owner"})

_PROTECTED = re.compile(
    r"```.*?```"  # a block of code
    r"|`[^`\n]*`"  # code
    r"|<[^<>\n]+>"  # a link or a mention, as the chat sends it
    r'|(?<!\w)"[^"\n]*"(?!\w)'  # paired double quotes; an inch mark after a figure opens none
    r"|“[^“”\n]*”"
    r"|https?://\S+",
    re.DOTALL,
)


_ENTITY_END = re.compile(r"&(?:amp|lt|gt);$")
_ENTITY_MOST = len("&amp")
#: What may stand before a `title:` that comes first: nothing, or the number of the entry that is edited.
_NO_WORDS = re.compile(r"(?:#?\d{1,6}|<#[^<>]*>)?")
_BAR = re.compile(r"\|")
#: What joins one key to the next as people write lists; it is no part of what stands before it.
_JOINER = re.compile(r"(?:(?<!&amp)(?<!&lt)(?<!&gt);|,|\s[|–—-])$")
_SPACED_BAR = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A recording's text and the values of its keys (lower case, stripped; a repeated key is joined by commas).

    `repeated` names keys that were given more than once. `last` is the key whose value ends the line, or None.
    """

    text: str
    values: Mapping[str, str]
    repeated: frozenset[str] = frozenset()
    last: str | None = None


def split_keys(line: str, taken: Collection[str]) -> Keyed:
    """Split a line at the keys that this verb takes; a word before a colon that is no such key stays text.

    A `title:` that comes first ends at ` | `; each other key runs to the next key or the end. Brackets around the keys
    at the end of a line (`words (owner: ann, due: friday)`) and what joins one key to the next are neither.
    """
    line = _unbracketed(line, taken)
    found = _find(line, taken)
    if not found:
        return Keyed(line.strip(), {})
    values: dict[str, str] = {}
    repeated: set[str] = set()
    text = unjoined(line[: found[0][1]])
    for position, (key, _, after) in enumerate(found):
        end = found[position + 1][1] if position + 1 < len(found) else len(line)
        value = line[after:end].strip() if end == len(line) else unjoined(line[after:end])
        if key == "title" and position == 0 and _NO_WORDS.fullmatch(text):
            value, words = _end_title(value)
            text = f"{text} {words}".strip()
        if key in values:
            repeated.add(key)
            value = f"{values[key]}, {value}"
        values[key] = value
    return Keyed(text, values, frozenset(repeated), found[-1][0])


def unjoined(part: str) -> str:
    """What stands before a key or a trailing time, without the comma, semicolon, bar or dash that leads over to it."""
    part = part.strip()
    return _JOINER.sub("", part).rstrip()


def _unbracketed(line: str, taken: Collection[str]) -> str:
    """The line with brackets opened that begin with a key and end with the line."""
    if not taken or line.rstrip()[-1:] not in (")", "]"):
        return line
    protected = [match.span() for match in _PROTECTED.finditer(line)]
    for match in re.finditer(rf"\s([(\[])(?=\s*(?ai:{'|'.join(sorted(taken))}):)", line):
        if any(start <= match.start(1) < end for start, end in protected):
            continue
        opening, closing = match[1], {"(": ")", "[": "]"}[match[1]]
        inside = line[match.end() :].rstrip()
        depths = accumulate((one == opening) - (one == closing) for one in inside)
        if [place for place, depth in enumerate(depths) if depth < 0] == [len(inside) - 1]:
            return f"{line[: match.start(1)]}{inside[:-1]}"
    return line


def _end_title(value: str) -> tuple[str, str]:
    """(title, words) at the first ` | ` outside of code, quotes and links; one without its spaces counts too."""
    protected = [match.span() for match in _PROTECTED.finditer(value)]
    for bar in (_SPACED_BAR, _BAR):
        for match in bar.finditer(value):
            if not any(start <= match.start() < end for start, end in protected):
                return value[: match.start()].strip(), value[match.end() :].strip()
    return value, ""


def _find(line: str, taken: Collection[str]) -> list[tuple[str, int, int]]:
    """(key, where it begins, where its value begins) for each key outside of code, quotes and links."""
    if not taken:
        return []
    # ASCII letters alone: `ſ` and `ı` are `s` and `i` in another case to `re`, and no key has them.
    pattern = re.compile(rf"(?:(?<=\s)|^)((?ai:{'|'.join(sorted(taken))})):")
    protected = [match.span() for match in _PROTECTED.finditer(line)]
    found = []
    for match in pattern.finditer(line):
        if any(start <= match.start() < end for start, end in protected):
            continue
        found.append((match.group(1).lower(), match.start(), match.end()))
    return found


def split_list(value: str) -> list[str]:
    """A comma list, without repeats (their case aside), commas inside brackets kept."""
    items: list[str] = []
    depth, begin = 0, 0
    for position, character in enumerate(value):
        depth += character in "([{<"
        depth -= character in ")]}>"
        entity = character == ";" and _ENTITY_END.search(value[max(begin, position - _ENTITY_MOST) : position + 1])
        if depth <= 0 and character in ",;" and not entity:
            items.append(value[begin:position])
            begin = position + 1
    items.append(value[begin:])
    unique: dict[str, str] = {}
    for item in (part.strip() for part in items):
        if item:
            unique.setdefault(item.casefold(), item)
    return list(unique.values())
