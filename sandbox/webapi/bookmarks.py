"""bookmarks.*: the links in a channel's header."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.channels import Channel
from sandbox.errors import SlackError
from sandbox.ids import epoch
from sandbox.webapi.call import Call
from sandbox.webapi.lookup import visible

JSON = dict[str, Any]

MAX_BOOKMARKS = 100
_EMOJI = re.compile(r":[a-z0-9_+'\-]+:")


def add(call: Call) -> JSON:
    """bookmarks.add: only links, and no more than MAX_BOOKMARKS of them."""
    channel = _channel(call)
    if call.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    link = _link(call, call.text("link"))
    if len(channel.bookmarks) >= MAX_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    now = epoch(call.ws.clock.now())
    bookmark: JSON = {
        "id": call.ws.ids.make("Bk", 11),
        "channel_id": channel.id,
        "title": call.text("title"),
        "link": link,
        "emoji": _emoji(call),
        "icon_url": f"{call.ws.url}/favicon.ico",
        "type": "link",
        "entity_id": None,
        "date_created": now,
        "date_updated": 0,
        "rank": f"{len(channel.bookmarks):03d}",
        "last_updated_by_user_id": call.user_id,
        "last_updated_by_team_id": call.ws.team_id,
        "shortcut_id": None,
        "app_id": call.ws.app_id,
    }
    channel.bookmarks[bookmark["id"]] = bookmark
    return {"bookmark": bookmark}


def edit(call: Call) -> JSON:
    """bookmarks.edit: what is not given stays."""
    bookmark = _bookmark(call, _channel(call))
    if call.args.get("link") is not None:
        bookmark["link"] = _link(call, call.text("link"))
    if call.args.get("title") is not None:
        bookmark["title"] = call.text("title")
    if call.args.get("emoji") is not None:
        bookmark["emoji"] = _emoji(call)
    bookmark |= {"date_updated": epoch(call.ws.clock.now()), "last_updated_by_user_id": call.user_id}
    return {"bookmark": bookmark}


def remove(call: Call) -> JSON:
    """bookmarks.remove."""
    channel = _channel(call)
    del channel.bookmarks[_bookmark(call, channel)["id"]]
    return {}


def listing(call: Call) -> JSON:
    """bookmarks.list: all of a channel, without pages."""
    return {"bookmarks": list(visible(call, "channel_id").bookmarks.values())}


def _channel(call: Call) -> Channel:
    """The methods' pages know no is_archived and no not_in_channel: both are permission_denied."""
    channel = visible(call, "channel_id")
    if channel.archived or call.user_id not in channel.members:
        raise SlackError("permission_denied")
    return channel


def _bookmark(call: Call, channel: Channel) -> JSON:
    bookmark = channel.bookmarks.get(call.text("bookmark_id"))
    if bookmark is None:
        raise SlackError("not_found")
    return bookmark


def _link(call: Call, link: str) -> str:
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", link):
        raise SlackError("invalid_link")
    return link


def _emoji(call: Call) -> str:
    emoji = call.text("emoji")
    if emoji and not _EMOJI.fullmatch(emoji):
        raise SlackError("invalid_emoji")
    return emoji


METHODS = {
    "bookmarks.add": add,
    "bookmarks.edit": edit,
    "bookmarks.list": listing,
    "bookmarks.remove": remove,
}
