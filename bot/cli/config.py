"""`tocsin config check`: the settings as they stand, each with where it comes from, or every fault in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import typer

from bot.cli.opening import settings as load_settings

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def config() -> None:
    """What the settings are, and what is wrong with them."""


@app.command()
def check() -> None:
    """Print every setting and its origin, or every fault.

    Secrets are not shown. Ends with 2 if anything is wrong. docs/settings.md says what each setting means.
    """
    settings = load_settings(verbs=True)
    from bot.settings.model import NAMES

    rows = [(name, _shown(name, getattr(settings, name)), settings.origins.get(name, "default")) for name in NAMES]
    for name, lines, origin in rows:
        typer.echo(f"{name:<21} {lines[0]}  ({origin})")
        for line in lines[1:]:
            typer.echo(f"{'':<21} {line}")


def _shown(name: str, value: object) -> list[str]:
    """A value's lines; a table takes one a row."""
    if name == "database_url":
        return [_without_password(str(value))]
    if name == "webhook_url" and value is not None:
        return [_place_alone(str(value))]
    if value is None or value == () or value == {}:
        return ["-"]
    if isinstance(value, Mapping):
        return [f"{key} = {_flat(one)}" for key, one in value.items()]
    if isinstance(value, tuple) and not isinstance(value[0], str):
        return [_flat(row) for row in value]
    return [_flat(value)]


def _flat(value: object) -> str:
    if isinstance(value, (frozenset, tuple)):
        return ", ".join(sorted(value) if isinstance(value, frozenset) else value) or "nobody"
    if isinstance(value, (str, int, Path)) or not hasattr(value, "__dataclass_fields__"):
        return str(value)
    parts = [getattr(value, field) for field in value.__dataclass_fields__]
    return ": ".join([str(parts[0]), " | ".join(str(part) for part in parts[1:] if part is not None)])


def _place_alone(url: str) -> str:
    """Whom an address leads to: what follows is a key with many receivers."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" + ("/…" if parts.path.strip("/") or parts.query else "")


def _without_password(url: str) -> str:
    return re.sub(r"([?&]password=)[^&]*", r"\1***", re.sub(r"(://[^:/]*):.*@", r"\1:***@", url))
