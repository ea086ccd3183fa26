"""The issue summary from what stands: when, what was hit, and why in a sentence. Knows no format."""

from __future__ import annotations

from bot.domain.incident import IncidentState
from bot.domain.timeline import Entry, Kind
from bot.drafting.reading import Reading, moment
from bot.drafting.statements import Impact, Moment, Share, Statement, Stretch, Summary


def summarize(reading: Reading, state: IncidentState) -> Summary:
    """The summary; its windows are the state's, each with the entries that open and close it."""
    windows = tuple(
        Stretch(
            start=_opening(reading, window.opened_by, state, first=position == 0),
            end=None if window.closed_by is None else moment(reading.by_number[window.closed_by]),
        )
        for position, window in enumerate(state.windows)
    )
    return Summary(
        start=windows[0].start if windows else None,
        end=windows[-1].end if windows else None,
        windows=windows,
        impact=_impact(reading),
        root_cause=told(reading, Kind.CAUSE),
    )


def told(reading: Reading, kind: Kind) -> tuple[Statement, ...]:
    """The words of every standing entry of a kind, in the order recorded."""
    return tuple(Statement(text=reading.text(entry), entries=(entry.number,)) for entry in reading.told(kind))


def _opening(reading: Reading, number: int, state: IncidentState, *, first: bool) -> Moment:
    return moment(reading.by_number[number], assumed=first and state.start_assumed)


def _impact(reading: Reading) -> Impact:
    impacts = reading.of(Kind.IMPACT)
    services, unaffected = _services(reading, impacts)
    return Impact(
        services=services,
        unaffected=unaffected,
        experience=told(reading, Kind.IMPACT),
        share=_share(reading, impacts),
    )


def _services(reading: Reading, impacts: list[Entry]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """(affected, unaffected), without repeats, in the order recorded. What was said last of a service holds."""
    affected: dict[str, Statement] = {}
    spared: dict[str, Statement] = {}
    for entry in impacts:
        for key, ours, theirs in (("services", affected, spared), ("unaffected", spared, affected)):
            for name in reading.keys(entry).get(key) or ():
                folded = " ".join(name.split()).casefold()
                theirs.pop(folded, None)
                ours.setdefault(folded, Statement(text=name, entries=(entry.number,)))
    return tuple(affected.values()), tuple(spared.values())


def _share(reading: Reading, impacts: list[Entry]) -> Share | None:
    """From the last impact that says a percentage; where none does, the last that says why there is none."""
    said = [entry for entry in impacts if reading.keys(entry).get("percent") is not None]
    said = said or [entry for entry in impacts if reading.words(entry, "percent_text")]
    if not said:
        return None
    last = said[-1]
    percent = reading.keys(last).get("percent")
    if isinstance(percent, float) and percent.is_integer():
        percent = int(percent)
    return Share(text=reading.words(last, "percent_text"), percent=percent, entries=(last.number,))
