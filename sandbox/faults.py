"""Faults on demand, per Web API call: before or after its effect. It knows no method."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.webapi.call import Call

When = Literal["before", "after"]


@dataclass(eq=False)
class Fault:
    """One planned fault; `left` counts down to zero, None never ends."""

    method: str
    when: When
    error: str | None
    status: int
    retry_after: int | None
    body: str | None
    content_type: str
    delay: timedelta
    drop: bool
    left: int | None
    match: "Callable[[Call], bool] | None"

    def fits(self, call: "Call", when: When) -> bool:
        """Whether it is due for this call, before or after its effect."""
        if self.when != when or self.left == 0 or self.method not in (call.method, "*"):
            return False
        return self.match is None or self.match(call)


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def add(
        self, method: str, when: When = "before", *, error: str | None = None, status: int | None = None,
        retry_after: int | None = None, body: str | None = None, content_type: str = "text/html",
        delay: timedelta = timedelta(0), drop: bool = False, times: int | None = 1,
        match: "Callable[[Call], bool] | None" = None,
    ) -> Fault:  # fmt: skip
        """Plan a fault for calls of a method ("*" for any; "upload" is the sending of a file's bytes).

        `when="after"` lets the call have its effect first. `error` answers `ok: false`; `status` an HTTP status
        (429 with `retry_after`) with `body`; `delay` waits by the workspace's clock first, and alone only delays;
        `drop` cuts the connection without an answer. `times=None` never ends, `match` chooses among the calls.
        """
        if status is None:
            status = 200
        fault = Fault(method, when, error, status, retry_after, body, content_type, delay, drop, times, match)
        self._planned.append(fault)
        return fault

    def take(self, call: "Call", when: When) -> Fault | None:
        """The first fault that fits this call now, counted down."""
        for fault in self._planned:
            if fault.fits(call, when):
                if fault.left is not None:
                    fault.left -= 1
                return fault
        return None

    def clear(self) -> None:
        """Forget what was planned; later calls succeed."""
        self._planned.clear()
