"""What `tocsin doctor` finds on this machine: the files with secrets, the data folder, a team's own templates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bot.cli.finding import Finding
from bot.settings import Settings


def settings_files(settings: Settings) -> Iterator[Finding]:
    """Who else can read the secrets, and whether the bot can write; the settings themselves could be read by now."""
    yield Finding("ok", f"settings: {len(settings.origins)} set, the rest at their defaults")
    dotenv = Path(".env")
    if dotenv.is_file() and dotenv.stat().st_mode & 0o077:
        yield Finding("warn", ".env can be read by others on this machine", "chmod 600 .env")
    folder = settings.data_dir
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        yield Finding("fail", f"data folder: {nearest} cannot be written to", "give it to the user that runs the bot")
    else:
        yield Finding("ok", f"data folder: {folder}" + ("" if nearest == folder.absolute() else ", made at the start"))


def templates(settings: Settings) -> Iterator[Finding]:
    """Whether the team's own templates compile and print; ours stand in for those that don't."""
    if settings.template_dir is None:
        return
    from bot.drafting.checked import rules_of
    from bot.drafting.press import press
    from bot.drafting.press import templates as known
    from bot.drafting.printing.formats import printed
    from bot.drafting.sample import sample
    from bot.wording import Wording

    wording = Wording(settings.locale, settings.template_dir)
    rules_of(wording)
    # A template's values are asked for only where it prints them, so each is tried on a record that has everything.
    for name in known(wording):
        printed(press(sample(), settings, wording, template=name), settings, wording, "html")
    complaints = wording.complaints
    for complaint in complaints:
        yield Finding("warn", f"template: {complaint}", "mend it; until then the built-in one is used")
    if not complaints:
        yield Finding("ok", f"templates: those in {settings.template_dir} compile and print")
