"""How a job can end other than well, and the words that are kept of it; it knows no job."""

from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path

from storage.job_tables import SUSPECT

#: A job is given up after so many tries that raised.
MOST_FAILURES = 10
#: One that waits for somebody who does not answer, when it has waited so long.
LONGEST_AWAY = timedelta(days=1)
#: And after so many claims in a row whose end nobody saw, without a step done. From `SUSPECT` on nothing else was in
#: hand, and the process had lived a while without it: such a job kills its process.
MOST_LOST = SUSPECT + 3
#: What is kept of it begins so.
DIED = "the process died"
_LONGEST_WAIT = 300
_ERROR_WIDTH = 255


class Retry(Exception):
    """It did not happen, try again in `after`: Slack said 429, or something is not there yet. Counts as no failure.

    With `method`, nobody calls that method before then: `Gates` and `ctx.gate(method)` of all replicas obey. A job that
    raises this for ever is tried for ever.
    """

    def __init__(self, after: timedelta, method: str | None = None) -> None:
        super().__init__(f"again in {after.total_seconds():g} s")
        self.after = after
        self.method = method


class Permanent(Exception):
    """Trying again is of no use. `reason` is kept and shown: short, no person's words, no secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Away(Exception):
    """Whom the job calls does not answer, or says that it is unwell: the call may have taken effect.

    It is tried again for a day, with growing pauses, since others can be away for hours.
    """


class Fenced(Exception):
    """Another worker has the job, because this one was silent for too long. Let it pass: no more may be done."""


def wait_after(failures: int) -> timedelta:
    """How long to wait after the n-th failure: 2, 4, 8 … seconds, five minutes at most."""
    return timedelta(seconds=min(_LONGEST_WAIT, 2**failures))


def reason_of(error: BaseException) -> str:
    """What is kept of an error: our own words of a `Permanent`; else its class and place, since its text may hold words
    that people typed, or a token."""
    if isinstance(error, Permanent):
        return error.reason[:_ERROR_WIDTH]
    return f"{type(error).__name__} at {(trace_of(error) or ['?'])[-1]}"[:_ERROR_WIDTH]


def trace_of(error: BaseException) -> list[str]:
    """Where an error came from, outermost first, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
