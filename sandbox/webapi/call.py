"""One Web API call: its arguments in whatever of Slack's three shapes they came, and the record kept of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

JSON = dict[str, Any]
Caller = Literal["bot", "app", "none", "unknown"]


@dataclass(eq=False)
class CallRecord:
    """What a call asked and what it was told: an entry of `Workspace.calls`."""

    method: str
    args: JSON
    at: datetime
    caller: Caller
    """Whose token came with it."""
    answer: JSON | None = None
    error: str | None = None
    status: int | None = None
    """The HTTP status; None while the call is open or when its connection was dropped."""
    injected: bool = False
    """Whether the answer is a planned fault's."""


@dataclass(eq=False)
class Call:
    """A call as a method sees it."""

    ws: "Workspace"
    method: str
    args: JSON
    caller: Caller
    warnings: list[str] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """What happens once the answer is out, as with files that Slack shares in its own time."""

    @property
    def user_id(self) -> str:
        """Who calls: the app's bot."""
        return self.ws.bot_user_id

    def text(self, name: str, default: str = "") -> str:
        """An argument as a string; absent and null are the default."""
        value = self.args.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument, in any of the spellings that Slack takes."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        return value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int) -> int:
        """A whole number; invalid_arguments when it is none."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments", f"must be a valid integer [json-pointer:/{name}]") from None

    def parsed(self, name: str, error: str) -> Any:
        """An argument that is JSON or a string of JSON; `error` when the string is none. Absent is None."""
        value = self.args.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None

    def names(self, name: str) -> list[str]:
        """A list, sent as one or as a string with commas."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(v) for v in value]
        return [part.strip() for part in str(value or "").split(",") if part.strip()]
