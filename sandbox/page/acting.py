"""What a person can do on the page, each act a call of `Person`; so the page can do nothing that a person cannot."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.answers import Answer
from sandbox.channels import Channel
from sandbox.errors import NotPossible
from sandbox.messages import Message
from sandbox.page.drawing import drawn, zoned
from sandbox.page.unread import Marks
from sandbox.seen import Button, buttons_of
from sandbox.views import View

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Asked:
    """One act as the browser sent it. What it names must be before this person's eyes: LookupError otherwise."""

    ws: "Workspace"
    person: "Person"
    body: JSON
    marks: Marks

    def text(self, name: str) -> str:
        """A text of the act. Raises TypeError where there is none."""
        value = self.body.get(name)
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a text")
        return value

    @property
    def channel(self) -> Channel:
        """The channel it happens in, one that this person may know of."""
        found = self.ws.channel_by_id(self.text("channel"))
        if found is None or (found.private and self.person.id not in found.members):
            raise LookupError("there is no such channel")
        return found

    @property
    def message(self) -> Message:
        """The message it is done to, wherever this person sees it."""
        return self._message(self.text("ts"))

    @property
    def thread(self) -> Message | None:
        """The thread it is written in, None for the channel itself."""
        return self._message(self.text("thread")) if self.body.get("thread") else None

    def _message(self, ts: str) -> Message:
        for one in self.person.sees(self.channel, threads=True):
            if one.ts == ts:
                return one.message
        raise LookupError("there is no such message")

    @property
    def view(self) -> View:
        """The view it is done in: the modal on top or the home, as long as it is still that one."""
        for view in (self.person.view, self.person.home):
            if view is not None and view.id == self.body.get("view"):
                return view
        raise LookupError("this form is no longer open")

    @property
    def button(self) -> Button:
        """The button, menu or picker that is used."""
        container = self.view if self.body.get("view") else self.message
        wanted = (self.body.get("block"), self.body.get("action"))
        for button in buttons_of(self.ws, self.person, container):
            if (button.block_id, button.action_id) == wanted:
                return button
        raise LookupError("it is no longer there")

    def value(self, element: JSON, value: Any) -> Any:
        """What was chosen or put in, as `Person` takes it."""
        if element["type"] == "datetimepicker" and value:
            return zoned(self.person, str(value))
        return value if isinstance(value, list) else value or None


async def says(asked: Asked) -> JSON:
    """Post a message, in the channel or in a thread."""
    broadcast = asked.body.get("broadcast") is True
    await asked.person.says(asked.text("text"), asked.channel, asked.thread, broadcast=broadcast)
    asked.marks.read(asked.person, asked.channel)
    return {}


async def types(asked: Asked) -> JSON:
    """Type a slash command."""
    return _told(await asked.person.types(asked.text("text"), asked.channel))


async def edits(asked: Asked) -> JSON:
    """Reword one's own message."""
    await asked.person.edits(asked.message, asked.text("text"))
    return {}


async def deletes(asked: Asked) -> JSON:
    """Delete one's own message."""
    await asked.person.deletes(asked.message)
    return {}


async def dismisses(asked: Asked) -> JSON:
    """Put away a message that only this person sees."""
    await asked.person.dismisses(asked.message)
    return {}


async def reacts(asked: Asked) -> JSON:
    """Put a reaction on, or take it off where it stands."""
    name = asked.text("emoji")
    if asked.person.id in asked.message.reactions.get(name, []):
        await asked.person.unreacts(asked.message, name)
    else:
        await asked.person.reacts(asked.message, name)
    return {}


async def pins(asked: Asked) -> JSON:
    """Pin a message, or unpin it where it is pinned."""
    await (asked.person.unpins if asked.message.pinned else asked.person.pins)(asked.message)
    return {}


async def uploads(asked: Asked) -> JSON:
    """Share a file; its content comes as base64."""
    try:
        content = base64.b64decode(asked.text("content"), validate=True)
    except binascii.Error:
        raise TypeError("content must be base64") from None
    name = asked.text("name").replace("/", "_").replace("\\", "_")
    await asked.person.uploads(name, asked.channel, content, text=asked.text("text"), thread=asked.thread)
    return {}


