"""The page for everybody: by keyboard alone, named for those who do not see it, readable in light, dark and small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.browsing import window
from tests.browser.showing import Show

pytestmark = pytest.mark.asyncio(loop_scope="session")

WRONG = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8").partition("\n\n")[2]


async def check(view: Any) -> None:
    """Every control has a name, no id stands twice or is missing, no words are pale."""
    assert await view.evaluate(WRONG) == []


async def filled(show: Show) -> None:
    """Everything there is on one screen."""
    await show.app.rig.bo.says("look here @ana-oncall, `code` and <!here>", show.app.rig.side)
    await show.types("the start")
    await show.hovers("the start", "React with pushpin")
    await show.types("/probe ask")
    await show.types("/probe gallery")
    await expect(show.message("A header")).to_be_visible()
    await show.hovers("the start", "Reply in thread")
    await show.types("in the thread", "Reply")
    await expect(show.thread).to_contain_text("in the thread")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_control_has_a_name_and_all_words_stand_out(show: Show, scheme: Any) -> None:
    await show.view.emulate_media(color_scheme=scheme)
    await filled(show)
    await check(show.view)
    await show.button("Probe: ", exact=False).last.click()
    await show.message("the start").hover()
    await check(show.view)
    await show.types("/nothing")
    await expect(show.view.get_by_role("alert")).to_contain_text("not a command")
    await show.types("/probe form")
    await expect(show.dialog).to_be_visible()
    await show.button("Save", show.dialog).click()
    await expect(show.dialog.get_by_text("Please complete")).to_be_visible()
    await check(show.view)


async def test_the_checks_notice_what_is_wrong(show: Show) -> None:
    spoil = """() => {
      const main = document.getElementById("main");
      const add = (tag, given) => main.append(Object.assign(document.createElement(tag), given));
      add("button", { id: "side" });
      add("input", { ariaDescription: "x" });
      add("p", { className: "quiet pale", textContent: "hardly there" });
      document.querySelector(".pale").style.color = "rgb(200, 200, 200)";
    }"""
    await show.view.evaluate(spoil)
    found = "\n".join(await show.view.evaluate(WRONG))
    assert all(word in found for word in ("no name: <button", "no name: <input", "twice: #side", "hardly there"))


async def test_the_whole_way_is_gone_by_keyboard(show: Show) -> None:
    press = show.view.keyboard.press
    await press("Control+k")
    await expect(show.view.locator(":focus")).to_have_accessible_name("ops")
    await press("Enter")
    field = show.view.get_by_role("textbox", name="Message #ops")
    while not await field.evaluate("node => node === document.activeElement"):
        await press("Tab")
    await show.view.keyboard.type("by keyboard")
    await press("Enter")
    await expect(show.message("by keyboard")).to_be_visible()
    await press("ArrowUp")
    await expect(show.field("Edit message")).to_be_focused()
    await show.view.keyboard.type("!")
    await press("Enter")
    await expect(show.message("by keyboard!")).to_contain_text("(edited)")
    await show.log.focus()
    await press("ArrowUp")
    await expect(show.message("by keyboard!")).to_be_focused()
    while await show.view.locator(":focus").get_attribute("aria-label") != "More actions":
        await press("Tab")
    await press("Enter")
    await press("ArrowDown")
    await expect(show.view.locator(":focus")).to_have_text("MarkProbe")
    await press("Enter")
    title = show.dialog.get_by_role("textbox", name="Title")
    await expect(title).to_be_focused()
    await show.view.keyboard.type("typed")
    await press("Enter")
    await expect(show.dialog).to_have_count(0)
    await show.app.rig.ws.settled()
    assert show.app.value("title") == '{"value": "typed"}'


async def test_escape_closes_what_is_on_top_and_the_focus_goes_back(show: Show) -> None:
    await show.types("the start")
    await show.message("the start").hover()
    more = show.button("More actions", show.message("the start"))
    await more.click()
    await expect(show.view.get_by_role("menu")).to_be_visible()
    await show.view.keyboard.press("Escape")
    await expect(show.view.get_by_role("menu")).to_have_count(0)
    await expect(more).to_be_focused()
    await show.button("3 members, details of #ops").click()
    await show.view.keyboard.press("Tab")
    assert await show.dialog.evaluate("node => node.contains(document.activeElement)")
    await show.view.keyboard.press("Escape")
    await expect(show.button("3 members, details of #ops")).to_be_focused()


async def test_new_messages_are_read_out_and_do_not_take_the_focus(show: Show) -> None:
    field = show.view.get_by_role("textbox", name="Message #ops")
    await field.press_sequentially("half a sen")
    await show.app.rig.bo.says("meanwhile", show.app.rig.ops)
    await expect(show.message("meanwhile")).to_be_visible()
    await expect(show.log).to_have_attribute("aria-live", "polite")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("half a sen")


async def test_a_phone_shows_one_thing_at_a_time_and_nothing_hangs_over(show: Show, chromium: Any) -> None:
    await filled(show)
    size = {"width": 375, "height": 720}
    async with window(chromium, show.app.page.url, show.troubles, viewport=size, has_touch=True) as view:
        wide = "() => document.documentElement.scrollWidth - innerWidth"
        await expect(view.get_by_role("textbox", name="Message #ops")).to_be_visible()
        await expect(view.get_by_role("navigation", name="Channels")).to_be_hidden()
        assert await view.evaluate(wide) <= 0
        over = "nodes => nodes.filter((node) => node.getBoundingClientRect().right > 376).length"
        assert await view.locator(".message *").evaluate_all(over) == 0
        await check(view)
        await view.get_by_role("button", name="Back to the channels").click()
        await view.get_by_role("navigation", name="Channels").get_by_role("button", name="side").click()
        await expect(view.get_by_role("button", name="Join channel")).to_be_visible()
