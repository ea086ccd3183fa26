"""Blocks and views with all their texts made ready to draw for one person; what they do when used is not its affair."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.page.words import Node, emoji, entity, link_to, plain, words
from sandbox.rendering import readable
from sandbox.views import View

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

_MARKS = {"user": "@", "channel": "#", "usergroup": "!subteam^", "broadcast": "!"}
_STYLES = ("bold", "italic", "strike")


def drawn(ws: "Workspace", viewer: "Person", part: Any) -> Any:
    """A block, element or any part of one; each text object has become `{"words": nodes}`."""
    if isinstance(part, list):
        return [drawn(ws, viewer, one) for one in part]
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    if kind == "mrkdwn":
        return {"words": words(ws, viewer, str(part.get("text", "")))}
    if kind == "plain_text":
        text = str(part.get("text", ""))
        return {"words": plain(text) if part.get("emoji", True) else [text], "plain": text}
    if kind == "rich_text":
        return {"type": kind, "block_id": part.get("block_id"), "parts": _rich_parts(ws, viewer, part["elements"])}
    if "slack_file" in part:
        part = part | {"file": _file_id(ws, part["slack_file"])}
    return {key: drawn(ws, viewer, value) for key, value in part.items()}


def drawn_view(ws: "Workspace", view: View) -> JSON:
    """A modal or home with what was put into it so far, local times in its person's zone, and what stands in red."""
    viewer = view.person
    return {
        "id": view.id,
        "hash": view.hash,
        "type": view.type,
        "depth": len(viewer.stack),
        "blocks": drawn(ws, viewer, view.blocks),
        "values": _local(viewer, view.values),
        "errors": view.errors,
    } | {key: drawn(ws, viewer, view.definition.get(key)) for key in ("title", "submit", "close")}


def zoned(viewer: "Person", local: str) -> int:
    """The epoch second of a `YYYY-MM-DDTHH:MM` of this person's clock. Raises ValueError for anything else."""
    return int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(viewer.tz)).timestamp())


def _local(viewer: "Person", values: JSON) -> JSON:
    """The state with the instants of datetimepickers as `YYYY-MM-DDTHH:MM` of the viewer's clock."""

    def shown(state: JSON) -> JSON:
        moment = state.get("selected_date_time")
        if moment is None:
            return state
        at = datetime.fromtimestamp(int(moment), UTC).astimezone(ZoneInfo(viewer.tz))
        return state | {"selected_date_time": f"{at:%Y-%m-%dT%H:%M}"}

    return {block: {action: shown(state) for action, state in states.items()} for block, states in values.items()}


def _rich_parts(ws: "Workspace", viewer: "Person", elements: list[JSON]) -> list[JSON]:
    found: list[JSON] = []
    for element in elements:
        kind = element["type"].removeprefix("rich_text_")
        if kind == "list":
            items = [_inline(ws, viewer, item["elements"]) for item in element["elements"]]
            found.append({"is": "list", "ordered": element["style"] == "ordered", "indent": element.get("indent", 0),
                          "start": element.get("offset", 0) + 1, "items": items})  # fmt: skip
        else:
            found.append({"is": kind, "words": _inline(ws, viewer, element["elements"])})
    return found


def _inline(ws: "Workspace", viewer: "Person", elements: list[JSON]) -> list[Node]:
    return [_styled(_rich(ws, viewer, element), element.get("style") or {}) for element in elements]


def _rich(ws: "Workspace", viewer: "Person", element: JSON) -> Node:
    kind = element["type"]
    if kind in _MARKS:
        body = element.get(f"{kind}_id") or element.get("range", "")
        return entity(ws, viewer, f"<{_MARKS[kind]}{body}>")
    if kind == "emoji":
        return emoji(str(element["name"]))
    if kind == "link":
        return link_to(str(element["url"]), str(element.get("text") or element["url"]))
    if kind == "date":
        token = f"<!date^{element['timestamp']}^{element['format']}|{element.get('fallback', '')}>"
        return {"is": "time", "text": readable(ws, viewer, token)}
    return str(element.get("text") or element.get("value") or "")


def _styled(node: Node, style: JSON) -> Node:
    if style.get("code"):
        node = {"is": "code", "text": node if isinstance(node, str) else str(node.get("text", ""))}
    for name in _STYLES:
        if style.get(name):
            node = {"is": name, "of": [node]}
    return node


def _file_id(ws: "Workspace", reference: JSON) -> str | None:
    if reference.get("id") in ws.files:
        return str(reference["id"])
    return next((f.id for f in ws.files.values() if reference.get("url") == f.payload()["url_private"]), None)
