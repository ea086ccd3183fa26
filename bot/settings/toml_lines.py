"""Where each key of a TOML text stands, which the standard parser does not tell. Knows no settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]


def key_lines(text: str) -> dict[Path, int]:
    """Path of each key and table (indices for arrays of tables) -> its line, counted from 1. The text must be valid.

    A statement ends at the first line break where the lines since the last one parse by themselves: a break inside
    a multi-line string or array leaves them unclosed, so no grammar of our own is needed.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    begun, pending = 1, ""
    for number, line in enumerate(text.split("\n"), start=1):
        begun = begun if pending else number
        pending += line + "\n"
        try:
            parsed = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        head, pending = pending.lstrip(), ""
        if head.startswith("["):
            table = _table_path(parsed, counts, many=head.startswith("[["))
            lines.setdefault(table, begun)
        else:
            for path in _paths(parsed):
                lines.setdefault(table + path, begun)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a key, or of the nearest table around it that has one; 1 when none has."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _paths(parsed: dict[str, object]) -> Iterator[Path]:
    for key, value in parsed.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *rest) for rest in _paths(value))


def _table_path(header: dict[str, object], counts: dict[Path, int], *, many: bool) -> Path:
    path: Path = ()
    names = [str(one) for one in list(_paths_of_header(header))]
    for position, name in enumerate(names):
        path = (*path, name)
        if many and position == len(names) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def _paths_of_header(header: object) -> Iterator[str]:
    while isinstance(header, (dict, list)) and header:
        if isinstance(header, list):
            header = header[0]
        else:
            name, header = next(iter(header.items()))
            yield name
