"""Block Kit's shapes in the local workspace: every kind in full is accepted, anything beside the shape is refused."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.models import blocks as sdk

from sandbox.blocks import Surface, check_blocks

Json = Any

T: Json = {"type": "plain_text", "text": "t", "emoji": True}
M: Json = {"type": "mrkdwn", "text": "t", "verbatim": True}
O: Json = {"text": T, "value": "v", "description": T}  # noqa: E741
P: Json = {"text": T, "value": "w"}
CONFIRM: Json = {"title": T, "text": M, "confirm": T, "deny": T, "style": "danger"}
ASKED: Json = {"action_id": "a", "confirm": CONFIRM, "focus_on_load": True, "placeholder": T}
PICKED: Json = {"action_id": "a", "confirm": CONFIRM, "focus_on_load": False}
TYPED: Json = {
    "action_id": "a",
    "focus_on_load": False,
    "placeholder": T,
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
}
FILTER: Json = {"include": ["public", "private"], "exclude_bot_users": True, "exclude_external_shared_channels": False}
STYLE: Json = {"bold": True, "italic": False, "strike": True, "code": False}
RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "t", "style": STYLE},
                {"type": "link", "url": "https://x", "text": "t", "unsafe": False, "style": STYLE},
                {"type": "emoji", "name": "wave", "unicode": "1f44b", "skin_tone": 2},
                {"type": "user", "user_id": "U1", "style": STYLE},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "team", "team_id": "T1"},
                {"type": "broadcast", "range": "here"},
                {"type": "color", "value": "#ff0000"},
                {"type": "date", "timestamp": 1392734382, "format": "{date}", "fallback": "t", "url": "https://x"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "offset": 2,
            "border": 1,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "t"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "t"}], "border": 0},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "t"}], "border": 0},
    ],
}
IMAGE: Json = {"type": "image", "alt_text": "t", "image_url": "https://x/y.png"}
FILE_IMAGE: Json = {"type": "image", "alt_text": "t", "slack_file": {"id": "F1"}}

BUTTON: Json = {
    "type": "button",
    "text": T,
    "action_id": "a",
    "value": "v",
    "url": "slack://open",
    "style": "primary",
    "confirm": CONFIRM,
    "accessibility_label": "t",
}
WORKFLOW_BUTTON: Json = {
    "type": "workflow_button",
    "text": T,
    "action_id": "a",
    "style": "danger",
    "accessibility_label": "t",
    "workflow": {"trigger": {"url": "https://x", "customizable_input_parameters": [{"name": "n", "value": "v"}]}},
}
OVERFLOW: Json = {"type": "overflow", "action_id": "a", "confirm": CONFIRM, "options": [{**O, "url": "https://x"}]}
GROUPS: Json = [{"label": T, "options": [O, P]}]

SELECTS: list[Json] = [
    {"type": "static_select", "options": [O, P], "initial_option": P, **ASKED},
    {"type": "static_select", "option_groups": GROUPS, "initial_option": O, **ASKED},
    {"type": "external_select", "initial_option": O, "min_query_length": 0, **ASKED},
    {"type": "users_select", "initial_user": "U1", **ASKED},
    {
        "type": "conversations_select",
        "initial_conversation": "C1",
        "default_to_current_conversation": True,
        "filter": FILTER,
        **ASKED,
    },
    {"type": "channels_select", "initial_channel": "C1", **ASKED},
    {"type": "multi_static_select", "options": [O, P], "initial_options": [P], "max_selected_items": 1, **ASKED},
    {"type": "multi_static_select", "option_groups": GROUPS, "initial_options": [O, P], **ASKED},
    {
        "type": "multi_external_select",
        "initial_options": [O],
        "min_query_length": 3,
        "max_selected_items": 2,
        **ASKED,
    },
    {"type": "multi_users_select", "initial_users": ["U1"], "max_selected_items": 2, **ASKED},
    {
        "type": "multi_conversations_select",
        "initial_conversations": ["C1"],
        "default_to_current_conversation": True,
        "filter": FILTER,
        "max_selected_items": 2,
        **ASKED,
    },
    {"type": "multi_channels_select", "initial_channels": ["C1"], "max_selected_items": 2, **ASKED},
]
CHOICES: list[Json] = [
    {"type": "checkboxes", "options": [O, {**P, "text": M}], "initial_options": [O], **PICKED},
    {"type": "radio_buttons", "options": [{**O, "description": M}, P], "initial_option": P, **PICKED},
    {"type": "datepicker", "initial_date": "2026-02-28", **ASKED},
    {"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Paris", **ASKED},
]
DATETIME: Json = {"type": "datetimepicker", "initial_date_time": 1628633820, **PICKED}
TEXTS: list[Json] = [
    {"type": "plain_text_input", "initial_value": "", "multiline": True, "min_length": 1, "max_length": 9, **TYPED},
    {"type": "url_text_input", "initial_value": "https://x", **TYPED},
    {"type": "rich_text_input", "initial_value": RICH, "min_lines": 1, "max_lines": 2, **TYPED},
]
MODAL_TEXTS: list[Json] = [
    {"type": "email_text_input", "initial_value": "a@b", **TYPED},
    {
        "type": "number_input",
        "is_decimal_allowed": True,
        "initial_value": "-1.5",
        "min_value": "-2",
        "max_value": "7",
        **TYPED,
    },
    {"type": "file_input", "filetypes": ["png"], "max_files": 10, "action_id": "a"},
    {"type": "conversations_select", "response_url_enabled": True, **ASKED},
]

EVERYWHERE: list[Json] = [
    {"type": "section", "text": M, "fields": [T, M], "accessory": BUTTON, "expand": True, "block_id": "b"},
    {"type": "section", "fields": [T]},
    {"type": "header", "text": T, "level": 2, "block_id": "b"},
    {"type": "divider", "block_id": "b"},
    {"type": "context", "elements": [T, M, IMAGE, FILE_IMAGE], "block_id": "b"},
    {"type": "image", "alt_text": "t", "image_url": "https://x", "title": T, "block_id": "b"},
    {"type": "image", "alt_text": "t", "slack_file": {"url": "https://x"}},
    {**RICH, "block_id": "b"},
    {
        "type": "video",
        "alt_text": "t",
        "title": T,
        "thumbnail_url": "https://x",
        "video_url": "https://x",
        "title_url": "https://x",
        "description": T,
        "author_name": "t",
        "provider_name": "t",
        "provider_icon_url": "https://x",
    },
    *({"type": "section", "text": T, "accessory": it} for it in [*SELECTS, *CHOICES, OVERFLOW, IMAGE, WORKFLOW_BUTTON]),
    *(
        {"type": "actions", "elements": [it]}
        for it in [*SELECTS, *CHOICES, DATETIME, BUTTON, OVERFLOW, WORKFLOW_BUTTON]
    ),
]
FEEDBACK: Json = {"text": T, "value": "v", "accessibility_label": "t"}
CARD: Json = {"type": "card", "title": T, "subtitle": M, "body": M, "hero_image": IMAGE, "actions": [BUTTON]}
IN_MESSAGES: list[Json] = [
    {"type": "markdown", "text": "**t**", "block_id": "b"},
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "t"}, RICH, {"type": "raw_number", "value": 3}]],
        "column_settings": [{"align": "right", "is_wrapped": True}, None],
    },
    {"type": "file", "external_id": "x", "source": "remote"},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "positive_button": FEEDBACK,
                "negative_button": FEEDBACK,
                "action_id": "a",
            },
            {"type": "icon_button", "icon": "trash", "text": T, "value": "v", "visible_to_user_ids": ["U1"]},
        ],
    },
    CARD,
    {"type": "carousel", "elements": [CARD | {"actions": [{**BUTTON, "action_id": "c"}]}]},
]
LABELLED: Json = {"type": "input", "label": T, "hint": T, "optional": True, "dispatch_action": False, "block_id": "b"}
IN_HOMES: list[Json] = [{**LABELLED, "element": it} for it in [*SELECTS, *CHOICES, *TEXTS]]
IN_MODALS: list[Json] = [
    {"type": "alert", "text": M, "level": "warning"},
    *IN_HOMES,
    *({**LABELLED, "element": it} for it in [DATETIME, *MODAL_TEXTS]),
]

GALLERY: list[tuple[Surface, Json]] = [
    *(("message", block) for block in [*EVERYWHERE, *IN_MESSAGES]),
    *(("modal", block) for block in [*EVERYWHERE, *IN_MODALS]),
    *(("home", block) for block in [*EVERYWHERE, *IN_HOMES, CARD]),
]


def _named(value: Json) -> str:
    inner = value.get("accessory") or value.get("element") or (value.get("elements") or [{}])[0]
    return f"{value['type']}.{inner.get('type', '')}"


NAMES = [f"{surface}-{_named(block)}" for surface, block in GALLERY]


def places(value: Json, at: str) -> Iterator[tuple[str, Json]]:
    """Every object inside, with its pointer."""
    if isinstance(value, dict):
        yield at, value
        for name, member in value.items():
            yield from places(member, f"{at}/{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from places(member, f"{at}/{index}")


@pytest.mark.parametrize(("surface", "block"), GALLERY, ids=NAMES)
def test_every_kind_with_all_its_properties_is_accepted(surface: Surface, block: Json) -> None:
    assert check_blocks([block], surface=surface) == []


@pytest.mark.parametrize(("surface", "block"), GALLERY, ids=NAMES)
def test_an_unknown_property_is_refused_wherever_it_stands(surface: Surface, block: Json) -> None:
    for pointer, _ in places(block, "/blocks/0"):
        spoiled = copy.deepcopy(block)
        for place, found in places(spoiled, "/blocks/0"):
            if place == pointer:
                found["page_size"] = 5
        told = f"invalid additional property: page_size [json-pointer:{pointer}]"
        assert told in check_blocks([spoiled], surface=surface)


@pytest.mark.parametrize(("surface", "block"), GALLERY, ids=NAMES)
def test_null_is_refused_wherever_it_stands(surface: Surface, block: Json) -> None:
    for pointer, original in places(block, "/blocks/0"):
        for name in original:
            spoiled = copy.deepcopy(block)
            for place, found in places(spoiled, "/blocks/0"):
                if place == pointer:
                    found[name] = None
            assert any(
                fault.startswith("must provide a") and fault.endswith(f"[json-pointer:{pointer}/{name}]")
                for fault in check_blocks([spoiled], surface=surface)
            ), (pointer, name)


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("name", ["section_", "", "button", "plain_text"])
def test_unknown_block_types_are_refused(surface: Surface, name: str) -> None:
    assert check_blocks([{"type": name}], surface=surface) == [
        f"unsupported type: {name} [json-pointer:/blocks/0/type]"
    ]


@pytest.mark.parametrize(
    ("surface", "block"),
    [
        ("message", {**LABELLED, "element": TEXTS[0]}),
        ("message", {"type": "alert", "text": T}),
        *((surface, block) for surface in ("modal", "home") for block in IN_MESSAGES[:4]),
    ],
)
def test_blocks_are_refused_on_a_surface_that_cannot_show_them(surface: Surface, block: Json) -> None:
    assert check_blocks([block], surface=surface) == [
        f"unsupported type: {block['type']} [json-pointer:/blocks/0/type]"
    ]


@pytest.mark.parametrize(
    ("surface", "where", "block"),
    [
        ("message", "accessory", {"type": "section", "text": T, "accessory": DATETIME}),
        ("message", "accessory", {"type": "section", "text": T, "accessory": TEXTS[0]}),
        ("message", "elements/0", {"type": "actions", "elements": [IMAGE]}),
        ("message", "elements/0", {"type": "actions", "elements": [TEXTS[0]]}),
        ("message", "elements/0", {"type": "context", "elements": [BUTTON]}),
        ("modal", "element", {**LABELLED, "element": BUTTON}),
        ("modal", "element", {**LABELLED, "element": OVERFLOW}),
        *(("home", "element", {**LABELLED, "element": it}) for it in [DATETIME, *MODAL_TEXTS[:3]]),
    ],
)
def test_elements_are_refused_in_a_block_that_cannot_hold_them(surface: Surface, where: str, block: Json) -> None:
    element = block.get("element") or block.get("accessory") or block["elements"][0]
    assert check_blocks([block], surface=surface) == [
        f"unsupported type: {element['type']} [json-pointer:/blocks/0/{where}/type]"
    ]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"text": T}, "missing required field: type [json-pointer:/blocks/0]"),
        ("text", "must provide an object [json-pointer:/blocks/0]"),
        ({"type": 5}, "must provide a string [json-pointer:/blocks/0/type]"),
        ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
        ({"type": "section", "text": "plain"}, "must provide an object [json-pointer:/blocks/0/text]"),
        (
            {"type": "section", "text": {"type": "plain_text"}},
            "missing required field: text [json-pointer:/blocks/0/text]",
        ),
        (
            {"type": "section", "text": {"type": "html", "text": "t"}},
            "unsupported type: html [json-pointer:/blocks/0/text/type]",
        ),
        (
            {"type": "section", "text": {**M, "emoji": True}},
            "invalid additional property: emoji [json-pointer:/blocks/0/text]",
        ),
        ({"type": "section", "fields": {}}, "must provide an array [json-pointer:/blocks/0/fields]"),
        (
            {"type": "header", "text": {"type": "mrkdwn", "text": "t"}},
            "must be a valid enum value [json-pointer:/blocks/0/text/type]",
        ),
        ({"type": "header", "text": {**T, "emoji": 1}}, "must provide a boolean [json-pointer:/blocks/0/text/emoji]"),
        ({"type": "context"}, "missing required field: elements [json-pointer:/blocks/0]"),
        ({"type": "image", "alt_text": "t"}, "missing required field: image_url [json-pointer:/blocks/0]"),
        ({**IMAGE, "slack_file": {"id": "F1"}}, "invalid additional property: slack_file [json-pointer:/blocks/0]"),
        ({"type": "image", "image_url": "https://x"}, "missing required field: alt_text [json-pointer:/blocks/0]"),
        ({**IMAGE, "image_url": "ftp://x"}, "must be a valid url [json-pointer:/blocks/0/image_url]"),
    ],
)
def test_a_malformed_block_is_refused_in_slacks_words(block: Json, told: str) -> None:
    assert check_blocks([block], surface="message") == [told]


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ({"type": "button"}, "missing required field: text"),
        ({"type": "button", "text": T, "style": "default"}, "must be a valid enum value @/style"),
        ({"type": "button", "text": T, "url": ""}, "must be more than 0 characters @/url"),
        ({"type": "button", "text": T, "url": "no link"}, "must be a valid url @/url"),
        (
            {"type": "button", "text": T, "confirm": {"title": T, "text": T, "confirm": T}},
            "missing required field: deny @/confirm",
        ),
        ({"type": "static_select"}, "missing required field: options"),
        (
            {"type": "static_select", "options": [O], "option_groups": GROUPS},
            "invalid additional property: option_groups",
        ),
        (
            {"type": "static_select", "options": [{**O, "url": "https://x"}]},
            "invalid additional property: url @/options/0",
        ),
        (
            {"type": "static_select", "options": [{**O, "text": {"type": "mrkdwn", "text": "t"}}]},
            "must be a valid enum value @/options/0/text/type",
        ),
        (
            {"type": "static_select", "options": [O], "initial_option": P},
            "must match one of the options @/initial_option",
        ),
        (
            {"type": "multi_static_select", "options": [O], "initial_options": [O, P]},
            "must match one of the options @/initial_options/1",
        ),
        ({"type": "users_select", "max_selected_items": 1}, "invalid additional property: max_selected_items"),
        ({"type": "multi_users_select", "max_selected_items": 0}, "must be more than 0 @/max_selected_items"),
        (
            {"type": "conversations_select", "response_url_enabled": True},
            "invalid additional property: response_url_enabled",
        ),
        ({"type": "datepicker", "initial_date": "28.02.2026"}, "must be in format YYYY-MM-DD @/initial_date"),
        ({"type": "timepicker", "initial_time": "24:00"}, "must be in format HH:mm @/initial_time"),
        ({"type": "datetimepicker", "initial_date_time": True}, "must provide an integer @/initial_date_time"),
    ],
)
def test_a_malformed_element_is_refused_in_slacks_words(element: Json, told: str) -> None:
    words, _, where = told.partition(" @")
    assert check_blocks([{"type": "actions", "elements": [element]}], surface="message") == [
        f"{words} [json-pointer:/blocks/0/elements/0{where}]"
    ]


@pytest.mark.parametrize(
    ("element", "told"),
    [
        (
            {"type": "plain_text_input", "min_length": 9, "max_length": 8},
            "must be less than or equal to `max_length` @/min_length",
        ),
        ({"type": "number_input"}, "missing required field: is_decimal_allowed"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": 3}, "must provide a string @/min_value"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "x"}, "must be a valid number @/min_value"),
    ],
)
def test_a_malformed_input_is_refused_in_slacks_words(element: Json, told: str) -> None:
    words, _, where = told.partition(" @")
    assert check_blocks([{"type": "input", "label": T, "element": element}], surface="modal") == [
        f"{words} [json-pointer:/blocks/0/element{where}]"
    ]


def test_an_input_block_without_its_element_is_refused() -> None:
    assert check_blocks([{"type": "input", "label": T}], surface="modal") == [
        "missing required field: element [json-pointer:/blocks/0]"
    ]


def test_the_second_bearer_of_an_action_id_is_refused_in_one_block_and_across_blocks() -> None:
    press = {"type": "button", "text": T, "action_id": "x"}
    assert check_blocks([{"type": "divider"}, {"type": "actions", "elements": [press, press]}], surface="message") == [
        '`action_id` "x" already exists [json-pointer:/blocks/1/elements/1/action_id]'
    ]
    assert check_blocks(
        [{"type": "actions", "elements": [press]}, {"type": "section", "text": T, "accessory": press}], surface="home"
    ) == ['`action_id` "x" already exists [json-pointer:/blocks/1/accessory/action_id]']


def test_the_second_bearer_of_a_block_id_is_refused() -> None:
    named = {"type": "divider", "block_id": "x"}
    assert check_blocks([named, {"type": "divider"}, {"type": "divider"}], surface="message") == []
    assert check_blocks([named, {"type": "divider", "block_id": "y"}, named], surface="message") == [
        '`block_id` "x" already exists [json-pointer:/blocks/2/block_id]'
    ]


@pytest.mark.parametrize("blocks", ["[]", {}, None, 5])
def test_blocks_that_are_no_array_are_refused(blocks: Json) -> None:
    assert check_blocks(blocks, surface="message") == ["must provide an array [json-pointer:/blocks]"]


def test_every_fault_of_a_message_is_told_not_only_the_first() -> None:
    faults = check_blocks([{"type": "header"}, {"type": "divider"}, {"type": "poll"}], surface="message")
    assert faults == [
        "missing required field: text [json-pointer:/blocks/0]",
        "unsupported type: poll [json-pointer:/blocks/2/type]",
    ]


def test_what_slacks_own_sdk_builds_is_accepted() -> None:
    picked = sdk.Option(text="Sev 1", value="sev1")
    message = [
        sdk.HeaderBlock(text="Declared"),
        sdk.SectionBlock(text="*t*", fields=["a", "b"], accessory=sdk.StaticSelectElement(options=[picked])),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="t"), sdk.PlainTextObject(text="t")]),
        sdk.ActionsBlock(
            elements=[
                sdk.ButtonElement(
                    text="Resolve",
                    action_id="r",
                    value="1",
                    style="danger",
                    confirm=sdk.ConfirmObject(title="t", text="t", confirm="t", deny="t"),
                ),
                sdk.LinkButtonElement(url="https://x", text="Open"),
                sdk.OverflowMenuElement(options=[picked, picked], action_id="o"),
            ]
        ),
        sdk.DividerBlock(),
        sdk.MarkdownBlock(text="# t"),
    ]
    assert check_blocks([block.to_dict() for block in message], surface="message") == []
    form = [
        sdk.InputBlock(label="t", element=sdk.PlainTextInputElement(action_id="a", multiline=True, max_length=3000)),
        sdk.InputBlock(label="t", element=sdk.UserMultiSelectElement(placeholder="Who", initial_users=["U1"])),
        sdk.InputBlock(label="t", element=sdk.DatePickerElement(initial_date="2026-01-31"), optional=True),
        sdk.InputBlock(label="t", element=sdk.CheckboxesElement(options=[picked], initial_options=[picked])),
    ]
    assert check_blocks([block.to_dict() for block in form], surface="modal") == []
