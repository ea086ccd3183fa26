"""A whole incident, played by clicking and typing on the page alone: a step each, for tests and pictures alike.

A step does what it does as one or two people and ends when they see that it was done. To have more in the incident,
write a step and put it into STEPS.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from sandbox.page import Page
from tests.browser.browsing import window
from tests.rig import Rig, running

ALERT = ":rotating_light: checkout: error rate 7.4 % (threshold 1 %), connections to `checkout-db` at 100 %"
ROOM = "inc-1-checkout-is-down"


@dataclass
class Scene:
    """Ana's, Ben's and others' one window, with the rig below it."""

    view: Any
    rig: Rig
    page: Page

    async def rest(self, minutes: int = 2) -> None:
        """Let the bot finish, and some time pass."""
        await self.rig.quiet()
        await self.rig.later(timedelta(minutes=minutes))

    async def be(self, name: str) -> None:
        await self.view.get_by_role("button", name=f"Be {name}").click()
        await expect(self.view.locator("#side header")).to_contain_text(name)

    async def open(self, channel: str) -> None:
        await self.view.locator("#side .entry").filter(has_text=channel).click()
        await expect(self.view.get_by_role("main").get_by_role("heading", level=1)).to_have_text(channel)

    async def type(self, text: str) -> None:
        field = self.view.get_by_role("main").locator(".composer textarea")
        await field.fill(text)
        await field.press("Enter")
        await expect(field).to_have_value("")
        await self.rig.quiet()

    def message(self, text: str) -> Any:
        """The newest message with these words."""
        return self.view.get_by_role("main").locator(".message").filter(has_text=text).last

    @property
    def card(self) -> Any:
        return self.view.get_by_role("main").locator(".message.pinned").first

    @property
    def dialog(self) -> Any:
        return self.view.get_by_role("dialog").last

    async def click(self, label: str, within: Any) -> None:
        await within.get_by_role("button", name=label, exact=True).last.click()

    async def does(self, label: str) -> None:
        """Click on the card; where that asks for more in a form, send it as it stands."""
        # The workspace has the click, before it is asked whether all is quiet: else time may pass over it.
        async with self.view.expect_response("**/act"):
            await self.click(label, self.card)
        await self.rig.quiet()
        submit = self.view.locator("dialog [type=submit]")
        if await submit.count():
            await submit.click()

    async def menu(self, text: str, item: str) -> None:
        """Choose from the menu of a message."""
        message = self.message(text)
        await message.hover()
        await message.get_by_role("button", name="More actions").click()
        await self.view.get_by_role("menuitem", name=item).click()

    async def saved(self, label: str = "Save") -> None:
        """Submit the form on top; it closes."""
        await self.click(label, self.dialog)
        await expect(self.view.get_by_role("dialog")).to_have_count(0)

    async def sees(self, *words: str) -> None:
        """All these words stand in the channel."""
        for one in words:
            await expect(self.message(one)).to_be_visible()


async def declares(scene: Scene) -> None:
    """Ana sees the alert in #ops and declares with a title, a severity and the time it began."""
    await scene.open("ops")
    await scene.type("/incident")
    form = scene.dialog
    await form.get_by_label("What is wrong").fill("Checkout is down")
    await form.get_by_label("Severity").select_option(index=1)
    await form.get_by_label("Start of impact").fill("9:52")


async def opens_the_room(scene: Scene) -> None:
    """The form is sent; the channel stands in Ana's sidebar, with its card."""
    await scene.saved("Declare")
    await scene.rig.quiet()
    await scene.open(ROOM)
    await expect(scene.card).to_contain_text("INC-1 Checkout is down")


async def leads(scene: Scene) -> None:
    """Ana takes the lead on the card."""
    await scene.does("Take the lead")
    await expect(scene.card).to_contain_text("ana")


async def ben_joins(scene: Scene) -> None:
    """Ben finds the channel, joins it and says what he sees; chatter too."""
    await scene.be("Ben Okafor")
    await scene.open(ROOM)
    await scene.view.get_by_role("button", name="Join channel").click()
    await scene.type("all connections of checkout-db are taken since the 9:50 release")
    await scene.type("coffee is out as well, by the way")
    await scene.sees("coffee is out")


async def ana_marks(scene: Scene) -> None:
    """Ana puts what Ben found on the timeline with one click."""
    await scene.be("Ana Reyes")
    found = scene.view.get_by_role("main").locator(".message").filter(has_text="all connections of checkout-db").first
    await found.hover()
    await found.get_by_role("button", name="React with pushpin").click()
    await expect(found.get_by_role("button", name="pushpin, 1: you")).to_be_visible()


