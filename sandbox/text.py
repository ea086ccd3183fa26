"""From what people type to what Slack stores: entities, mentions, links, rich text. It shows nothing to anybody."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)
_TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w@])@(?P<at>[\w.\-]+)"
    r"|(?<![\w#&])#(?P<hash>[\w\-]+)"
    r"|(?P<bad>[&<>])"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BROADCASTS = ("here", "channel", "everyone")
_STORED_TOKEN = re.compile(
    r"(?P<entity><[@#!][^<>\n]+>|<(?:https?://|mailto:|tel:)[^<>\s][^<>\n]*>)"
    r"|(?P<escaped>&(?:amp|lt|gt);)|(?P<url>https?://[^\s<>|]+)|(?P<bad>[&<>])"
)
# The client turns these into their names as they are typed or pasted; the rest stays as it is here.
_EMOJI = {
    "👍": "+1", "👎": "-1", "✅": "white_check_mark", "🔥": "fire", "🚨": "rotating_light", "🎉": "tada",
    "❌": "x", "⚠️": "warning", "📌": "pushpin", "⭐": "star", "🛠️": "hammer_and_wrench", "🧪": "test_tube",
    "⛔": "no_entry", "🚫": "no_entry_sign", "🩹": "adhesive_bandage", "👀": "eyes", "🙏": "pray", "😀": "grinning",
    "😅": "sweat_smile", "🙂": "slightly_smiling_face", "😭": "sob", "🤔": "thinking_face", "💥": "boom",
    "🚀": "rocket", "❤️": "heart", "👋": "wave", "🎈": "balloon", "🐛": "bug", "📈": "chart_with_upwards_trend",
}  # fmt: skip


def escape(text: str) -> str:
    """The three characters that Slack escapes, and only those."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed_message(ws: "Workspace", text: str) -> str:
    """A message as it is stored: entities escaped, mentions and links in brackets, emoji by name."""
    text = named_emoji(text)
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_linked(ws, text[at : code.start()], label=False), _linked(ws, code.group(), label=False, code=True)]
        at = code.end()
    return "".join([*parts, _linked(ws, text[at:], label=False)])


def typed_command(ws: "Workspace", text: str, should_escape: bool) -> str:
    """A slash command's text as it reaches the app, which asked for escaping in its manifest or did not."""
    text = named_emoji(text)
    return _linked(ws, text, label=ws.labels_mentions) if should_escape else text


def posted(text: str, *, link: bool = True) -> str:
    """What an app posted, as Slack stores it: stray `&`, `<`, `>` escaped, bare links bracketed, emoji by name."""

    def stored(found: re.Match[str]) -> str:
        if found["entity"] or found["escaped"]:
            return found.group()
        if found["url"]:
            url, rest = _trim(found["url"].replace("&amp;", "&"))
            return (f"<{_amp(url)}>" if link else _amp(url)) + escape(rest)
        return _ENTITIES[found["bad"]]

    return named_emoji(_STORED_TOKEN.sub(stored, text))


def named_emoji(text: str) -> str:
    """Known emoji by their names between colons."""
    for character, name in _EMOJI.items():
        if character in text:
            text = text.replace(character, f":{name}:")
    return text


def _linked(ws: "Workspace", text: str, *, label: bool, code: bool = False) -> str:
    def entity(found: re.Match[str]) -> str:
        if found["bad"]:
            return _ENTITIES[found["bad"]]
        if found["url"]:
            url, rest = _trim(found["url"])
            return f"<{_amp(url)}>{escape(rest)}"
        if code:
            return escape(found.group())
        if found["mail"]:
            return f"<mailto:{found['mail']}|{found['mail']}>"
        if found["at"]:
            return _mention(ws, found["at"], label)
        return _channel(ws, found["hash"], label)

    return _TOKEN.sub(entity, text)


def _mention(ws: "Workspace", word: str, label: bool) -> str:
    """The longest known handle that the word begins with: a full stop after a name is no part of it."""
    for end in range(len(word), 0, -1):
        name, rest = word[:end], word[end:]
        if rest and (rest[0].isalnum() or rest[0] == "_"):
            continue
        person = ws.by_handle(name)
        if person is not None:
            return (f"<@{person.id}|{person.handle}>" if label else f"<@{person.id}>") + rest
        group = ws.groups.get(name)
        if group is not None:
            return f"<!subteam^{group.id}|@{group.handle}>{rest}" if label else f"<!subteam^{group.id}>{rest}"
        if name in _BROADCASTS:
            return f"<!{name}>{rest}"
    return "@" + word


def _channel(ws: "Workspace", name: str, label: bool) -> str:
    for channel in ws.channels:
        if channel.is_channel and channel.name == name and not channel.archived:
            if channel.private:
                return f"<#{channel.id}|>"
            return f"<#{channel.id}|{name}>"
    return "#" + name


def _trim(url: str) -> tuple[str, str]:
    """A link without the punctuation that ends its sentence."""
    end = len(url)
    while end and (
        url[end - 1] in ".,;:!?'\"*_~`" or (url[end - 1] == ")" and url[:end].count("(") < url[:end].count(")"))
    ):
        end -= 1
    return url[:end], url[end:]


def _amp(url: str) -> str:
    return url.replace("&", "&amp;")


_RICH = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>|<#(?P<channel>[CG][A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<!subteam\^(?P<group>S[A-Z0-9]+)(?:\|[^>]*)?>|<!(?P<range>here|channel|everyone)>"
    r"|<(?P<url>(?:https?://|mailto:)[^|>]+)(?:\|(?P<label>[^>]*))?>|:(?P<emoji>[a-z0-9_+\-]+):"
    r"|```(?P<pre>.*?)```|`(?P<code>[^`\n]+)`",
    re.S,
)


def rich_text(ws: "Workspace", stored: str) -> JSON:
    """The rich_text block that a person's message carries beside its text."""
    sections: list[JSON] = []
    elements: list[JSON] = []
    at = 0
    for found in _RICH.finditer(stored):
        _plain(elements, stored[at : found.start()])
        at = found.end()
        if found["pre"] is not None:
            _close(sections, elements)
            elements = []
            body = [{"type": "text", "text": unescape(found["pre"])}]
            sections.append({"type": "rich_text_preformatted", "elements": body})
            continue
        elements.append(_element(found))
    _plain(elements, stored[at:])
    _close(sections, elements)
    return {"type": "rich_text", "block_id": ws.ids.block_id(), "elements": sections}


def unescape(text: str) -> str:
    """The three entities back to their characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _element(found: re.Match[str]) -> JSON:
    if found["user"]:
        return {"type": "user", "user_id": found["user"]}
    if found["channel"]:
        return {"type": "channel", "channel_id": found["channel"]}
    if found["group"]:
        return {"type": "usergroup", "usergroup_id": found["group"]}
    if found["range"]:
        return {"type": "broadcast", "range": found["range"]}
    if found["emoji"]:
        return {"type": "emoji", "name": found["emoji"]}
    if found["code"]:
        return {"type": "text", "text": unescape(found["code"]), "style": {"code": True}}
    link: JSON = {"type": "link", "url": unescape(found["url"])}
    return link | ({"text": unescape(found["label"])} if found["label"] else {})


def _plain(elements: list[JSON], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": unescape(text)})


def _close(sections: list[JSON], elements: list[JSON]) -> None:
    if elements:
        sections.append({"type": "rich_text_section", "elements": elements})
