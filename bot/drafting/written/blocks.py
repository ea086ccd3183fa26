"""A written text as blocks: headings, list items and paragraphs, without their markup. Knows no section's name."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from enum import StrEnum


class Shape(StrEnum):
    """What a block looks like. A `label` is a line of its own that is bold, or ends with a colon."""

    HEADING = "heading"
    LABEL = "label"
    ITEM = "item"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One heading, label, list item or paragraph.

    `line` counts from 1; `depth` is a heading's level, else the columns before it; `label` what stands before the
    colon of `**label:** text` ('' where there is none); `plain` the whole of it without markup; `refs` the numbers in
    the references behind it (`[7]`), which are taken out of the texts.
    """

    shape: Shape
    line: int
    depth: int
    text: str
    label: str = ""
    plain: str = ""
    refs: tuple[int, ...] = ()
    gap: bool = False
    """True where an empty line stands before it."""
    bold: bool = False
    """True where the label is bold, so that its colon is no part of a sentence."""


_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*\Z")
_ITEM = re.compile(r"(\s*)(?:[-*+•‣]|\d{1,3}[.)])\s+(.*)\Z")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+)\Z")
_BOLD = re.compile(
    r"(\*{1,3}|__)(?P<label>[^*\n]{1,120}?)(?P<inside>\s*:)?\s*(?:\*{1,3}|__)(?P<outside>\s*:)?(?P<rest>.*)\Z"
)
_COLON = re.compile(r"(?P<label>[^:|]{1,80}):\Z")
_PLAIN = re.compile(r"(?P<label>[A-Z][^:|*\n]{0,59}):\s+(?P<rest>\S.*)\Z")
# Neither goes over a run of spaces or of brackets more than once: a document may hold nothing else.
_REFS = re.compile(r"(?:(?<!\s)\s+|(?<![\\\s]))\[(\d{1,6}(?:,\s?\d{1,6})*)\](?!\()")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINK = re.compile(r"(?<!\\)!?\[([^\[\]\n]*)\]\(([^\s\[]{1,2000}?)(?:\s{1,9}\"[^\"]*\")?\)")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")
_MARKS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)|~~|`+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CLOCKED = re.compile(r"[\[(]?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}[:.h]\d{2}\b")
_UNDER = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s*\Z")
_TABLE = re.compile(r"\s{0,3}\|.*\|\s*\Z")
_DASHES = re.compile(r"\s{0,3}\|(?:\s*:?-+:?\s*\|)+\s*\Z")
_CELL = re.compile(r"(?<!\\)\|")
_HELD = 0xE000  # escaped characters wait as private ones while the marks go
_HELD_BACK = re.compile(f"[{chr(_HELD)}-{chr(_HELD + 127)}]")


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order. Any text can be read; empty lines, rules and comments are no blocks."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text.removeprefix("\ufeff"))
    lines = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")).split("\n")
    found: list[Block] = []
    gap = True
    for number, line in enumerate(lines, start=1):
        if found and not gap and _is_underline(line, found[-1], number):
            found[-1] = _underlined(found[-1], line)
            gap = True
            continue
        if not line.strip() or _RULE.match(line):
            gap = True
            continue
        if _DASHES.match(line):
            if found and found[-1].line == number - 1:
                found[-1] = _lead_in(found[-1])
            continue
        block = _block(line, number, gap=gap)
        if _continues(found, block):
            found[-1] = _joined(found[-1], block)
        else:
            found.append(block)
        gap = False
    return found


def _is_underline(line: str, above: Block, number: int) -> bool:
    """A row of `=` or `-` under a single line of words makes a heading of it."""
    return above.shape in (Shape.TEXT, Shape.LABEL) and above.line == number - 1 and bool(_UNDER.match(line))


def _underlined(above: Block, line: str) -> Block:
    return replace(above, shape=Shape.HEADING, text=above.plain, label="", depth=1 if "=" in line else 2)


def _lead_in(head: Block) -> Block:
    """The head of a table, which only says what stands in its rows."""
    return replace(head, shape=Shape.LABEL, label=head.plain, text="")


def _row(line: str, number: int, *, gap: bool) -> Block:
    """A row of a table: its first cell as the label of the others."""
    cells = [bare(cell) for cell in _CELL.split(line.strip().strip("|"))]
    label, text = (cells[0], " | ".join(cell for cell in cells[1:] if cell)) if len(cells) > 1 else ("", cells[0])
    plain = f"{label}: {text}" if label and text else label or text
    text = text if label else plain
    return Block(shape=Shape.ITEM, line=number, depth=0, text=text, label=label, plain=plain, gap=gap, bold=True)


def _block(line: str, number: int, *, gap: bool) -> Block:
    depth = len(line) - len(line.lstrip())
    if _TABLE.match(line):
        return _row(line, number, gap=gap)
    if heading := _HEADING.match(line):
        made = _labelled(heading[2], Shape.HEADING, number, len(heading[1]))
        return replace(made, text=made.plain, label="", gap=gap)
    if item := _ITEM.match(line):
        return replace(_labelled(item[2], Shape.ITEM, number, len(item[1])), gap=gap)
    made = _labelled(line.strip(), Shape.TEXT, number, depth)
    if made.label and not made.text:
        made = replace(made, shape=Shape.LABEL)
    return replace(made, gap=gap)


def _labelled(raw: str, shape: Shape, line: int, depth: int) -> Block:
    """The block of one line of words, its label apart."""
    refs = tuple(int(each) for found in _REFS.finditer(raw) for each in found[1].split(","))
    raw = _REFS.sub("", raw).rstrip()
    label, rest, bold = _label_of(raw)
    return Block(
        shape=shape, line=line, depth=depth, text=bare(rest), label=label, plain=bare(raw), refs=refs, bold=bold
    )


def _label_of(raw: str) -> tuple[str, str, bool]:
    bold = _BOLD.match(raw)
    if bold and (bold["inside"] or bold["outside"] or not bold["rest"].strip()):
        return bare(bold["label"]), bold["rest"].strip(), True
    if colon := _COLON.match(raw):
        return bare(colon["label"]), "", False
    if (plain := _PLAIN.match(raw)) and plain["label"].count("(") == plain["label"].count(")"):
        return bare(plain["label"]), plain["rest"], False
    return "", raw, False


def _continues(found: list[Block], block: Block) -> bool:
    """A line that goes on with the paragraph or the item above it."""
    if not found or block.gap or block.shape is not Shape.TEXT or block.label:
        return False
    above = found[-1]
    if _CLOCKED.match(block.plain) and _CLOCKED.match(above.plain):
        return False  # one of a list of instants without its bullets
    return above.shape is Shape.TEXT or (above.shape is Shape.ITEM and bool(above.text))


def _joined(above: Block, block: Block) -> Block:
    text, plain = f"{above.text} {block.plain}".strip(), f"{above.plain} {block.plain}"
    return replace(above, text=text, plain=plain, refs=above.refs + block.refs)


def bare(raw: str) -> str:
    """Words without markup: links as their text, escapes as their character, entities decoded."""
    held = _ESCAPE.sub(lambda found: chr(_HELD + ord(found[1])), raw)
    held = _AUTOLINK.sub(_address, _LINK.sub(_link, _BREAK.sub(" ", held)))
    shown = html.unescape(_MARKS.sub("", held))
    return " ".join(_HELD_BACK.sub(lambda found: chr(ord(found[0]) - _HELD), shown).split())


def _address(found: re.Match[str]) -> str:
    """Inside an address nothing is a mark."""
    return "".join(chr(_HELD + ord(char)) if ord(char) < 128 else char for char in found[1])


def _link(found: re.Match[str]) -> str:
    return found[2] if not found[1] or found[1] == found[2] else f"{found[1]} {found[2]}"
