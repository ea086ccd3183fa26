"""`tocsin doctor`: looks at everything the bot stands on and says what to do. Changes nothing."""

from __future__ import annotations

import asyncio

import typer

from bot.cli.opening import settings as load_settings
from bot.cli.outcome import DIFFERENT, OK, UNREACHABLE


def doctor() -> None:
    """Check tokens, scopes, database, clock and templates, and say what to do.

    Each line begins with ok, warn or fail. Nothing is changed, nothing is posted; it may be run beside the bot.
    With Slack away, it says so and checks the rest. Ends with 0 if nothing failed, 1 if something did,
    2 if the settings are wrong, 3 if Slack or the database could not be reached and nothing else is wrong.
    """
    settings = load_settings(verbs=True)
    from bot.cli import checkup_here, checkup_slack, checkup_storage

    findings = [
        *checkup_here.settings_files(settings),
        *checkup_here.templates(settings),
        *asyncio.run(checkup_storage.database(settings)),
        *checkup_slack.slack(settings),
    ]
    for finding in findings:
        typer.echo(str(finding))
    failed = [finding for finding in findings if finding.level == "fail"]
    if failed:
        code = UNREACHABLE if all(finding.away for finding in failed) else DIFFERENT
    else:
        code = OK
    raise typer.Exit(code)
