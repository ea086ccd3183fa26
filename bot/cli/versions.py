"""`tocsin versions`: how an incident's draft came to be as it is, and how two versions of it differ."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.opening import settings
from bot.cli.shown import show


def versions(
    number: Annotated[str, typer.Argument(help="The incident: 3 or INC-3.")],
    first: Annotated[int, typer.Argument(help="A version; with a second, how they differ.")] = 0,
    second: Annotated[int, typer.Argument(help="The other version; without it, the one before.")] = 0,
) -> None:
    """List the versions of a draft that were kept, or print how two of them differ.

    They are made by the bot: with each draft in the channel, each edit in Slack, and when one is published. Ends with 1
    if there is no such incident or version, with 3 if the database cannot be read.
    """
    import asyncio

    from bot.cli.outcome import DIFFERENT, Stop
    from bot.cli.printed import stamp
    from bot.cli.private import note_read
    from bot.cli.reading import drafts_of, numbered
    from bot.postmortems import difference

    chosen = settings()
    record, found = asyncio.run(drafts_of(chosen, numbered(number, chosen.incident_prefix)))
    note_read(chosen, "versions", [record.label] if record.state.visibility == "private" else [])
    by_number = {version.number: version for version in found}
    if not first:
        for version in found:
            changed = difference(by_number.get(version.number - 1), version)
            counts = f"+{sum(line[0] == '+' for line in changed)} -{sum(line[0] == '-' for line in changed)}"
            marks = " published" if version.published_at else ""
            marks += " erased" if version.erased_at else ""
            typer.echo(
                f"{version.number:>3}  {stamp(version.made_at)}  {version.origin:<6}  {counts:<9}{marks}".rstrip()
            )
        return
    older, newer = sorted((second or first - 1, first))
    if newer not in by_number or (older and older not in by_number):
        raise Stop(DIFFERENT, f"{record.label} has no such version; `tocsin versions {number}` lists those there are")
    for line in difference(by_number.get(older), by_number[newer]):
        show(line)
