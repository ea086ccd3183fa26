"""canvases.* and conversations.canvases.create: a canvas is a file with Markdown, one of them a channel's own."""

from typing import Any

from sandbox.canvas import given_back
from sandbox.channels import Channel
from sandbox.errors import SlackError
from sandbox.files import File
from sandbox.webapi.call import Call

JSON = dict[str, Any]


def create(call: Call) -> JSON:
    """canvases.create: stands alone, and is seen by its owner until it is shared."""
    return {"canvas_id": _made(call, call.text("title") or "Untitled").id}


def create_in_channel(call: Call) -> JSON:
    """conversations.canvases.create: the channel's own canvas, of which there is one."""
    channel = _room(call)
    if channel.canvas_id is not None and not call.ws.files[channel.canvas_id].deleted:
        raise SlackError("channel_canvas_already_exists")
    channel.canvas_id = _made(call, call.text("title") or channel.name).id
    return {"canvas_id": channel.canvas_id}


def edit(call: Call) -> JSON:
    """canvases.edit: one change a call, as in Slack; without a section only whole-canvas operations."""
    canvas = _canvas(call)
    changes = call.parsed("changes", "invalid_arguments")
    if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
        raise SlackError("invalid_arguments", "must provide one change [json-pointer:/changes]")
    content = _content(changes[0].get("document_content"))
    match changes[0].get("operation"):
        case "replace":
            canvas.content = content
        case "insert_at_end":
            canvas.content += content
        case "insert_at_start":
            canvas.content = content + canvas.content
        case _:
            raise SlackError("canvas_editing_failed")
    return {}


def get_content(call: Call) -> JSON:
    """canvases.getContent: all of it in one string, as Slack words it. Of the two forms only Markdown is given here."""
    if call.text("content_type", "markdown") != "markdown":
        raise SlackError("invalid_arguments", "only markdown is given by this workspace [json-pointer:/content_type]")
    canvas = call.ws.files.get(call.text("canvas_id"))
    if canvas is None or canvas.deleted or not _viewable(call, canvas):
        raise SlackError("canvas_not_found")
    return {"content": given_back(canvas.content.decode(), canvas.title)}


def delete(call: Call) -> JSON:
    """canvases.delete: gone for everybody."""
    _canvas(call).deleted = True
    return {}


def _made(call: Call, title: str) -> File:
    given = call.parsed("document_content", "canvas_creation_failed")
    canvas = File(call.ws.ids.make("F", 11), title, title, call.user_id, call.ws.clock.now(), call.ws.url)
    canvas.content = _content(given) if given is not None else b""
    canvas.uploaded = canvas.completed = True
    call.ws.files[canvas.id] = canvas
    return canvas


def _content(given: Any) -> bytes:
    if not isinstance(given, dict) or given.get("type") != "markdown" or not isinstance(given.get("markdown"), str):
        raise SlackError("canvas_creation_failed")
    return str(given["markdown"]).encode()


def _room(call: Call) -> Channel:
    channel = call.ws.channel_by_id(call.text("channel_id"))
    if channel is None or call.user_id not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def _viewable(call: Call, canvas: File) -> bool:
    """Its owner sees it, and so do the members of the channel whose own it is."""
    here = [channel for channel in call.ws.channels if channel.canvas_id == canvas.id]
    return canvas.user_id == call.user_id or any(call.user_id in channel.members for channel in here)


def _canvas(call: Call) -> File:
    canvas = call.ws.files.get(call.text("canvas_id"))
    if canvas is None or canvas.deleted:
        raise SlackError("canvas_not_found")
    if canvas.user_id != call.user_id:
        raise SlackError("restricted_action")
    return canvas


METHODS = {
    "canvases.create": create,
    "canvases.delete": delete,
    "canvases.edit": edit,
    "canvases.getContent": get_content,
    "conversations.canvases.create": create_in_channel,
}
