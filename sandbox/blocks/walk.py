"""Walks through blocks that may be faulty: what they hold, for the rules and for the people who press and type."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One thing a person can press, pick or type into, as it lies in a message or view.

    `block_id` and `action_id` are None where the sender left them to Slack. `label` is the button's text or the
    input block's label, "" for a menu outside an input block. `optional` is only ever True in an input block.
    `element` is the element itself, options and all.
    """

    block_id: str | None
    action_id: str | None
    kind: str
    label: str
    optional: bool
    element: dict[str, object]


def objects(value: object, at: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Every object in a JSON value, outer ones first, with its json-pointer."""
    if isinstance(value, dict):
        yield at, value
        for name, member in value.items():
            yield from objects(member, f"{at}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, f"{at}/{index}")


def total_text(blocks: object) -> int:
    """Characters of all the texts in blocks: above 13,200 Slack answers `msg_blocks_too_long`.

    Slack doesn't say what it sums; this counts every string called `text`, labels of buttons and options among them.
    """
    return sum(len(text) for _, found in objects(blocks, "") if isinstance(text := found.get("text"), str))


def inputs(blocks: object) -> list[Control]:
    """The elements of the input blocks, in reading order: what a view_submission's state will have."""
    return [
        _control(block, element, block.get("label"), block.get("optional") is True)
        for block in _blocks(blocks)
        if block.get("type") == "input" and isinstance(element := block.get("element"), dict)
    ]


def buttons(blocks: object) -> list[Control]:
    """All elements that send `block_actions` when used, in reading order: buttons, menus, pickers, checkboxes.

    An input block's element is among them only where the block has `dispatch_action`.
    """
    return [
        _control(block, element, element.get("text"), False)
        for block in _blocks(blocks)
        for element in _pressable(block)
        if element.get("type") != "image"
    ]


def _blocks(blocks: object) -> list[dict[str, object]]:
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _pressable(block: dict[str, object]) -> list[dict[str, object]]:
    elements: list[object] = []
    match block.get("type"), block:
        case "section", {"accessory": accessory}:
            elements = [accessory]
        case (("actions" | "context_actions"), {"elements": list(several)}):
            elements = several
        case "input", {"element": element, "dispatch_action": True}:
            elements = [element]
        case "card", {"actions": list(several)}:
            elements = several
        case "carousel", {"elements": list(cards)}:
            elements = [element for card in cards if isinstance(card, dict) for element in _pressable(card)]
    return [element for element in elements if isinstance(element, dict)]


def _control(block: dict[str, object], element: dict[str, object], label: object, optional: bool) -> Control:
    block_id, action_id = block.get("block_id"), element.get("action_id")
    text = label.get("text") if isinstance(label, dict) else None
    return Control(
        block_id=block_id if isinstance(block_id, str) else None,
        action_id=action_id if isinstance(action_id, str) else None,
        kind=str(element.get("type", "")),
        label=text if isinstance(text, str) else "",
        optional=optional,
        element=element,
    )
