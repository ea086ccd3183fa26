"""Every sentence a person reads, rendered from `templates/<locale>/`. Knows no Slack client and no database.

A catalogue file (`errors.toml`, `answers.toml`, …) holds short sentences, each one a Jinja template under `file.key`;
documents are `.j2` files. A team's own folder overrides ours; its templates run sandboxed, are compiled at start, and
fall back to ours when they fail, since words must never block a command.
"""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache, partial
from pathlib import Path
from traceback import walk_tb
from typing import Any

from jinja2 import BaseLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import SandboxedEnvironment

from bot.domain.markup import escape

log = logging.getLogger(__name__)

#: A team may have documents of its own beside ours.
_A_DOCUMENT = "postmortem-*.md.j2"
OURS = Path(__file__).parent.parent / "templates"


#: Brackets and ampersands in a template that Slack would not read as a mention, a link or an entity.
_NO_WIRE = re.compile(r"<(?![@#!]|(?:https?|mailto|tel|slack):|\Z)(?:[^<>\n]*>)?|&(?!amp;|lt;|gt;)")


class Wire(str):
    """Text that is in the chat's wire form already (a date token, a mention we mean): printed as it is."""

    __slots__ = ()


def _for_slack(value: Any) -> Any:
    """What a template prints is escaped unless it says that it is in the wire form (autoescape would print `&#39;`)."""
    return value if isinstance(value, Wire) else escape(str(value))


class _Literal(Extension):
    """A template's own `<why>` is a placeholder to read, so it is escaped; what is meant as wire form stays."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type == "data":
                token = Token(token.lineno, token.type, _NO_WIRE.sub(lambda found: escape(found.group()), token.value))
            yield token


class _ItemsFirst:
    """What templates print are mostly dicts: `row.text` is looked up as their item first, as an attribute after.

    Jinja does it the other way round, and a failed look-up of an attribute costs more than all else of a line.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As Jinja's own."""
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)  # type: ignore[misc]


class _Environment(_ItemsFirst, Environment):
    pass


class _Sandboxed(_ItemsFirst, SandboxedEnvironment):
    pass


class Wording:
    """The sentences of one locale. `complaints` lists what is wrong with a team's own templates, for `doctor`."""

    def __init__(self, locale: str = "en", own: Path | None = None) -> None:
        self.locale = locale
        self.complaints: list[str] = []
        self._sources: dict[str, tuple[tuple[str, str], ...]] = {}
        self._slack, self._plain = _our_shelves(locale)
        self._own_slack: _Shelf | None = None
        self._own_plain: _Shelf | None = None
        if own is not None:
            self._take_own(own / locale if (own / locale).is_dir() else own)

    def _take_own(self, folder: Path) -> None:
        ours = OURS / self.locale
        self._own_slack = _Shelf(folder, partial(_slack_environment, sandboxed=True), self.complaints, ours)
        self._own_plain = _Shelf(folder, partial(_environment, sandboxed=True), under=ours)
        for name in self._own_slack.names - self._slack.names:
            if not fnmatch(name, _A_DOCUMENT):
                self.complaints.append(f"{folder}: {name} overrides nothing of ours")

    @property
    def names(self) -> frozenset[str]:
        """Every sentence's name, as `file.key`."""
        return frozenset(self._slack.names)

    def has(self, name: str) -> bool:
        """Whether there is a sentence of that name."""
        return name in self._slack.names

    def say(self, name: str, /, **params: object) -> Wire:
        """A sentence for Slack's mrkdwn: whatever `params` hold is escaped. Raises KeyError for an unknown name."""
        return Wire(_one_sentence(self._render(name, params, self._own_slack, self._slack)))

    def plain(self, name: str, /, **params: object) -> str:
        """The same sentence for places that read no markup (button labels, modal titles, the terminal)."""
        return _one_sentence(self._render(name, params, self._own_plain, self._plain))

    @property
    def documents(self) -> frozenset[str]:
        """Every document template's file name, ours and the team's own, those that fail too."""
        return self._plain.documents | (self._own_plain.documents if self._own_plain else frozenset())

    def sources(self, name: str) -> tuple[tuple[str, str], ...]:
        """(path, text) of a file of words as it stands: ours, then the team's own, where they have it."""
        if name not in self._sources:
            shelves = [self._plain, *([self._own_plain] if self._own_plain else [])]
            self._sources[name] = tuple(found for shelf in shelves if (found := shelf.source(name)) is not None)
        return self._sources[name]

    def document(self, name: str, params: Mapping[str, object], *, instead: str | None = None) -> str:
        """A document template (`postmortem.md.j2`), unescaped: the drafter escapes for its format.

        `instead` is one of ours, for a team's own template that fails and has no counterpart among ours.
        """
        return self._render(name, params, self._own_plain, self._plain, instead)

    def complain(self, complaint: str) -> None:
        """Keep what is wrong with the team's own words, once, and log it once."""
        if complaint not in self.complaints:
            self.complaints.append(complaint)
            log.warning("own template failed, ours is used", extra={"complaint": complaint})

    def _render(
        self, name: str, params: Mapping[str, object], own: _Shelf | None, ours: _Shelf, instead: str | None = None
    ) -> str:
        if own is not None and name in own.names:
            try:
                return own.template(name).render(params)
            except Exception as fault:  # a team's template may fail in any way; ours must still answer
                # What else may fail could say in its message what the record holds.
                what = str(fault) if isinstance(fault, TemplateError) else type(fault).__name__
                self.complain(f"{own.place(name, fault)}: {what}")
        if instead is not None and name not in ours.names:
            name = instead
        return ours.render(name, params)


