"""`tocsin replay`: whole incidents from files, played through the real path and held against what they expect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.outcome import DIFFERENT, WRONG, Stop


def replay(
    files: Annotated[list[Path], typer.Argument(help="Files of the form in tests/replays.")],
    json: Annotated[
        Path | None, typer.Option(help="Write <name>.json, the structured draft, into this folder.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write <name>.md, the draft, into this folder.")] = None,
) -> None:
    """Play incidents through a local workspace and compare their drafts with what the files expect.

    Each file gets a workspace, a bot and a database of its own, with the clock standing where the script stands. Prints
    a row a file and each difference; ends with 1 if anything differs.
    """
    import asyncio

    for folder in (json, markdown):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    typer.echo(f"{'file':<24} {'facts':>9}  {'times right/asked/wrong':<24} {'chatter':>7}  seconds")
    for path in files:
        done = asyncio.run(_one(path))
        (done.write(json, "json"), done.write(markdown, "md"))
        typer.echo(done.row)
        for line in done.differences:
            typer.echo(f"    {line}")
        failed += bool(done.differences)
    typer.echo(f"{len(files) - failed} of {len(files)} files hold every fact")
    if failed:
        raise typer.Exit(DIFFERENT)


async def _one(path: Path) -> Any:
    from bot.cli.replaying.performance import perform
    from bot.cli.replaying.script import NotAReplay, read_script

    try:
        return await perform(read_script(path))
    except NotAReplay as fault:
        raise Stop(WRONG, str(fault)) from fault
