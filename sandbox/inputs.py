"""What a person's choice becomes in an element's state, and what Slack's own client refuses before sending."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from sandbox.errors import NotPossible
from sandbox.views import View, elements_of, state_key

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

_MANY = "multi_"


def chosen(ws: "Workspace", element: JSON, value: Any) -> JSON:
    """The state of an element after a person put `value` in; NotPossible for a choice that is not offered."""
    kind = element["type"]
    key = state_key(kind)
    if kind == "overflow":
        return {"type": kind, "selected_option": _option(element, value)}
    if key is None:
        raise NotPossible(f"nothing can be put into a {kind}")
    if key in ("selected_option", "selected_options"):
        picked = [_option(element, v) for v in _listed(value)]
        return {"type": kind, key: picked if key.endswith("s") else (picked[0] if picked else None)}
    if kind.endswith(("users_select", "conversations_select", "channels_select")):
        ids = [_id(ws, v) for v in _listed(value)]
        return {"type": kind, key: ids if kind.startswith(_MANY) else (ids[0] if ids else None)}
    return {"type": kind, key: _plain(kind, value)}


def complaints(view: View) -> dict[str, str]:
    """The inputs that Slack's client marks by itself: empty ones that are required, words too short or too long."""
    found: dict[str, str] = {}
    for block, element in elements_of(view.blocks):
        if block["type"] != "input":
            continue
        state = view.values[block["block_id"]][element["action_id"]]
        value = state[state_key(element["type"])]
        if value in (None, "", []):
            if not block.get("optional", False):
                found[block["block_id"]] = "Please complete this required field."
        elif isinstance(value, str):
            fault = _length_fault(element, value)
            if fault:
                found[block["block_id"]] = fault
        elif isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
            found[block["block_id"]] = f"Select at most {element['max_selected_items']} items."
    return found


def _length_fault(element: JSON, value: str) -> str | None:
    least, most = element.get("min_length"), element.get("max_length", 3000)
    if element["type"] == "number_input":
        return _number_fault(element, value)
    if least is not None and len(value) < int(least):
        return f"Please enter at least {least} characters."
    if element["type"] == "plain_text_input" and len(value) > int(most):
        return f"Please enter at most {most} characters."
    return None


def _number_fault(element: JSON, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    whole = number == int(number) or element.get("is_decimal_allowed", False)
    high = float(element.get("max_value", number))
    low = float(element.get("min_value", number))
    return None if whole and low <= number <= high else "Please enter a number in the range."


def _option(element: JSON, value: Any) -> JSON:
    if isinstance(value, dict) and element["type"].endswith("external_select"):
        return value
    groups = element.get("option_groups") or []
    options = [*element.get("options", []), *(o for g in groups for o in g.get("options", []))]
    for option in options:
        if value in (option.get("value"), option["text"]["text"]):
            return dict(option)
    raise NotPossible(f"{value!r} is not offered; there are {[o.get('value') for o in options]}")


def _id(ws: "Workspace", value: Any) -> str:
    if isinstance(value, str):
        person = ws.by_handle(value.lstrip("@"))
        return person.id if person else value
    return str(value.id)


def _plain(kind: str, value: Any) -> Any:
    if value is None or kind in ("rich_text_input", "file_input"):
        return value
    if kind == "datetimepicker":
        return int(value.timestamp()) if isinstance(value, datetime) else int(value)
    if kind == "datepicker":
        return value.isoformat() if isinstance(value, date) else str(value)
    if kind == "timepicker":
        return value.strftime("%H:%M") if isinstance(value, time) else str(value)
    return str(value) or None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]
