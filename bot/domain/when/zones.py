"""Zones as people name them: `UTC`, `PST`, `Nairobi time`, `UTC+3`, `my time`; it must not know clocks or dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.domain.when.readings import Scene, Where
from bot.domain.when.words import END

LABELS: dict[str, tuple[str, ...]] = {
    "pst": ("America/Los_Angeles",), "pdt": ("America/Los_Angeles",),
    "mst": ("America/Denver", "America/Phoenix"), "mdt": ("America/Denver",),
    "cst": ("America/Chicago", "Asia/Shanghai"), "cdt": ("America/Chicago",),
    "est": ("America/New_York",), "edt": ("America/New_York",),
    "ast": ("America/Halifax", "Asia/Riyadh"), "adt": ("America/Halifax",),
    "nst": ("America/St_Johns",), "ndt": ("America/St_Johns",),
    "akst": ("America/Anchorage",), "akdt": ("America/Anchorage",), "hst": ("Pacific/Honolulu",),
    "brt": ("America/Sao_Paulo",), "art": ("America/Argentina/Buenos_Aires",), "cot": ("America/Bogota",),
    "pet": ("America/Lima",), "clt": ("America/Santiago",), "clst": ("America/Santiago",),
    "wet": ("Europe/Lisbon",), "west": ("Europe/Lisbon",), "bst": ("Europe/London",),
    "cet": ("Europe/Berlin",), "cest": ("Europe/Berlin",), "eet": ("Europe/Helsinki",), "eest": ("Europe/Helsinki",),
    "msk": ("Europe/Moscow",), "trt": ("Europe/Istanbul",), "wat": ("Africa/Lagos",), "cat": ("Africa/Maputo",),
    "eat": ("Africa/Nairobi",), "sast": ("Africa/Johannesburg",), "idt": ("Asia/Jerusalem",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"), "gst": ("Asia/Dubai",), "pkt": ("Asia/Karachi",),
    "npt": ("Asia/Kathmandu",), "ict": ("Asia/Bangkok",), "wib": ("Asia/Jakarta",), "sgt": ("Asia/Singapore",),
    "myt": ("Asia/Kuala_Lumpur",), "pht": ("Asia/Manila",), "hkt": ("Asia/Hong_Kong",), "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",), "awst": ("Australia/Perth",), "acst": ("Australia/Adelaide",),
    "acdt": ("Australia/Adelaide",), "aest": ("Australia/Sydney",), "aedt": ("Australia/Sydney",),
    "nzst": ("Pacific/Auckland",), "nzdt": ("Pacific/Auckland",),
}  # fmt: skip
"""Abbreviation -> the zones it may mean. Where tzdata knows only a number for a zone, its label is taken as said."""

LESS_LIKELY = {"bst": "Asia/Dhaka", "cst": "America/Havana"}
"""Zones that a label means only where the incident is theirs."""
REGIONS = {"pt": "America/Los_Angeles", "mt": "America/Denver", "ct": "America/Chicago", "et": "America/New_York"}
_LONG = {
    "pacific": "pt", "us pacific": "pt", "mountain": "mt", "us mountain": "mt", "us central": "ct", "central": "ct",
    "eastern": "et", "us eastern": "et", "us/pacific": "pt", "us/eastern": "et", "us/central": "ct",
    "us/mountain": "mt", "pacific standard": "pst", "pacific daylight": "pdt", "mountain standard": "mst",
    "mountain daylight": "mdt", "central standard": "cst", "central daylight": "cdt", "eastern standard": "est",
    "eastern daylight": "edt", "central european": "cet", "central european summer": "cest", "india standard": "ist",
    "indian standard": "ist", "east africa": "eat", "west africa": "wat", "british summer": "bst",
    "eastern european": "eet", "eastern european summer": "eest", "greenwich mean": "gmt", "greenwich": "gmt",
    "japan standard": "jst", "coordinated universal": "utc", "zulu": "utc", "universal": "utc",
}  # fmt: skip
_PLACES = {
    "uk": "Europe/London", "england": "Europe/London", "british": "Europe/London", "ireland": "Europe/Dublin",
    "germany": "Europe/Berlin", "german": "Europe/Berlin", "france": "Europe/Paris", "french": "Europe/Paris",
    "spain": "Europe/Madrid", "italy": "Europe/Rome", "poland": "Europe/Warsaw", "sweden": "Europe/Stockholm",
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "geneva": "Europe/Zurich",
    "milan": "Europe/Rome", "barcelona": "Europe/Madrid", "manchester": "Europe/London", "kyiv": "Europe/Kyiv",
    "india": "Asia/Kolkata", "indian": "Asia/Kolkata", "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "bengaluru": "Asia/Kolkata", "chennai": "Asia/Kolkata",
    "hyderabad": "Asia/Kolkata", "pune": "Asia/Kolkata", "pakistan": "Asia/Karachi", "nepal": "Asia/Kathmandu",
    "china": "Asia/Shanghai", "beijing": "Asia/Shanghai", "shenzhen": "Asia/Shanghai", "japan": "Asia/Tokyo",
    "korea": "Asia/Seoul", "israel": "Asia/Jerusalem", "tel aviv": "Asia/Jerusalem", "hanoi": "Asia/Ho_Chi_Minh",
    "abu dhabi": "Asia/Dubai", "kenya": "Africa/Nairobi", "nigeria": "Africa/Lagos", "ghana": "Africa/Accra",
    "abuja": "Africa/Lagos", "egypt": "Africa/Cairo", "south africa": "Africa/Johannesburg",
    "cape town": "Africa/Johannesburg", "san francisco": "America/Los_Angeles", "sf": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "portland": "America/Los_Angeles", "california": "America/Los_Angeles",
    "la": "America/Los_Angeles", "austin": "America/Chicago", "dallas": "America/Chicago",
    "houston": "America/Chicago", "texas": "America/Chicago", "nyc": "America/New_York", "boston": "America/New_York",
    "atlanta": "America/New_York", "miami": "America/New_York", "washington": "America/New_York",
    "montreal": "America/Toronto", "rio": "America/Sao_Paulo", "rio de janeiro": "America/Sao_Paulo",
    "canberra": "Australia/Sydney", "new zealand": "Pacific/Auckland", "wellington": "Pacific/Auckland",
}  # fmt: skip
_NOT_CITIES = frozenset(
    {"east", "west", "north", "south", "center", "easter", "central", "eastern", "pacific", "mountain"}
)
_AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
_QUARTER_ZONES = (
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Kabul", "Asia/Yangon", "Australia/Darwin",
    "Australia/Eucla", "Pacific/Chatham", "Pacific/Marquesas", "America/St_Johns", "Australia/Lord_Howe",
)  # fmt: skip

_OFFSET = re.compile(
    r"(?:(?P<base>utc|gmt) ?(?P<a>[+-]) ?|(?P<b>[+-]))(?P<hour>[0-9]{1,2})(?::?(?P<minute>[0-9]{2}))?(?![0-9:a-z])"
)
_ISO_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}\b")
_UTC = re.compile(rf"(?:utc|gmt|z|zulu|uct)(?: time)?{END}")
_MINE = re.compile(rf"(?:in )?my (?:own )?(?:local )?(?:time ?zone|time|tz|zone|clock|watch){END}")
_LOCAL = re.compile(rf"local(?: time)?{END}")
_WORDS = re.compile(r"(?:in )?(?P<name>[a-z][a-z_/'.+0-9-]*(?: [a-z][a-z']*){0,3})")


@dataclass(frozen=True, slots=True)
class Said:
    """A zone as typed: `kind` is zone, offset, label, region, mine or local; `name` an IANA name or the label."""

    kind: str
    name: str = ""
    offset: timedelta = timedelta(0)
    loose: bool = False  # 'in Berlin', which may as well be a place


def zones_at(text: str, start: int) -> Iterator[tuple[int, Said]]:
    """Every way to read a zone from there on, the longest first: where it ends, and the zone."""
    if found := _OFFSET.match(text, start):
        yield from _offset(text, start, found)
    if found := _UTC.match(text, start):
        yield found.end(), Said("label", "gmt") if text.startswith("gmt", start) else Said("zone", "UTC")
    if found := _MINE.match(text, start):
        yield found.end(), Said("mine")
    if found := _LOCAL.match(text, start):
        yield found.end(), Said("local")
    if found := _WORDS.match(text, start):
        yield from _named(text, start, found)


def _offset(text: str, start: int, found: re.Match[str]) -> Iterator[tuple[int, Said]]:
    hours, minutes = int(found["hour"]), int(found["minute"] or 0)
    if hours > 14 or minutes not in (0, 15, 30, 45) or (not found["base"] and len(found["hour"]) < 2):
        return
    negative = "-" in (found["a"] or found["b"])
    if negative and not found["base"] and not _ISO_DAY.match(text) and text[:start].rstrip()[-5:] <= found[0][1:]:
        return  # '07:00 -08:00' is a range of clocks to most people, not an offset
    offset = timedelta(hours=hours, minutes=minutes)
    yield found.end(), Said("offset", offset=-offset if negative else offset)


def _named(text: str, start: int, found: re.Match[str]) -> Iterator[tuple[int, Said]]:
    loose = text.startswith("in ", start)
    name, end = found["name"], found.end()
    while name:
        bare = name.removesuffix(" time").removesuffix(" local").removesuffix(" standard time").rstrip("'")
        bare = bare.removesuffix("'s").strip(" .")
        if bare and (said := _look_up(bare, name != bare)):
            yield end, Said(said.kind, said.name, said.offset, loose and name == bare)
        name = name.rpartition(" ")[0]
        end = found.start("name") + len(name)


def _look_up(name: str, called_time: bool) -> Said | None:
    name = _LONG.get(name, name)
    if name in REGIONS:
        return Said("region", REGIONS[name])
    if name in LABELS or name == "gmt":
        return Said("label", name)
    if name == "utc":
        return Said("zone", "UTC")
    if (name in _NOT_CITIES and not called_time) or (name == "la" and not called_time):
        return None
    found = places().get(name)
    return Said("zone", found) if found else None


@lru_cache(maxsize=1)
def places() -> dict[str, str]:
    """Cities, countries and IANA names, in lower case, to IANA names. Reads the list of zones once."""
    known: dict[str, str] = {}
    for name in sorted(available_timezones()):
        known[name.lower()] = name
        if name.startswith(_AREAS):
            known[name.rpartition("/")[2].lower().replace("_", " ")] = name
    for ambiguous in ("gmt", "est", "mst", "hst", "cet", "met", "eet", "wet", "factory", "localtime"):
        known.pop(ambiguous, None)
    return known | _PLACES


def zone_of(name: str) -> tzinfo | None:
    """The zone of that IANA name, None when there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def where_named(name: str, label: str = "") -> Where:
    """The zone of an IANA name that is known to exist."""
    return Where(UTC if name == "UTC" else ZoneInfo(name), name, label)


def where_offset(offset: timedelta, scene: Scene) -> Where:
    """A fixed offset, under the name of a zone that has it now: the incident's if it fits, else the nearest to hand."""
    zone: tzinfo = timezone(offset)
    if scene.now.astimezone(scene.zone).utcoffset() == offset:
        return Where(zone, scene.zone_name)
    hours, rest = divmod(offset, timedelta(hours=1))
    if not rest:
        return Where(zone, f"Etc/GMT{-hours:+d}" if hours else "UTC")
    for name in _QUARTER_ZONES:
        if scene.now.astimezone(ZoneInfo(name)).utcoffset() == offset:
            return Where(zone, name)
    return Where(zone, "UTC")


def names_over_the_year(zone: tzinfo, at: datetime) -> dict[str, timedelta]:
    """What the zone's clocks call themselves in winter and in summer of that year, with the offsets."""
    seen: dict[str, timedelta] = {}
    for month in (1, 7):
        local = datetime(at.year, month, 1, tzinfo=UTC).astimezone(zone)
        seen[(local.tzname() or "").lower()] = local.utcoffset() or timedelta(0)
    return seen
