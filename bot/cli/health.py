"""`tocsin health`: one look at the heartbeat on disk, fast enough to run every few seconds. Opens no connection."""

from __future__ import annotations

import typer

from bot.cli.opening import settings
from bot.cli.outcome import DIFFERENT, Stop
from bot.heartbeat import SILENCE, silence


def health() -> None:
    """Whether the bot that runs here is alive, for a container's health check.

    Ends with 0 if it left a sign of life in the data folder within the last minute, else with 1.
    """
    data_dir = settings().data_dir
    since = silence(data_dir)
    if since is None:
        raise Stop(DIFFERENT, f"no bot has run with the data folder {data_dir}")
    seconds = int(since.total_seconds())
    if since > SILENCE:
        raise Stop(DIFFERENT, f"no sign of life for {seconds} s")
    typer.echo(f"alive {seconds} s ago")