async def detection_is_told(scene: Scene) -> None:
    """Ben's message about the alert becomes the detection, through its menu."""
    await scene.be("Ben Okafor")
    await scene.type("the pager went off at 9:58, error rate alert")
    await scene.menu("the pager went off", "Add to timeline")
    await scene.dialog.get_by_label("Kind").select_option(label="detection")
    await scene.dialog.get_by_label("When it happened").fill("9:58")
    await scene.saved()


async def ideas_come_and_go(scene: Scene) -> None:
    """A suspicion is typed, and another is ruled out; both as messages that everybody sees."""
    await scene.type("!suspect the release doubled the pool per worker")
    await scene.rig.quiet()  # which of two that come at once gets the lower number is chance
    await scene.type("!ruled-out a database failover, the primary never changed")
    await scene.sees("!ruled-out")


async def help_is_called(scene: Scene) -> None:
    """Ana asks for somebody; Ben is on it."""
    await scene.be("Ana Reyes")
    await scene.type("/incident escalate need somebody who knows the pool to: @ben")
    await scene.rig.quiet()
    await scene.be("Ben Okafor")
    await scene.click("I'm on it", scene.message("need somebody who knows the pool"))


async def things_are_done(scene: Scene) -> None:
    """Ben rolls back, and says when he did."""
    await scene.type("/incident action rolled back the release at: 10:15")
    await scene.sees("rolled back the release")


async def everybody_hears(scene: Scene) -> None:
    """Ana says what users see and gives an update."""
    await scene.be("Ana Reyes")
    await scene.type("/incident impact payments fail at the last step users: 40% services: checkout")
    await scene.sees("payments fail at the last step")
    await scene.type("/incident update the release is rolled back, errors are falling")
    await scene.rig.quiet()
    await expect(scene.card).to_contain_text("errors are falling")


async def looks_back(scene: Scene) -> None:
    """Ana looks at the timeline so far."""
    await scene.type("/incident timeline")
    await scene.sees("rolled back the release")


async def mitigates(scene: Scene) -> None:
    """The card says that it is over for users."""
    await scene.does("Mitigated")
    await expect(scene.card).to_contain_text("Status Mitigated", use_inner_text=True)


async def follows_up(scene: Scene) -> None:
    """What is to be done so that it does not come again."""
    await scene.type("/incident task alert on pool usage above 80 % owner: @ben due: tomorrow")
    await scene.sees("alert on pool usage")


async def is_asked(scene: Scene) -> None:
    """Ana resolves on the card; the form asks what the draft lacks."""
    await scene.click("Resolve", scene.card)
    await scene.dialog.get_by_label("Root cause").fill("the release doubled the connection pool per worker")
    await scene.dialog.get_by_label("What resolved it").fill("rolled back, the pool size is set per host now")


async def resolves(scene: Scene) -> None:
    """She sends it."""
    await scene.saved("Resolve")
    await expect(scene.card).to_contain_text("Resolved")


async def draft_is_there(scene: Scene) -> None:
    """The draft stands in the channel; Ana opens it."""
    await scene.rig.quiet()
    await scene.view.get_by_role("button", name="Preview inc-1-postmortem.md").last.click()
    await expect(scene.dialog.get_by_role("article")).to_contain_text("Checkout is down")


Step = Callable[[Scene], Awaitable[None]]

STEPS: tuple[Step, ...] = (
    declares,
    opens_the_room,
    leads,
    ben_joins,
    ana_marks,
    detection_is_told,
    ideas_come_and_go,
    help_is_called,
    things_are_done,
    everybody_hears,
    looks_back,
    mitigates,
    follows_up,
    is_asked,
    resolves,
    draft_is_there,
)


@asynccontextmanager
async def scene(made: Any, folder: Path, troubles: list[str], **options: Any) -> AsyncIterator[Scene]:
    """The page over a workspace with our bot in #ops, where an alert has just come in; seen through Ana's eyes."""
    async with running(folder, announce_channel="#ops") as rig:
        favourites = list(rig.settings.marks)
        await rig.person("ben").invites(rig.ops, [rig.ws.bot_person])
        await rig.person("pager").posts_by_webhook(rig.ops, ALERT)
        await rig.quiet()
        async with Page(rig.ws, favourites=favourites) as page, window(made, page.url, troubles, **options) as view:
            yield Scene(view, rig, page)
