"""Block Kit's limits in the local workspace: accepted at the limit, refused one above it, in Slack's words."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.blocks import Surface, check_blocks

Json = Any


def plain(text: str = "t") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "t") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(name: str = "o", **more: Json) -> Json:
    return {"text": plain(name), "value": name, **more}


def options(count: int) -> Json:
    return [option(f"o{index}") for index in range(count)]


def section(**more: Json) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(**more: Json) -> Json:
    return {"type": "button", "text": plain(), **more}


def confirm(**more: Json) -> Json:
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}


def field(element: Json, **more: Json) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def typed(**more: Json) -> Json:
    return {"type": "plain_text_input", **more}


def select(**more: Json) -> Json:
    return {"type": "static_select", "options": options(1), **more}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def table(rows: int, cells: int) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "c"}] * cells for _ in range(rows)]}


IMAGE = {"type": "image", "alt_text": "a", "image_url": "https://x/y.png"}
VIDEO = {"type": "video", "alt_text": "a", "title": plain(), "thumbnail_url": "https://x/y", "video_url": "https://x/z"}
LINK = "https://x/"

# Where, the most, the surface, and the one block that carries n characters, seen at the pointer after /blocks/0.
CHARACTERS: list[tuple[str, int, Surface, Callable[[int], Json]]] = [
    ("text/text", 3000, "message", lambda n: section(text=mrkdwn("x" * n))),
    ("text/text", 3000, "message", lambda n: section(text=plain("x" * n))),
    ("fields/0/text", 2000, "message", lambda n: section(fields=[mrkdwn("x" * n)])),
    ("text/text", 150, "message", lambda n: {"type": "header", "text": plain("x" * n)}),
    ("text", 12000, "message", lambda n: {"type": "markdown", "text": "x" * n}),
    ("elements/0/text", 3000, "message", lambda n: {"type": "context", "elements": [mrkdwn("x" * n)]}),
    ("block_id", 255, "message", lambda n: section(block_id="x" * n)),
    ("elements/0/text/text", 75, "message", lambda n: actions(button(text=plain("x" * n)))),
    ("elements/0/value", 2000, "message", lambda n: actions(button(value="x" * n))),
    ("elements/0/url", 3000, "message", lambda n: actions(button(url=LINK.ljust(n, "x")))),
    ("elements/0/action_id", 255, "message", lambda n: actions(button(action_id="x" * n))),
    ("elements/0/accessibility_label", 75, "message", lambda n: actions(button(accessibility_label="x" * n))),
    ("elements/0/confirm/title/text", 100, "message", lambda n: actions(button(confirm=confirm(title=plain("x" * n))))),
    ("elements/0/confirm/text/text", 300, "message", lambda n: actions(button(confirm=confirm(text=plain("x" * n))))),
    (
        "elements/0/confirm/confirm/text",
        30,
        "message",
        lambda n: actions(button(confirm=confirm(confirm=plain("x" * n)))),
    ),
    ("elements/0/confirm/deny/text", 30, "message", lambda n: actions(button(confirm=confirm(deny=plain("x" * n))))),
    ("elements/0/placeholder/text", 150, "message", lambda n: actions(select(placeholder=plain("x" * n)))),
    ("elements/0/options/0/value", 150, "message", lambda n: actions(select(options=[option() | {"value": "x" * n}]))),
    (
        "elements/0/options/0/text/text",
        75,
        "message",
        lambda n: actions(select(options=[option(text=plain("x" * n))])),
    ),
    (
        "elements/0/options/0/description/text",
        75,
        "message",
        lambda n: actions(select(options=[option(description=plain("x" * n))])),
    ),
    (
        "elements/0/option_groups/0/label/text",
        75,
        "message",
        lambda n: actions(
            {"type": "static_select", "option_groups": [{"label": plain("x" * n), "options": options(1)}]}
        ),
    ),
    ("accessory/options/0/url", 3000, "message", lambda n: section(accessory=overflow(url=LINK.ljust(n, "x")))),
    ("alt_text", 2000, "message", lambda n: IMAGE | {"alt_text": "x" * n}),
    ("image_url", 3000, "message", lambda n: IMAGE | {"image_url": LINK.ljust(n, "x")}),
    ("title/text", 2000, "message", lambda n: IMAGE | {"title": plain("x" * n)}),
    ("title/text", 199, "message", lambda n: VIDEO | {"title": plain("x" * n)}),
    ("author_name", 49, "message", lambda n: VIDEO | {"author_name": "x" * n}),
    ("label/text", 2000, "modal", lambda n: field(typed(), label=plain("x" * n))),
    ("hint/text", 2000, "modal", lambda n: field(typed(), hint=plain("x" * n))),
    ("element/initial_value", 3000, "modal", lambda n: field(typed(initial_value="x" * n))),
    ("element/placeholder/text", 150, "modal", lambda n: field(typed(placeholder=plain("x" * n)))),
    ("element/action_id", 255, "home", lambda n: field(typed(action_id="x" * n))),
]

# The most items, and the block that carries n of them.
ITEMS: list[tuple[str, int, Surface, Callable[[int], Json]]] = [
    ("fields", 10, "message", lambda n: section(fields=[mrkdwn()] * n)),
    ("elements", 10, "message", lambda n: {"type": "context", "elements": [plain()] * n}),
    ("elements", 25, "message", lambda n: actions(*[button()] * n)),
    ("elements", 5, "message", lambda n: {"type": "context_actions", "elements": [icon_button()] * n}),
    ("elements/0/options", 100, "message", lambda n: actions(select(options=options(n)))),
    ("accessory/options", 100, "message", lambda n: section(accessory=select(options=options(n)))),
    ("element/options", 100, "modal", lambda n: field({"type": "multi_static_select", "options": options(n)})),
    (
        "elements/0/option_groups",
        100,
        "message",
        lambda n: actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(1)}] * n}),
    ),
    (
        "elements/0/option_groups/0/options",
        100,
        "message",
        lambda n: actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options(n)}]}),
    ),
    ("accessory/options", 5, "message", lambda n: section(accessory={"type": "overflow", "options": options(n)})),
    ("accessory/options", 10, "message", lambda n: section(accessory={"type": "checkboxes", "options": options(n)})),
    ("element/options", 10, "modal", lambda n: field({"type": "radio_buttons", "options": options(n)})),
    ("rows", 100, "message", lambda n: table(n, 1)),
    ("rows/0", 20, "message", lambda n: table(1, n)),
]

# The least and the most of a number, and the block that carries it.
NUMBERS: list[tuple[str, int, int, Surface, Callable[[int], Json]]] = [
    ("element/max_length", 1, 3000, "modal", lambda n: field(typed(max_length=n))),
    ("element/min_length", 0, 3000, "modal", lambda n: field(typed(min_length=n))),
    ("element/max_files", 1, 10, "modal", lambda n: field({"type": "file_input", "max_files": n})),
    ("element/max_lines", 1, 100, "modal", lambda n: field({"type": "rich_text_input", "max_lines": n})),
    ("elements/0/indent", 0, 8, "message", lambda n: rich({**rich_list(), "indent": n})),
    ("element/initial_date_time", 10**9, 10**10 - 1, "modal", lambda n: field(picker(n))),
]


def overflow(**more: Json) -> Json:
    return {"type": "overflow", "options": [option(**more)]}


def icon_button() -> Json:
    return {"type": "icon_button", "icon": "trash", "text": plain()}


def rich_list() -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [rich_section({"type": "text", "text": "t"})]}


def picker(at: int) -> Json:
    return {"type": "datetimepicker", "initial_date_time": at}


def _names(table: list[tuple[Any, ...]]) -> list[str]:
    return [f"{row[0]}-{row[1]}" for row in table]


@pytest.mark.parametrize(("where", "most", "surface", "build"), CHARACTERS, ids=_names(CHARACTERS))
def test_text_is_accepted_at_its_limit_and_refused_one_above(
    where: str, most: int, surface: Surface, build: Callable[[int], Json]
) -> None:
    assert check_blocks([build(most)], surface=surface) == []
    assert check_blocks([build(most + 1)], surface=surface) == [
        f"must be less than {most + 1} characters [json-pointer:/blocks/0/{where}]"
    ]


@pytest.mark.parametrize(("where", "most", "surface", "build"), ITEMS, ids=_names(ITEMS))
def test_lists_are_accepted_at_their_limit_and_refused_one_above_and_when_empty(
    where: str, most: int, surface: Surface, build: Callable[[int], Json]
) -> None:
    assert check_blocks([build(most)], surface=surface) == []
    assert check_blocks([build(most + 1)], surface=surface) == [
        f"no more than {most} items allowed [json-pointer:/blocks/0/{where}]"
    ]
    assert check_blocks([build(0)], surface=surface) == [
        f"no less than 1 items allowed [json-pointer:/blocks/0/{where}]"
    ]


@pytest.mark.parametrize(("where", "least", "most", "surface", "build"), NUMBERS, ids=_names(NUMBERS))
def test_numbers_are_accepted_within_their_limits_and_refused_outside(
    where: str, least: int, most: int, surface: Surface, build: Callable[[int], Json]
) -> None:
    assert check_blocks([build(least)], surface=surface) == []
    assert check_blocks([build(most)], surface=surface) == []
    pointer = f"[json-pointer:/blocks/0/{where}]"
    assert check_blocks([build(most + 1)], surface=surface) == [f"must be less than {most + 1} {pointer}"]
    assert check_blocks([build(least - 1)], surface=surface) == [f"must be more than {least - 1} {pointer}"]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_a_surface_takes_so_many_blocks_and_no_more(surface: Surface, most: int) -> None:
    assert check_blocks([{"type": "divider"}] * most, surface=surface) == []
    assert check_blocks([{"type": "divider"}] * (most + 1), surface=surface) == [
        f"no more than {most} items allowed [json-pointer:/blocks]"
    ]


@given(row=st.sampled_from(CHARACTERS), length=st.integers(min_value=0, max_value=13_000))
def test_any_text_is_refused_exactly_when_it_is_empty_or_above_its_limit(
    row: tuple[str, int, Surface, Callable[[int], Json]], length: int
) -> None:
    where, most, surface, build = row
    length = max(length, len(LINK)) if "url" in where else length
    may_be_empty = where.endswith(("elements/0/value", "initial_value"))
    faults = check_blocks([build(length)], surface=surface)
    assert bool(faults) == (length > most or (length == 0 and not may_be_empty))


@given(text=st.text(min_size=2000, max_size=4000))
def test_characters_are_counted_not_bytes(text: str) -> None:
    assert bool(check_blocks([section(text=mrkdwn(text))], surface="message")) == (len(text) > 3000)


@pytest.mark.parametrize(
    ("where", "block"),
    [
        ("text/text", section(text=mrkdwn(""))),
        ("fields/0/text", section(fields=[mrkdwn("")])),
        ("fields/1/text", {"type": "section", "fields": [plain(), plain("")]}),
        ("text/text", {"type": "header", "text": plain("")}),
        ("elements/0/text", {"type": "context", "elements": [mrkdwn("")]}),
        ("elements/0/text/text", actions(button(text=plain("")))),
        ("elements/0/options/0/text/text", actions(select(options=[option() | {"text": plain("")}]))),
        ("elements/0/elements/0/text", rich(rich_section({"type": "text", "text": ""}))),
        ("alt_text", IMAGE | {"alt_text": ""}),
        ("text", {"type": "markdown", "text": ""}),
    ],
)
def test_an_empty_text_makes_the_whole_message_refused(where: str, block: Json) -> None:
    faults = check_blocks([section(), block], surface="message")
    assert faults == [f"must be more than 0 characters [json-pointer:/blocks/1/{where}]"]


def test_markdown_blocks_share_one_limit() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert check_blocks([half, half], surface="message") == []
    assert check_blocks([half, section(), half | {"text": "x" * 6001}], surface="message") == [
        "must be less than 12001 characters [json-pointer:/blocks/2/text]"
    ]


def test_a_message_takes_one_table_of_ten_thousand_characters() -> None:
    cell = {"type": "raw_text", "text": "x" * 10_000}
    full = {"type": "table", "rows": [[cell]]}
    assert check_blocks([full], surface="message") == []
    assert check_blocks([full, table(1, 1)], surface="message") == ["only_one_table_allowed [json-pointer:/blocks/1]"]
    over = copy.deepcopy(full)
    over["rows"].append([{"type": "raw_text", "text": "x"}])
    assert check_blocks([over], surface="message") == [
        "must be less than 10001 characters [json-pointer:/blocks/0/rows]"
    ]
