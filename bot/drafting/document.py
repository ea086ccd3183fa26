"""The draft as a document: a template, filled with ready values. Knows no sentence; those stand in the template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.drafting.clocks import ENGLISH, Calendar, Clock, Look
from bot.drafting.length import TARGET, LengthWarning, count_summary, count_words, warn
from bot.drafting.page import Page
from bot.drafting.statements import Draft

Render = Callable[[str, Mapping[str, object]], str]
"""Fills a document's template by its name; must neither escape nor forgive an undefined value."""

TEMPLATE = "postmortem.md.j2"
STYLES = ("both", "labels", "chronology")

# What people typed has its brackets escaped.
_REFS = re.compile(r"(?<!\\)\[(\d+(?:, \d+)*)\]")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its length, counted without references, evidence and appendix.

    `appendix` is true where the full chronology was moved there to keep the rest near its target.
    """

    text: str
    words: int
    summary_words: int
    warnings: tuple[LengthWarning, ...]
    appendix: bool


def to_markdown(made: Draft, render: Render, *, style: str = "both", command: str = "/incident") -> str:
    """The draft as Markdown; see `write`."""
    return write(made, render, style=style, command=command).text


def write(
    made: Draft,
    render: Render,
    *,
    style: str = "both",
    command: str = "/incident",
    template: str = TEMPLATE,
    calendar: Calendar = ENGLISH,
    look: Look | None = None,
) -> Document:
    """The draft through a template. `style` is of STYLES; `command` is what the slash command is called here."""
    if style not in STYLES:
        raise ValueError(f"no such timeline style: {style!r}")
    page = Page(made, Clock(made.zone, made.zone_label, calendar, look), command)

    def fill(*, refs: bool, rows: str) -> str:
        values = page.values(refs=refs, rows=rows, labels=style != "chronology")
        if refs and template != TEMPLATE:
            # The standard one proves the whole draft; one that leaves things out lists what it cites.
            without = render(template, {**values, "evidence": [], "masked": []})
            values = values | {name: _cited(values[name], without) for name in ("evidence", "masked")}
        return tidy(render(template, values))

    rows = "nowhere" if style == "labels" else "inline"
    counted = ""
    if style == "both" and (
        page.row_words > TARGET[1] or count_words(counted := fill(refs=False, rows=rows)) > TARGET[1]
    ):
        rows, counted = "appendix", ""
    counted = counted or fill(refs=False, rows="nowhere" if rows == "appendix" else rows)
    words, summary_words = count_words(counted), count_summary(counted)
    return Document(
        text=fill(refs=True, rows=rows),
        words=words,
        summary_words=summary_words,
        warnings=warn(words, summary_words),
        appendix=rows == "appendix",
    )


def _cited(lines: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The lines whose references stand in a text."""
    printed = {number for refs in _REFS.findall(text) for number in refs.split(", ")}
    return [line for line in lines if printed & set(line["ref"].strip(" []").split(", "))]


def tidy(text: str) -> str:
    """The same Markdown with the blank lines that templates leave behind taken out of its lists."""
    lines: list[str] = []
    blank = False
    for line in (each.rstrip() for each in text.split("\n")):
        if not line:
            blank = True
            continue
        within = bool(lines and _ITEM.match(line) and _ITEM.match(lines[-1]))
        apart = line.startswith("#") or bool(lines and lines[-1].startswith("#"))
        # Without a blank line, text behind a list would be taken for a continuation of its last item.
        behind = bool(lines and _ITEM.match(lines[-1]) and not _ITEM.match(line) and not line.startswith(" "))
        if lines and ((blank and not within) or apart or behind):
            lines.append("")
        lines.append(line)
        blank = False
    return "\n".join(lines) + "\n"
