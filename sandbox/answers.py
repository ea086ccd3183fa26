"""What comes back to a person who typed, clicked or submitted, and the response_url that later words come by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sandbox import posting
from sandbox.blockcheck import message_faults
from sandbox.channels import Channel
from sandbox.courier import Delivery
from sandbox.messages import Message
from sandbox.seen import Button, Seen, see
from sandbox.text import posted

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.workspace import Workspace

JSON = dict[str, Any]

HOOK_USES = 5
HOOK_LIFE = timedelta(minutes=30)


@dataclass(eq=False)
class Answer:
    """What a person sees of a command or a click: at once, and later."""

    text: str = ""
    """The words of the acknowledgement as this person reads them; empty when nothing was shown at once."""
    failed: str | None = None
    """What the person sees instead of success: operation_timeout, dispatch_failed, invalid_command, …"""
    seen: Seen | None = None
    later: list[Seen] = field(default_factory=list)
    """What came by the response_url, in order."""
    delivery: Delivery | None = field(default=None, repr=False)

    @property
    def blocks(self) -> list[JSON]:
        """The blocks of what came back; none where nothing did."""
        return self.seen.blocks if self.seen else []

    @property
    def buttons(self) -> list[Button]:
        """The buttons that can be clicked in what came back."""
        return self.seen.buttons if self.seen else []


@dataclass(eq=False)
class SubmitResult:
    """What became of a submitted modal."""

    errors: dict[str, str] = field(default_factory=dict)
    """Block id -> the words under that input, from the client's own checks or from the app."""
    outcome: Literal["closed", "updated", "pushed", "cleared", "errors", "failed"] = "closed"
    failed: str | None = None
    delivery: Delivery | None = field(default=None, repr=False)

    @property
    def closed(self) -> bool:
        """The form is gone: it alone, or the whole stack."""
        return self.outcome in ("closed", "cleared")

    @property
    def updated(self) -> bool:
        """Another view stands in the form's place."""
        return self.outcome == "updated"

    @property
    def pushed(self) -> bool:
        """Another view lies on top of the form."""
        return self.outcome == "pushed"


@dataclass(eq=False)
class Hook:
    """One response_url: five uses within thirty minutes."""

    ws: "Workspace"
    id: str
    kind: Literal["commands", "actions"]
    person: "Person"
    channel: Channel
    created_at: datetime
    target: Message | None = None
    """The message whose button was clicked; commands have none."""
    answer: Answer | None = None
    uses: int = 0

    @property
    def url(self) -> str:
        """The address as the bot is given it; it answers for 30 minutes and five times."""
        return f"{self.ws.url}/{self.kind}/{self.ws.team_id}/{self.id}"

    def use(self, body: JSON) -> tuple[int, str]:
        """Take one POST; the answer is the HTTP status and body."""
        if self.ws.clock.now() - self.created_at > HOOK_LIFE:
            return 404, '{"ok":false,"error":"expired_url"}'
        if self.uses >= HOOK_USES:
            return 404, '{"ok":false,"error":"used_url"}'
        self.uses += 1
        if body.get("delete_original"):
            return self._delete()
        message, fault = speak(self.ws, self.person, self.channel, body, self._replaceable(body))
        if fault is not None:
            return 400 if fault == "invalid_blocks" else 500, fault
        if message is not None and self.answer is not None:
            self.answer.later.append(see(self.ws, self.person, message))
        return 200, "ok"

    def _replaceable(self, body: JSON) -> Message | None:
        return self.target if body.get("replace_original") else None

    def _delete(self) -> tuple[int, str]:
        if self.target is None:
            return 404, "no_original"
        if self.target.ephemeral_for:
            self.target.deleted = True
        else:
            posting.delete(self.ws, self.target)
        return 200, "ok"


def speak(
    ws: "Workspace", person: "Person", channel: Channel, body: JSON, replaced: Message | None = None
) -> tuple[Message | None, str | None]:
    """Show what an acknowledgement or a response_url said; the message, or the error that refused it."""
    text, blocks = body.get("text"), body.get("blocks") or []
    attachments = body.get("attachments") or []
    if not text and not blocks and not attachments:
        return None, "no_text"
    if message_faults(ws, blocks):
        return None, "invalid_blocks"
    words = posted(str(text or ""))[:40_000]
    parts: JSON = {"blocks": blocks, "attachments": attachments}
    if replaced is not None:
        return _replace(ws, replaced, words, parts), None
    parts["thread_ts"] = body.get("thread_ts")
    if body.get("response_type") == "in_channel":
        message = posting.post(ws, channel, words, user_id=ws.bot_user_id, bot=ws.bot, **parts)
    else:
        message = posting.whisper(ws, channel, words, person.id, **parts)
    return message, None


def _replace(ws: "Workspace", message: Message, words: str, parts: JSON) -> Message:
    if message.ephemeral_for is None:
        posting.edit(ws, message, ws.bot_user_id, text=words, **parts)
        return message
    message.text, message.blocks, message.attachments = words, parts["blocks"], parts["attachments"]
    posting.give_block_ids(ws, message.blocks)
    return message


Finder = Callable[[Button], bool]
