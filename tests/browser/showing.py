"""A person in front of the page: what they find there by its name, and what they do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.browser.browsing import WAIT
from tests.browser.gallery import Gallery


@dataclass
class Show:
    """One window. Everything is found as those find it who cannot see: by role and name."""

    view: Any
    app: Gallery
    troubles: list[str]

    def button(self, name: str, within: Any = None, **more: Any) -> Any:
        return (within or self.view).get_by_role("button", name=name, **({"exact": True} | more))

    def field(self, name: str, within: Any = None) -> Any:
        return (within or self.view).get_by_label(name, exact=True)

    @property
    def log(self) -> Any:
        """The messages of the channel."""
        return self.view.get_by_role("main").get_by_role("log")

    def message(self, text: str) -> Any:
        """The newest message with these words."""
        return self.view.get_by_role("main").locator(".message").filter(has_text=text).last

    @property
    def dialog(self) -> Any:
        return self.view.get_by_role("dialog").last

    @property
    def thread(self) -> Any:
        return self.view.get_by_role("complementary", name="Thread")

    async def until(self, heard: Callable[[], bool]) -> None:
        """Wait for what the app hears a moment after the page has shown its side of it."""
        for _ in range(WAIT // 20):
            if heard():
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the app has not heard of it")

    async def types(self, text: str, place: str = "Message #ops") -> None:
        """Type into a channel (or the thread, as "Reply") and press Enter."""
        field = self.view.get_by_role("textbox", name=place)
        await field.click()
        await field.press_sequentially(text) if len(text) < 12 else await field.fill(text)
        await field.press("Enter")

    async def becomes(self, name: str) -> None:
        """Look through somebody else's eyes."""
        await self.view.get_by_role("button", name=f"Be {name}").click()

    async def opens(self, channel: str) -> None:
        """Open a channel from the sidebar, by the beginning of its name."""
        await self.view.get_by_role("navigation", name="Channels").get_by_role("button", name=channel).first.click()

    async def hovers(self, text: str, button: str) -> None:
        """Use a control that shows up over a message."""
        message = self.message(text)
        await message.hover()
        await self.button(button, message).click()

    async def picks(self, item: str) -> None:
        """Choose from the open menu."""
        await self.view.get_by_role("menuitem", name=item).click()