def _one_sentence(text: str) -> str:
    """A sentence without the empty lines that its template's conditions leave behind."""
    return re.sub(r"\n\s*\n", "\n", text).strip()


class _Shelf:
    """The templates of one folder: sentences from its catalogue files, and its documents."""

    def __init__(
        self, folder: Path, environment: Any, complaints: list[str] | None = None, under: Path | None = None
    ) -> None:
        self._folder = folder
        sentences: dict[str, str] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                found = tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
                if complaints is None:
                    raise
                complaints.append(f"{path}: {fault}")
                continue
            sentences |= {f"{path.stem}.{key}": text.strip() for key, text in found.items() if isinstance(text, str)}
        documents = {path.name for path in folder.glob("*.j2")}
        self._sentences: Environment = environment(DictLoader(sentences))
        # Ours come behind a team's own, so that its documents can include our parts.
        searched = [folder] if under is None else [folder, under]
        self._documents: Environment = environment(FileSystemLoader(searched), trim_blocks=True, lstrip_blocks=True)
        self.names = set(sentences) | documents
        self.documents = frozenset(documents)
        self._compiled: dict[str, Template] = {}
        self._constant: dict[str, str] = {}
        if complaints is not None:
            self._compile_all(folder, complaints)

    def _compile_all(self, folder: Path, complaints: list[str]) -> None:
        for name in sorted(self.names):
            try:
                self.template(name)
            except TemplateError as fault:
                complaints.append(f"{self.place(name, fault)}: {fault}")
                self.names.discard(name)

    def place(self, name: str, fault: Exception) -> str:
        """Where a template failed: the file with its line, for a sentence the file and its key."""
        # Jinja puts the template's own lines into the traceback.
        line = getattr(fault, "lineno", None)
        for frame, at in walk_tb(fault.__traceback__):
            if frame.f_code.co_filename in ("<template>", str(self._folder / name)):
                line = at
        if not name.endswith(".j2"):
            return f"{self._folder / name.partition('.')[0]}.toml: {name.partition('.')[2]}"
        return f"{self._folder / name}: line {line or '?'}"

    def source(self, name: str) -> tuple[str, str] | None:
        """(path, text) of a file in the folder; None where there is none that could be read."""
        path = self._folder / name
        try:
            return str(path), path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def render(self, name: str, params: Mapping[str, object]) -> str:
        """What a template says of these; one that is told nothing, as a button's label, is put together once."""
        if params:
            return self.template(name).render(params)
        if name not in self._constant:
            self._constant[name] = self.template(name).render()
        return self._constant[name]

    def template(self, name: str) -> Template:
        """The compiled template. Raises KeyError where there is none."""
        if name not in self._compiled:
            if name not in self.names:
                raise KeyError(name)
            shelf = self._documents if name.endswith(".j2") else self._sentences
            self._compiled[name] = shelf.get_template(name)
        return self._compiled[name]


@cache
def _our_shelves(locale: str) -> tuple[_Shelf, _Shelf]:
    """Ours, for Slack and plain: a template is compiled once in a process, since nobody changes it meanwhile."""
    folder = OURS / locale
    return _Shelf(folder, _slack_environment), _Shelf(folder, _environment)


def _slack_environment(loader: BaseLoader, *, sandboxed: bool = False, **more: Any) -> Environment:
    return _environment(loader, sandboxed=sandboxed, finalize=_for_slack, extensions=(_Literal,), **more)


def _environment(loader: BaseLoader, *, sandboxed: bool = False, **more: Any) -> Environment:
    kind = _Sandboxed if sandboxed else _Environment
    return kind(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,
        **more,
    )
