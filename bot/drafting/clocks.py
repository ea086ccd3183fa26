"""Instants as the document prints them: in the incident's zone, with the label that is right on that date.

Knows no section. The words for days and months are a value, so that another locale brings its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.when import zone_label


@dataclass(frozen=True, slots=True)
class Calendar:
    """The names that dates and lengths are printed with; Monday and January come first."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    day_unit: str
    hour_unit: str
    minute_unit: str


DATE_STYLES = ("long", "iso", "american")
HOURS = ("24", "12")


@dataclass(frozen=True, slots=True)
class Look:
    """How dates and clocks are printed: `15 March 2024`, `2024-03-15` or `March 15, 2024`; `15:05` or `3:05 PM`."""

    dates: str = "long"
    hours: str = "24"

    def __post_init__(self) -> None:
        if self.dates not in DATE_STYLES or self.hours not in HOURS:
            raise ValueError(f"no such look: {self.dates!r}, {self.hours!r}")


ENGLISH = Calendar(
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    day_unit="d",
    hour_unit="h",
    minute_unit="min",
)


class Clock:
    """One zone's clock. `numeric_label` is printed for zones whose abbreviation is only a number."""

    def __init__(
        self, zone: str, numeric_label: str | None = None, calendar: Calendar = ENGLISH, look: Look | None = None
    ) -> None:
        self.zone = zone
        self._numeric_label = numeric_label
        self._calendar = calendar
        self._look = look or Look()
        self._tz = UTC if zone == "UTC" else ZoneInfo(zone)
        self._labels: dict[tuple[timedelta | None, str | None], str] = {}
        # A document prints most of its instants several times.
        self._locals: dict[datetime, datetime] = {}
        self._times: dict[tuple[datetime, bool], str] = {}
        self._days: dict[date, str] = {}

    def local(self, at: datetime) -> datetime:
        """The instant on this zone's clock."""
        if (local := self._locals.get(at)) is None:
            local = self._locals[at] = at.astimezone(self._tz)
        return local

    def iso(self, at: datetime) -> str:
        """ISO 8601 with the zone's offset then."""
        return self.local(at).isoformat()

    def label(self, at: datetime) -> str:
        """What the zone is called at that instant."""
        local = self.local(at)
        key = (local.utcoffset(), local.tzname())
        if key not in self._labels:
            self._labels[key] = zone_label(at, self.zone, self._numeric_label)
        return self._labels[key]

    def labels(self, instants: Iterable[datetime]) -> str:
        """The labels of several instants, each once, in order, joined by a slash: two across a clock change."""
        return "/".join(dict.fromkeys(self.label(at) for at in instants))

    def day(self, at: datetime) -> date:
        """The date in this zone."""
        return self.local(at).date()

    def long_date(self, at: datetime) -> str:
        """`Friday 15 March 2024`, `Friday 2024-03-15` or `Friday, March 15, 2024`."""
        weekday = self._calendar.weekdays[self.local(at).weekday()]
        comma = "," if self._look.dates == "american" else ""
        return f"{weekday}{comma} {self.calendar_date(self.day(at))}"

    def calendar_date(self, day: date) -> str:
        """`24 September 2023`, `2023-09-24` or `September 24, 2023`, for a date that no clock belongs to."""
        month = self._calendar.months[day.month - 1]
        match self._look.dates:
            case "iso":
                return day.isoformat()
            case "american":
                return f"{month} {day.day}, {day.year}"
            case _:
                return f"{day.day} {month} {day.year}"

    def short_date(self, at: datetime) -> str:
        """`Fri 15 Mar`, `2024-03-15` or `Fri Mar 15`."""
        if (short := self._days.get(today := self.day(at))) is None:
            short = self._days[today] = self._short(today)
        return short

    def _short(self, day: date) -> str:
        if self._look.dates == "iso":
            return day.isoformat()
        month = self._calendar.months[day.month - 1][:3]
        found = f"{month} {day.day}" if self._look.dates == "american" else f"{day.day} {month}"
        return f"{self._calendar.weekdays[day.weekday()][:3]} {found}"

    def bare(self, at: datetime, *, seconds: bool = False) -> str:
        """`15:05`, or `3:05 PM`, without the zone."""
        local = self.local(at)
        rest = f"{local.minute:02}" + (f":{local.second:02}" if seconds else "")
        if self._look.hours == "12":
            return f"{local.hour % 12 or 12}:{rest} {'AM' if local.hour < 12 else 'PM'}"
        return f"{local.hour:02}:{rest}"

    def time(self, at: datetime, *, seconds: bool = False) -> str:
        """`10:05 UTC`, with `seconds` as `10:05:20 UTC`."""
        if (time := self._times.get((at, seconds))) is None:
            time = self._times[at, seconds] = f"{self.bare(at, seconds=seconds)} {self.label(at)}"
        return time

    def full(self, at: datetime, *, seconds: bool = False) -> str:
        """`Friday 15 March 2024, 10:00 UTC`."""
        return f"{self.long_date(at)}, {self.time(at, seconds=seconds)}"

    def exact(self, at: datetime) -> str:
        """`Fri 15 Mar 2024, 10:00 UTC`, with seconds where there are any: nothing of the instant is lost."""
        time = self.time(at, seconds=bool(at.second))
        match self._look.dates:
            case "iso":
                return f"{self.short_date(at)}, {time}"
            case "american":
                return f"{self.short_date(at)}, {self.local(at).year}, {time}"
            case _:
                return f"{self.short_date(at)} {self.local(at).year}, {time}"

    def length(self, minutes: int) -> str:
        """`2 h 30 min`, `45 min`, `1 d 0 h 5 min`; nothing is `0 min`."""
        calendar = self._calendar
        hours, rest = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = [f"{days} {calendar.day_unit}"] if days else []
        parts += [f"{hours} {calendar.hour_unit}"] if days or hours else []
        parts += [f"{rest} {calendar.minute_unit}"] if rest or days or not hours else []
        return " ".join(parts)
