"""What a message may hold: text, blocks, attachments and metadata out of a call's arguments, checked as Slack does."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.blockcheck import MAX_WORDS, message_faults, words_in
from sandbox.errors import SlackError
from sandbox.text import posted
from sandbox.webapi.call import Call

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

MAX_TEXT = 40_000
MAX_MARKDOWN = 12_000
MAX_METADATA = 16_000  # not on the method's page; the figure that is quoted
NO_WORDS = "This content can't be displayed."  # what Slack puts where blocks came without text


@dataclass
class Content:
    """The parts of a message; None is a part that was not given."""

    text: str | None
    blocks: list[JSON] | None
    attachments: list[JSON] | None
    metadata: JSON | None

    @property
    def empty(self) -> bool:
        """Nothing that a message could show."""
        return not (self.text or self.blocks or self.attachments)


def content(call: Call, *, most: int = MAX_TEXT, too_long: str | None = None) -> Content:
    """The parts of the message in a call; longer text than `most` is cut, or refused with `too_long`."""
    blocks = _blocks(call)
    attachments = _attachments(call)
    text = _text(call, blocks)
    if text is not None and len(text) > most:
        if too_long:
            raise SlackError(too_long)
        text = text[:most]
    return Content(text, blocks, attachments, _metadata(call))


def _text(call: Call, blocks: list[JSON] | None) -> str | None:
    if call.args.get("markdown_text") is not None:
        if call.args.get("text") is not None or blocks is not None:
            raise SlackError("markdown_text_conflict")
        words = call.text("markdown_text")
        if len(words) > MAX_MARKDOWN:
            raise SlackError("msg_too_long")
        return posted(words)
    if call.args.get("text") is None:
        return None
    return posted(call.text("text"), link=call.text("parse") != "none")


def _blocks(call: Call) -> list[JSON] | None:
    blocks = call.parsed("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
        raise SlackError("invalid_blocks_format")
    check(call.ws, blocks)
    if words_in(blocks) > MAX_WORDS:
        raise SlackError("msg_blocks_too_long")
    return blocks


def check(ws: "Workspace", blocks: list[JSON]) -> None:
    """invalid_blocks with Slack's own words where Block Kit's rules are broken."""
    faults = message_faults(ws, blocks)
    if faults:
        raise SlackError("invalid_blocks", *faults, errors=faults)


def _attachments(call: Call) -> list[JSON] | None:
    attachments = call.parsed("attachments", "invalid_attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    for attachment in attachments:
        if "blocks" in attachment:
            check(call.ws, attachment["blocks"])
    return attachments


def _metadata(call: Call) -> JSON | None:
    metadata = call.parsed("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if metadata == {}:
        return {}
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata["event_payload"])) > MAX_METADATA:
        raise SlackError("metadata_too_large")
    return metadata
