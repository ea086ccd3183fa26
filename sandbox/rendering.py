"""From what Slack stores to what one person reads on their screen: names, dates in their zone, entities decoded."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.text import unescape

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

_BRACKETS = re.compile(r"<(?P<kind>[@#!]?)(?P<body>[^<>\n]+?)(?:\|(?P<label>[^<>\n]*))?>")
_DATE = re.compile(r"<!date\^(?P<epoch>-?\d+)\^(?P<format>[^|^>]*)(?:\^[^|>]*)?(?:\|(?P<fallback>[^>]*))?>")
_CODE = re.compile(r"```(?P<block>.*?)```|`(?P<inline>[^`\n]+)`", re.S)
_STYLE = r"(?<![\w{0}]){0}(?=\S)([^\n]*?)(?<=\S){0}(?![\w{0}])"
_STYLES = [re.compile(_STYLE.format(mark)) for mark in (r"\*", "_", "~")]


def readable(ws: "Workspace", viewer: "Person", text: str) -> str:
    """Text with Slack's marks as the viewer reads it: styles gone, mentions as names, dates in the viewer's zone."""
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts.append(_styled(ws, viewer, text[at : code.start()]))
        inside = code["block"] if code["block"] is not None else code["inline"]
        parts.append(unescape(_entities(ws, viewer, inside)))
        at = code.end()
    return "".join([*parts, _styled(ws, viewer, text[at:])])


def block_text(ws: "Workspace", viewer: "Person", blocks: Iterable[JSON]) -> str:
    """The words of blocks, a line for each block, labels of buttons left out."""
    lines = [_block_line(ws, viewer, block) for block in blocks]
    return "\n".join(line for line in lines if line)


def text_object(ws: "Workspace", viewer: "Person", text: Any) -> str:
    """A text object as read; plain_text shows its characters as they are."""
    if not isinstance(text, dict):
        return str(text or "")
    words = str(text.get("text", ""))
    return readable(ws, viewer, words) if text.get("type") == "mrkdwn" else words


def mentioned(text: str) -> list[str]:
    """The ids and ranges (here, channel, everyone) that a stored text notifies."""
    found = re.findall(r"<@([UW][A-Z0-9]+)|<!subteam\^(S[A-Z0-9]+)|<!(here|channel|everyone)", text)
    return [next(part for part in parts if part) for parts in found]


def _styled(ws: "Workspace", viewer: "Person", text: str) -> str:
    for style in _STYLES:
        text = style.sub(r"\1", text)
    return unescape(_entities(ws, viewer, text))


def _entities(ws: "Workspace", viewer: "Person", text: str) -> str:
    text = _DATE.sub(lambda found: _date(viewer, found, ws.clock.now()), text)
    return _BRACKETS.sub(lambda found: _bracket(ws, viewer, found), text)


def _bracket(ws: "Workspace", viewer: "Person", found: re.Match[str]) -> str:
    kind, body, label = found["kind"], found["body"], found["label"]
    if kind == "@":
        person = ws.people.get(body)
        return f"@{person.display_name if person else label or body}"
    if kind == "#":
        channel = ws.channel_by_id(body)
        if channel is None:
            return f"#{label or body}"
        hidden = channel.private and viewer.id not in channel.members
        return "a private channel" if hidden else f"#{channel.name}"
    if kind == "!":
        if body.startswith("subteam^"):
            handle = next((g.handle for g in ws.groups.values() if g.id == body[8:]), None)
            return f"@{handle or (label or body).lstrip('@')}"
        return f"@{body}"
    return label if label else body.removeprefix("mailto:")


def _date(viewer: "Person", found: re.Match[str], now: datetime) -> str:
    zone = ZoneInfo(viewer.tz)
    local = datetime.fromtimestamp(int(found["epoch"]), UTC).astimezone(zone)
    today = now.astimezone(zone).date()
    words = _date_words(local, viewer.clock24, now)
    near = {today: "today", today - timedelta(days=1): "yesterday", today + timedelta(days=1): "tomorrow"}
    for name in ("date", "date_short", "date_long"):
        words[f"{name}_pretty"] = near.get(local.date(), words[name])
    return re.sub(r"\{(\w+)\}", lambda token: words.get(token[1], token.group()), found["format"])


def _date_words(local: datetime, clock24: bool, now: datetime) -> dict[str, str]:
    hour = f"{local:%H:%M}" if clock24 else f"{local.hour % 12 or 12}:{local:%M %p}"
    seconds = f"{local:%H:%M:%S}" if clock24 else f"{local.hour % 12 or 12}:{local:%M:%S %p}"
    day = f"{local.day}{_ordinal(local.day)}"
    return {
        "date_num": f"{local:%Y-%m-%d}",
        "date": f"{local:%B} {day}, {local.year}",
        "date_short": f"{local:%b} {local.day}, {local.year}",
        "date_long": f"{local:%A}, {local:%B} {day}, {local.year}",
        "time": hour,
        "time_secs": seconds,
        "ago": _ago(now - local),
    }


def _ago(span: timedelta) -> str:
    seconds = abs(int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"in {words}" if span < timedelta(0) else f"{words} ago"
    return "just now"


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _block_line(ws: "Workspace", viewer: "Person", block: JSON) -> str:
    kind = block.get("type")
    if kind == "rich_text":
        return "".join(_rich(ws, viewer, e) for e in block.get("elements", []))
    if kind == "markdown":
        return str(block.get("text", ""))
    if kind == "image":
        return text_object(ws, viewer, block.get("title")) or str(block.get("alt_text", ""))
    if kind == "input":
        return text_object(ws, viewer, block.get("label"))
    texts = [block["text"]] if block.get("text") else []
    texts += block.get("fields", [])
    if kind == "context":
        texts += [e if "text" in e else e.get("alt_text", "") for e in block.get("elements", [])]
    return "\n".join(text_object(ws, viewer, text) for text in texts)


def _rich(ws: "Workspace", viewer: "Person", element: JSON) -> str:
    kind = element.get("type", "")
    if "elements" in element:
        joint = "\n" if kind == "rich_text_list" else ""
        words = joint.join(_rich(ws, viewer, e) for e in element["elements"])
        return words if kind == "rich_text_section" else words + "\n"
    if kind in ("user", "channel", "usergroup", "broadcast"):
        mark = {"user": "@", "channel": "#", "usergroup": "!subteam^", "broadcast": "!"}[kind]
        body = element.get(f"{kind}_id") or element.get("range", "")
        return _BRACKETS.sub(lambda found: _bracket(ws, viewer, found), f"<{mark}{body}>")
    if kind == "emoji":
        return f":{element.get('name')}:"
    if kind == "date":
        return str(element.get("fallback", ""))
    return str(element.get("text") or element.get("url") or "")
