"""A document as one HTML file: nothing is loaded from elsewhere, references are links that show what they rest on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from types import MappingProxyType

from bot.drafting.printing.blocks import Block, Span, evidence, picture_place, read, title

TEMPLATE = "postmortem.html.j2"
Render = Callable[[str, Mapping[str, object]], str]


def to_html(
    markdown: str,
    render: Render,
    *,
    picture: str | None = None,
    language: str = "en",
    shown: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page of a document's Markdown. `picture` is an SVG, which stands behind the summary; `shown` are pictures
    (`data:` addresses) by the address that leads to each, below which it stands."""
    blocks = read(markdown)
    place = picture_place(blocks)
    told = evidence(blocks)
    figure = f'<figure class="picture" tabindex="0">{picture}</figure>\n' if picture else ""
    body = _body(blocks[:place], told) + figure + _body(blocks[place:], told)
    for link, uri in shown.items():
        below = f'<br><img class="shown" alt="" src="{escape(uri)}">'.replace("\\", r"\\")
        body = re.sub(rf'<a href="{re.escape(escape(link))}"[^>]*>.*?</a>', rf"\g<0>{below}", body)
    return render(TEMPLATE, {"title": escape(title(blocks)), "language": escape(language), "body": body})


def _body(blocks: Sequence[Block], told: Mapping[int, str]) -> str:
    lines: list[str] = []
    open_lists: list[str] = []

    def close(down_to: int) -> None:
        while len(open_lists) > down_to:
            lines.append(f"</li></{open_lists.pop()}>")

    for block in blocks:
        words = "".join(_span(span, told) for span in block.spans)
        if block.kind == "item":
            tag = "ul" if block.number is None else "ol"
            close(block.depth + 1)
            if len(open_lists) > block.depth and open_lists[-1] != tag:
                close(block.depth)
            elif len(open_lists) > block.depth:
                lines.append("</li>")
            while len(open_lists) <= block.depth:
                # An item without words of its own has no block, only those within it.
                lines.append(f"<{tag}>" if len(open_lists) == block.depth else f"<{tag}><li>")
                open_lists.append(tag)
            lines.append(f"<li{_of_item(block)}>{words}")
        elif block.kind == "paragraph" and block.depth and open_lists:
            close(block.depth)
            lines.append(f"<p>{words}</p>")
        else:
            close(0)
            lines.append(_alone(block, words))
    close(0)
    return "\n".join(lines) + "\n"


def _alone(block: Block, words: str) -> str:
    match block.kind:
        case "heading":
            return f"<h{block.level}>{words}</h{block.level}>"
        case "code":
            return f"<pre>{words}</pre>"
        case "rule":
            return "<hr>"
        case _:
            return f"<p>{words}</p>"


def _of_item(block: Block) -> str:
    number = f' value="{block.number}"' if block.number is not None else ""
    if block.defines is None:
        return number
    return f'{number} id="entry-{block.defines}" class="entry" data-entry="{block.defines}"'


def _span(span: Span, told: Mapping[int, str]) -> str:
    if span.refs:
        return f'<span class="refs">[{", ".join(_ref(number, told) for number in span.refs)}]</span>'
    words = escape(span.text)
    if span.code:
        words = f"<code>{words}</code>"
    if span.italic:
        words = f"<em>{words}</em>"
    if span.bold:
        words = f"<strong>{words}</strong>"
    if span.link:
        words = f'<a href="{escape(span.link)}" rel="noopener noreferrer">{words}</a>'
    return words


def _ref(number: int, told: Mapping[int, str]) -> str:
    if number not in told:
        return str(number)
    tip = f'<span class="tip" role="tooltip">{escape(told[number])}</span>'
    return f'<a class="ref" href="#entry-{number}">{number}{tip}</a>'
