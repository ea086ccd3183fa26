"""The draft in every format: the same facts in each, references that lead to the evidence, nothing loaded or run."""

from __future__ import annotations

import asyncio
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from drafting_records import Log, at
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import run
from bot.domain.timeline import Kind
from bot.drafting.escape import markdown, one_line
from bot.drafting.press import press
from bot.drafting.printing.blocks import evidence, read
from bot.drafting.printing.formats import FORMATS, printed
from bot.drafting.printing.html import to_html
from bot.settings import Settings
from bot.wording import Wording
from tests.rig import Rig

WORDING = Wording()
EVIL = '<script>alert(1)</script> **bold** [1] [x](javascript:alert(1)) <img src=x onerror="y"> & `code` → ✓ Ж'


def busy() -> Log:
    log = Log()
    log.declare(EVIL, at("10:00"), severity="sev1")
    log.add(Kind.DETECTED, "the pager", at("10:05"), by="alert")
    suspicion = log.add(Kind.HYPOTHESIS, EVIL, at("10:10"))
    log.add(Kind.RULED_OUT, "clean referrers", at("10:32"), hypothesis=suspicion)
    log.add(Kind.ACTION, "read https://wiki.example.org/pool?a=1&b=2", at("10:15"))
    log.add(Kind.RESOLVED, "", at("11:10"))
    for number in range(1, 14):
        log.add(Kind.TASK, f"Write test {number}", owner="ben")
    return log


