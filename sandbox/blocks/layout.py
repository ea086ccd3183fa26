"""The rules of layout blocks, and which surface may show which block."""

from collections.abc import Mapping
from typing import Literal

from sandbox.blocks.elements import (
    BUTTON,
    IMAGE,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_HOME_INPUT,
    IN_MODAL_INPUT,
    IN_SECTION,
)
from sandbox.blocks.objects import SLACK_FILE, WEB_LINK, plain, words
from sandbox.blocks.rich_text import RICH_TEXT
from sandbox.blocks.rule import (
    Choice,
    Flag,
    Kinds,
    Many,
    Nullable,
    Rule,
    Shape,
    Text,
    Together,
    Whole,
    any_of,
    kind,
    one_of,
)

Surface = Literal["message", "modal", "home"]

MARKDOWN_MOST = 12_000
"""Characters, in one markdown block and in all of a message's together."""


def _block(name: str, required: Mapping[str, Rule], optional: Mapping[str, Rule], *together: Together) -> Shape:
    return kind(name, required, {"block_id": Text(255, 1), **optional}, *together)


def _input(elements: Mapping[str, Rule]) -> Shape:
    return _block(
        "input",
        {"label": plain(2000), "element": Kinds(elements)},
        {"hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
    )


_EVERYWHERE: Mapping[str, Rule] = {
    "section": _block(
        "section",
        {},
        {
            "text": words(3000),
            "fields": Many(words(2000), 1, 10),
            "accessory": Kinds(IN_SECTION),
            "expand": Flag(),
        },
        any_of("text", "fields"),
    ),
    "header": _block("header", {"text": plain(150)}, {"level": Whole(1, 4)}),
    "divider": _block("divider", {}, {}),
    "context": _block("context", {"elements": Many(Kinds({**words().of, "image": IMAGE}), 1, 10)}, {}),
    "actions": _block("actions", {"elements": Many(Kinds(IN_ACTIONS), 1, 25)}, {}),
    "image": _block(
        "image",
        {"alt_text": Text(2000, 1)},
        {"title": plain(2000), "image_url": WEB_LINK, "slack_file": SLACK_FILE},
        one_of("image_url", "slack_file"),
    ),
    "rich_text": RICH_TEXT,
    "video": _block(
        "video",
        {"alt_text": Text(2000, 1), "title": plain(199), "thumbnail_url": WEB_LINK, "video_url": WEB_LINK},
        {
            "title_url": WEB_LINK,
            "description": plain(200),
            "author_name": Text(49, 1),
            "provider_name": Text(None, 1),
            "provider_icon_url": WEB_LINK,
        },
    ),
}

_CARD = _block(
    "card",
    {},
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": words(150),
        "subtitle": words(150),
        "body": words(200),
        "actions": Many(Kinds({"button": BUTTON}), 1),
    },
    any_of("title", "hero_image", "body", "actions"),
)
_CARDS: Mapping[str, Rule] = {
    "card": _CARD,
    "carousel": _block("carousel", {"elements": Many(Kinds({"card": _CARD}), 1, 10)}, {}),
}

_CELL = Kinds(
    {
        "raw_text": kind("raw_text", {"text": Text(None, 1)}),
        "raw_number": kind("raw_number", {"value": Whole(-(10**15), 10**15)}, {"text": Text(None, 1)}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = Shape({}, {"align": Choice(("left", "center", "right")), "is_wrapped": Flag()})

_IN_MESSAGES: Mapping[str, Rule] = {
    "markdown": _block("markdown", {"text": Text(MARKDOWN_MOST, 1)}, {}),
    "table": _block(
        "table", {"rows": Many(Many(_CELL, 1, 20), 1, 100)}, {"column_settings": Many(Nullable(_COLUMN), 0, 20)}
    ),
    "file": _block("file", {"external_id": Text(255, 1), "source": Choice(("remote",))}, {}),
    "context_actions": _block("context_actions", {"elements": Many(Kinds(IN_CONTEXT_ACTIONS), 1, 5)}, {}),
    **_CARDS,
}
_ALERT = _block("alert", {"text": words()}, {"level": Choice(("default", "info", "warning", "error", "success"))})

# An input block in a message is promised by some pages and refused by others: the strict side is to refuse it.
BLOCKS: Mapping[Surface, Kinds] = {
    "message": Kinds({**_EVERYWHERE, **_IN_MESSAGES}),
    "modal": Kinds({**_EVERYWHERE, "input": _input(IN_MODAL_INPUT), "alert": _ALERT}),
    "home": Kinds({**_EVERYWHERE, "input": _input(IN_HOME_INPUT), **_CARDS}),
}

BLOCKS_MOST: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
"""How many blocks one surface takes."""
