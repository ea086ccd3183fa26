"""Commands that are imported when they are asked for, so that --help pays for none of them. Knows no single one."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


@dataclass(frozen=True, slots=True)
class Later:
    """A command not imported yet. `target` is `module:name`, of a function or of a `typer.Typer` with commands."""

    name: str
    target: str
    help: str

    def load(self) -> TyperCommand | TyperGroup:
        """Import it. A function becomes a command, its parameters the options, its docstring the help."""
        module, _, attribute = self.target.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, rich_markup_mode=None)
            alone.command(self.name)(found)
            found = alone
        command: Any = get_command(found)
        command.name = self.name
        assert isinstance(command, (TyperCommand, TyperGroup))
        return command


class LazyGroup(TyperGroup):
    """A group whose commands stand there as placeholders until one is called."""

    # Typer 0.29 brings its own copy of click, so the parameters' types are private; hence Any.
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself, imported."""
        placeholder = self.commands.get(cmd_name)
        later = getattr(placeholder.callback, "later", None) if placeholder is not None else None
        return later.load() if isinstance(later, Later) else placeholder

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list from the placeholders."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help or "") for name, command in self.commands.items()])


def register(app: typer.Typer, commands: Iterable[Later]) -> None:
    """Put a placeholder for each command into `app`, which must be of the class LazyGroup."""
    for later in commands:

        def placeholder() -> None: ...

        placeholder.later = later  # type: ignore[attr-defined]
        app.command(later.name, help=later.help)(placeholder)
