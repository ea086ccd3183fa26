"""The rules of block elements: buttons, menus, pickers and inputs, and which block may hold which."""

from collections.abc import Mapping

from sandbox.blocks.objects import (
    ANY_LINK,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    MARKED_OPTION,
    MENU_OPTION,
    OPTION,
    OPTION_GROUP,
    SLACK_FILE,
    STYLE,
    WEB_LINK,
    WORKFLOW,
    chosen,
    plain,
)
from sandbox.blocks.rich_text import RICH_TEXT
from sandbox.blocks.rule import Choice, Flag, Many, Rule, Shape, Text, Together, Whole, kind, no_more, one_of

_ACTION: Mapping[str, Rule] = {"action_id": Text(255, 1)}
_PICK: Mapping[str, Rule] = {**_ACTION, "confirm": CONFIRM, "focus_on_load": Flag()}
_MENU: Mapping[str, Rule] = {**_PICK, "placeholder": plain(150)}
_TYPED: Mapping[str, Rule] = {
    **_ACTION,
    "focus_on_load": Flag(),
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH,
}
_SEVERAL: Mapping[str, Rule] = {"max_selected_items": Whole(1)}
_ID = Text(255, 1)
_NUMBER = Text(None, 1, r"-?\d+(\.\d+)?", "must be a valid number")


def _menu(name: str, optional: Mapping[str, Rule], *together: Together) -> Shape:
    return kind(name, {}, {**_MENU, **optional}, *together)


def _static(name: str, first: str, first_rule: Rule, more: Mapping[str, Rule]) -> Shape:
    offer = {"options": Many(OPTION, 1, 100), "option_groups": Many(OPTION_GROUP, 1, 100)}
    return _menu(name, {**offer, first: first_rule, **more}, one_of("options", "option_groups"), chosen(first))


BUTTON = kind(
    "button",
    {"text": plain(75)},
    {
        **_ACTION,
        "value": Text(2000),
        "url": ANY_LINK,
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": Text(75, 1),
    },
)
WORKFLOW_BUTTON = kind(
    "workflow_button",
    {"text": plain(75), "workflow": WORKFLOW},
    {**_ACTION, "style": STYLE, "accessibility_label": Text(75, 1)},
)
OVERFLOW = kind("overflow", {"options": Many(MENU_OPTION, 1, 5)}, {**_ACTION, "confirm": CONFIRM})
IMAGE = kind(
    "image",
    {"alt_text": Text(2000, 1)},
    {"image_url": WEB_LINK, "slack_file": SLACK_FILE},
    one_of("image_url", "slack_file"),
)

_CONVERSATIONS: Mapping[str, Rule] = {"default_to_current_conversation": Flag(), "filter": CONVERSATION_FILTER}

