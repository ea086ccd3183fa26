"""A modal or App Home view with what a person has put into it so far. It asks no permissions and sends nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.rendering import block_text, text_object

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

MAX_STACK = 3

# How each kind of element keeps its value: the key in the state, the key of its first value, what empty is.
_STATE: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}


def state_key(element_type: str) -> str | None:
    """The key under which an element of this type keeps its value in the state; None for buttons and the like."""
    entry = _STATE.get(element_type)
    return entry[0] if entry else None


def initial_state(element: JSON) -> JSON | None:
    """The state of an element nobody has touched."""
    entry = _STATE.get(element.get("type", ""))
    if entry is None:
        return None
    key, initial, empty = entry
    value = element.get(initial, empty)
    return {"type": element["type"], key: list(value) if isinstance(value, list) else value}


def elements_of(blocks: list[JSON]) -> Iterator[tuple[JSON, JSON]]:
    """Every interactive element with its block."""
    for block in blocks:
        kind = block.get("type")
        if kind == "input":
            found = [block.get("element")]
        elif kind == "section":
            found = [block.get("accessory")]
        elif kind in ("actions", "context_actions"):
            found = list(block.get("elements", []))
        else:
            found = []
        for element in found:
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element


def state_of(blocks: list[JSON], kept: JSON | None = None) -> JSON:
    """The state values of blocks; what `kept` holds for the same block and action stays."""
    values: JSON = {}
    for block, element in elements_of(blocks):
        state = initial_state(element)
        if state is None:
            continue
        old = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
        if old is not None and old["type"] == element["type"]:
            state = old
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


@dataclass(eq=False)
class View:
    """One view as a person has it before them."""

    id: str
    ws: "Workspace" = field(repr=False)
    person: "Person"
    definition: JSON = field(repr=False)
    hash: str
    opened_at: datetime
    root_view_id: str = ""
    previous_view_id: str | None = None
    values: JSON = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """What stands in red under the inputs, by block id."""

    def __post_init__(self) -> None:
        self.root_view_id = self.root_view_id or self.id
        self.values = state_of(self.blocks)

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.definition["type"])

    @property
    def callback_id(self) -> str:
        """What tells the app which of its forms this is; empty where it gave none."""
        return str(self.definition.get("callback_id") or "")

    @property
    def title(self) -> str:
        """The title as the person reads it."""
        return text_object(self.ws, self.person, self.definition.get("title"))

    @property
    def blocks(self) -> list[JSON]:
        """The blocks as the app sent them, block ids filled in."""
        return list(self.definition.get("blocks", []))

    @property
    def text(self) -> str:
        """The words of all blocks as the person reads them."""
        return block_text(self.ws, self.person, self.blocks)

    @property
    def private_metadata(self) -> str:
        """What the app gets back with the form; empty where it gave none."""
        return str(self.definition.get("private_metadata") or "")

    def block(self, block_id: str) -> JSON | None:
        """The block of that id, None where there is none."""
        return next((b for b in self.blocks if b.get("block_id") == block_id), None)

    def element(self, name: str) -> tuple[JSON, JSON]:
        """The element with this block id or action id, with its block; LookupError when there is none."""
        for block, element in elements_of(self.blocks):
            if name in (block.get("block_id"), element["action_id"]):
                return block, element
        known = [(b.get("block_id"), e["action_id"]) for b, e in elements_of(self.blocks)]
        raise LookupError(f"no input {name!r} in the view; there are {known}")

    def input(self, name: str) -> Any:
        """The present value of an input, by block id or action id: a string, an option's value, a list of them."""
        block, element = self.element(name)
        state = self.values[block["block_id"]][element["action_id"]]
        value = state[state_key(element["type"])]
        if isinstance(value, dict) and "value" in value:
            return value["value"]
        if isinstance(value, list):
            return [v["value"] if isinstance(v, dict) else v for v in value]
        return value

    def redefine(self, definition: JSON, new_hash: str) -> None:
        """Put another definition in place; inputs that stay keep what was put into them."""
        self.definition, self.hash, self.errors = definition, new_hash, {}
        self.values = state_of(self.blocks, self.values)

    def payload(self, with_state: bool = True) -> JSON:
        """The view object as methods answer it and interactions carry it."""
        given = self.definition
        body: JSON = {
            "id": self.id,
            "team_id": self.ws.team_id,
            "type": self.type,
            "blocks": self.blocks,
            "private_metadata": self.private_metadata,
            "callback_id": self.callback_id,
            "state": {"values": self.values if with_state else {}},
            "hash": self.hash,
            "title": given.get("title"),
            "clear_on_close": bool(given.get("clear_on_close", False)),
            "notify_on_close": bool(given.get("notify_on_close", False)),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": self.ws.app_id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": self.ws.team_id,
            "bot_id": self.ws.bot.id,
        }
        if self.type == "home":
            for key in ("submit", "close"):
                body.pop(key)
        return body
