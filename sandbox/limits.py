"""Rate limits: a bucket per method by its tier, and one a second per channel for posting. It knows only names."""

import math
from dataclasses import dataclass
from datetime import datetime

from sandbox.clock import Clock

# Calls a minute that Slack promises for each tier.
PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_PER_MINUTE = 300  # "several hundred per minute" for the whole workspace


@dataclass
class _Bucket:
    tokens: float
    at: datetime


class Limits:
    """Token buckets that fill by the workspace's clock; so a clock that stands fills nothing."""

    def __init__(self, clock: Clock, *, on: bool = True, burst: float = 1.0, channel_burst: int = 5) -> None:
        self._clock = clock
        self.on = on
        self.burst = burst
        """A method's bucket holds this many minutes' worth of calls."""
        self.channel_burst = channel_burst
        """How many messages a channel takes at once before it takes one a second."""
        self._buckets: dict[str, _Bucket] = {}

    def wait_for(self, method: str, tier: int | None, channel: str | None) -> int | None:
        """Count a call; None when it may pass, else the whole seconds for Retry-After."""
        if not self.on:
            return None
        asked: list[tuple[str, float, float]] = []
        if tier is not None:
            per_minute = PER_MINUTE[tier]
            asked.append((method, max(1.0, per_minute * self.burst), per_minute / 60))
        if method == "chat.postMessage":
            asked.append((method, POSTS_PER_MINUTE * self.burst, POSTS_PER_MINUTE / 60))
            asked.append((f"{method}:{channel}", float(self.channel_burst), 1.0))
        waits = [self._lack(key, size, rate) / rate for key, size, rate in asked]
        if any(wait > 0 for wait in waits):
            return max(1, math.ceil(max(waits)))
        for key, _, _ in asked:
            self._buckets[key].tokens -= 1
        return None

    def _lack(self, key: str, size: float, rate: float) -> float:
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        bucket.tokens = min(size, bucket.tokens + (now - bucket.at).total_seconds() * rate)
        bucket.at = now
        return max(0.0, 1 - bucket.tokens)
