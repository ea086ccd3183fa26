"""A draft in each of its formats, as bytes. Knows no chat and no store."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.drafting.picture.drawing import FONTS, png, svg
from bot.drafting.press import Pressed, clock_of
from bot.drafting.structured import to_json
from bot.settings import Settings
from bot.wording import Wording

FORMATS = ("md", "html", "pdf", "docx", "json", "svg", "png")
#: Those that are no text.
BINARY = frozenset({"pdf", "docx", "png"})


def printed(pressed: Pressed, settings: Settings, wording: Wording, form: str, text: str | None = None) -> bytes:
    """The draft as one of FORMATS; the same draft and settings give the same bytes.

    `text` is a Markdown that goes before the drafted one, as people edited it. Raises ImportError where the extra
    `documents` is not installed (PDF, Word), ValueError where there is nothing to draw (SVG, PNG).
    """
    made, markdown = pressed.draft, pressed.document.text if text is None else text
    clock = clock_of(made, settings)
    match form:
        case "md":
            return markdown.encode()
        case "json":
            return (json.dumps(to_json(made), indent=2, ensure_ascii=False) + "\n").encode()
        case "html":
            from bot.drafting.printing.html import to_html

            page = to_html(markdown, wording.document, picture=svg(made, clock, wording), language=settings.locale)
            return page.encode()
        case "pdf":
            from bot.drafting.printing.pdf import to_pdf

            return to_pdf(markdown, FONTS, at=_dated(pressed), picture=png(made, clock, wording))
        case "docx":
            from bot.drafting.printing.word import to_docx

            return to_docx(markdown, at=_dated(pressed), picture=png(made, clock, wording))
        case "svg" | "png":
            drawn = png(made, clock, wording) if form == "png" else (svg(made, clock, wording) or "").encode()
            if not drawn:
                raise ValueError("nothing to draw: no start of the incident is recorded")
            return drawn
        case _:
            raise ValueError(f"no such format: {form!r}")


def _dated(pressed: Pressed) -> datetime:
    """When the last of what it rests on happened: a date that the same record always has."""
    return max((each.at for each in pressed.draft.evidence), default=datetime(2000, 1, 1, tzinfo=UTC))
