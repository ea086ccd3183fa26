"""When an incident asks for something that is missing: a commander, an update, an answer. Pure rules, no clock.

All instants are aware UTC; a span of None means that nobody is ever reminded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.incident import IncidentState
from bot.domain.timeline import Entry, Kind

A_DAY = timedelta(days=1)
#: By what part of the silence the next asking is put off: the first three hours at half an hour are as they were.
PATIENCE = 6


def minutes(count: int) -> timedelta | None:
    """A setting's minutes as a span; 0 is never."""
    return timedelta(minutes=count) if count else None


def commander_due_at(state: IncidentState, standing: Sequence[Entry], after: timedelta | None) -> datetime | None:
    """When the lack of a commander is to be said; None where there is one, or never."""
    if after is None or state.commander_id is not None or state.declared_at is None:
        return None
    freed = [one.recorded_at for one in standing if one.kind is Kind.ROLE and one.data.get("role") == "commander"]
    return max([state.declared_at, *freed]) + after


def update_due_at(
    state: IncidentState,
    standing: Sequence[Entry],
    after: timedelta | None,
    last: datetime | None = None,
    until: datetime | None = None,
) -> datetime | None:
    """When an update is to be asked for; None for never.

    `last` is when it was asked for last, or put off until `until`, which holds unless there was an update since. A new
    commander has as long as the one before had.
    """
    told = [one.recorded_at for one in standing if one.kind in (Kind.UPDATE, Kind.REOPENED)]
    if last is not None and until is not None and not any(at >= last for at in told):
        return until
    if after is None or state.declared_at is None:
        return None
    taken = [one.recorded_at for one in standing if one.kind is Kind.ROLE and one.data.get("role") == "commander"]
    since = max([state.declared_at, *told])
    asked = [last + asked_again_after(after, last - since)] if last and last > since else []
    return max([since + after, *(at + after for at in taken), *asked])


def asked_again_after(after: timedelta, quiet: timedelta) -> timedelta:
    """How long until the next asking: as long again, and longer the longer nobody answers, a day at most.

    An incident that was forgotten must not ring every half hour for a month.
    """
    return max(after, min(quiet / PATIENCE, A_DAY))


def quiet_since(state: IncidentState, standing: Sequence[Entry]) -> datetime | None:
    """Since when nobody has told anything: the last update, else the declaration."""
    told = [one.recorded_at for one in standing if one.kind is Kind.UPDATE]
    return told[-1] if told else state.declared_at


def answer_due_at(escalation: Entry, after: timedelta | None) -> datetime | None:
    """When it is to be said that nobody has answered: counted from when the asking was recorded."""
    return escalation.recorded_at + after if after is not None else None
