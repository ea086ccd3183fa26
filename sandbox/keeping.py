"""A workspace written down and taken up again, so that one can go on tomorrow; what is on its way is not kept.

Payloads under way, response_urls, open modals, calls and scheduled messages end with the process, as in a browser that
is closed. Everything else, ids to come included, is as it was.
"""

import base64
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.channels import Channel, Titled
from sandbox.files import File
from sandbox.messages import Bot, Message, Pin
from sandbox.people import Person
from sandbox.roster import Group
from sandbox.views import View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
T = TypeVar("T")

FORM = 1
"""The form of what is written down; another one is not read."""

_WHO = ("team", "team_id", "app_id", "bot_user_id", "bot_token", "app_token", "signing_secret", "verification_token")
_PERSON = (
    "id", "handle", "name", "tz", "guest", "stranger", "deleted", "team_id", "display_name", "email", "clock24",
    "enterprise_id",
)  # fmt: skip
_CHANNEL = (
    "id", "name", "kind", "creator_id", "team_id", "archived", "general", "previous_names", "bookmarks", "shared",
)  # fmt: skip
_FILE = ("id", "name", "title", "user_id", "announced_length", "uploaded", "completed", "deleted", "alt_txt")
_NOT_AS_IT_IS = ("channel", "files", "bot")


class NotKept(ValueError):
    """What was written down cannot be read: of another form, or damaged."""


def written(ws: "Workspace") -> JSON:
    """Everything that outlives the process, as JSON."""
    return {
        "form": FORM,
        "who": _some(ws, _WHO) | {"bot_id": ws.bot.id},
        "ids": ws.ids.state(),
        "people": [_person(person) for person in ws.people.values()],
        "groups": [asdict(group) for group in ws.groups.values()],
        "files": [_file(file) for file in ws.files.values()],
        "channels": [_channel(channel) for channel in ws.channels],
    }


def take_up(ws: "Workspace", kept: JSON) -> None:
    """Make a workspace in which nobody is yet what was written down; it has been started. Raises NotKept."""
    try:
        if kept["form"] != FORM:
            raise NotKept(f"it is of the form {kept['form']}, not {FORM}")
        _be(ws, kept["who"])
        ws.ids.resume(kept["ids"])
        ws.people.clear()
        for one in kept["people"]:
            _enter_person(ws, one)
        for one in kept["groups"]:
            ws.groups[one["handle"]] = Group(**one)
        for one in kept["files"]:
            content, at = base64.b64decode(one.pop("content")), datetime.fromisoformat(one.pop("created_at"))
            ws.files[one["id"]] = File(**one, content=content, created_at=at, base_url=ws.url)
        for one in kept["channels"]:
            _enter_channel(ws, one)
    except (KeyError, TypeError, AttributeError) as fault:
        raise NotKept(f"{type(fault).__name__}: {fault}") from fault


def _some(source: object, names: Iterable[str]) -> JSON:
    return {name: getattr(source, name) for name in names}


def _be(ws: "Workspace", who: JSON) -> None:
    for name in _WHO:
        setattr(ws, name, who[name])
    ws.bot = Bot(who["bot_id"], ws.app_id, ws.manifest.name, ws.bot_user_id, ws.team_id)


def _person(person: Person) -> JSON:
    home = person.home
    kept = {"id": home.id, "definition": home.definition, "hash": home.hash} if home else None
    return _some(person, _PERSON) | {"bot": asdict(person.bot) if person.bot else None, "home": kept}


def _enter_person(ws: "Workspace", kept: JSON) -> None:
    home, bot = kept.pop("home"), kept.pop("bot")
    person = Person(ws, **kept, bot=Bot(**bot) if bot else None)
    if person.id == ws.bot_user_id:  # the manifest may call the app something else by now
        person.bot, person.handle, person.name = ws.bot, ws.manifest.bot_name, ws.manifest.name
        person.display_name = person.handle
    if home:
        person.home = View(home["id"], ws, person, home["definition"], home["hash"], ws.clock.now())
    ws.people[person.id] = person


def _file(file: File) -> JSON:
    content = base64.b64encode(file.content).decode()
    return _some(file, _FILE) | {"content": content, "created_at": file.created_at.isoformat()}


def _channel(channel: Channel) -> JSON:
    messages = [*channel.log, *(w for w in channel.log.whispers if not w.deleted)]
    return _some(channel, _CHANNEL) | {
        "canvas_id": channel.canvas_id,
        "created_at": channel.created_at.isoformat(),
        "updated_at": channel.updated_at.isoformat() if channel.updated_at else None,
        "members": list(channel.members),
        "topic": asdict(channel.topic),
        "purpose": asdict(channel.purpose),
        "last": channel.log.last_ts,
        "messages": [_message(message) for message in messages],
        "pins": [{"ts": ts, "user_id": p.user_id, "at": p.at.isoformat()} for ts, p in channel.pins.items()],
    }


def _enter_channel(ws: "Workspace", kept: JSON) -> None:
    channel = Channel(**_some_of(kept, _CHANNEL), created_at=datetime.fromisoformat(kept["created_at"]))
    channel.canvas_id = kept.get("canvas_id")  # what was kept before there were canvases has none
    channel.updated_at = datetime.fromisoformat(kept["updated_at"]) if kept["updated_at"] else None
    channel.members = dict.fromkeys(kept["members"])
    channel.topic, channel.purpose = Titled(**kept["topic"]), Titled(**kept["purpose"])
    for one in kept["messages"]:
        _enter_message(ws, channel, one)
    channel.log.resume(kept["last"])
    for one in kept["pins"]:
        pinned = channel.log.get(one["ts"])
        if pinned is not None:
            channel.pins[one["ts"]] = Pin(pinned, one["user_id"], datetime.fromisoformat(one["at"]))
    ws.enter_channel(channel)


def _message(message: Message) -> JSON:
    names = [one.name for one in fields(message) if one.name not in _NOT_AS_IT_IS]
    bot = message.bot.user_id if message.bot else None
    return _some(message, names) | {"bot": bot, "files": [file.id for file in message.files]}


def _enter_message(ws: "Workspace", channel: Channel, kept: JSON) -> None:
    known = {one.name for one in fields(Message)} - set(_NOT_AS_IT_IS)
    bot = ws.people[kept["bot"]].bot if kept["bot"] else None
    files = [ws.files[file_id] for file_id in kept["files"]]
    message = Message(channel, **_some_of(kept, [n for n in kept if n in known]), bot=bot, files=files)
    channel.log.add(message)
    for file in files:
        file.shared_in(message)


def _some_of(kept: JSON, names: Iterable[str]) -> JSON:
    return {name: kept[name] for name in names}
