"""What a person gets back: words, buttons, their own text; how a refusal becomes words. Knows no command's rules."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import IncidentError
from bot.domain.markup import escape
from bot.wording import Wire, Wording

log = logging.getLogger(__name__)

SECTION = 2_900  # Slack's limit is 3,000; entities can make text grow once more
GIVEN_BACK = 12_400  # what fits a message beside a sentence of ours; Slack refuses some 13,200 in sum
BUTTON_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Button:
    """`label` is plain text. A click runs `command` as if typed there, or opens the modal `opens` (`name:argument`).

    `incident` is the number of the incident it is about, where it is shown outside of that incident's channel.
    """

    label: str
    command: str = ""
    opens: str = ""
    incident: int | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A private answer. `given_back` is the person's own text, as they typed it; `view` a modal to open instead;
    `refused` says that nothing was recorded."""

    words: Wire
    buttons: tuple[Button, ...] = ()
    given_back: str = ""
    view: dict[str, Any] | None = None
    refused: bool = False

    def blocks(self) -> list[dict[str, Any]]:
        """Block Kit for a message."""
        made = [section(part) for part in _parts(self.words)]
        if self.given_back:
            made += [
                section(f"```{part}```") for part in _parts(escape(self.given_back)[:GIVEN_BACK].replace("`", "'"))
            ]
        if self.buttons:
            made.append(actions(self.buttons))
        return made

    def payload(self) -> dict[str, Any]:
        """For an acknowledgement, a response_url or chat.postEphemeral."""
        return {"response_type": "ephemeral", "text": self.words[:3_000] or " ", "blocks": self.blocks()}


def section(text: str) -> dict[str, Any]:
    """A section of mrkdwn. `text` must not be empty: Slack refuses the whole message then."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or " "}}


def actions(buttons: tuple[Button, ...], block_id: str | None = None) -> dict[str, Any]:
    """A row of buttons; one whose command passes 2,000 characters is left out (the text is given back)."""
    elements = []
    for place, button in enumerate(buttons):
        about = "" if button.incident is None else str(button.incident)
        value = f"{about}|{button.opens or button.command}"
        if len(value) > BUTTON_VALUE:
            continue
        element: dict[str, Any] = {
            "type": "button",
            "action_id": f"{'open' if button.opens else 'run'}:{place}",
            "text": {"type": "plain_text", "text": button.label[:75]},
            "value": value,
        }
        if button.style:
            element["style"] = button.style
        elements.append(element)
    row: dict[str, Any] = {"type": "actions", "elements": elements[:25]}
    return row | ({"block_id": block_id} if block_id else {})


def _parts(text: str) -> list[str]:
    """Text in parts that each fit a section, cut at line ends or spaces where there are any, never inside an entity."""
    parts = []
    while len(text) > SECTION:
        cut = max(text.rfind("\n", 0, SECTION), text.rfind(" ", 0, SECTION))
        cut = cut if cut > SECTION // 2 else SECTION
        ampersand = text.rfind("&", cut - 5, cut)
        if ampersand > 0 and ";" not in text[ampersand:cut]:
            cut = ampersand
        parts.append(text[:cut])
        text = text[cut:].lstrip("\n ")
    return [*parts, text] if text.strip() else parts or [" "]


def refusal(wording: Wording, error: IncidentError, *, typed: str = "", **more: object) -> Answer:
    """The words of a refusal, with the person's text given back."""
    return Answer(wording.say(f"errors.{error.name}", **{**more, **error.params}), given_back=typed)


def apology(wording: Wording, fault: BaseException, *, typed: str = "", doing: str = "") -> Answer:
    """For what nobody foresaw: a reference that is also in the log. The text is given back."""
    reference = secrets.token_hex(4)
    log.error("unforeseen fault", exc_info=fault, extra={"reference": reference, "doing": doing})
    return Answer(wording.say("errors.unforeseen", reference=reference), given_back=typed)
