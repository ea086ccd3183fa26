"""Instants and spans as people read them in Slack. Knows no template."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.markup import escape
from bot.domain.when import zone_label
from bot.wording import Wire


def instant(ts: str) -> datetime:
    """A Slack time as an instant, cut to whole seconds."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def spoken(at: datetime, zone: str, *, label: str | None = None, now: datetime | None = None) -> str:
    """`Fri 15 Mar 10:05 UTC` in a zone; the year is there when it is not that of `now`."""
    local = at.astimezone(ZoneInfo(zone))
    year = f" {local.year}" if now is None or local.year != now.astimezone(ZoneInfo(zone)).year else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M} {zone_label(at, zone, label)}"


def clock(at: datetime, zone: str, *, label: str | None = None) -> str:
    """`10:05 UTC` in a zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M} {zone_label(at, zone, label)}"


def token(at: datetime, shape: str, fallback: str) -> Wire:
    """Slack's date token: each reader sees it in the zone of their own device; `fallback` where it is not rendered."""
    return Wire(f"<!date^{int(at.timestamp())}^{shape}|{escape(fallback)}>")


def shown(at: datetime, zone: str, *, label: str | None = None, now: datetime | None = None) -> Wire:
    """An instant for many readers, each in their own zone; in `zone` where the token is not rendered."""
    return token(at, "{date_short_pretty} {time}", spoken(at, zone, label=label, now=now))


def same_offset(at: datetime, zone: str, other: str | None) -> bool:
    """Whether two zones show the same clock at an instant."""
    if not other:
        return True
    return at.astimezone(ZoneInfo(zone)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()


def span(length: timedelta) -> str:
    """`2 h 30 min`, `12 min`, `3 d 4 h`; rounded down to whole minutes."""
    minutes = max(0, int(length // timedelta(minutes=1)))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