SELECTS: Mapping[str, Shape] = {
    "static_select": _static("static_select", "initial_option", OPTION, {}),
    "external_select": _menu("external_select", {"initial_option": OPTION, "min_query_length": Whole(0)}),
    "users_select": _menu("users_select", {"initial_user": _ID}),
    "conversations_select": _menu("conversations_select", {"initial_conversation": _ID, **_CONVERSATIONS}),
    "channels_select": _menu("channels_select", {"initial_channel": _ID}),
}
MULTI_SELECTS: Mapping[str, Shape] = {
    "multi_static_select": _static("multi_static_select", "initial_options", Many(OPTION, 1, 100), _SEVERAL),
    "multi_external_select": _menu(
        "multi_external_select", {"initial_options": Many(OPTION, 1, 100), "min_query_length": Whole(0), **_SEVERAL}
    ),
    "multi_users_select": _menu("multi_users_select", {"initial_users": Many(_ID), **_SEVERAL}),
    "multi_conversations_select": _menu(
        "multi_conversations_select", {"initial_conversations": Many(_ID), **_CONVERSATIONS, **_SEVERAL}
    ),
    "multi_channels_select": _menu("multi_channels_select", {"initial_channels": Many(_ID), **_SEVERAL}),
}
CHOICES: Mapping[str, Shape] = {
    "checkboxes": kind(
        "checkboxes",
        {"options": Many(MARKED_OPTION, 1, 10)},
        {**_PICK, "initial_options": Many(MARKED_OPTION, 1, 10)},
        chosen("initial_options"),
    ),
    "radio_buttons": kind(
        "radio_buttons",
        {"options": Many(MARKED_OPTION, 1, 10)},
        {**_PICK, "initial_option": MARKED_OPTION},
        chosen("initial_option"),
    ),
}
_DATE = Text(None, 0, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be in format YYYY-MM-DD")
_TIME = Text(None, 0, r"([01]\d|2[0-3]):[0-5]\d", "must be in format HH:mm")
PICKERS: Mapping[str, Shape] = {
    "datepicker": _menu("datepicker", {"initial_date": _DATE}),
    "timepicker": _menu("timepicker", {"initial_time": _TIME, "timezone": Text(None, 1)}),
}
DATETIME: Mapping[str, Shape] = {
    "datetimepicker": kind("datetimepicker", {}, {**_PICK, "initial_date_time": Whole(10**9, 10**10 - 1)}),
}

_TEXTS: Mapping[str, Shape] = {
    "plain_text_input": kind(
        "plain_text_input",
        {},
        {
            **_TYPED,
            "initial_value": Text(3000),
            "multiline": Flag(),
            "min_length": Whole(0, 3000),
            "max_length": Whole(1, 3000),
        },
        no_more("min_length", "max_length"),
    ),
    "url_text_input": kind("url_text_input", {}, {**_TYPED, "initial_value": Text()}),
    "rich_text_input": kind(
        "rich_text_input",
        {},
        {**_TYPED, "initial_value": RICH_TEXT, "min_lines": Whole(1, 100), "max_lines": Whole(1, 100)},
        no_more("min_lines", "max_lines"),
    ),
}
_MODAL_TEXTS: Mapping[str, Shape] = {
    "email_text_input": kind("email_text_input", {}, {**_TYPED, "initial_value": Text()}),
    "number_input": kind(
        "number_input",
        {"is_decimal_allowed": Flag()},
        {**_TYPED, "initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
    ),
    "file_input": kind("file_input", {}, {**_ACTION, "filetypes": Many(Text(None, 1), 1), "max_files": Whole(1, 10)}),
}
# A response_url for the answer of a form exists only where the form is a modal.
_MODAL_SELECTS: Mapping[str, Shape] = {
    name: _menu(name, {**SELECTS[name].optional, "response_url_enabled": Flag()})
    for name in ("conversations_select", "channels_select")
}

_PRESSED: Mapping[str, Shape] = {"button": BUTTON, "workflow_button": WORKFLOW_BUTTON, "overflow": OVERFLOW}

IN_SECTION: Mapping[str, Rule] = {**_PRESSED, "image": IMAGE, **SELECTS, **MULTI_SELECTS, **CHOICES, **PICKERS}
IN_ACTIONS: Mapping[str, Rule] = {**_PRESSED, **SELECTS, **MULTI_SELECTS, **CHOICES, **PICKERS, **DATETIME}
IN_HOME_INPUT: Mapping[str, Rule] = {**SELECTS, **MULTI_SELECTS, **CHOICES, **PICKERS, **_TEXTS}
IN_MODAL_INPUT: Mapping[str, Rule] = {**IN_HOME_INPUT, **DATETIME, **_MODAL_TEXTS, **_MODAL_SELECTS}

_FEEDBACK = Shape({"text": plain(75), "value": Text(2000)}, {"accessibility_label": Text(75, 1)})
IN_CONTEXT_ACTIONS: Mapping[str, Rule] = {
    "feedback_buttons": kind(
        "feedback_buttons", {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {**_ACTION}
    ),
    "icon_button": kind(
        "icon_button",
        {"icon": Choice(("trash",)), "text": plain(75)},
        {
            **_ACTION,
            "value": Text(2000),
            "confirm": CONFIRM,
            "accessibility_label": Text(75, 1),
            "visible_to_user_ids": Many(_ID),
        },
    ),
}
