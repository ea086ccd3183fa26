"""Trigger ids: the leave to open one view, for three seconds after a person did something."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.people import Person
    from sandbox.views import View

TRIGGER_LIFE = timedelta(seconds=3)


@dataclass(eq=False)
class Trigger:
    """One leave; `view` is the modal it was issued from, None outside modals."""

    id: str
    person: "Person"
    issued_at: datetime
    view: "View | None" = None
    used: bool = False

    def fault(self, now: datetime) -> str | None:
        """The error that views.open and views.push give for this trigger, None while it is good."""
        if now - self.issued_at > TRIGGER_LIFE:
            return "expired_trigger_id"
        return "exchanged_trigger_id" if self.used else None
