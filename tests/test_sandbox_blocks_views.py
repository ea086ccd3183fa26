"""Modals and home views in the local workspace, and what people find in blocks to press and to fill in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.blocks import VIEW_BYTES_MOST, buttons, check_blocks, check_view, inputs, total_text, view_bytes

Json = Any

T: Json = {"type": "plain_text", "text": "t"}
SECTION: Json = {"type": "section", "text": T}
INPUT: Json = {"type": "input", "label": T, "element": {"type": "plain_text_input"}}


def modal(*blocks: Json, **more: Json) -> Json:
    return {"type": "modal", "title": T, "blocks": list(blocks), **more}


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def test_full_views_are_accepted() -> None:
    words = {"private_metadata": "{}", "callback_id": "c", "external_id": "e"}
    flags = {"clear_on_close": True, "notify_on_close": False}
    assert check_view(modal(INPUT, SECTION, submit=T, close=T, **words, **flags)) == []
    assert check_view({"type": "home", "blocks": [SECTION, INPUT], **words}) == []


@pytest.mark.parametrize("name", ["title", "submit", "close"])
@given(length=st.integers(min_value=0, max_value=60))
def test_the_words_of_a_modal_are_one_to_twenty_four_characters(name: str, length: int) -> None:
    faults = check_view(modal(SECTION, **{name: plain(length)}))
    if length > 24:
        assert faults == [f"must be less than 25 characters [json-pointer:/view/{name}/text]"]
    elif length == 0:
        assert faults == [f"must be more than 0 characters [json-pointer:/view/{name}/text]"]
    else:
        assert faults == []


@pytest.mark.parametrize(("name", "most"), [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)])
@pytest.mark.parametrize("kind", ["modal", "home"])
def test_a_views_own_words_are_accepted_at_their_limit_and_refused_one_above(name: str, most: int, kind: str) -> None:
    view = modal(SECTION) if kind == "modal" else {"type": "home", "blocks": []}
    assert check_view({**view, name: "x" * most}) == []
    assert check_view({**view, name: "x" * (most + 1)}) == [
        f"must be less than {most + 1} characters [json-pointer:/view/{name}]"
    ]


@pytest.mark.parametrize(
    ("view", "told"),
    [
        ("modal", "must provide an object [json-pointer:/view]"),
        ({"title": T, "blocks": []}, "missing required field: type [json-pointer:/view]"),
        ({"type": "workflow_step", "blocks": []}, "unsupported type: workflow_step [json-pointer:/view/type]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({"type": "modal", "title": T}, "missing required field: blocks [json-pointer:/view]"),
        (modal(title={"type": "mrkdwn", "text": "t"}), "must be a valid enum value [json-pointer:/view/title/type]"),
        (modal(submit_disabled=True), "invalid additional property: submit_disabled [json-pointer:/view]"),
        (modal(notify_on_close=1), "must provide a boolean [json-pointer:/view/notify_on_close]"),
        (modal(external_id=None), "must provide a string [json-pointer:/view/external_id]"),
        ({"type": "home", "title": T, "blocks": []}, "invalid additional property: title [json-pointer:/view]"),
        (modal({"type": "poll"}), "unsupported type: poll [json-pointer:/view/blocks/0/type]"),
        (modal(*[SECTION] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(blocks="[]"), "must provide an array [json-pointer:/view/blocks]"),
        (
            modal(SECTION, SECTION, INPUT),
            "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/2/input]",
        ),
        (
            modal({**SECTION, "block_id": "b"}, {**INPUT, "block_id": "b"}, submit=T),
            '`block_id` "b" already exists [json-pointer:/view/blocks/1/block_id]',
        ),
    ],
)
def test_a_malformed_view_is_refused_in_slacks_words(view: Json, told: str) -> None:
    assert check_view(view) == [told]


def test_only_one_element_of_a_view_can_be_focused_on_load() -> None:
    focused = {**INPUT, "element": {"type": "plain_text_input", "focus_on_load": True}}
    assert check_view(modal(focused, INPUT, submit=T)) == []
    assert check_view(modal(focused, focused, submit=T)) == [
        "only one element can have `focus_on_load` [json-pointer:/view/blocks/1/element/focus_on_load]"
    ]


def test_a_view_above_two_hundred_and_fifty_kilobytes_is_too_large() -> None:
    # Every block is legal, and few: three bytes a character make them too many together.
    heavy = {"type": "section", "fields": [{"type": "plain_text", "text": "€" * 2000}] * 10}
    filling = [plain(1) for _ in range(10)]
    view = modal(*[heavy] * 4, {"type": "section", "fields": filling})
    for text in filling:
        text["text"] += "x" * min(1999, VIEW_BYTES_MOST - view_bytes(view))
    assert view_bytes(view) == VIEW_BYTES_MOST
    assert check_view(view) == []
    assert check_view({**view, "title": plain(2)}) == ["view_too_large [json-pointer:/view]"]


def test_total_text_sums_what_people_read() -> None:
    blocks = [
        {"type": "header", "text": plain(10)},
        {
            "type": "section",
            "text": plain(100),
            "fields": [plain(1000)],
            "accessory": {"type": "button", "text": plain(5)},
        },
        {"type": "markdown", "text": "x" * 7},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "xy"}]}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "xyz"}]]},
        {"type": "divider", "block_id": "not read"},
    ]
    assert total_text(blocks) == 10 + 100 + 1000 + 5 + 7 + 2 + 3
    assert total_text([]) == 0


def test_inputs_are_found_in_reading_order_with_what_a_person_sees() -> None:
    pick = {"type": "static_select", "action_id": "s", "options": [{"text": T, "value": "v"}]}
    blocks = [
        SECTION,
        {"type": "input", "block_id": "one", "label": plain(3), "element": pick, "optional": True},
        {"type": "actions", "elements": [pick]},
        INPUT,
    ]
    first, second = inputs(blocks)
    assert (first.block_id, first.action_id, first.kind, first.label, first.optional) == (
        "one",
        "s",
        "static_select",
        "xxx",
        True,
    )
    assert first.element == pick
    assert (second.block_id, second.action_id, second.optional) == (None, None, False)


def test_buttons_are_every_element_that_sends_an_action() -> None:
    def press(name: str) -> Json:
        return {"type": "button", "text": {"type": "plain_text", "text": name.upper()}, "action_id": name}

    live = {**INPUT, "element": {"type": "plain_text_input", "action_id": "e"}, "dispatch_action": True}
    blocks = [
        {"type": "section", "block_id": "s", "text": T, "accessory": press("a")},
        {"type": "section", "text": T, "accessory": {"type": "image", "image_url": "https://x", "alt_text": "t"}},
        {"type": "actions", "elements": [press("b"), {"type": "users_select", "action_id": "c"}]},
        {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "action_id": "d", "icon": "trash", "text": T}],
        },
        live,
        INPUT,
        {"type": "carousel", "elements": [{"type": "card", "title": T, "actions": [press("f")]}]},
    ]
    found = buttons(blocks)
    assert [control.action_id for control in found] == ["a", "b", "c", "d", "e", "f"]
    assert [control.label for control in found] == ["A", "B", "", "t", "", "F"]
    assert found[0].block_id == "s"


@pytest.mark.parametrize("broken", [None, "x", [None], [{"type": "actions"}], [{"type": "input", "element": "x"}]])
def test_the_walks_survive_faulty_blocks(broken: Json) -> None:
    assert (buttons(broken), inputs(broken), total_text(broken)) == ([], [], 0)


WORDS = st.sampled_from(["section", "input", "actions", "table", "markdown", "modal", "home", "static_select", "x"])
NAMES = st.sampled_from(["type", "text", "blocks", "elements", "element", "rows", "options", "initial_option", "title"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(value=ANY_JSON)
def test_any_json_gets_an_answer_with_a_pointer_and_the_walks_stand_it(value: Json) -> None:
    told = check_blocks([value], surface="modal") + check_view(value) + check_view(modal(value))
    assert told != []
    assert all(fault.endswith("]") and " [json-pointer:/" in fault for fault in told)
    assert total_text(value) >= 0
    assert all(control.kind != "image" for control in buttons([value]) + inputs([value]))
