"""A document as PDF, with fonts that come with us embedded and references that lead to the evidence.

Written with fpdf2, which is an extra: importing this module without it raises ImportError.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]  # which fpdf2 brings
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from bot.drafting.printing.blocks import Block, Span, evidence, picture_place, read, title

_INK, _SOFT, _LINK, _LINE = (34, 38, 43), (93, 102, 112), (31, 95, 168), (223, 227, 231)
_SANS, _MONO = "Noto", "NotoMono"
_SIZE, _LEADING, _INDENT = 10.0, 5.2, 6.0
_SIDE = 18.0
_HEADINGS = {1: (19.0, 9.0, 2.0), 2: (13.5, 7.0, 7.0), 3: (11.0, 6.0, 4.0)}
"""By level: the size, the leading and the room above, in points and millimetres."""
#: A heading with less room than this below it goes to the next page.
_KEEP = 26.0


def to_pdf(
    markdown: str,
    fonts: Path,
    *,
    at: datetime,
    picture: bytes | None = None,
    language: str = "en",
    further: Sequence[Path] = (),
) -> bytes:
    """The PDF of a document's Markdown; the same input gives the same bytes.

    `fonts` is the folder with our fonts, `at` what stands in the file as its date, `picture` a PNG for behind the
    summary, `further` fonts for signs that ours have not.
    """
    blocks = read(markdown)
    sheet = _Sheet(fonts, title(blocks), at, language, _with_signs(further, markdown))
    place = picture_place(blocks)
    sheet.entries = frozenset(evidence(blocks))
    sheet.add_page()
    for position, block in enumerate(blocks):
        if picture is not None and position == place:
            sheet.picture(picture)
        sheet.block(block)
    if picture is not None and place == len(blocks):
        sheet.picture(picture)
    return bytes(sheet.output())


def _with_signs(paths: Sequence[Path], text: str) -> list[Path]:
    """The first of the fonts for each sign beyond Latin, Greek and Cyrillic: a folder may hold hundreds of others."""
    wanted, found = {ord(char) for char in text if ord(char) > 0x2E7F}, []
    for path in paths:
        if not wanted:
            break
        try:
            has = wanted & TTFont(path, lazy=True).getBestCmap().keys()
        except (TTLibError, OSError, AttributeError):  # no font, whatever it is called
            continue
        found += [path] if has else []
        wanted -= has
    return found


class _Sheet(FPDF):
    def __init__(self, fonts: Path, name: str, at: datetime, language: str, further: Sequence[Path]) -> None:
        super().__init__(format="A4")
        self.entries: frozenset[int] = frozenset()
        self._name = name
        self._after_item = False
        self._above: list[int] = []
        """The levels of the headings that the place on the page stands below."""
        for style, file in (("", "Regular"), ("B", "Bold"), ("I", "Italic"), ("BI", "Bold")):
            self.add_font(_SANS, style, fonts / f"NotoSans-{file}.ttf")
        self.add_font(_MONO, "", fonts / "NotoSansMono-Regular.ttf")
        self.add_font("NotoMath", "", fonts / "NotoSansMath-Regular.ttf")
        self.add_font("NotoSymbols", "", fonts / "NotoSansSymbols2-Regular.ttf")
        for place, path in enumerate(further):
            self.add_font(f"Further{place}", "", path)
        named = [f"Further{place}" for place in range(len(further))]
        self.set_fallback_fonts(["NotoMath", "NotoSymbols", *named], exact_match=False)
        self.set_title(name)
        self.set_creator("Tocsin")
        self.set_lang(language)
        self.set_creation_date(at)
        self.set_margins(_SIDE, 16)
        self.set_auto_page_break(True, 18)

    def footer(self) -> None:
        """The document's title and the page, below each page."""
        # Within an item the left margin is its own.
        self.set_xy(_SIDE, -13)
        self._look(_SANS, "", 8, _SOFT)
        self.cell(0, 5, self._name[:90], align="L", new_x=XPos.LEFT, new_y=YPos.TOP)
        self.cell(0, 5, f"{self.page_no()}/{{nb}}", align="R")

    def block(self, block: Block) -> None:
        """One block, below what is there."""
        match block.kind:
            case "heading":
                self._heading(block)
            case "rule":
                self.ln(2)
                self._rule()
            case "code":
                self._look(_MONO, "", _SIZE - 1, _INK)
                self.multi_cell(0, _LEADING, block.plain, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            case _:
                self._words(block)

    def picture(self, png: bytes) -> None:
        """The picture across the page, on the next one where it does not fit."""
        self.ln(3)
        self.image(BytesIO(png), w=self.epw)
        self.ln(2)

    def _heading(self, block: Block) -> None:
        self._after_item = False
        size, leading, above = _HEADINGS.get(block.level, _HEADINGS[3])
        if self.will_page_break(_KEEP):
            self.add_page()
        else:
            self.ln(above)
        # By what it stands below and not by its own level: an outline can leave none out, people can.
        self._above = [level for level in self._above if level < block.level]
        self.start_section(block.plain, level=min(len(self._above), 2))
        self._above.append(block.level)
        self._look(_SANS, "B", size, _INK)
        self.multi_cell(0, leading, block.plain, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if block.level == 2:
            self._rule()
        self.ln(1.5)

    def _rule(self) -> None:
        self.set_draw_color(*_LINE)
        self.line(self.l_margin, self.get_y() + 1, self.w - self.r_margin, self.get_y() + 1)
        self.ln(2)

    def _words(self, block: Block) -> None:
        if block.kind == "paragraph" and self._after_item:
            self.ln(1.8)
        self._after_item = block.kind == "item"
        size = _SIZE - 1.5 if block.defines is not None else _SIZE
        leading = _LEADING - 0.8 if block.defines is not None else _LEADING
        margin = self.l_margin
        if block.defines is not None:
            if self.will_page_break(leading):
                self.add_page()
            self.set_link(name=f"entry-{block.defines}", y=self.get_y(), page=self.page)
        if block.kind == "item" or block.depth:
            self.set_left_margin(margin + _INDENT * (block.depth + (1 if block.kind == "item" else 0)))
            self.set_x(self.l_margin)
        if block.kind == "item":
            self._mark(block, size, leading)
        self._run(block.spans, size, leading, _SOFT if block.defines is not None else _INK)
        self.set_left_margin(margin)
        self.ln(leading + (0.6 if block.kind == "item" else 1.6))

    def _mark(self, block: Block, size: float, leading: float) -> None:
        """The bullet, the number or the evidence's own number, left of the words."""
        sign = "•" if block.number is None else f"{block.number}."
        if block.defines is not None:
            sign = f"[{block.defines}]"
        self._look(_SANS, "", size, _SOFT)
        at = self.get_x()
        width = max(_INDENT, self.get_string_width(sign) + 2)
        self.set_x(at - width)
        self.cell(width - 1.2, leading, sign, align="R")
        self.set_x(at)

    def _run(self, spans: Sequence[Span], size: float, leading: float, ink: tuple[int, int, int]) -> None:
        for span in spans:
            if span.refs:
                self._refs(span.refs, size, leading)
                continue
            style = ("B" if span.bold else "") + ("I" if span.italic else "")
            self._look(_MONO if span.code else _SANS, "" if span.code else style, size, _LINK if span.link else ink)
            self.write(leading, span.text, link=span.link)

    def _refs(self, numbers: tuple[int, ...], size: float, leading: float) -> None:
        self._look(_SANS, "", size - 2.5, _SOFT)
        whole = self.get_string_width(f"[{', '.join(str(number) for number in numbers)}]") + 1
        if self.get_x() + whole > self.w - self.r_margin and whole < self.epw:
            self.ln(leading)
        self.write(leading, "[")
        for position, number in enumerate(numbers):
            if position:
                self.write(leading, ", ")
            self.set_text_color(*(_LINK if number in self.entries else _SOFT))
            self.write(leading, str(number), link=f"#entry-{number}" if number in self.entries else "")
            self.set_text_color(*_SOFT)
        self.write(leading, "]")

    def _look(self, family: str, style: str, size: float, ink: tuple[int, int, int]) -> None:
        self.set_font(family, style, size)
        self.set_text_color(*ink)
