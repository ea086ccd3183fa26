"""What a zone is called on a date; it must not know how anything is laid out."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.when.zones import zone_of


def zone_label(at: datetime, zone: str, numeric_label: str | None = None) -> str:
    """The zone's abbreviation at that instant: 'PST', 'CET', 'UTC'.

    For zones whose abbreviation is only a number ('+04'), `numeric_label` if given, else 'UTC+04:00'. ValueError when
    there is no such zone.
    """
    where = zone_of(zone)
    if where is None:
        raise ValueError(f"no such time zone: {zone}")
    local = at.astimezone(where)
    name = local.tzname() or ""
    if name[:1] not in ("+", "-", ""):
        return name
    if numeric_label:
        return numeric_label
    minutes = int((local.utcoffset() or timedelta(0)).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
