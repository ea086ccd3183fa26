"""What a person has before their eyes: messages, their own ephemeral answers, buttons. It changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.channels import Channel
from sandbox.ids import ts_micros
from sandbox.messages import Message
from sandbox.rendering import block_text, mentioned, readable, text_object
from sandbox.views import View, elements_of

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
Container = Message | View


@dataclass(frozen=True, eq=False)
class Button:
    """A button, or another element that sends something when used, where a person sees it."""

    text: str
    action_id: str
    block_id: str
    value: str | None
    url: str | None
    type: str
    element: JSON = field(repr=False)
    container: Container = field(repr=False)


@dataclass(frozen=True, eq=False)
class SeenFile:
    """A file under a message."""

    name: str
    title: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class Seen:
    """One message as one person reads it."""

    text: str
    raw_text: str
    """The `text` as stored, with Slack's marks: what notifications show where there are blocks."""
    blocks: list[JSON] = field(repr=False)
    buttons: list[Button]
    by: str
    """The author's handle; the app's bot has its own."""
    ts: str
    ephemeral: bool
    files: list[SeenFile]
    reactions: dict[str, list[str]]
    """Emoji name -> handles."""
    pinned: bool
    subtype: str | None
    thread_ts: str | None
    edited: bool
    mentions: list[str]
    """Whom the stored text notifies: user ids, group ids, here, channel, everyone."""
    message: Message = field(repr=False)


def look(ws: "Workspace", person: "Person", channel: Channel, thread: Message | None, *, all_: bool) -> list[Seen]:
    """The channel (or one thread, or both mixed) as this person sees it, oldest first."""
    readable_here = channel.kind == "public" or person.id in channel.members
    own = [m for m in channel.log.whispers if m.ephemeral_for == person.id and not m.deleted]
    stored = list(channel.log) if readable_here else []
    chosen = [m for m in [*stored, *own] if all_ or _shown(m, thread)]
    chosen.sort(key=lambda m: ts_micros(m.ts))
    return [see(ws, person, message) for message in chosen]


def see(ws: "Workspace", person: "Person", message: Message) -> Seen:
    """One message as this person reads it."""
    return Seen(
        text=_words(ws, person, message),
        raw_text=message.text,
        blocks=message.blocks,
        buttons=list(buttons_of(ws, person, message)),
        by=_author(ws, message),
        ts=message.ts,
        ephemeral=message.ephemeral_for is not None,
        files=[SeenFile(f.name, f.title, f.content) for f in message.files],
        reactions={n: [ws.people[u].handle for u in users] for n, users in message.reactions.items()},
        pinned=message.pinned,
        subtype=message.subtype,
        thread_ts=message.thread_ts,
        edited=message.edited is not None,
        mentions=mentioned(message.text),
        message=message,
    )


def buttons_of(ws: "Workspace", person: "Person", container: Container) -> Iterator[Button]:
    """Everything in a message or view that can be clicked or chosen from."""
    blocks = list(container.blocks)
    if isinstance(container, Message):
        blocks += [b for a in container.attachments for b in a.get("blocks", [])]
    for block, element in elements_of(blocks):
        label = element.get("text") or element.get("placeholder")
        yield Button(
            text=text_object(ws, person, label),
            action_id=element["action_id"],
            block_id=block.get("block_id", ""),
            value=element.get("value"),
            url=element.get("url"),
            type=element["type"],
            element=element,
            container=container,
        )


def _shown(message: Message, thread: Message | None) -> bool:
    if thread is not None:
        return thread.ts in (message.ts, message.thread_ts)
    return not message.is_reply or message.broadcast


def _words(ws: "Workspace", person: "Person", message: Message) -> str:
    own_blocks = [b for b in message.blocks if b.get("type") != "rich_text"] if message.bot is None else message.blocks
    words = block_text(ws, person, own_blocks) if own_blocks else readable(ws, person, message.text)
    for attachment in message.attachments:
        if "from_url" in attachment:
            continue
        inner = block_text(ws, person, attachment.get("blocks", []))
        inner = inner or readable(ws, person, attachment.get("text") or attachment.get("fallback") or "")
        words = "\n".join(part for part in (words, inner) if part)
    return words


def _author(ws: "Workspace", message: Message) -> str:
    if message.subtype == "bot_message" and message.bot is not None:
        author = ws.people.get(message.bot.user_id)
        return message.username or (author.handle if author else message.bot.name)
    person = ws.people.get(message.user_id or "")
    return person.handle if person else (message.bot.name if message.bot else "Slackbot")
