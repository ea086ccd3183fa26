"""What goes wrong on purpose: people's impossible acts, and the errors that Web API methods answer."""

from typing import Any


class NotPossible(Exception):
    """A person tried what Slack would not let them do: post where they are no member, edit another's message."""


class SlackError(Exception):
    """A method's refusal: `{"ok": false, "error": …}` with whatever else the answer holds."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more: dict[str, Any] = dict(more)
        if messages:
            self.more["response_metadata"] = {"messages": [f"[ERROR] {m}" for m in messages]}
