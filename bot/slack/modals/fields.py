"""A form's fields as Block Kit, and what stands in them when it comes back. Knows no verb and no rule of any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bot.slack.answer import section
from bot.wording import Wire, Wording

Block = dict[str, Any]

INPUT_MOST = 3_000  # characters of a plain_text_input
LINE_MOST = 300  # characters of a field of one line
TIME_MOST = 80
OPTIONS_MOST = 100
CHECKS_MOST = 10
OPTION_TEXT = 75
TITLE_MOST = 24


@dataclass(frozen=True, slots=True)
class Option:
    """One of several to choose from; `value` has 150 characters at most, `meaning` stands below it."""

    text: str
    value: str
    meaning: str = ""

    def block(self) -> Block:
        """As Slack takes it: 75 characters of each text."""
        made: Block = {"text": _plain(shortened(self.text)), "value": self.value}
        return made | ({"description": _plain(shortened(self.meaning))} if self.meaning else {})


@dataclass(slots=True)
class Form:
    """A view in the making. `shown` tells for each field what stood in it, so that only what was touched is sent on."""

    wording: Wording
    blocks: list[Block] = field(default_factory=list)
    shown: dict[str, int] = field(default_factory=dict)

    def say(self, words: Wire) -> None:
        """Words above the next field."""
        self.blocks.append(section(words))

    def remark(self, words: Wire) -> None:
        """Small words above the next field."""
        self.blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": words[:INPUT_MOST]}]})

    def line(self, block_id: str, label: str, *, initial: str = "", needed: bool = False, **more: Any) -> None:
        """One line of text; `most` characters, with a `placeholder` where one is given."""
        most, placeholder = int(more.get("most", LINE_MOST)), more.get("placeholder")
        element: Block = {"type": "plain_text_input", "max_length": most}
        element |= {"initial_value": initial[:most]} if initial else {}
        element |= {"placeholder": _plain(placeholder)} if placeholder else {}
        self._put(block_id, label, element, initial[:most], needed=needed, hint=more.get("hint"))

    def area(self, block_id: str, label: str, *, initial: str = "", needed: bool = False) -> None:
        """Several lines of text."""
        element: Block = {"type": "plain_text_input", "multiline": True, "max_length": INPUT_MOST}
        element |= {"initial_value": initial[:INPUT_MOST]} if initial else {}
        self._put(block_id, label, element, initial[:INPUT_MOST], needed=needed)

    def select(
        self, block_id: str, label: str, options: Sequence[Option], *, initial: str = "", needed: bool = False
    ) -> None:
        """One of up to a hundred, in a list that opens. There must be one at least."""
        offered = [one.block() for one in options[:OPTIONS_MOST]]
        first = next((one for one in offered if one["value"] == initial), None)
        element: Block = {"type": "static_select", "options": offered}
        element |= {"initial_option": first} if first else {}
        self._put(block_id, label, element, initial if first else "", needed=needed)

    def radio(self, block_id: str, label: str, options: Sequence[Option], *, needed: bool = False) -> None:
        """One of a few, all in sight."""
        offered = [one.block() for one in options[:CHECKS_MOST]]
        self._put(block_id, label, {"type": "radio_buttons", "options": offered}, "", needed=needed)

    def checks(self, block_id: str, label: str, options: Sequence[Option], *, initial: Iterable[str] = ()) -> None:
        """Any of up to ten."""
        offered = [one.block() for one in options[:CHECKS_MOST]]
        first = [one for one in offered if one["value"] in set(initial)]
        element: Block = {"type": "checkboxes", "options": offered}
        element |= {"initial_options": first} if first else {}
        self._put(block_id, label, element, ",".join(one["value"] for one in first))

    def people(self, block_id: str, label: str, *, initial: Sequence[str] = ()) -> None:
        """Any number of people, by Slack's own list."""
        element: Block = {"type": "multi_users_select"}
        element |= {"initial_users": list(initial)} if initial else {}
        self._put(block_id, label, element, ",".join(initial))

    def person(self, block_id: str, label: str, *, initial: str = "", needed: bool = False) -> None:
        """One person, by Slack's own list."""
        element: Block = {"type": "users_select"}
        element |= {"initial_user": initial} if initial else {}
        self._put(block_id, label, element, initial, needed=needed)

    def day(self, block_id: str, label: str, *, initial: str = "") -> None:
        """A day of the calendar, as an ISO date."""
        element: Block = {"type": "datepicker"}
        element |= {"initial_date": initial} if _is_date(initial) else {}
        self._put(block_id, label, element, initial if _is_date(initial) else "")

    def moment(self, *, initial: str = "", needed: bool = False) -> None:
        """When it happened: in words as people type them, or picked (then in the reader's own zone)."""
        said = self.wording.plain
        placeholder = said("modals.time_placeholder")
        self.line("time", said("modals.time"), initial=initial, most=TIME_MOST, placeholder=placeholder, needed=needed)
        if not needed:  # Slack asks for each needed field; one of two can't be said
            self._put("picked", said("modals.picked"), {"type": "datetimepicker"}, "")

    def _put(
        self, block_id: str, label: str, element: Block, shown: str, *, needed: bool = False, hint: str | None = None
    ) -> None:
        self.shown[block_id] = fingerprint(shown)
        block = {"type": "input", "block_id": block_id, "label": _plain(label), "optional": not needed}
        block |= {"hint": _plain(hint)} if hint else {}
        self.blocks.append(block | {"element": element | {"action_id": block_id}})

    def view(self, callback_id: str, title: str, about: Mapping[str, Any], submit: str = "") -> Block:
        """The view. `about` comes back with it: what it is about, and no words that are kept elsewhere."""
        said = self.wording.plain
        return {
            "type": "modal",
            "callback_id": callback_id,
            "title": _plain(title[:TITLE_MOST]),
            "submit": _plain((submit or said("modals.save"))[:TITLE_MOST]),
            "close": _plain(said("modals.cancel")),
            "private_metadata": json.dumps(dict(about), ensure_ascii=False),
            "blocks": self.blocks,
        }


