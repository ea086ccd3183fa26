"""Holds whole messages and views to Block Kit's rules; it must not know who sent them or where they go."""

import json
from collections.abc import Iterator

from sandbox.blocks.layout import BLOCKS, BLOCKS_MOST, MARKDOWN_MOST, Surface
from sandbox.blocks.objects import plain
from sandbox.blocks.rule import Anything, Flag, Kinds, Many, Rule, Text, fault, kind
from sandbox.blocks.walk import objects

VIEW_BYTES_MOST = 250_000
"""A view's size as JSON in UTF-8 above which Slack answers `view_too_large`."""

TABLE_CHARACTERS_MOST = 10_000
"""All cells of a message's table together; reported from the field, on no page of Slack's."""


def check_blocks(blocks: object, *, surface: Surface) -> list[str]:
    """The faults Slack would list under `errors`, each with its json-pointer from `/blocks`; empty when it accepts.

    A value that isn't an array of objects gets a fault too, though Slack's error is then `invalid_blocks_format`.
    """
    return list(_block_faults(blocks, surface, "/blocks"))


def check_view(view: object) -> list[str]:
    """The faults Slack would list for a modal or home view, each with its json-pointer from `/view`.

    A view above 250 KB gets a fault that begins `view_too_large`, which is Slack's error for it.
    """
    faults = list(_VIEW.faults(view, "/view"))
    surface: Surface | None = None
    if isinstance(view, dict):
        surface = "modal" if view.get("type") == "modal" else "home" if view.get("type") == "home" else None
    if isinstance(view, dict) and surface and "blocks" in view:
        faults += _block_faults(view["blocks"], surface, "/view/blocks")
        faults += _needs_submit(view)
        faults += _focus_faults(view["blocks"])
    if view_bytes(view) > VIEW_BYTES_MOST:
        faults.append(fault("view_too_large", "/view"))
    return faults


def view_bytes(view: object) -> int:
    """The size Slack weighs a view by: compact JSON in UTF-8."""
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())


_LABEL = plain(24)
_BLOCKS = Anything()  # judged apart, by the surface they are on
_EVERY_VIEW: dict[str, Rule] = {
    "private_metadata": Text(3000),
    "callback_id": Text(255),
    "external_id": Text(255),
}
_MODAL: dict[str, Rule] = {
    "submit": _LABEL,
    "close": _LABEL,
    "clear_on_close": Flag(),
    "notify_on_close": Flag(),
}
_VIEW = Kinds(
    {
        "modal": kind("modal", {"title": _LABEL, "blocks": _BLOCKS}, {**_EVERY_VIEW, **_MODAL}),
        "home": kind("home", {"blocks": _BLOCKS}, _EVERY_VIEW),
    }
)


def _block_faults(blocks: object, surface: Surface, at: str) -> Iterator[str]:
    yield from Many(BLOCKS[surface], 0, BLOCKS_MOST[surface]).faults(blocks, at)
    yield from _repeated(blocks, at)
    yield from _markdown_faults(blocks, at)
    yield from _table_faults(blocks, at)


def _repeated(blocks: object, at: str) -> Iterator[str]:
    """block_id and action_id name one thing each in a message or view; the second bearer is at fault."""
    seen: set[tuple[str, str]] = set()
    for place, found in objects(blocks, at):
        for name in ("block_id", "action_id"):
            value = found.get(name)
            if not isinstance(value, str):
                continue
            if (name, value) in seen:
                yield fault(f'`{name}` "{value}" already exists', f"{place}/{name}")
            seen.add((name, value))


def _of_kind(blocks: object, name: str) -> list[tuple[int, dict[str, object]]]:
    found = enumerate(blocks) if isinstance(blocks, list) else ()
    return [(index, block) for index, block in found if isinstance(block, dict) and block.get("type") == name]


def _markdown_faults(blocks: object, at: str) -> Iterator[str]:
    total = 0
    for index, block in _of_kind(blocks, "markdown"):
        text = block.get("text")
        if not isinstance(text, str) or len(text) > MARKDOWN_MOST:
            continue  # its own rule has told
        total += len(text)
        if total > MARKDOWN_MOST:
            yield fault(f"must be less than {MARKDOWN_MOST + 1} characters", f"{at}/{index}/text")


def _table_faults(blocks: object, at: str) -> Iterator[str]:
    for number, (index, table) in enumerate(_of_kind(blocks, "table")):
        if number:
            yield fault("only_one_table_allowed", f"{at}/{index}")
        cells = sum(len(text) for _, cell in objects(table, "") if isinstance(text := cell.get("text"), str))
        if cells > TABLE_CHARACTERS_MOST:
            yield fault(f"must be less than {TABLE_CHARACTERS_MOST + 1} characters", f"{at}/{index}/rows")


def _needs_submit(view: dict[str, object]) -> Iterator[str]:
    if view.get("type") == "modal" and "submit" not in view:
        for index, _ in _of_kind(view["blocks"], "input"):
            yield fault("must define `submit` to use an `input` block in modals", f"/view/blocks/{index}/input")


def _focus_faults(blocks: object) -> Iterator[str]:
    focused = [place for place, found in objects(blocks, "/view/blocks") if found.get("focus_on_load") is True]
    for place in focused[1:]:
        yield fault("only one element can have `focus_on_load`", f"{place}/focus_on_load")
