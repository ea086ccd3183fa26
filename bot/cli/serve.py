"""`tocsin run`: the bot in the foreground, from its start to the signal that ends it. Knows no event and no command."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.opening import settings as load_settings
from bot.cli.outcome import DIFFERENT, WRONG, Stop
from bot.collecting import loading, settle_down
from bot.heartbeat import SILENCE, beat

if TYPE_CHECKING:
    from bot.app import Tocsin

log = logging.getLogger(__name__)

#: Docker and Kubernetes kill 10 and 30 seconds after SIGTERM; the shorter one counts.
PATIENCE = 9.5
#: How often a running bot looks for edits that were left beside its database: a `scandir` of a folder.
_LOOK = 1.0
_BEAT = SILENCE.total_seconds() / 4


def run() -> None:
    """Start the bot and stay until SIGTERM or Ctrl-C.

    Brings the tables up to date first, connects to Slack over Socket Mode (or listens for it, where the transport is
    http), and says so in one line. While Slack is away it keeps trying. Logs go to stderr. On SIGTERM or Ctrl-C it
    takes in no more, finishes what runs and ends within ten seconds; whatever is left is done at the next start. Ends
    with 0 then; with 2 if settings or tokens are wrong, or a port is taken; with 3 if the database cannot be used, for
    one because another tocsin runs with the same file.
    """
    with loading():
        settings = load_settings(verbs=True)
        settings.require_slack()
        from bot.app import Tocsin
        from bot.cli import logs
        from bot.jobs import Permanent

    logs.set_up(settings.log_level, settings.log_format)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        asyncio.run(serve(Tocsin(settings), settings.data_dir))
    except Permanent as refused:
        raise Stop(WRONG, f"Slack refused: {refused.reason}; `tocsin doctor` says more") from None


async def serve(bot: Tocsin, data_dir: Path) -> None:
    """Run the bot until a signal comes. Raises what kept it from starting, and Stop where it could not end in time."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stopping.set)
    asked = asyncio.create_task(stopping.wait())
    beating = asyncio.create_task(_beat(data_dir))
    starting = asyncio.create_task(bot.start())
    taking = asyncio.create_task(_take_edits(bot, starting))
    try:
        await asyncio.wait({asked, starting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            settle_down()
            typer.echo(f"connected to {bot.address}; {_way_out()} ends it")
            await asked
        else:
            starting.cancel()
    finally:
        asked.cancel()
        beating.cancel()
        taking.cancel()
        await asyncio.wait({starting})
        await _end(bot)


async def _end(bot: Tocsin) -> None:
    try:
        await asyncio.wait_for(bot.stop(), PATIENCE)
    except TimeoutError:
        # What was under way is taken up again at the next start, as after a crash.
        raise Stop(
            DIFFERENT, f"did not come to an end within {PATIENCE:g} s; the next start takes up what is left"
        ) from None
    log.info("ended")


def _way_out() -> str:
    import sys

    return "Ctrl-C" if sys.stdin is not None and sys.stdin.isatty() else "SIGTERM"


async def _beat(data_dir: Path) -> None:
    """A sign of life for as long as the event loop turns."""
    while True:
        try:
            beat(data_dir)
        except OSError as fault:
            log.warning("no heartbeat could be left", extra={"fault": type(fault).__name__})
        await asyncio.sleep(_BEAT)


async def _take_edits(bot: Tocsin, starting: asyncio.Task[None]) -> None:
    """Edits of drafts that people made in files, once the bot has started and for as long as it runs."""
    from sqlalchemy.exc import SQLAlchemyError

    await asyncio.wait({starting})
    while True:
        try:
            await bot.take_edits()
        except (SQLAlchemyError, OSError) as fault:  # the edits are still there when the database is back
            log.warning("edits from files wait", extra={"fault": type(fault).__name__})
        await asyncio.sleep(_LOOK)
