"""`tocsin export`: everything that is kept, written as JSON lines while it is read."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from bot.cli.opening import settings

if TYPE_CHECKING:
    from bot.settings import Settings


def export(
    output: Annotated[Path | None, typer.Option(help="Write into this file, readable by you alone.")] = None,
) -> None:
    """Write everything that is kept, as JSON lines.

    This is the operator's full copy: private incidents, every version of every entry, the whole transcript, nothing
    masked. Handle it like the database. Each line holds type and schema; the last one counts the lines before it, so
    that a copy cut short shows. A running bot is not disturbed. The log names the private incidents that were read.
    docs/operations.md describes the lines. Ends with 3 if the database cannot be read.
    """
    import asyncio

    chosen = settings()
    with _target(output) as file:
        count = asyncio.run(_export(chosen, file))
    where = f" into {output}" if output else ""
    typer.echo(f"{count} lines{where}: the full copy, private incidents and unmasked words among it", err=True)


async def _export(settings: Settings, file: TextIO) -> int:
    """Write all lines; how many."""
    import json

    from bot.cli.everything import everything
    from bot.cli.private import note_read
    from bot.cli.reading import looking
    from storage.incidents import every_incident

    count = 0
    async with looking(settings) as session:
        private = [one.number for one in await every_incident(session) if one.visibility == "private"]
        note_read(settings, "export", [f"{settings.incident_prefix}-{number}" for number in sorted(private)])
        async for line in everything(session):
            # A terminal takes no command from people's words: there they are told in ASCII.
            file.write(json.dumps(line, ensure_ascii=file.isatty()) + "\n")
            count += 1
        file.write(json.dumps({"type": "end", "schema": 1, "lines": count}) + "\n")
    return count + 1


@contextlib.contextmanager
def _target(output: Path | None) -> Iterator[TextIO]:
    """Stdout, or a file that appears under its name only when it is whole."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(output.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            yield file
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
