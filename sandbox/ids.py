"""Ids and timestamps in Slack's forms, the same on every run for one seed. It knows no object that bears them."""

import random
import string
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

_LETTERS = string.ascii_uppercase + string.digits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Ids:
    """Makes ids: `U…`, `C…`, `Ev…`, envelope ids, trigger ids, hashes."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def state(self) -> list[Any]:
        """Where it stands, as JSON; `resume` goes on from there."""
        version, numbers, gauss = self._random.getstate()
        return [version, list(numbers), gauss]

    def resume(self, state: list[Any]) -> None:
        """Make the ids that would have come next."""
        version, numbers, gauss = state
        self._random.setstate((version, tuple(numbers), gauss))

    def make(self, prefix: str, length: int = 10) -> str:
        """A new id such as `C0ABCDEFGHI`; the zero keeps it from reading as a word."""
        return prefix + "0" + "".join(self._random.choices(_LETTERS, k=length - 1))

    def uuid(self) -> str:
        """Like an envelope's or a client's message id."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def hex(self, length: int = 32) -> str:
        """So many hexadecimal digits, zeroes in front kept."""
        return f"{self._random.getrandbits(length * 4):0{length}x}"

    def block_id(self) -> str:
        """What Slack gives to a block that was sent without one."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=5))


def ts_at(instant: datetime) -> str:
    """Slack's timestamp of an instant: seconds, a point, six digits of microseconds."""
    return _ts((instant - _EPOCH) // timedelta(microseconds=1))


def ts_after(instant: datetime, last: str | None) -> str:
    """The timestamp of an instant, or the microsecond after `last` where that is not earlier."""
    micros = (instant - _EPOCH) // timedelta(microseconds=1)
    if last is not None:
        micros = max(micros, ts_micros(last) + 1)
    return _ts(micros)


def ts_micros(ts: str) -> int:
    """A timestamp as whole microseconds, for comparing; raises ValueError on anything else."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))


def instant_of(ts: str) -> datetime:
    """The instant of a timestamp, aware UTC."""
    return _EPOCH + timedelta(microseconds=ts_micros(ts))


def epoch(instant: datetime) -> int:
    """Whole seconds since 1970."""
    return (instant - _EPOCH) // timedelta(seconds=1)


def _ts(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
