"""The page of the local workspace: what people see there, and what they do with mouse and keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.gallery import button, mrkdwn
from tests.browser.showing import Show

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_is_read_by_everybody_each_in_their_zone(show: Show) -> None:
    await show.types("hello *there* @bo :fire:")
    sent = show.message("hello")
    await expect(sent.locator("strong")).to_have_text("there")
    await expect(sent.get_by_role("img", name="fire")).to_have_text("🔥")
    await expect(sent.locator("time")).to_have_text("5:00 AM")
    await show.becomes("Bo Ek")
    await expect(show.message("hello").locator(".mention.me")).to_have_text("@bo")
    await expect(show.message("hello").locator("time")).to_have_text("1:00 PM")


async def test_what_is_new_is_counted_until_it_is_looked_at(show: Show) -> None:
    await show.becomes("Bo Ek")
    await expect(show.view.get_by_text("1:00 PM in Stockholm")).to_be_visible()  # Bo has seen #ops
    await show.opens("side")
    await show.app.rig.ana.says("look here @bo", show.app.rig.ops)
    entry = show.view.get_by_role("navigation", name="Channels").get_by_role("button", name="ops")
    await expect(entry).to_have_accessible_name("ops, 1 unread")
    await expect(entry.locator(".count")).to_have_text("1")
    await entry.click()
    await expect(entry).to_have_accessible_name("ops")


async def test_a_private_channel_is_not_even_named_to_others(show: Show) -> None:
    ws = show.app.rig.ws
    secret = await ws.add_channel("secret", members=["bo"], private=True)
    await show.app.rig.bo.says(f"see <#{secret.id}>", show.app.rig.ops)
    await show.app.rig.bo.says("and #secret", show.app.rig.ops)
    await expect(show.message("and a private channel")).to_be_visible()
    assert "secret" not in await show.view.content()
    await show.becomes("Bo Ek")
    await show.opens("secret, private")
    await show.types("only us", "Message #secret")
    await expect(show.message("only us")).to_be_visible()


async def test_a_command_answers_its_typist_alone_and_its_buttons_work(show: Show) -> None:
    await show.types("/probe ask")
    answer = show.message("Which one?")
    await expect(answer).to_contain_text("Only visible to you")
    await show.button("This", answer).click()
    await expect(show.message("This it is.")).to_be_visible()
    assert show.app.clicked == [("this", "7")]
    await show.becomes("Bo Ek")
    await expect(show.log).not_to_contain_text("This it is.")
    await show.becomes("Ana Reyes")
    await show.button("Dismiss").click()
    await expect(show.log).not_to_contain_text("This it is.")


async def test_a_command_shows_its_hint_and_an_unknown_one_is_refused_with_its_words_kept(show: Show) -> None:
    field = show.view.get_by_role("textbox", name="Message #ops")
    await field.press_sequentially("/pro")
    await expect(show.view.get_by_role("option")).to_contain_text("/probe")
    await field.press("Enter")
    await expect(field).to_have_value("/probe ")
    await expect(show.view.get_by_text("/probe gallery | form | ask")).to_be_visible()
    await show.types("/nothing of the sort")
    await expect(show.view.get_by_role("alert")).to_contain_text("/nothing is not a command")


async def test_a_canvas_is_read_and_edited(show: Show) -> None:
    rig = show.app.rig
    await expect(show.button("Canvas")).to_have_count(0)
    content = {"type": "markdown", "markdown": "- one\n- two\n"}
    made = await rig.client.conversations_canvases_create(channel_id=rig.ops.id, document_content=content)
    await show.button("Canvas").click()
    field = show.dialog.get_by_role("textbox", name="Canvas of #ops")
    await expect(field).to_have_value("# ops\n\n* one\n* two\n")
    await field.fill("# ops\n\n* one\n* three\n")
    await show.button("Save the canvas").click()
    await expect(field).to_have_count(0)
    told = await rig.client.canvases_getContent(canvas_id=made["canvas_id"])
    assert told["content"] == "# ops\n\n* one\n* three\n"


async def test_every_block_is_drawn_and_every_control_is_used(show: Show) -> None:
    await show.types("/probe gallery")
    shown = show.message("A header")
    await expect(shown.get_by_role("heading", name="A header")).to_be_visible()
    await expect(shown.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.com")
    await expect(shown.locator(".moment")).to_have_text("Mar 15, 2024 at 5:05 AM")
    await expect(shown.locator("pre").first).to_have_text("a <block>\n  of code")
    await expect(shown.get_by_role("listitem")).to_have_count(2)
    await show.button("Go", shown).click()
    await show.button("Drop", shown).click()
    await expect(show.dialog).to_contain_text("Everything goes.")
    await show.button("No", show.dialog).click()
    await show.button("Drop", shown).click()
    await show.button("Drop it", show.dialog).click()
    await shown.get_by_role("combobox", name="Pick one").select_option("blue")
    await show.button("More", shown).click()
    await show.picks("Undo")
    await shown.get_by_role("combobox", name="Who").fill("bo")
    await show.view.get_by_role("option", name="Bo Ek").click()
    await shown.get_by_label("Day").fill("2024-03-16")
    bo = show.app.rig.bo.id
    heard = [("go", "1"), ("drop", None), ("pick", "blue"), ("flow", "undo"), ("who", bo), ("day", "2024-03-16")]
    await show.until(lambda: len(show.app.clicked) >= len(heard))
    assert show.app.clicked == heard


async def test_a_thread_stands_beside_its_channel(show: Show) -> None:
    await show.types("the start")
    await show.hovers("the start", "Reply in thread")
    await expect(show.view.get_by_role("textbox", name="Reply")).to_be_focused()
    await show.types("first", "Reply")
    await expect(show.thread.get_by_role("log")).to_contain_text("first")
    await expect(show.log).not_to_contain_text("first")
    await show.thread.get_by_role("checkbox", name="Also send to #ops").check()
    await show.types("second", "Reply")
    await expect(show.message("second")).to_contain_text("replied to a thread")
    await show.view.keyboard.press("Escape")
    await expect(show.thread).to_be_hidden()
    await show.button("2 replies", exact=False).click()
    await expect(show.thread).to_contain_text("second")
    await show.types("/probe ask", "Reply")
    await expect(show.view.get_by_role("alert")).to_contain_text("no slash commands in threads")


async def test_reactions_come_with_one_click_or_from_the_picker(show: Show) -> None:
    await show.types("something odd")
    await show.hovers("something odd", "React with pushpin")
    mark = show.button("pushpin, 1: you")
    await expect(mark).to_have_attribute("aria-pressed", "true")
    await show.becomes("Bo Ek")
    await show.button("pushpin, 1: Ana Reyes").click()
    await expect(show.button("pushpin, 2: Ana Reyes, you")).to_be_visible()
    await show.hovers("something odd", "Add a reaction")
    await show.field("Search emoji").fill("no entry si")
    await show.view.keyboard.press("Enter")
    await show.button("no entry sign, 1: you").click()
    await expect(show.button("no entry sign, 1: you")).to_have_count(0)
    assert [r["reaction"] for r in show.app.rig.heard if r["type"] == "reaction_added"][-1] == "no_entry_sign"


async def test_a_message_is_pinned_reworded_and_deleted(show: Show) -> None:
    await show.types("pool is ful")
    await show.hovers("pool is ful", "More actions")
    await show.picks("Edit message")
    await show.field("Edit message").fill("pool is full")
    await show.field("Edit message").press("Enter")
    await expect(show.message("pool is full")).to_contain_text("(edited)")
    await show.hovers("pool is full", "More actions")
    await show.picks("Pin to this channel")
    await expect(show.message("pool is full")).to_contain_text("Pinned by you")
    await show.button("1 pinned").click()
    await show.button("Go to the message", show.dialog).click()
    await show.becomes("Bo Ek")
    await show.hovers("pool is full", "More actions")
    await expect(show.view.get_by_role("menuitem", name="Edit message")).to_have_count(0)
    await show.view.keyboard.press("Escape")
    await show.becomes("Ana Reyes")
    await show.hovers("pool is full", "More actions")
    await show.picks("Delete message")
    await show.button("Delete", show.dialog).click()
    await expect(show.message("pool is full")).to_have_count(0)


async def test_files_are_previewed_and_downloaded(show: Show) -> None:
    text = b"# Postmortem\n\n- **Start:** 10:00\n  - inner [link](https://a.test)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    await show.app.rig.bo.uploads("draft.md", show.app.rig.ops, text)
    await show.button("Preview draft.md").click()
    await expect(show.dialog.get_by_role("heading", name="Postmortem")).to_be_visible()
    await expect(show.dialog.get_by_role("listitem").last).to_have_text("inner link")
    await expect(show.dialog.get_by_role("cell", name="2")).to_be_visible()
    await show.view.keyboard.press("Escape")
    async with show.view.expect_download() as started:
        await show.view.get_by_role("link", name="Download draft.md").click()
    download = await started.value
    assert download.suggested_filename == "draft.md"
    assert (await download.path()).read_bytes() == text


async def test_a_channel_tells_its_topic_members_and_bookmarks(show: Show) -> None:
    await show.button("3 members, details of #ops").click()
    await show.field("Topic").fill("all is well")
    await show.button("Set topic").click()
    await expect(show.view.locator(".topic")).to_have_text("all is well")
    client = show.app.rig.client
    await client.bookmarks_add(
        channel_id=show.app.rig.ops.id, title="Runbook", type="link", link="https://example.com/r"
    )
    await expect(show.view.get_by_role("link", name="Runbook")).to_be_visible()
    await show.opens("side")
    await show.button("Join channel").click()
    await show.types("here I am", "Message #side")
    await expect(show.message("here I am")).to_be_visible()


async def test_the_home_is_what_the_app_published(show: Show) -> None:
    await show.opens("Probe")
    await expect(show.view.get_by_text("has published nothing")).to_be_visible()
    row = {"type": "actions", "elements": [button("Declare", "declare", value="x")]}
    await show.app.publish({"type": "section", "text": mrkdwn("*Open incidents*")}, row)
    await expect(show.view.get_by_text("Open incidents")).to_be_visible()
    await show.button("Declare").click()
    await show.app.rig.ws.settled()
    assert show.app.clicked == [("declare", "x")]
    assert "app_home_opened" in show.app.rig.kinds()
    await show.opens("ops")
    await expect(show.view.get_by_role("textbox", name="Message #ops")).to_be_visible()
    await show.opens("Probe")
    await show.button("Messages").click()
    await expect(show.view.get_by_role("textbox", name="Message Probe")).to_be_visible()


async def test_the_drawer_tells_what_was_called_and_refused(show: Show) -> None:
    await show.types("/probe gallery")
    with pytest.raises(Exception, match="not_in_channel"):
        await show.app.rig.client.chat_postMessage(channel=show.app.rig.side.id, text="hm")
    await show.button(re.compile("1 refused"), exact=False).click()
    drawer = show.view.get_by_role("complementary", name="What the app called")
    await expect(drawer.get_by_role("row", name="chat.postMessage not_in_channel")).to_be_visible()
    await expect(drawer.get_by_role("row", name="chat.postMessage ok")).to_be_visible()
    await drawer.get_by_role("checkbox", name="Refused only").check()
    await expect(drawer.get_by_role("row")).to_have_count(2)
    await show.view.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()


async def test_a_message_shortcut_and_a_global_one_open_their_forms(show: Show) -> None:
    await show.types("note this")
    await show.hovers("note this", "More actions")
    await show.picks("Mark")
    await expect(show.dialog.get_by_role("heading", name="Mark")).to_be_visible()
    await show.button("Close", show.dialog).click()
    await expect(show.dialog).to_have_count(0)
    await show.button("Attach, shortcuts").click()
    await show.picks("Open")
    await expect(show.dialog.get_by_role("heading", name="Open")).to_be_visible()