async def joins(asked: Asked) -> JSON:
    """Join a public channel."""
    await asked.person.joins(asked.channel)
    return {}


async def leaves(asked: Asked) -> JSON:
    """Leave a channel."""
    await asked.person.leaves(asked.channel)
    return {}


async def invites(asked: Asked) -> JSON:
    """Bring somebody into a channel."""
    await asked.person.invites(asked.channel, [asked.ws.people[asked.text("user")]])
    return {}


async def sets_topic(asked: Asked) -> JSON:
    """Set or clear the topic."""
    await asked.person.sets_topic(asked.channel, asked.text("text"))
    return {}


async def edits_canvas(asked: Asked) -> JSON:
    """Leave this in the channel's canvas."""
    await asked.person.edits_canvas(asked.channel, asked.text("text"))
    return {}


async def opens_direct(asked: Asked) -> JSON:
    """Open the conversation with somebody, or with the app."""
    user = asked.body.get("user")
    others = [asked.ws.people[str(user)]] if user and user != asked.ws.bot_user_id else []
    return {"channel": (await asked.person.opens_direct(*others)).id}


async def opens_home(asked: Asked) -> JSON:
    """Open the app's home."""
    if not asked.ws.manifest.home_tab:
        raise NotPossible("the app has no home")
    await asked.person.opens_home()
    return {}


async def clicks(asked: Asked) -> JSON:
    """Click a button."""
    return _told(await asked.person.clicks(asked.button))


async def chooses(asked: Asked) -> JSON:
    """Choose from a menu, picker or list of boxes that stands outside an input."""
    button = asked.button
    return _told(await asked.person.chooses(button, None, asked.value(button.element, asked.body.get("value"))))


async def fills(asked: Asked) -> JSON:
    """Put a value into an input of the modal on top."""
    button = asked.button
    if button.container is not asked.person.view:
        return _told(await asked.person.chooses(button, None, asked.value(button.element, asked.body.get("value"))))
    await asked.person.fills(button.block_id, asked.value(button.element, asked.body.get("value")))
    return {}


async def submits(asked: Asked) -> JSON:
    """Submit the modal on top, with `values` by block id."""
    view, given = asked.view, asked.body.get("values") or {}
    if view is not asked.person.view or not isinstance(given, dict):
        raise LookupError("this form is no longer open")
    values = {block_id: asked.value(view.element(block_id)[1], value) for block_id, value in given.items()}
    result = await asked.person.submits(values)
    return {"outcome": result.outcome, "errors": result.errors, "failed": result.failed}


async def closes(asked: Asked) -> JSON:
    """Close the modal on top, or all of them."""
    if asked.view is asked.person.view:
        await asked.person.closes_view(whole_stack=asked.body.get("all") is True)
    return {}


async def asks(asked: Asked) -> JSON:
    """Type into a menu whose options the app knows; they come back with what to send for each."""
    options = await asked.person.asks_for_options(asked.button, None, asked.text("text"))
    return {"options": [{"option": one, "shown": drawn(asked.ws, asked.person, one)} for one in options]}


async def shortcut(asked: Asked) -> JSON:
    """Use a shortcut, of a message where one is named."""
    name = asked.text("shortcut")
    if asked.body.get("ts"):
        return _told(await asked.person.shortcut(name, asked.message))
    return _told(await asked.person.global_shortcut(name))


ACTS: dict[str, Callable[[Asked], Awaitable[JSON]]] = {
    act.__name__: act
    for act in (
        says, types, edits, deletes, dismisses, reacts, pins, uploads, joins, leaves, invites, sets_topic, edits_canvas,
        opens_direct, opens_home, clicks, chooses, fills, submits, closes, asks, shortcut,
    )
}  # fmt: skip


def _told(answer: Answer) -> JSON:
    return {"failed": answer.failed}
