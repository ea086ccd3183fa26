"""All that one person has on the screen at one moment, in parts that can be sent one by one; it changes nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.channels import Channel
from sandbox.messages import Message
from sandbox.page.drawing import drawn_view
from sandbox.page.message import face, message
from sandbox.page.unread import Marks
from sandbox.page.words import words

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

LONGEST = 400
"""Messages of one channel that are drawn, the newest ones."""
CALLS = 200


@dataclass(frozen=True, eq=False)
class Screen:
    """Who looks, and at what: a channel (None before one was chosen), beside it a thread by its ts."""

    ws: "Workspace"
    viewer: "Person"
    channel: Channel | None
    thread_ts: str | None = None
    favourites: tuple[str, ...] = ()
    """Emoji that are offered first."""

    @property
    def open_to_viewer(self) -> bool:
        """Whether the viewer may read the channel."""
        here = self.channel
        return here is not None and (here.kind == "public" or self.viewer.id in here.members)


def parts(screen: Screen, marks: Marks) -> dict[str, JSON | None]:
    """Every part of the screen; None where there is nothing to show."""
    viewer = screen.viewer
    home = viewer.home
    return {
        "side": _side(screen, marks),
        "place": _place(screen) if screen.open_to_viewer else None,
        "thread": _thread(screen) if screen.open_to_viewer else None,
        "home": drawn_view(screen.ws, home) if home else None,
        "modal": drawn_view(screen.ws, viewer.view) if viewer.view else None,
        "calls": _calls(screen.ws, viewer),
    }


def _side(screen: Screen, marks: Marks) -> JSON:
    ws, viewer = screen.ws, screen.viewer
    people = [p for p in ws.people.values() if p.bot is None and not p.deleted]
    return {
        "team": ws.team,
        "me": face(ws, viewer) | {"zone": viewer.tz.rpartition("/")[2].replace("_", " "), "clock": _clock(viewer)},
        "people": [face(ws, p) | {"calling": _calling(ws, marks, p), "guest": p.guest is not None} for p in people],
        "everybody": [face(ws, p) for p in ws.people.values() if not p.deleted],
        "channels": [_entry(ws, viewer, marks, c) for c in ws.channels if _listed(viewer, c)],
        "app": face(ws, ws.bot_person) | {"home": ws.manifest.home_tab},
        "favourites": list(screen.favourites),
        **_offered(ws),
    }


def _offered(ws: "Workspace") -> JSON:
    told = ws.manifest.shown
    return {
        "commands": [{"word": w, "hint": told[w][0], "about": told[w][1]} for w in ws.manifest.commands],
        "shortcuts": [
            {"id": i, "kind": kind, "name": told[i][0], "about": told[i][1]}
            for i, kind in ws.manifest.shortcuts.items()
        ],
    }


def _clock(viewer: "Person") -> str:
    local = viewer.ws.clock.now().astimezone(ZoneInfo(viewer.tz))
    return f"{local:%H:%M}" if viewer.clock24 else f"{local.hour % 12 or 12}:{local:%M %p}"


def _calling(ws: "Workspace", marks: Marks, person: "Person") -> int:
    return sum(marks.new(person, channel)[1] for channel in ws.channels)


def _listed(viewer: "Person", channel: Channel) -> bool:
    if viewer.id in channel.members:
        return True
    return channel.kind == "public" and viewer.guest is None and not viewer.stranger


def _entry(ws: "Workspace", viewer: "Person", marks: Marks, channel: Channel) -> JSON:
    new, calling = marks.new(viewer, channel)
    return {
        "id": channel.id,
        "name": _name(ws, viewer, channel),
        "kind": channel.kind,
        "member": viewer.id in channel.members,
        "archived": channel.archived,
        "app": channel.kind == "im" and ws.bot_user_id in channel.members,
        "new": new,
        "calling": calling,
    }


def _name(ws: "Workspace", viewer: "Person", channel: Channel) -> str:
    if channel.is_channel:
        return channel.name
    others = [face(ws, ws.people[u])["name"] for u in channel.members if u != viewer.id]
    return ", ".join(str(name) for name in others) or viewer.name


def _place(screen: Screen) -> JSON:
    ws, viewer, channel = screen.ws, screen.viewer, screen.channel
    assert channel is not None
    seen = viewer.sees(channel)
    shown = [s.message for s in seen if not (s.ephemeral and s.thread_ts)]
    return {
        "id": channel.id,
        "name": _name(ws, viewer, channel),
        "kind": channel.kind,
        "member": viewer.id in channel.members,
        "archived": channel.archived,
        "topic": words(ws, viewer, channel.topic.value),
        "members": [face(ws, ws.people[u]) for u in channel.members if u in ws.people],
        "bookmarks": [_bookmark(ws, viewer, b) for b in channel.bookmarks.values()],
        "canvas": viewer.reads_canvas(channel),
        "pins": [_pin(ws, viewer, p.message) for p in channel.pins.values()],
        "messages": [message(ws, viewer, m) for m in shown[-LONGEST:]],
        "earlier": max(0, len(shown) - LONGEST),
    }


def _bookmark(ws: "Workspace", viewer: "Person", one: JSON) -> JSON:
    nodes = words(ws, viewer, f"<{one['link']}|x>")
    return {
        "id": one["id"],
        "title": one["title"],
        "link": nodes[0],
        "emoji": words(ws, viewer, one.get("emoji") or ""),
    }


def _pin(ws: "Workspace", viewer: "Person", one: Message) -> JSON:
    drawn = message(ws, viewer, one)
    return {key: drawn[key] for key in ("key", "ts", "by", "time", "full", "at", "words", "blocks", "thread")}


def _thread(screen: Screen) -> JSON | None:
    channel = screen.channel
    assert channel is not None
    parent = channel.log.get(screen.thread_ts)
    if parent is None:
        return None
    seen = screen.viewer.sees(channel, parent)
    return {"ts": parent.ts, "messages": [message(screen.ws, screen.viewer, s.message) for s in seen]}


def _calls(ws: "Workspace", viewer: "Person") -> JSON:
    zone = ZoneInfo(viewer.tz)
    last = [
        {
            "key": n,
            "method": c.method,
            "error": c.error,
            "at": f"{c.at.astimezone(zone):%H:%M:%S}",
            "open": c.answer is None,
        }
        for n, c in enumerate(ws.calls)
    ][-CALLS:]
    refused = len(ws.refused)
    return {"all": len(ws.calls), "refused": refused, "last": last[::-1]}
