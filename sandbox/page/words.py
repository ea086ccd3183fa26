"""From Slack's marks to a tree of words that a browser can draw without parsing anything. It knows no blocks.

A node is a string, or an object whose `is` says what it is: bold, italic, strike, quote (with `of`), code, pre, time
(with `text`), user, channel, group, link, emoji.
"""

import re
from typing import TYPE_CHECKING, Any

from sandbox.page.signs import sign
from sandbox.rendering import readable
from sandbox.text import unescape

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
Node = str | JSON

_STYLES = {"*": "bold", "_": "italic", "~": "strike"}
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?P<entity><[^<>\n]+>)"
    r"|:(?P<emoji>[a-z0-9_+'\-]+(?:::skin-tone-[2-6])?):"
    r"|(?<![\w*])\*(?=\S)(?P<bold>[^\n]*?)(?<=\S)\*(?![\w*])"
    r"|(?<![\w_])_(?=\S)(?P<italic>[^\n]*?)(?<=\S)_(?![\w_])"
    r"|(?<![\w~])~(?=\S)(?P<strike>[^\n]*?)(?<=\S)~(?![\w~])"
)
_EMOJI = re.compile(r":([a-z0-9_+'\-]+(?:::skin-tone-[2-6])?):")
_PRE = re.compile(r"```\n?(.*?)\n?```", re.S)
_QUOTE = re.compile(r"^(?:&gt;|>) ?")
_PERMALINK = re.compile(r"https://[^/]+\.slack\.test/archives/(\w+)(?:/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?)?")


def words(ws: "Workspace", viewer: "Person", text: str) -> list[Node]:
    """Text with Slack's marks, as this person reads it."""
    nodes: list[Node] = []
    at = 0
    for found in _PRE.finditer(text):
        _lines(ws, viewer, text[at : found.start()].removesuffix("\n"), nodes)
        nodes.append({"is": "pre", "text": readable(ws, viewer, f"`{found[1]}`") if "\n" not in found[1] else
                      unescape(found[1])})  # fmt: skip
        at = found.end()
    _lines(ws, viewer, text[at:].removeprefix("\n") if at else text, nodes)
    return nodes


def plain(text: str) -> list[Node]:
    """A plain_text object: its characters as they are, emoji drawn."""
    nodes: list[Node] = []
    at = 0
    for found in _EMOJI.finditer(text):
        _add(nodes, text[at : found.start()])
        nodes.append(emoji(found[1]))
        at = found.end()
    _add(nodes, text[at:])
    return nodes


def emoji(name: str) -> Node:
    """An emoji by its short name; its name between colons where there is no character for it."""
    character = sign(name)
    return {"is": "emoji", "name": name, "text": character} if character else f":{name}:"


def entity(ws: "Workspace", viewer: "Person", marked: str) -> Node:
    """What stands between angle brackets, brackets included: a mention, a channel, a date, a link."""
    shown, body = readable(ws, viewer, marked), marked[1:-1]
    if body.startswith("@"):
        user_id = body[1:].partition("|")[0]
        return {"is": "user", "id": user_id, "text": shown, "me": user_id == viewer.id}
    if body.startswith("#"):
        channel = ws.channel_by_id(body[1:].partition("|")[0])
        seen = channel is not None and (not channel.private or viewer.id in channel.members)
        return {"is": "channel", "id": channel.id if channel and seen else None, "text": shown}
    if body.startswith("!date^"):
        link = _date_link(body)
        return {"is": "link", "to": link, "text": shown} if link else {"is": "time", "text": shown}
    if body.startswith("!"):
        return {"is": "group", "text": shown, "me": True}
    return link_to(unescape(body.partition("|")[0]), shown)


def link_to(address: str, shown: str) -> Node:
    """A link; one to a message or channel of this workspace says where that is. Other schemes are only words."""
    here = _PERMALINK.fullmatch(address)
    if here:
        ts = f"{here[2]}.{here[3]}" if here[2] else None
        return {"is": "link", "to": address, "text": shown, "go": [here[1], ts, here[4]]}
    if not address.startswith(("http://", "https://", "mailto:")):
        return shown
    return {"is": "link", "to": address, "text": shown}


def source(ws: "Workspace", viewer: "Person", text: str) -> str:
    """A stored message as its author would type it again."""
    typed = re.sub(r"<[^<>\n]+>", lambda found: readable(ws, viewer, found.group()), text)
    return unescape(typed)


def _lines(ws: "Workspace", viewer: "Person", text: str, nodes: list[Node]) -> None:
    quoted: list[str] = []
    rest: list[str] = []

    def flush() -> None:
        if quoted:
            nodes.append({"is": "quote", "of": inline(ws, viewer, "\n".join(quoted))})
        if rest:
            nodes.extend(inline(ws, viewer, "\n".join(rest)))
        quoted.clear()
        rest.clear()

    for line in text.split("\n") if text else []:
        marked = _QUOTE.match(line)
        if bool(marked) != bool(quoted):
            flush()
        (quoted if marked else rest).append(line[marked.end() :] if marked else line)
    flush()


def inline(ws: "Workspace", viewer: "Person", text: str) -> list[Node]:
    """The words of text without blocks of code and quotes; line breaks stay."""
    nodes: list[Node] = []
    at = 0
    for found in _INLINE.finditer(text):
        _add(nodes, unescape(text[at : found.start()]))
        at = found.end()
        kind = found.lastgroup
        if kind == "code":
            nodes.append({"is": "code", "text": readable(ws, viewer, found.group())})
        elif kind == "entity":
            nodes.append(entity(ws, viewer, found.group()))
        elif kind == "emoji":
            nodes.append(emoji(found["emoji"]))
        else:
            nodes.append({"is": kind, "of": inline(ws, viewer, found[kind or ""])})
    _add(nodes, unescape(text[at:]))
    return nodes


def _date_link(body: str) -> str | None:
    parts = body.partition("|")[0].split("^")
    return parts[3] if len(parts) > 3 and parts[3].startswith(("http://", "https://")) else None


def _add(nodes: list[Node], text: str) -> None:
    if text:
        nodes.append(text)
