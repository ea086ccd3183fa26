"""How replicas keep out of each other's way in time; knows neither jobs nor replicas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """Spans for all replicas of one database alike. Calls to the outside must end well within `lease`."""

    lease: timedelta = timedelta(seconds=60)
    """A replica that was silent for so long is taken for dead: its jobs go to others, its connections count no more."""
    heartbeat: timedelta = timedelta(seconds=20)
    """How often a sign of life is given, at most a third of the lease."""
    poll: timedelta | None = timedelta(seconds=1)
    """How often to look for what other replicas left; None where there are no others. SQLite has none in any case."""
    calm: timedelta = timedelta(seconds=15)
    """How long a process has lived before it tries a job that may be what killed others. One that dies before that dies
    of something else, so that a storm of kills is held against nobody."""
