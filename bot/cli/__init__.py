"""The `tocsin` command: one line a command, each loaded only when it is asked for, errors told in words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli.lazy import Later, LazyGroup, register
from bot.cli.outcome import EXIT_CODES, explain

#: Every command: its name, where it is defined, and its line in `tocsin --help`.
COMMANDS = (
    Later("run", "bot.cli.serve:run", "Start the bot and stay until SIGTERM or Ctrl-C."),
    Later("demo", "bot.cli.demo:demo", "Play an incident from declaration to postmortem, on a Slack of its own."),
    Later("play", "bot.cli.play:play", "Try everything by hand, in the browser, on a Slack of its own."),
    Later("list", "bot.cli.listing:listing", "List incidents, open ones first."),
    Later("timeline", "bot.cli.timeline:timeline", "Print what was recorded of an incident, in the order of time."),
    Later("similar", "bot.cli.likening:similar", "List the past incidents that are most like one, and why."),
    Later("draft", "bot.cli.draft:draft", "Print the drafted postmortem of an incident."),
    Later("check", "bot.cli.check:check", "Check a postmortem against its incident and the format's checklist."),
    Later("versions", "bot.cli.versions:versions", "List the versions of a draft, and how they differ."),
    Later("export", "bot.cli.export:export", "Write everything that is kept, as JSON lines: the operator's full copy."),
    Later("import", "bot.cli.importing:import_files", "Read written postmortems into incidents told afterwards."),
    Later(
        "replay", "bot.cli.replay:replay", "Play incidents from files and hold their drafts against what they expect."
    ),
    Later("hold", "bot.cli.hold:hold", "Keep an incident's words from being erased in time."),
    Later("config", "bot.cli.config:app", "What the settings are, and what is wrong with them."),
    Later(
        "doctor", "bot.cli.doctor:doctor", "Check tokens, scopes, database, clock and templates, and say what to do."
    ),
    Later("db", "bot.cli.db:app", "The database: bring its tables up to date, copy it, move it to PostgreSQL."),
    Later(
        "health", "bot.cli.health:health", "Whether the bot that runs here is alive, for a container's health check."
    ),
)

app = typer.Typer(
    name="tocsin",
    cls=LazyGroup,
    help="An incident bot for Slack: it records what happens and drafts the postmortem.",
    epilog=EXIT_CODES,
    add_completion=False,
    rich_markup_mode=None,  # rich costs --help 0.2 s
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
register(app, COMMANDS)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"tocsin {version('tocsin')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run one command line (without the program's name) and return its exit code. Faults go to stderr, in words."""
    try:
        app(args=list(arguments), prog_name="tocsin")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except Exception as error:
        code, words = explain(error)
        sys.stdout.flush()
        typer.echo(words, err=True)
        return code
    return 0
