"""Which section and which field of the format each block stands in. Knows names of sections, reads no fact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.detection import named_class
from bot.drafting.written.blocks import Block, Shape
from bot.drafting.written.names import FIELDS, LENIENT, SECTIONS, Field, Section

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A block in its place. `label` is a label that names no field (a time, a measure's title)."""

    section: Section
    field: Field | None
    block: Block
    label: str = ""
    text: str = ""
    qualifier: str = ""
    """What stood in brackets behind the field's name: `Detection Method (monitoring alert)`."""

    @property
    def noticed_by(self) -> str | None:
        """The class of a detection, where its label or the brackets name one: `*Customer:* wrote in`."""
        return named_class(self.label) or named_class(self.qualifier)


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole text. `preamble` is what stands before the first section; `title` '' where nothing names it."""

    title: str
    preamble: tuple[Block, ...]
    parts: tuple[Part, ...]
    sections: tuple[tuple[Section, Block], ...]


_TITLE_WORDS = re.compile(
    r"\A(?:incident )?post[- ]?mortem(?: report)?\b[\s:–—-]*|[\s:–—-]*\bpost[- ]?mortem(?: report)?\Z", re.I
)


def outline(found: Iterable[Block]) -> Outline:
    """Every block in its section and field, by the names that the format and its common variants use."""
    return _Walk().through(found)


def name_of(words: str) -> str:
    """A label as the tables above spell it: small, without brackets and plurals of single words."""
    words = re.sub(r"\(s\)", "", words.strip().rstrip(":").lower())
    words = re.sub(r"\([^)]*\)", " ", words).replace("&", " and ").replace("-", " ")
    words = " ".join(re.sub(r"[^\w/ ]", " ", words).split())
    return re.sub(r"^\d+\s+", "", words)


class _Walk:
    """Where the reading stands: the section, and the labels it is within by their columns."""

    def __init__(self) -> None:
        self._title = ""
        self._preamble: list[Block] = []
        self._parts: list[Part] = []
        self._sections: list[tuple[Section, Block]] = []
        self._section: Section | None = None
        self._within: list[tuple[int, Field, str]] = []
        self._closing = False

    def through(self, found: Iterable[Block]) -> Outline:
        for block in found:
            self._take(block)
        return Outline(self._title, tuple(self._preamble), tuple(self._parts), tuple(self._sections))

    def _take(self, block: Block) -> None:
        label = block.label if block.shape is not Shape.HEADING else block.text
        opened = self._opened(label, alone=not block.text or block.shape is Shape.HEADING)
        if opened is not None and block.shape is not Shape.ITEM:
            self._open(*opened, block)
        elif self._section is None:
            self._before(block)
        elif block.shape is Shape.HEADING:
            self._unknown(block)
        else:
            self._within_section(block)

    def _opened(self, label: str, *, alone: bool) -> tuple[Section, Field | None] | None:
        """The section (and field) that a heading or a label of its own begins."""
        name = name_of(label)
        if section := _look_up(SECTIONS, name):
            return section, None
        if self._section is not None and (field := _look_up(FIELDS.get(self._section, {}), name)):
            return self._section, field
        return _look_up(LENIENT, name) if alone else None

    def _open(self, section: Section, field: Field | None, block: Block) -> None:
        if section is not self._section or field is None:
            self._sections.append((section, block))
        self._section, self._closing = section, False
        self._within = [(-1, field, _qualifier(block.label))] if field else []
        if block.shape is not Shape.HEADING and block.text:
            self._add(replace(block, label="", plain=block.text))

    def _before(self, block: Block) -> None:
        if not self._title and (block.shape in (Shape.HEADING, Shape.LABEL) or block.line == 1):
            words = (block.text if block.shape is Shape.HEADING else block.plain).rstrip(": ")
            self._title = _TITLE_WORDS.sub("", words).strip() or words
        else:
            self._preamble.append(block)

    def _unknown(self, block: Block) -> None:
        """A heading that names nothing we know: what follows is not read as facts of the section before."""
        if block.depth <= 2 or self._section is Section.OTHER:
            self._section, self._within = Section.OTHER, []
            self._sections.append((Section.OTHER, block))
        self._parts.append(Part(section=Section.OTHER, field=None, block=block, text=block.text))

    def _within_section(self, block: Block) -> None:
        assert self._section is not None
        if block.shape is Shape.ITEM:
            while self._within and self._within[-1][0] >= block.depth:
                self._within.pop()
        field = _look_up(FIELDS.get(self._section, {}), name_of(block.label)) if block.label else None
        if field is not None and (block.shape is not Shape.TEXT or block.depth == 0):
            if block.shape is not Shape.ITEM:
                self._within = []
            depth = block.depth if block.shape is Shape.ITEM else -1
            self._within.append((depth, field, _qualifier(block.label)))
            if block.text:
                self._add(replace(block, label="", plain=block.text))
            return
        if block.shape is Shape.TEXT and self._ends_measures(block):
            self._section, self._within = Section.CONCLUSION, []
            self._sections.append((Section.CONCLUSION, block))
        self._add(block)

    def _ends_measures(self, block: Block) -> bool:
        """A paragraph behind the lists of measures closes the document, also without a heading."""
        behind = self._parts and self._parts[-1].section is Section.MEASURES
        listed = behind and self._parts[-1].block.shape is Shape.ITEM
        return bool(self._section is Section.MEASURES and listed and block.gap and block.depth == 0)

    def _add(self, block: Block) -> None:
        assert self._section is not None
        field, qualifier = (self._within[-1][1], self._within[-1][2]) if self._within else (None, "")
        self._parts.append(
            Part(
                section=self._section,
                field=field,
                block=block,
                label=block.label,
                text=block.text if block.label else block.plain,
                qualifier=qualifier,
            )
        )


def _qualifier(label: str) -> str:
    found = re.search(r"\(([^)]{2,})\)\s*\Z", label.rstrip(": "))
    return found[1] if found else ""


def _look_up(table: Mapping[str, _T], name: str) -> _T | None:
    """By the name, else by its singular."""
    if name in table:
        return table[name]
    return table.get(re.sub(r"(?<=\w\w)s\b", "", name))
