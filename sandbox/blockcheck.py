"""Where the workspace has Block Kit checked: what it adds is the sum of a message's words. The rules lie in blocks/."""

from typing import Any

JSON = dict[str, Any]

# Every block may be legal and the message still refused: observed at about 13,200 characters in all.
MAX_WORDS = 13_200


def message_faults(blocks: object) -> list[str]:
    """Slack's words on what is wrong with a message's blocks."""
    from sandbox.blocks import check_blocks

    return check_blocks(blocks, surface="message")


def view_faults(view: object) -> list[str]:
    """Slack's words on what is wrong with a view."""
    from sandbox.blocks import check_view

    return check_view(view)


def words_in(value: object) -> int:
    """The characters of all texts in blocks."""
    if isinstance(value, list):
        return sum(words_in(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = sum(len(v) for k, v in value.items() if k == "text" and isinstance(v, str))
    return own + sum(words_in(v) for v in value.values() if isinstance(v, dict | list))
