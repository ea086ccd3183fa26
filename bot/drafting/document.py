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
_REFS = re.compile(r" ?(?<!\\)\[(\d+(?:, \d+)*)\]")
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

    def counted(rows: str) -> str:
        """What people read to its end: the figures, the proof and the appendix stand behind it."""
        return _REFS.sub("", render(template, page.values(rows=rows, labels=labels, proof=False)))

    def proved(rows: str) -> str:
        values = page.values(rows=rows, labels=labels, proof=True)
        if template != TEMPLATE:
            # The standard one proves the whole draft; one that leaves things out lists what it cites.
            without = render(template, {**values, "evidence": [], "masked": []})
            values = values | {name: _cited(values[name], without) for name in ("evidence", "masked")}
        return tidy(render(template, values))

    labels = style != "chronology"
    rows, read = "nowhere" if style == "labels" else "inline", ""
    if style == "both" and (page.is_longer(TARGET[1]) or count_words(read := counted(rows)) > TARGET[1]):
        rows, read = "appendix", ""
    read = read or counted("nowhere" if rows == "appendix" else rows)
    words, summary_words = count_words(read), count_summary(read)
    return Document(
        text=proved(rows),
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
    blank = was_item = was_heading = False
    for line in (each.rstrip() for each in text.split("\n")):
        if not line:
            blank = True
            continue
        item, heading = _ITEM.match(line) is not None, line.startswith("#")
        # Without a blank line, text behind a list would be taken for a continuation of its last item.
        behind = was_item and not item and not line.startswith(" ")
        if lines and ((blank and not (item and was_item)) or heading or was_heading or behind):
            lines.append("")
        lines.append(line)
        blank, was_item, was_heading = False, item, heading
    return "\n".join(lines) + "\n"
