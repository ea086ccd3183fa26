"""From a zone as typed to the zone that is meant, asking where it may be several; it must not know forms of clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.when.readings import Moment, Option, Question, Reading, Scene, Unreadable, Where
from bot.domain.when.zones import LABELS, LESS_LIKELY, Said, names_over_the_year, where_named, where_offset

Place = Callable[[Where], Reading]

_AMERICAN = ("America/", "US/", "Canada/")


def in_said_zone(said: Said, scene: Scene, place: Place) -> Reading:
    """What `place` makes of the zone that was said: 'my time', a place, an offset, or a label such as PST."""
    if said.kind == "zone":
        return place(where_named(said.name))
    if said.kind == "offset":
        return place(where_offset(said.offset, scene))
    if said.kind == "region":
        return place(_in_region(said.name, scene))
    if said.kind == "label":
        return _in_labelled(said.name, scene, place)
    typist = Where(scene.typist, scene.typist_name) if scene.typist is not None else None
    if said.kind == "mine":
        return place(typist) if typist else scene.refuse("no_typist_zone")
    here = Where(scene.zone, scene.zone_name)  # 'local time' is either, the typist's first
    return _agree([place(where) for where in (typist, here) if where], scene, "other_zone")


def _in_region(name: str, scene: Scene) -> Where:
    """'ET' is the incident's own zone where that keeps the region's winter offset (Toronto), else the region's."""
    winter = datetime(scene.now.year, 1, 1, tzinfo=UTC)
    if (
        scene.zone_name.startswith(_AMERICAN)
        and winter.astimezone(scene.zone).utcoffset() == winter.astimezone(ZoneInfo(name)).utcoffset()
    ):
        return Where(scene.zone, scene.zone_name)
    return where_named(name)


def _in_labelled(label: str, scene: Scene, place: Place) -> Reading:
    if label == "gmt":
        return _greenwich(scene, place)
    names = names_over_the_year(scene.zone, scene.now)
    if label in names or scene.zone_name in (*LABELS[label], LESS_LIKELY.get(label)):
        return place(Where(scene.zone, scene.zone_name, label))
    readings: list[Reading] = []
    for where in (where_named(name, label) for name in _typist_first(LABELS[label], scene)):
        reading = place(where)
        readings.append(reading)
        offset = names_over_the_year(where.zone, scene.now).get(label)
        if offset is not None and not _uses(where, reading):
            readings.append(place(where_offset(offset, scene)))  # 'PST' in August: by the letter an hour later
    return _agree(readings, scene, "ambiguous_zone")


def _greenwich(scene: Scene, place: Place) -> Reading:
    """GMT is exact, but in summer it is often said where London's clocks are meant."""
    literal = place(where_named("UTC"))
    if scene.zone_name in ("Europe/London", "Europe/Dublin", "Europe/Belfast", "GB"):
        return _agree([place(Where(scene.zone, scene.zone_name)), literal], scene, "ambiguous_zone")
    return literal


def _typist_first(names: tuple[str, ...], scene: Scene) -> list[str]:
    offset = scene.now.astimezone(scene.typist).utcoffset() if scene.typist is not None else None
    return sorted(names, key=lambda name: scene.now.astimezone(ZoneInfo(name)).utcoffset() != offset)


def _uses(where: Where, reading: Reading) -> bool:
    """True when the label is what the zone's clocks are called at every instant of the reading."""
    if isinstance(reading, Unreadable):
        return where.abbreviation(reading.suggestion) == where.label if reading.suggestion else False
    return all(where.abbreviation(at) == where.label for at, _ in _options(reading))


def _agree(readings: list[Reading], scene: Scene, reason: str) -> Reading:
    """The reading when all come to the same instant, else a question; the first refusal when none reads."""
    if len(readings) == 1:
        return readings[0]
    options: dict[datetime, Option] = {}
    for reading in readings:
        for at, option in _options(reading):
            options.setdefault(at, option)
    if not options:
        return readings[0]
    single = [reading for reading in readings if isinstance(reading, Moment)]
    if len(options) == 1 and len(single) == len(readings):
        return single[0]
    return scene.ask(reason, list(options.values()))


def _options(reading: Reading) -> list[tuple[datetime, Option]]:
    if isinstance(reading, Moment):
        return [(reading.at, Option(reading.at, reading.zone, "", reading.precision))]
    if isinstance(reading, Question):
        return [(option.at, option) for option in reading.options]
    return []
