"""Where the workspace has Block Kit checked, and keeps what it checked. The rules lie in blocks/."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

# Every block may be legal and the message still refused: observed at about 13,200 characters in all.
MAX_WORDS = 13_200


@dataclass(frozen=True, eq=False)
class Drawn:
    """The blocks of a message, or a whole view, that the app sent by whatever way: an entry of `Workspace.drawn`."""

    body: Any
    faults: list[str]
    """Slack's words on what is wrong with it; where there are any, nobody was shown it."""


def message_faults(ws: "Workspace", blocks: object) -> list[str]:
    """Slack's words on what is wrong with a message's blocks."""
    from sandbox.blocks import check_blocks

    return _kept(ws, blocks, check_blocks(blocks, surface="message"))


def view_faults(ws: "Workspace", view: object) -> list[str]:
    """Slack's words on what is wrong with a view."""
    from sandbox.blocks import check_view

    return _kept(ws, view, check_view(view))


def _kept(ws: "Workspace", body: object, faults: list[str]) -> list[str]:
    ws.drawn.append(Drawn(body, faults))
    return faults


def words_in(value: object) -> int:
    """The characters of all texts in blocks."""
    if isinstance(value, list):
        return sum(words_in(item) for item in value)
    if not isinstance(value, dict):
        return 0
    own = sum(len(v) for k, v in value.items() if k == "text" and isinstance(v, str))
    return own + sum(words_in(v) for v in value.values() if isinstance(v, dict | list))
