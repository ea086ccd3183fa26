"""A person's hands on buttons, menus and modals: finding them, filling them, sending them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox import interactions
from sandbox.answers import Answer, SubmitResult
from sandbox.errors import NotPossible
from sandbox.inputs import chosen, complaints
from sandbox.messages import Message
from sandbox.seen import Button, Seen, buttons_of
from sandbox.views import View

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
Target = Message | Seen | View | Answer | Button | str


class Hands:
    """The part of Person that clicks, fills and submits."""

    ws: "Workspace"
    handle: str
    id: str
    stack: list[View]
    home: View | None

    @property
    def _me(self) -> "Person":
        from sandbox.people import Person

        assert isinstance(self, Person)
        return self

    async def clicks(self, target: Target, label: str | None = None) -> Answer:
        """Click a button by its text or action id: in a message, view or answer, or wherever this person sees it last.

        Raises LookupError when no such button is before this person's eyes.
        """
        button = self.finds(target, label)
        if button.type != "button":
            raise NotPossible(f"{button.action_id} is chosen from, not clicked")
        action: JSON = {"text": button.element["text"]}
        if button.value is not None:
            action["value"] = button.value
        return await interactions.act(self.ws, self._me, button, action)

    async def chooses(self, target: Target, label: str | None, value: Any) -> Answer:
        """Choose from a menu, date picker or checkbox group that stands outside an input block."""
        button = self.finds(target, label)
        return await self._act_with(button, value)

    async def fills(self, name: str, value: Any) -> None:
        """Put a value into an input of the modal on top, by block id or action id.

        Options are named by their value or their text; people and channels by themselves or their ids. The app
        hears of it where the input asks for that (dispatch_action) or stands outside an input block.
        """
        view = self._top()
        block, element = view.element(name)
        view.values[block["block_id"]][element["action_id"]] = chosen(self.ws, element, value)
        view.errors.pop(block["block_id"], None)
        if block["type"] != "input" or block.get("dispatch_action"):
            button = next(b for b in buttons_of(self.ws, self._me, view) if b.element is element)
            await self._act_with(button, value)

    async def asks_for_options(self, target: Target, label: str | None, typed: str) -> list[JSON]:
        """Type into an external select; the options that the app offers."""
        return await interactions.suggest(self.ws, self._me, self.finds(target, label), typed)

    async def closes_view(self, *, whole_stack: bool = False) -> None:
        """Cancel the top modal, or with `whole_stack` close everything by the X."""
        self._top()
        await interactions.close(self.ws, self._me, whole_stack=whole_stack)

    async def shortcut(self, callback_id: str, message: Message) -> Answer:
        """Use a message shortcut; the modal it opens is then `view`."""
        hidden = message.channel.private and self.id not in message.channel.members
        if message.deleted or message.ephemeral_for or hidden:
            raise NotPossible(f"the message {message.ts} offers no shortcuts")
        return await interactions.shortcut(self.ws, self._me, callback_id, message)

    async def global_shortcut(self, callback_id: str) -> Answer:
        """Start a shortcut of the lightning menu; nothing is selected."""
        return await interactions.shortcut(self.ws, self._me, callback_id, None)

    def finds(self, target: Target, label: str | None = None) -> Button:
        """The newest button that matches; LookupError with what is there instead."""
        if isinstance(target, Button):
            return target
        wanted = target if isinstance(target, str) else label
        buttons = list(self._buttons(None if isinstance(target, str) else target))
        for button in reversed(buttons):
            if wanted is None or wanted in (button.text, button.action_id, button.block_id):
                return button
        raise LookupError(f"{self.handle} sees no button {wanted!r}; there are {[b.text for b in buttons]}")

    async def _submit(self, values: JSON) -> SubmitResult:
        view = self._top()
        for name, value in values.items():
            await self.fills(name, value)
        found = complaints(view)
        if found:
            view.errors = found
            return SubmitResult(errors=found, outcome="errors")
        return await interactions.submit(self.ws, self._me, view)

    async def _act_with(self, button: Button, value: Any) -> Answer:
        state = chosen(self.ws, button.element, value)
        action = {k: v for k, v in state.items() if k != "type"}
        if isinstance(button.container, View):
            kept = button.container.values.get(button.block_id, {})
            if button.action_id in kept:
                kept[button.action_id] = state
        values = {button.block_id: {button.action_id: state}}
        return await interactions.act(self.ws, self._me, button, action, values)

    def _top(self) -> View:
        if not self.stack:
            raise NotPossible(f"{self.handle} has no modal open")
        return self.stack[-1]

    def _buttons(self, target: Message | Seen | View | Answer | None) -> Iterator[Button]:
        if isinstance(target, Seen):
            target = target.message
        if isinstance(target, Answer):
            for seen in ([target.seen] if target.seen else []) + target.later:
                yield from buttons_of(self.ws, self._me, seen.message)
        elif isinstance(target, Message | View):
            if isinstance(target, View) or not target.deleted:
                yield from buttons_of(self.ws, self._me, target)
        elif self.stack:
            yield from buttons_of(self.ws, self._me, self.stack[-1])
        else:
            yield from self._everywhere()

    def _everywhere(self) -> Iterator[Button]:
        if self.home is not None:
            yield from buttons_of(self.ws, self._me, self.home)
        seen = [s for c in self.ws.channels for s in self._me.sees(c, threads=True)]
        seen.sort(key=lambda s: s.ts)
        for one in seen:
            yield from one.buttons
