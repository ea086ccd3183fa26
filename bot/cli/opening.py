"""What most commands begin with: the settings of this process, with the commands that permissions may name."""

from __future__ import annotations

import os

from bot.settings import Settings, load


def settings(*, verbs: bool = False) -> Settings:
    """The settings from the environment, `.env` and tocsin.toml. Raises SettingsError with every fault.

    `verbs` also checks the names in [permissions], which imports every Slack command: for `run` and `config check`.
    """
    if not verbs:
        return load(os.environ)
    from bot.slack.commands import COMMANDS

    return load(os.environ, verbs={command.name for command in COMMANDS})