def with_way_back(view: Block, response_url: Any) -> Block:
    """A view that brings back where to answer: we may be no member of the channel where it was asked for.

    The address is Slack's own, good for half an hour; it goes back to Slack and nowhere else.
    """
    about = json.loads(view["private_metadata"]) | ({"response_url": response_url} if response_url else {})
    return view | {"private_metadata": json.dumps(about, ensure_ascii=False)}


def values_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields of a form that came back, by block: several joined by commas, instants as UTC."""
    said = {}
    for block_id, fields in ((view.get("state") or {}).get("values") or {}).items():
        for element in fields.values():
            said[str(block_id)] = _value(element)
    return said


def _value(element: Mapping[str, Any]) -> str:
    for key in ("selected_option", "selected_options", "selected_users", "selected_user", "selected_date"):
        if key in element:
            chosen = element[key]
            if isinstance(chosen, list):
                return ",".join(str(one["value"]) if isinstance(one, Mapping) else str(one) for one in chosen)
            return str(chosen["value"]) if isinstance(chosen, Mapping) else str(chosen or "")
    if element.get("selected_date_time"):
        return f"{datetime.fromtimestamp(int(element['selected_date_time']), UTC):%Y-%m-%d %H:%M} UTC"
    return str(element.get("value") or "")


def fingerprint(words: str) -> int:
    """Tells whether somebody changed what stood in a field, without putting it into the view's metadata."""
    words = words.replace("\r\n", "\n").strip()  # what a client may do to them by itself
    return len(words) * 1_000_003 + sum(ord(character) * place for place, character in enumerate(words, 1))


def shortened(text: str, most: int = OPTION_TEXT) -> str:
    """Text that fits an option, in one line."""
    words = " ".join(text.split()) or "…"
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _is_date(words: str) -> bool:
    try:
        return bool(date.fromisoformat(words))
    except ValueError:
        return False


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
