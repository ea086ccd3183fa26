"""Markdown read into a flat list of blocks, which every printed form is made from. Knows no form.

References such as `[4, 9]` are spans of their own; brackets that somebody typed are escaped in our Markdown and stay
words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.drafting.escape import holdable

#: What a link may lead to: a file or a program on the reader's machine is none of a postmortem's.
_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_REFS = re.compile(r"\[(\d{1,7}(?:, \d{1,7})*)\](?!\()")


@dataclass(frozen=True, slots=True)
class Span:
    """Words with one look, such as XML can hold. `refs` are entry numbers, then `text` is empty; `link` is an address
    of the web or of mail."""

    text: str = ""
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""
    refs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 to 6), a paragraph, an item (`depth` from 0), code or a rule.

    `number` is an item's in a numbered list, None elsewhere; `defines` the entry that an item of the evidence tells of.
    """

    kind: str
    spans: tuple[Span, ...] = ()
    level: int = 0
    depth: int = 0
    number: int | None = None
    defines: int | None = None

    @property
    def plain(self) -> str:
        """Its words alone, without references."""
        return " ".join("".join(span.text for span in self.spans).split())


def read(markdown: str) -> tuple[Block, ...]:
    """The blocks of a document, in order."""
    return tuple(_defining(_blocks(_reader().parse(markdown))))


def evidence(blocks: Sequence[Block]) -> dict[int, str]:
    """What the evidence says of each entry, by number."""
    return {block.defines: block.plain for block in blocks if block.defines is not None}


def title(blocks: Sequence[Block]) -> str:
    """The words of the first heading, or ''."""
    return next((block.plain for block in blocks if block.kind == "heading"), "")


def picture_place(blocks: Sequence[Block]) -> int:
    """Before which block the picture stands: the second section, behind the summary; else at the end."""
    sections = [position for position, block in enumerate(blocks) if block.kind == "heading" and block.level == 2]
    return sections[1] if len(sections) > 1 else len(blocks)


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).disable(["image", "reference", "html_block", "html_inline"])
    reader.inline.ruler.before("link", "entry_refs", _entry_refs)
    return reader


def _entry_refs(state: StateInline, silent: bool) -> bool:
    match = _REFS.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("entry_refs", "", 0)
        token.meta = {"numbers": tuple(int(number) for number in match[1].split(", "))}
    state.pos = match.end()
    return True


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Items come with their depth; a second paragraph of an item stands as a paragraph of that depth."""
    lists: list[int | None] = []
    item: int | None = None
    fresh, heading = False, 0
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                fresh, item = True, lists[-1]
                if lists[-1] is not None:
                    lists[-1] += 1
            case "heading_open":
                heading = int(token.tag[1:])
            case "heading_close":
                heading = 0
            case "inline":
                spans, depth = tuple(_spans(token.children or ())), max(len(lists) - 1, 0)
                if heading:
                    yield Block("heading", spans, level=heading)
                elif fresh:
                    yield Block("item", spans, depth=depth, number=item)
                else:
                    yield Block("paragraph", spans, depth=len(lists))
                fresh = False
            case "fence" | "code_block":
                yield Block("code", (Span(holdable(token.content.rstrip("\n")), code=True),))
            case "hr":
                yield Block("rule")


def _spans(children: Sequence[Token]) -> Iterator[Span]:
    look = Span()
    for child in children:
        match child.type:
            case "text" | "text_special":
                if words := holdable(child.content):
                    yield replace(look, text=words)
            case "code_inline":
                yield replace(look, text=holdable(child.content), code=True)
            case "softbreak" | "hardbreak":
                yield replace(look, text=" ")
            case "strong_open" | "strong_close":
                look = replace(look, bold=child.nesting > 0)
            case "em_open" | "em_close":
                look = replace(look, italic=child.nesting > 0)
            case "link_open":
                address = str(child.attrGet("href") or "")
                look = replace(look, link=address if _SAFE.match(address) else "")
            case "link_close":
                look = replace(look, link="")
            case "entry_refs":
                yield Span(refs=child.meta["numbers"])


def _defining(blocks: Iterator[Block]) -> Iterator[Block]:
    """An item that begins with one reference tells of that entry: the first such item for each number."""
    known: set[int] = set()
    for block in blocks:
        first = block.spans[0].refs if block.kind == "item" and block.spans else ()
        if len(first) == 1 and first[0] not in known:
            known.add(first[0])
            yield replace(block, defines=first[0], spans=block.spans[1:])
        else:
            yield block
