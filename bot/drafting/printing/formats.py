"""A draft in each of its formats, as bytes. Knows no chat and no store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from bot.drafting.picture.drawing import FONTS, further_fonts, png, svg
from bot.drafting.press import Pressed, clock_of
from bot.drafting.structured import to_json
from bot.settings import Settings
from bot.wording import Wording

FORMATS = ("md", "html", "pdf", "docx", "json", "svg", "png")
#: Those that are no text.
BINARY = frozenset({"pdf", "docx", "png"})


def printed(
    pressed: Pressed,
    settings: Settings,
    wording: Wording,
    form: str,
    text: str | None = None,
    shown: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The draft as one of FORMATS; the same draft and settings give the same bytes.

    `text` is a Markdown that goes before the drafted one, as people edited it; `shown` are pictures for HTML as `data:`
    addresses, by the address of each in the chat. Raises ImportError where the extra `documents` is not installed (PDF,
    Word), ValueError where there is nothing to draw (SVG, PNG).
    """
    made, markdown = pressed.draft, pressed.document.text if text is None else text
    clock = clock_of(made, settings)
    further = settings.draft_fonts
    picture = partial(png, made, clock, wording, fonts=further)
    match form:
        case "md":
            return markdown.encode()
        case "json":
            return (json.dumps(to_json(made), indent=2, ensure_ascii=False) + "\n").encode()
        case "html":
            from bot.drafting.printing.html import to_html

            drawing, language = svg(made, clock, wording), settings.locale
            return to_html(markdown, wording.document, picture=drawing, language=language, shown=shown).encode()
        case "pdf":
            from bot.drafting.printing.pdf import to_pdf

            return to_pdf(markdown, FONTS, at=_dated(pressed), picture=picture(), further=further_fonts(further))
        case "docx":
            from bot.drafting.printing.word import to_docx

            return to_docx(markdown, at=_dated(pressed), picture=picture())
        case "svg" | "png":
            return _drawn(picture() if form == "png" else (svg(made, clock, wording) or "").encode())
        case _:
            raise ValueError(f"no such format: {form!r}")


def _drawn(drawing: bytes | None) -> bytes:
    if not drawing:
        raise ValueError("nothing to draw: no start of the incident is recorded")
    return drawing


def _dated(pressed: Pressed) -> datetime:
    """When the last of what it rests on happened: a date that the same record always has."""
    return max((each.at for each in pressed.draft.evidence), default=datetime(2000, 1, 1, tzinfo=UTC))
