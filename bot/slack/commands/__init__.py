"""Every command there is. A new one is a file here and its name in this tuple."""

from __future__ import annotations

import difflib

from bot.slack.command import Command
from bot.slack.commands import (
    archiving,
    change,
    declare,
    escalate,
    facts,
    help,
    hypotheses,
    lifecycle,
    marking,
    measures,
    questions,
    running,
)

COMMANDS: tuple[Command, ...] = (
    *declare.COMMANDS,
    *lifecycle.COMMANDS,
    *facts.COMMANDS,
    *hypotheses.COMMANDS,
    *escalate.COMMANDS,
    *measures.COMMANDS,
    *running.COMMANDS,
    *archiving.COMMANDS,
    *change.COMMANDS,
    *marking.COMMANDS,
    *questions.COMMANDS,
    *help.COMMANDS,
)
_BY_WORD = {word: command for command in COMMANDS for word in (command.name, *command.aliases)}
#: How people write a verb of two words.
_JOINED = {word.replace("-", joint): command for word, command in _BY_WORD.items() for joint in ("_", "", " ")}


def find(word: str) -> Command | None:
    """The command of a verb or alias, in any case; None where there is none."""
    word = word.casefold()
    return _BY_WORD.get(word) or _JOINED.get(word)


def nearest(word: str) -> str | None:
    """The verb that a mistyped word most resembles, or None."""
    found = difflib.get_close_matches(word.casefold(), _BY_WORD, n=1, cutoff=0.7)
    return found[0] if found else None
