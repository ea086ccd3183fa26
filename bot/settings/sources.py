"""Where settings are written: tocsin.toml, `.env` and the environment, each value with its place. Knows no meanings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from bot.settings import toml_lines
from bot.settings.refusal import Fault, Refused


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was written: text from the environment, from TOML what its type there is.

    `name` is what a fault calls it; empty where the place already names it.
    """

    value: object
    where: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Named texts, as an environment has them. An empty text counts as not given: compose files write those."""

    values: Mapping[str, str]
    #: Name -> its line in the file; None for the real environment.
    lines: Mapping[str, int] | None = None
    file: str = ""

    def where(self, name: str) -> str:
        """The place to name in a fault."""
        return f"environment {name}" if self.lines is None else f"{self.file}:{self.lines.get(name, 1)}"

    def plain(self, name: str) -> Given | None:
        """What stands under this name, or None."""
        value = self.values.get(name, "")
        return Given(value, self.where(name), "" if self.lines is None else name) if value.strip() else None

    def secret(self, name: str) -> Given | None:
        """What stands under this name, or in the file that NAME_FILE names. Raises `Refused` for both, or no file."""
        direct, by_file = self.plain(name), self.plain(f"{name}_FILE")
        if by_file is None:
            return direct
        if direct is not None:
            raise Refused(f"{name} and {name}_FILE are both given", "keep one")
        try:
            return Given(Path(str(by_file.value)).read_text(encoding="utf-8").strip(), by_file.where, by_file.name)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise Refused(f"cannot read {by_file.value}: {why}") from None


@dataclass(frozen=True, slots=True)
class Toml:
    """A TOML file with the line of each key."""

    file: str = ""
    tree: Mapping[str, object] = field(default_factory=dict)
    lines: dict[toml_lines.Path, int] = field(default_factory=dict)

    def where(self, *path: str | int) -> str:
        """The place of a key, as `tocsin.toml:12`."""
        return f"{self.file}:{toml_lines.line_of(self.lines, path)}"

    def given(self, key: str) -> Given | None:
        """What stands under a dotted name, or None."""
        value: object = self.tree
        path = tuple(key.split("."))
        for part in path:
            if not isinstance(value, Mapping) or part not in value:
                return None
            value = value[part]
        return Given(value, self.where(*path), key)


def read_dotenv(path: Path | None, faults: list[Fault]) -> Names:
    """The names of a `.env` file: `path`, or `.env` here if there is one. Values are taken as they stand, no `${…}`."""
    chosen = path or Path(".env")
    text = _text_of(chosen, faults, must_exist=path is not None)
    if not text:
        return Names({}, {}, str(chosen))
    from dotenv.parser import parse_stream  # only where there is such a file: most starts have none

    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for binding in parse_stream(StringIO(text)):
        string = binding.original.string
        line = binding.original.line + string[: len(string) - len(string.lstrip())].count("\n")
        if binding.error:
            faults.append(Fault(f"{chosen}:{line}", "is not of the form NAME=value"))
        elif binding.key:
            values[binding.key], lines[binding.key] = binding.value or "", line
    return Names(values, lines, str(chosen))


def read_toml(path: Path | None, faults: list[Fault]) -> Toml:
    """The file at `path`, or tocsin.toml here if there is one. A file that is no TOML is one fault with its line."""
    chosen = path or Path("tocsin.toml")
    text = _text_of(chosen, faults, must_exist=path is not None)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = found.group(1) if found else str(text.count("\n") + 1)
        what = re.sub(r" *\(at .*\)$", "", str(error))
        faults.append(Fault(f"{chosen}:{line}", f"is not TOML: {what}"))
        return Toml(str(chosen))
    return Toml(str(chosen), tree, toml_lines.key_lines(text))


def _text_of(path: Path, faults: list[Fault], *, must_exist: bool) -> str:
    if not must_exist and not path.exists():
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        faults.append(Fault(str(path), f"cannot be read: {why}"))
        return ""
