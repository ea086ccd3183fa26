"""`tocsin demo`: one real incident played through the bot in front of whoever watches, and its postmortem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.outcome import DIFFERENT, Stop

if TYPE_CHECKING:
    from bot.cli.replaying.performance import Performance

#: Inside a package, so that it is there in an image too.
INCIDENT = ("sandbox", "incidents/seed-4.yaml")
OUT = Path("out")


def demo(
    speed: Annotated[
        float | None,
        typer.Option(min=1, help="How many times faster than it happened; without it, as fast as it goes."),
    ] = None,
) -> None:
    """Play an incident from declaration to postmortem, on a Slack of its own.

    A slow web shop, 70 things said and done by seven people within three hours: typed into a local workspace that
    stands in for Slack, from there to the bot over a real websocket, and out as a drafted postmortem. Needs no
    settings, no tokens and no network, and touches no database but its own. Writes the draft to out/ in the current
    folder. Ends with 1 if the draft does not hold every fact of the incident.
    """
    import asyncio

    from bot.cli import logs

    logs.set_up("error", "text")
    done = asyncio.run(_play(speed))
    typer.echo(done.markdown)
    OUT.mkdir(exist_ok=True)
    for ending in ("md", "json"):
        path = OUT / f"inc-1-postmortem.{ending}"
        path.write_text(done.structured if ending == "json" else done.markdown, encoding="utf-8")
        what = "structured, as JSON" if ending == "json" else "this postmortem, as Markdown"
        typer.echo(f"{path}  {what}")
    if done.differences:
        raise Stop(DIFFERENT, "\n".join(["the draft is not what it should be:", *done.differences]))
    facts = f"{done.verdict.facts} of {done.verdict.of} facts"
    typer.echo(
        f"Played in {done.seconds:.1f} s; {facts} of the incident are in the postmortem, and nothing of the chatter."
    )


async def _play(speed: float | None) -> Performance:
    from importlib.resources import as_file, files

    from bot.cli.replaying.performance import perform
    from bot.cli.replaying.screen import Screen
    from bot.cli.replaying.script import read_script

    package, name = INCIDENT
    with as_file(files(package) / name) as path:
        script = read_script(path)
    with Screen(script, speed) as screen:
        return await perform(script, screen)
