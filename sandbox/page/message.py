"""One message as one person has it on the screen: words, blocks, author, times in that person's zone. Sends nothing."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.files import File
from sandbox.ids import instant_of, ts_micros
from sandbox.messages import NOT_PINNABLE, Message
from sandbox.page.drawing import drawn
from sandbox.page.signs import sign
from sandbox.page.words import source, words
from sandbox.rendering import readable

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

TINTS = 8
"""How many colours people's squares have; the stylesheet names each."""
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def message(ws: "Workspace", viewer: "Person", one: Message) -> JSON:
    """A message ready to draw. `key` names it for as long as it stands; `source` is there where it may be reworded."""
    own_words = one.bot is None or not one.blocks
    found: JSON = {
        "key": one.ts,
        "ts": one.ts,
        "by": author(ws, one),
        **_when(viewer, one.ts),
        "words": words(ws, viewer, one.text) if own_words else None,
        "blocks": [] if own_words else drawn(ws, viewer, one.blocks),
        "attachments": [_attachment(ws, viewer, a) for a in one.attachments if "from_url" not in a],
        "files": [file(ws, viewer, f) for f in one.files if not f.deleted],
        "reactions": [_reaction(ws, viewer, n, users) for n, users in one.reactions.items()],
        "pinned": _pinned_by(ws, viewer, one),
        "edited": one.edited is not None,
        "alone": one.ephemeral_for is not None,
        "system": one.subtype in NOT_PINNABLE,
        "thread": one.thread_ts if one.is_reply else None,
        "replies": _replies(ws, viewer, one),
    }
    if one.user_id == viewer.id and not found["system"]:
        found["source"] = source(ws, viewer, one.text)
    return found


def author(ws: "Workspace", one: Message) -> JSON:
    """Who a message is by: name, id (None for a webhook's), and whether that is an app."""
    if one.subtype == "bot_message" and one.bot is not None:
        return {"id": None, "name": one.username or one.bot.name, "app": True}
    person = ws.people.get(one.user_id or "")
    if person is None:
        return {"id": None, "name": one.bot.name if one.bot else "Slackbot", "app": True}
    return face(ws, person)


def face(ws: "Workspace", person: "Person") -> JSON:
    """A person's name as it stands beside what they do."""
    name = ws.manifest.name if person.id == ws.bot_user_id else person.name
    tint = list(ws.people).index(person.id) % TINTS
    return {"id": person.id, "name": name, "handle": person.handle, "app": person.bot is not None, "tint": tint}


def clock(ws: "Workspace", viewer: "Person", ts: str, form: str) -> str:
    """The instant of a ts in one of Slack's date forms, such as `{time}`, by the viewer's clock."""
    return readable(ws, viewer, f"<!date^{ts_micros(ts) // 1_000_000}^{form}|>")


def file(ws: "Workspace", viewer: "Person", one: File) -> JSON:
    """A file under a message; `shows` says how its content can be looked at: image, markdown, text, or not at all."""
    about = one.payload()
    kind = str(about["mimetype"])
    shows = "image" if kind in _IMAGES else None
    if one.name.endswith((".md", ".markdown")):
        shows = "markdown"
    elif shows is None and (kind.startswith("text/") or kind == "application/json"):
        shows = "text"
    size = len(one.content)
    return {
        "id": one.id,
        "name": one.name,
        "title": one.title,
        "kind": "Markdown" if shows == "markdown" else about["pretty_type"],
        "size": f"{size} B" if size < 1000 else f"{size / 1000:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB",
        "shows": shows,
        "alt": one.alt_txt or one.title,
    }


def _when(viewer: "Person", ts: str) -> JSON:
    ws, local = viewer.ws, instant_of(ts).astimezone(ZoneInfo(viewer.tz))
    return {
        "time": clock(ws, viewer, ts, "{time}"),
        "at": local.isoformat(timespec="seconds"),
        "full": f"{clock(ws, viewer, ts, '{date_long}')} at {clock(ws, viewer, ts, '{time_secs}')}",
        "day": f"{local:%Y-%m-%d}",
        "dayname": clock(ws, viewer, ts, "{date_long_pretty}").capitalize(),
    }


def _attachment(ws: "Workspace", viewer: "Person", one: JSON) -> JSON:
    text = str(one.get("text") or ("" if one.get("blocks") else one.get("fallback") or ""))
    color = str(one.get("color") or "")
    return {
        "color": color if color.startswith("#") or not color else f"#{color}",
        "blocks": drawn(ws, viewer, one.get("blocks", [])),
        "words": words(ws, viewer, text),
    }


def _reaction(ws: "Workspace", viewer: "Person", name: str, users: list[str]) -> JSON:
    who = ["you" if u == viewer.id else ws.people[u].name for u in users]
    return {"name": name, "sign": sign(name), "count": len(users), "mine": viewer.id in users, "who": who}


def _pinned_by(ws: "Workspace", viewer: "Person", one: Message) -> str | None:
    pin = one.channel.pins.get(one.ts)
    if pin is None:
        return None
    return "you" if pin.user_id == viewer.id else str(face(ws, ws.people[pin.user_id])["name"])


def _replies(ws: "Workspace", viewer: "Person", one: Message) -> JSON | None:
    replies = [] if one.is_reply else one.replies
    if not replies:
        return None
    by = {str(a["id"] or a["name"]): a for a in (author(ws, r) for r in replies)}
    last = clock(ws, viewer, replies[-1].ts, "{date_short_pretty} at {time}")
    return {"count": len(replies), "last": last, "by": list(by.values())[:5]}
