"""A document as a Word file, with the styles that Word itself has, so that a team's own look can be laid over it.

Written with python-docx, which is an extra: importing this module without it raises ImportError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.drafting.printing.blocks import Block, Span, evidence, picture_place, read, title

_SOFT, _LINK = RGBColor(0x5D, 0x66, 0x70), RGBColor(0x1F, 0x5F, 0xA8)
_BULLETS = ("List Bullet", "List Bullet 2", "List Bullet 3")
#: A zip file has no date before it.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
#: Of a file's title; python-docx takes no more.
_LONGEST_TITLE = 255


def to_docx(markdown: str, *, at: datetime, picture: bytes | None = None) -> bytes:
    """The Word file of a document's Markdown; the same input gives the same bytes.

    `at` is what stands in the file as its date, `picture` a PNG for behind the summary.
    """
    blocks = read(markdown)
    paper = _Paper(evidence(blocks))
    paper.describe(title(blocks), at)
    place = picture_place(blocks)
    for position, block in enumerate(blocks):
        if picture is not None and position == place:
            paper.picture(picture)
        paper.block(block)
    if picture is not None and place == len(blocks):
        paper.picture(picture)
    return paper.saved()


class _Paper:
    def __init__(self, told: Mapping[int, str]) -> None:
        self._told = told
        # python-docx has no types; hence Any from here on.
        self._document: Any = Document()
        for section in self._document.sections:
            section.left_margin = section.right_margin = Cm(2.2)
            section.top_margin = section.bottom_margin = Cm(2)
        self._document.styles["Normal"].font.name = "Calibri"
        self._document.styles["Normal"].font.size = Pt(10.5)

    def describe(self, name: str, at: datetime) -> None:
        about = self._document.core_properties
        about.title, about.author, about.comments = name[:_LONGEST_TITLE], "Tocsin", ""
        about.created = about.modified = at.replace(tzinfo=None)

    def picture(self, png: bytes) -> None:
        self._document.add_picture(BytesIO(png), width=Cm(16.5))

    def block(self, block: Block) -> None:
        if block.kind == "heading":
            self._document.add_heading(block.plain, level=min(block.level, 4))
            return
        if block.kind == "rule":
            return
        paragraph = self._document.add_paragraph(style=self._style(block))
        if block.number is not None:
            # Word's own numbering would go on through the whole document.
            self._indented(paragraph, block.depth)
            paragraph.add_run(f"{block.number}.\t")
        elif block.defines is not None:
            self._indented(paragraph, 0)
            self._bookmark(paragraph, block.defines)
        elif block.kind == "paragraph" and block.depth:
            paragraph.paragraph_format.left_indent = Cm(0.6 * block.depth)
        for span in block.spans:
            self._span(paragraph, span, small=block.defines is not None)

    def saved(self) -> bytes:
        """The file, with its parts dated alike, so that nothing tells when it was made."""
        made, dated = BytesIO(), BytesIO()
        self._document.save(made)
        with ZipFile(made) as parts, ZipFile(dated, "w", ZIP_DEFLATED) as copy:
            for part in parts.infolist():
                copy.writestr(ZipInfo(part.filename, _NO_DATE), parts.read(part), ZIP_DEFLATED)
        return dated.getvalue()

    def _style(self, block: Block) -> str | None:
        if block.kind != "item" or block.number is not None or block.defines is not None:
            return None
        return _BULLETS[min(block.depth, len(_BULLETS) - 1)]

    def _indented(self, paragraph: Any, depth: int) -> None:
        shape = paragraph.paragraph_format
        shape.left_indent, shape.first_line_indent = Cm(0.9 + 0.6 * depth), Cm(-0.9)
        shape.tab_stops.add_tab_stop(Cm(0.9 + 0.6 * depth))

    def _bookmark(self, paragraph: Any, number: int) -> None:
        run = paragraph.add_run(f"[{number}]\t")
        run.font.size, run.font.color.rgb = Pt(8.5), _SOFT
        for name in ("bookmarkStart", "bookmarkEnd"):
            mark = OxmlElement(f"w:{name}")
            mark.set(qn("w:id"), str(number))
            if name == "bookmarkStart":
                mark.set(qn("w:name"), f"entry_{number}")
            paragraph._p.append(mark)

    def _span(self, paragraph: Any, span: Span, *, small: bool) -> None:
        if span.refs:
            self._refs(paragraph, span.refs)
            return
        if span.link:
            run = self._linked(paragraph, span.text, address=span.link)
        else:
            run = paragraph.add_run(span.text)
        run.bold, run.italic = span.bold or None, span.italic or None
        if span.code:
            run.font.name = "Consolas"
        if small:
            run.font.size = Pt(8.5)

    def _refs(self, paragraph: Any, numbers: tuple[int, ...]) -> None:
        for position, number in enumerate(numbers):
            self._small(paragraph.add_run(", " if position else "["))
            words = str(number)
            known = number in self._told
            self._small(self._linked(paragraph, words, entry=number) if known else paragraph.add_run(words))
        self._small(paragraph.add_run("]"))

    def _small(self, run: Any) -> None:
        run.font.size = Pt(7.5)
        run.font.color.rgb = run.font.color.rgb or _SOFT

    def _linked(self, paragraph: Any, words: str, *, address: str = "", entry: int = 0) -> Any:
        link = OxmlElement("w:hyperlink")
        if address:
            link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        else:
            link.set(qn("w:anchor"), f"entry_{entry}")
            link.set(qn("w:tooltip"), self._told[entry][:250])
        run = paragraph.add_run(words)
        run.font.color.rgb = _LINK
        paragraph._p.append(link)
        link.append(run._r)
        return run
