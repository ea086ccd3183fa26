"""How a wrong setting is told: where it stands, what is wrong, what to write instead. Never holds a secret's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong setting. `where` is `tocsin.toml:12`, `.env:3` or `environment NAME`; `hint` may be empty."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" ({self.hint})" if self.hint else "")


class SettingsError(Exception):
    """The settings can't be used. `faults` holds every fault found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Refused(Exception):
    """A reader's refusal of one value; the loader adds where the value stands and makes a `Fault` of it."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
