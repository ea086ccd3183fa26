"""What a person gets back: words, buttons, their own text; how a refusal becomes words. Knows no command's rules."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import IncidentError
from bot.domain.markup import escape
from bot.domain.timeline import Kind
from bot.reference import new_reference, reference
from bot.wording import Wire, Wording
from storage.away import is_away

log = logging.getLogger(__name__)

SECTION_MOST = 3_000  # what Slack takes
SECTION = 2_900  # what a part of a long text fills, so that a frame around it has room
MESSAGE = 12_800  # characters of a whole message; Slack refuses some 13,200 in sum
BUTTON_VALUE = 2_000
OPTIONS_MOST = 100  # of a list that opens


@dataclass(frozen=True, slots=True)
class Button:
    """`label` is plain text. A click runs `command` as if typed there, or opens the form of the verb in `opens`, filled
    with what follows it (`edit #7`).

    `incident` is the number of the incident it is about, where it is shown outside of that incident's channel.
    """

    label: str
    command: str = ""
    opens: str = ""
    incident: int | None = None
    style: str | None = None

    @property
    def value(self) -> str:
        """What Slack hands back at a click."""
        return (
            f"{'' if self.incident is None else self.incident}|{f'form {self.opens}' if self.opens else self.command}"
        )

    @property
    def fits(self) -> bool:
        """Whether Slack takes it: a command that passes 2,000 characters does not go into a button."""
        return len(self.value) <= BUTTON_VALUE


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list, with what can be done about it: five choices at most, in a menu beside it."""

    words: Wire
    choices: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """A list that opens; `label` stands on it until something is chosen. Choosing does what the button would do."""

    label: str
    options: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A private answer. `given_back` is the person's own text, as they typed it; `view` a modal to open instead;
    `refused` is what stood in the way where nothing was recorded."""

    words: Wire
    buttons: tuple[Button, ...] = ()
    given_back: str = ""
    view: dict[str, Any] | None = None
    refused: Exception | None = None
    rows: tuple[Row, ...] = ()
    menus: tuple[Menu, ...] = ()

    def blocks(self) -> list[dict[str, Any]]:
        """Block Kit for a message."""
        words = _parts(self.words, MESSAGE)
        made = [section(part) for part in words]
        room = MESSAGE - sum(map(len, words))
        made += [row_block(row, place, room // len(self.rows)) for place, row in enumerate(self.rows)]
        if self.given_back.strip():
            # Three backticks would end the block; anything else is given back as it was typed.
            kept = _parts(escape(self.given_back.replace("```", "'''")), MESSAGE - sum(map(len, words)))
            made += [section(f"```\n{part}\n```") for part in kept]
        if any(button.fits for button in self.buttons):
            made.append(actions(self.buttons))
        if menus := [menu_element(menu, place) for place, menu in enumerate(self.menus) if menu.options]:
            made.append({"type": "actions", "elements": menus})
        return made

    def payload(self) -> dict[str, Any]:
        """For an acknowledgement, a response_url or chat.postEphemeral."""
        return {"response_type": "ephemeral", "text": self.words[:3_000] or " ", "blocks": self.blocks()}


def section(text: str) -> dict[str, Any]:
    """A section of mrkdwn, cut with an ellipsis where Slack would refuse its length, entities and all.

    `text` must not be empty: Slack refuses the whole message then.
    """
    shown = text if len(text) <= SECTION_MOST else f"{text[: _whole(text, SECTION_MOST - 1)]}…"
    return {"type": "section", "text": {"type": "mrkdwn", "text": shown or " "}}


def actions(buttons: tuple[Button, ...], block_id: str | None = None) -> dict[str, Any]:
    """A row of buttons; one whose command passes 2,000 characters is left out (the text is given back)."""
    elements = []
    for place, button in enumerate(buttons):
        if not button.fits:
            continue
        element: dict[str, Any] = {
            "type": "button",
            "action_id": f"{'open' if button.opens else 'run'}:{place}",
            "text": {"type": "plain_text", "text": button.label[:75]},
            "value": button.value,
        }
        if button.style:
            element["style"] = button.style
        elements.append(element)
    row: dict[str, Any] = {"type": "actions", "elements": elements[:25]}
    return row | ({"block_id": block_id} if block_id else {})


def row_block(row: Row, place: int, most: int) -> dict[str, Any]:
    """A section with its menu; one choice alone is a button."""
    made = section(_parts(row.words, min(most, SECTION))[0])
    if len(row.choices) == 1:
        made["accessory"] = actions(row.choices)["elements"][0] | {"action_id": f"run:row:{place}"}
    elif row.choices:
        made["accessory"] = {
            "type": "overflow",
            "action_id": f"run:row:{place}",
            "options": [_option(choice) for choice in row.choices[:5]],
        }
    return made


def menu_element(menu: Menu, place: int) -> dict[str, Any]:
    """A list that opens, for a row of actions."""
    return {
        "type": "static_select",
        "action_id": f"run:menu:{place}",
        "placeholder": {"type": "plain_text", "text": menu.label[:150]},
        "options": [_option(choice) for choice in menu.options[:OPTIONS_MOST]],
    }


def _option(choice: Button) -> dict[str, Any]:
    """`choice` must be short: an option's value holds 150 characters."""
    return {"text": {"type": "plain_text", "text": choice.label[:75]}, "value": choice.value[:150]}


def _parts(text: str, most: int) -> list[str]:
    """Text in parts that each fit a section, cut at line ends or spaces where there are any, never inside an entity.

    At most `most` characters in all; where they are passed, an ellipsis says so.
    """
    if len(text) > most:
        text = text[: _whole(text, max(0, most - 1))] + "…"
    parts = []
    while len(text) > SECTION:
        cut = max(text.rfind("\n", 0, SECTION), text.rfind(" ", 0, SECTION))
        cut = _whole(text, cut if cut > SECTION // 2 else SECTION)
        parts.append(text[:cut])
        text = text[cut:].lstrip("\n ")
    return [*parts, text] if text.strip() else parts or [" "]


def _whole(text: str, cut: int) -> int:
    """A place to cut at, not inside an entity."""
    ampersand = text.rfind("&", max(0, cut - 5), cut)
    return ampersand if ampersand > 0 and ";" not in text[ampersand:cut] else cut


def refusal(wording: Wording, error: IncidentError, *, typed: str = "", **more: object) -> Answer:
    """The words of a refusal, with the person's text given back; a bare verb is none, so that nothing follows them."""
    called = {name: wording.plain(f"kinds.{one}") for name, one in error.params.items() if isinstance(one, Kind)}
    words = wording.say(f"errors.{error.name}", **{**more, **error.params, **called})
    return Answer(words if typed else Wire(re.sub(r":$", ".", words)), given_back=typed)


def apology(wording: Wording, fault: BaseException, *, typed: str = "", doing: str = "") -> Answer:
    """For a database that is away, and for what nobody foresaw: with a reference that all lines of this payload carry
    in the log. The text is given back."""
    told = reference() or new_reference()
    away = is_away(fault)
    what = "the database is away" if away else "unforeseen fault"
    log.error(what, exc_info=fault, extra={"reference": told, "doing": doing})
    refused = fault if isinstance(fault, Exception) else None
    words = wording.say("errors.database_away" if away else "errors.unforeseen", reference=told)
    return Answer(words, given_back=typed, refused=refused)
