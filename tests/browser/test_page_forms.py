"""Modals on the page: filled, refused, pushed, changed under one's hands, closed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.showing import Show

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def opened(show: Show) -> None:
    await show.types("/probe form")
    await expect(show.dialog.get_by_role("heading", name="A form")).to_be_visible()


async def test_every_input_comes_to_the_app_as_it_was_filled(show: Show) -> None:
    await opened(show)
    form = show.dialog
    await expect(form.get_by_role("textbox", name="Title")).to_be_focused()
    await form.get_by_role("textbox", name="Title").fill("checkout is down")
    await form.get_by_role("textbox", name="Story").fill("one\ntwo")
    await form.get_by_role("textbox", name="Count").fill("7")
    await form.get_by_role("radio", name="Blue").check()
    await form.get_by_role("checkbox", name="Red").check()
    await form.get_by_label("Day").fill("2024-03-16")
    await form.get_by_label("Hour").fill("10:05")
    await form.get_by_label("When").fill("2024-03-16T10:05")
    for label, words, choice in (
        ("Who", "bo", "Bo Ek"),
        ("Team", "ana", "Ana Reyes"),
        ("Team", "bo", "Bo Ek"),
        ("Room", "sid", "#side"),
        ("Service", "check", "Checkout"),
        ("Tags", "blue", "Blue"),
    ):
        await form.get_by_role("combobox", name=label).press_sequentially(words)
        await form.get_by_role("listbox").get_by_role("option", name=choice).click()
    await show.button("Save", form).click()
    await expect(show.dialog).to_have_count(0)
    ana, bo, side = show.app.rig.ana.id, show.app.rig.bo.id, show.app.rig.side.id
    held = {name: show.app.value(name) for name in ("title", "story", "count", "day", "hour", "who", "team", "room")}
    assert held == {
        "title": '{"value": "checkout is down"}',
        "story": '{"value": "one\\ntwo"}',
        "count": '{"value": "7"}',
        "day": '{"selected_date": "2024-03-16"}',
        "hour": '{"selected_time": "10:05"}',
        "who": f'{{"selected_user": "{bo}"}}',
        "team": f'{{"selected_users": ["{ana}", "{bo}"]}}',
        "room": f'{{"selected_channel": "{side}"}}',
    }
    # 10:05 in Los Angeles, which has gone over to summer time.
    assert show.app.value("when") == '{"selected_date_time": 1710608700}'
    for name, chosen in (("mood", "blue"), ("flags", "red"), ("service", "checkout"), ("tags", "blue")):
        assert f'"value": "{chosen}"' in show.app.value(name)


async def test_what_is_wrong_stands_under_its_input_and_takes_the_focus(show: Show) -> None:
    await opened(show)
    await show.button("Save", show.dialog).click()
    title = show.dialog.get_by_role("textbox", name="Title")
    await expect(title).to_have_accessible_description("What is wrong Please complete this required field.")
    await expect(title).to_be_focused()
    show.app.refuse = {"count": "Too many."}
    await title.fill("x")
    await show.dialog.get_by_role("textbox", name="Count").fill("9")
    await show.button("Save", show.dialog).click()
    await expect(show.dialog.get_by_text("Too many.")).to_be_visible()
    await expect(show.dialog.get_by_role("textbox", name="Count")).to_be_focused()
    await expect(title).to_have_value("x")
    assert show.app.submitted == []


async def test_what_was_typed_outlives_a_change_of_the_form(show: Show) -> None:
    await opened(show)
    await show.dialog.get_by_role("textbox", name="Title").fill("kept")
    await show.dialog.get_by_role("combobox", name="Colour").select_option("blue")
    await expect(show.dialog.get_by_role("heading", name="In colour")).to_be_visible()
    await expect(show.dialog.get_by_role("textbox", name="Title")).to_have_value("kept")
    await expect(show.dialog.get_by_role("combobox", name="Colour")).to_have_value("blue")
    assert show.app.clicked == [("a_colour", "blue")]


async def test_a_form_on_top_gives_way_to_the_one_below(show: Show) -> None:
    await opened(show)
    await show.dialog.get_by_role("textbox", name="Title").fill("below")
    await show.button("Another", show.dialog).click()
    await expect(show.dialog.get_by_role("heading", name="Another form")).to_be_visible()
    await show.button("Not now", show.dialog).click()
    await expect(show.dialog.get_by_role("heading", name="A form")).to_be_visible()
    await expect(show.dialog.get_by_role("textbox", name="Title")).to_have_value("below")
    await show.button("Another", show.dialog).click()
    await expect(show.dialog.get_by_role("heading", name="Another form")).to_be_visible()
    await show.button("Close", show.dialog).click()
    await expect(show.dialog).to_have_count(0)
    await show.until(lambda: show.app.closed == 2)
    assert show.app.rig.ana.stack == []


async def test_a_form_is_its_persons_alone(show: Show) -> None:
    await opened(show)
    await expect(show.dialog).to_be_visible()
    bo = show.app.rig.bo.id
    await show.view.evaluate("id => { location.hash = `#${id}` }", bo)
    await expect(show.view.get_by_text("1:00 PM in Stockholm")).to_be_visible()
    await expect(show.view.get_by_role("dialog")).to_have_count(0)
    assert len(show.app.rig.ana.stack) == 1
    await show.becomes("Ana Reyes")
    await expect(show.dialog.get_by_role("heading", name="A form")).to_be_visible()


async def test_an_app_that_does_not_answer_is_told_in_the_form(show: Show) -> None:
    await opened(show)
    await show.dialog.get_by_role("textbox", name="Title").fill("x")
    await show.app.rig.handlers[0].close_async()
    await show.button("Save", show.dialog).click()
    await expect(show.dialog.get_by_text("We had some trouble connecting.")).to_be_visible()
    await expect(show.dialog.get_by_role("textbox", name="Title")).to_have_value("x")