class Page(HTMLParser):
    """What a browser would make of a page: its tags, addresses and words; raises where tags do not match."""

    VOID = frozenset({"meta", "hr", "path", "rect", "line", "circle"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert not [name for name in found if name.startswith("on") or name in ("src", "srcset")]
        self.tags.add(tag)
        self.ids += [found["id"]] if found.get("id") else []
        self.links += [str(found["href"])] if "href" in found else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data if "style" not in self.open else ""


def in_format(form: str) -> bytes:
    chosen = Settings()
    return printed(press(busy().record(), chosen, WORDING), chosen, WORDING, form)


def test_the_page_shows_what_people_typed_and_runs_and_loads_nothing() -> None:
    page = Page(in_format("html").decode())
    assert EVIL in page.words
    assert not page.tags & {"script", "img", "iframe", "link", "object"}
    assert {link for link in page.links if not link.startswith("#")} == {"https://wiki.example.org/pool?a=1&b=2"}
    assert "url(" not in in_format("html").decode()


def test_every_reference_of_the_page_leads_to_its_evidence_and_shows_it() -> None:
    text = in_format("html").decode()
    page = Page(text)
    targets = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert targets
    assert targets <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert re.search(r'href="#entry-2">2<span class="tip" role="tooltip">detection, Fri 15 Mar 2024, 10:05 UTC', text)
    assert (
        text.index("<h2>Issue Summary")
        < text.index('<svg xmlns="http://www.w3.org/2000/svg"')
        < text.index("<h2>Timeline")
    )
    for piece in ("prefers-color-scheme: dark", "@media print", "@media (max-width", 'name="viewport"'):
        assert piece in text


def test_the_pdf_has_the_same_words_with_links_and_fonts_of_its_own() -> None:
    import pypdfium2

    content = in_format("pdf")
    assert content == in_format("pdf"), "the same record gives the same bytes"
    with pypdfium2.PdfDocument(content) as document:
        words = "".join("".join(page.get_textpage().get_text_range() for page in document).split())
    for said in (EVIL, "Time to Resolve:", "13. Write test 13", "[19] task"):
        assert "".join(said.split()) in words, said
    assert content.count(b"/Subtype /Link") > 20
    assert content.count(b"/FontFile2") >= 3


def test_the_word_file_has_the_same_words_and_opens() -> None:
    from docx import Document

    content = in_format("docx")
    assert content == in_format("docx"), "the same record gives the same bytes"
    paragraphs = [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]
    assert f"Postmortem: {EVIL}" in paragraphs
    assert any(text.startswith("13.\tWrite test 13") for text in paragraphs)
    assert any(text.startswith("[19]\t task") for text in paragraphs)
    assert sum("w:anchor" in paragraph._p.xml for paragraph in Document(io.BytesIO(content)).paragraphs) > 10


def edited(form: str, text: str) -> bytes:
    """The draft in a format, as people edited it."""
    chosen = Settings()
    return printed(press(busy().record(), chosen, WORDING), chosen, WORDING, form, text)


@pytest.mark.parametrize(
    ("text", "outline"),
    [
        ("# T\n\n### A\n\n### B\n\n## C\n\n#### D\n", [("T", 0), ("A", 1), ("B", 1), ("C", 1), ("D", 2)]),
        ("### A\n\n###### B\n\n### C\n\n# D\n", [("A", 0), ("B", 1), ("C", 0), ("D", 0)]),
    ],
)
def test_headings_may_leave_levels_out(text: str, outline: list[tuple[str, int]]) -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(edited("pdf", text)) as document:
        assert [(each.get_title(), each.level) for each in document.get_toc()] == outline
    assert edited("docx", text).startswith(b"PK")


def test_a_title_may_be_longer_than_word_takes_for_a_file() -> None:
    from docx import Document

    title = "long " * 60 + "end"
    document = Document(io.BytesIO(edited("docx", f"# {title}\n")))
    assert document.paragraphs[0].text == title
    assert document.core_properties.title == title[:255]


def test_a_link_leads_to_the_web_or_to_mail_in_every_form() -> None:
    far = ("https://wiki.example.org/a", "mailto:ana@example.org")
    near = ("ms-msdt:/id", "smb://host/x", "//host/x", "\\\\\\\\host\\\\x", "vscode://x", "search-ms:query=x")
    links = " ".join([f"[words{place}]({link})" for place, link in enumerate(far + near)] + ["<ms-msdt:/id>"])
    text = f"# T\n\n{links}\n"
    assert set(Page(edited("html", text).decode()).links) == set(far)
    with ZipFile(io.BytesIO(edited("docx", text))) as parts:
        related = parts.read("word/_rels/document.xml.rels").decode()
    assert set(re.findall(r'Target="([^"]+)" TargetMode="External"', related)) == set(far)
    assert set(re.findall(rb"/URI \(([^)]*)", edited("pdf", text))) == {link.encode() for link in far}
    assert all(f"words{place}" in read(text)[1].plain for place in range(len(far + near)))


UNHOLDABLE = "a\ufffeb\uffffc\x01d"


@pytest.mark.parametrize("form", FORMATS)
def test_signs_that_no_xml_can_hold_keep_a_draft_from_no_form(form: str) -> None:
    log, chosen = Log(), Settings()
    log.declare(UNHOLDABLE, at("10:00"), severity="sev1")
    log.add(Kind.ACTION, UNHOLDABLE, at("10:05"))
    log.add(Kind.RESOLVED, UNHOLDABLE, at("11:10"))
    content = printed(press(log.record(), chosen, WORDING), chosen, WORDING, form)
    if form == "svg":
        assert "abcd" in "".join(ElementTree.fromstring(content).itertext())
    assert content


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\x01", "\x0c", "&#12;", "&#xfffe;"])
@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_nor_does_what_people_edit_into_it(form: str, sign: str) -> None:
    text = f"# T{sign}t\n\nword{sign}s `code{sign}s` [a{sign}b](https://wiki.example.org/{sign})\n\n    {sign}x\n"
    assert edited(form, text)


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(alphabet="[]1,2 #*_`<>()&-.", max_size=30))
def test_what_was_typed_reads_back_as_it_was_and_never_becomes_a_reference(free: str, marks: str) -> None:
    for typed in (free, marks):
        (block,) = read(f"- x {markdown(typed)} [4, 9]")
        assert block.spans[-1].refs == (4, 9)
        assert [span.refs for span in block.spans[:-1] if span.refs] == []
        assert block.plain.split() == ["x", *one_line(typed).split()]
        Page(to_html(f"# {markdown(typed)}\n\n- {markdown(typed)}\n  - [1] y\n", WORDING.document))


def test_lists_within_lists_and_numbers_keep_their_shape() -> None:
    text = "# T\n\n## A\n\n- one\n  - two\n    - three\n- four\n\n3. five\n4. six\n\n## B\n\npara\n\n- [7] seven, x\n"
    blocks = read(text)
    assert [(block.kind, block.depth, block.number) for block in blocks if block.kind == "item"] == [
        ("item", 0, None), ("item", 1, None), ("item", 2, None), ("item", 0, None), ("item", 0, 3), ("item", 0, 4),
        ("item", 0, None),
    ]  # fmt: skip
    assert evidence(blocks) == {7: "seven, x"}
    assert "".join(to_html(text, lambda _, values: str(values["body"])).split("\n")) == (
        "<h1>T</h1><h2>A</h2><ul><li>one<ul><li>two<ul><li>three</li></ul></li></ul></li><li>four</li></ul>"
        '<ol><li value="3">five</li><li value="4">six</li></ol><h2>B</h2><p>para</p>'
        '<ul><li id="entry-7" class="entry" data-entry="7"> seven, x</li></ul>'
    )


async def test_tocsin_draft_writes_each_format(
    rig: Rig, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await rig.declare()
    await rig.types("ana", "/incident resolve restarted the cache")
    monkeypatch.setenv("TOCSIN_DATABASE_URL", rig.settings.database_url)
    monkeypatch.chdir(rig.settings.data_dir)
    for form, begins in (("html", b"<!doctype html>"), ("svg", b"<svg"), ("png", b"\x89PNG"), ("docx", b"PK")):
        file = tmp_path / f"draft.{form}"
        assert await asyncio.to_thread(run, ["draft", "1", "--format", form, "--output", str(file)]) == 0
        assert file.read_bytes().startswith(begins)
    assert await asyncio.to_thread(run, ["draft", "1", "--template", "nope"]) == 2
    assert "there is no draft template 'nope'; there are: standard, " in capfd.readouterr().err
